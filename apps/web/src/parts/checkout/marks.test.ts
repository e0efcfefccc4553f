import { expect, it } from 'vitest';
import { markOf } from './marks.ts';

const minute = 60_000;
it.each([
  [11 * minute, null],
  [10 * minute + 1, null],
  [10 * minute, 10],
  [3 * minute, 10],
  [2 * minute, 2],
  [1, 2],
  [0, null],
  [-minute, null],
])('tells %d ms before the end: %s', (ms, mark) => {
  expect(markOf(ms)).toBe(mark);
});
