import type { MantineColorsTuple } from '@mantine/core';

/** Every colour there is: ten steps a hue, light to dark, drawn from one OKLCH script. Pages use the tokens made of them, never these. */
export const palette = {
  gray: ['#f9fafc', '#f3f4f7', '#eaecf1', '#dde0e5', '#ccd0d8', '#9ea5b0', '#666e7a', '#4d5462', '#303743', '#161c26'],
  dark: ['#e9ebef', '#cdd1d8', '#a6abb4', '#808691', '#3c414b', '#2d323a', '#20252c', '#14171e', '#0d1015', '#06080c'],
  iris: ['#f3f5fe', '#e6ecff', '#d0dbff', '#b2c3fe', '#8da3fb', '#6a82f7', '#5367ef', '#4352dd', '#3742c0', '#283096'],
  green: ['#effaf3', '#ddf5e6', '#beebcf', '#94deb3', '#63c992', '#38ae75', '#1e8e5c', '#157449', '#115d3a', '#0e442a'],
  amber: ['#fff7ed', '#ffeed4', '#ffdeab', '#fecb7a', '#f7b746', '#e5a323', '#c18703', '#9a6a00', '#795300', '#5a3e04'],
  red: ['#fff4f3', '#ffe6e4', '#ffcfcb', '#feada7', '#f9837d', '#ec5756', '#d92f38', '#c21f2c', '#a11421', '#7b0f18'],
  violet: [
    '#faf4fc',
    '#f6e8fa',
    '#edd3f6',
    '#e2b7ef',
    '#d294e5',
    '#bc70d2',
    '#a455bc',
    '#8f42a5',
    '#76338a',
    '#5a2469',
  ],
  cyan: ['#f0f9fc', '#def3fa', '#bfe7f6', '#97d7ee', '#68c2e0', '#3ea6c7', '#268aa7', '#186f88', '#10586d', '#094151'],
} as const satisfies Record<string, MantineColorsTuple>;
