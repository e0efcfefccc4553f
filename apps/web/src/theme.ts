import { createTheme, rem, type CSSVariablesResolver, type MantineColorsTuple } from '@mantine/core';
import { palette } from './palette.ts';

const heights: Record<string, number> = { xs: 26, sm: 32, md: 36, lg: 44 };
const height = (size: unknown) => rem(heights[String(size)] ?? 32);
/** The props the sizes of controls are drawn from. */
interface Sized {
  readonly size?: unknown;
}
const tuple = (colours: MantineColorsTuple): MantineColorsTuple => colours;

/** The one theme: sizes, type, colours and the defaults of every component. Pages never restyle them. */
export const theme = createTheme({
  primaryColor: 'iris',
  primaryShade: { light: 7, dark: 6 },
  colors: {
    gray: tuple(palette.gray),
    dark: tuple(palette.dark),
    iris: tuple(palette.iris),
    green: tuple(palette.green),
    amber: tuple(palette.amber),
    red: tuple(palette.red),
    violet: tuple(palette.violet),
    cyan: tuple(palette.cyan),
  },
  fontFamily: "'Inter Variable', system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', sans-serif",
  fontFamilyMonospace: "'JetBrains Mono Variable', ui-monospace, SFMono-Regular, Menlo, Consolas, monospace",
  fontSizes: { xs: rem(12), sm: rem(13), md: rem(14), lg: rem(16), xl: rem(18) },
  lineHeights: { xs: '1.35', sm: '1.4', md: '1.45', lg: '1.5', xl: '1.5' },
  spacing: { xs: rem(4), sm: rem(8), md: rem(12), lg: rem(16), xl: rem(24) },
  radius: { xs: rem(4), sm: rem(6), md: rem(8), lg: rem(12), xl: rem(16) },
  defaultRadius: 'sm',
  cursorType: 'pointer',
  respectReducedMotion: true,
  focusRing: 'auto',
  headings: {
    fontWeight: '600',
    sizes: {
      h1: { fontSize: rem(20), lineHeight: '1.3' },
      h2: { fontSize: rem(15), lineHeight: '1.4' },
      h3: { fontSize: rem(14), lineHeight: '1.4' },
    },
  },
  // Plain objects: `Component.extend` would bring every component named here into the first load.
  components: {
    Button: {
      defaultProps: { size: 'sm' },
      vars: (_: unknown, props: Sized) => ({
        root: {
          '--button-height': height(props.size),
          '--button-padding-x': props.size === 'xs' ? rem(9) : rem(12),
          '--button-fz': props.size === 'xs' ? rem(12) : rem(13),
        },
      }),
      styles: { root: { fontWeight: 520 } },
    },
    ActionIcon: { defaultProps: { variant: 'subtle', color: 'gray', size: 28 } },
    Input: {
      defaultProps: { size: 'sm' },
      vars: (_: unknown, props: Sized) => ({
        wrapper: { '--input-height': height(props.size), '--input-fz': rem(13) },
      }),
    },
    InputWrapper: {
      defaultProps: { inputWrapperOrder: ['label', 'input', 'description', 'error'] },
      styles: {
        label: { fontSize: rem(13), fontWeight: 550, marginBottom: rem(4) },
        description: { fontSize: rem(12), color: 'var(--tx-2)', marginTop: rem(4) },
        error: { fontSize: rem(12), marginTop: rem(4) },
      },
    },
    Badge: {
      defaultProps: { variant: 'light', radius: 'xs', size: 'md' },
      styles: { root: { textTransform: 'none', fontWeight: 550, letterSpacing: 0 } },
    },
    Tooltip: {
      defaultProps: { openDelay: 350, withArrow: false, fz: 12, events: { hover: true, focus: true, touch: false } },
    },
    // The placeholder that takes the first focus is a child no menu may have: axe calls it critical.
    Menu: {
      defaultProps: {
        shadow: 'md',
        radius: 'md',
        position: 'bottom-end',
        withInitialFocusPlaceholder: false,
        transitionProps: { duration: 90 },
      },
    },
    ModalRoot: { defaultProps: { radius: 'lg', transitionProps: { duration: 140, transition: 'pop' } } },
    ModalOverlay: { defaultProps: { backgroundOpacity: 0.5 } },
    DrawerRoot: { defaultProps: { transitionProps: { duration: 160 } } },
    DrawerOverlay: { defaultProps: { backgroundOpacity: 0.45 } },
    Tabs: { styles: { tab: { fontWeight: 550, paddingInline: rem(12), paddingBlock: rem(9) } } },
    Paper: { defaultProps: { radius: 'md', withBorder: true } },
    SegmentedControl: { defaultProps: { size: 'xs' } },
  },
});

interface Tone {
  readonly bg: string;
  readonly fg: string;
  readonly bd: string;
}
const light = (colours: MantineColorsTuple): Tone => ({ bg: colours[1], fg: colours[8], bd: colours[2] });
const tones = (all: Record<string, Tone>) =>
  Object.fromEntries(
    Object.entries(all).flatMap(([name, tone]) => [
      [`--s-${name}-bg`, tone.bg],
      [`--s-${name}-fg`, tone.fg],
      [`--s-${name}-bd`, tone.bd],
    ]),
  );

/** The tokens of section 5.2 of the brief as CSS variables, once for each scheme. */
export const resolver: CSSVariablesResolver = () => ({
  variables: {
    '--ease': 'cubic-bezier(.2,.8,.2,1)',
    '--dur-1': '90ms',
    '--dur-2': '160ms',
    '--dur-3': '240ms',
    '--row-h': '40px',
  },
  light: {
    '--mantine-color-body': '#ffffff',
    '--mantine-color-text': palette.gray[9],
    '--mantine-color-dimmed': palette.gray[7],
    '--mantine-color-placeholder': palette.gray[6],
    '--mantine-color-default-border': palette.gray[3],
    '--mantine-color-error': palette.red[7],
    '--bg-app': palette.gray[0],
    '--bg-surface': '#ffffff',
    '--bg-sunken': palette.gray[1],
    '--bg-hover': palette.gray[1],
    '--bg-active': palette.gray[2],
    '--bg-raised': '#ffffff',
    '--bd': palette.gray[3],
    '--bd-soft': palette.gray[2],
    '--bd-control': '#858c98',
    '--tx-1': palette.gray[9],
    '--tx-2': palette.gray[7],
    '--tx-3': palette.gray[6],
    '--ac': palette.iris[7],
    '--ac-tx': palette.iris[8],
    '--ac-soft': palette.iris[0],
    '--ac-soft-2': palette.iris[1],
    '--ac-bd': palette.iris[3],
    '--mark': palette.iris[7],
    '--star': palette.amber[6],
    '--secret-digit': palette.iris[8],
    '--secret-symbol': palette.red[7],
    '--seg-bg': palette.gray[2],
    '--seg-on': '#ffffff',
    '--sh-1': '0 1px 2px rgba(22,28,38,.08)',
    '--sh-2': '0 4px 12px rgba(22,28,38,.10), 0 1px 3px rgba(22,28,38,.06)',
    '--sh-3': '0 16px 40px rgba(22,28,38,.18), 0 2px 8px rgba(22,28,38,.08)',
    ...tones({
      neutral: { bg: palette.gray[2], fg: palette.gray[8], bd: palette.gray[3] },
      info: light(palette.iris),
      ok: light(palette.green),
      warn: light(palette.amber),
      bad: light(palette.red),
      busy: light(palette.violet),
    }),
  },
  dark: {
    '--mantine-color-body': '#12151b',
    '--mantine-color-text': palette.dark[0],
    '--mantine-color-dimmed': palette.dark[2],
    '--mantine-color-placeholder': '#8d939d',
    '--mantine-color-default-border': '#2b3038',
    '--mantine-color-error': palette.red[4],
    '--bg-app': '#0c0f14',
    '--bg-surface': '#12151b',
    '--bg-sunken': '#0f1217',
    '--bg-hover': '#1a1e25',
    '--bg-active': '#222730',
    '--bg-raised': '#181c23',
    '--bd': '#2b3038',
    '--bd-soft': '#21262d',
    '--bd-control': '#6b727d',
    '--tx-1': palette.dark[0],
    '--tx-2': '#b4bac3',
    '--tx-3': '#8d939d',
    '--ac': palette.iris[5],
    '--ac-tx': palette.iris[3],
    '--ac-soft': '#191e36',
    '--ac-soft-2': '#222a4d',
    '--ac-bd': '#3a458a',
    '--mark': palette.iris[7],
    '--star': palette.amber[4],
    '--secret-digit': palette.iris[3],
    '--secret-symbol': palette.red[3],
    '--seg-bg': '#0c0f14',
    '--seg-on': '#2b3038',
    '--sh-1': '0 1px 2px rgba(0,0,0,.4)',
    '--sh-2': '0 6px 16px rgba(0,0,0,.5)',
    '--sh-3': '0 18px 48px rgba(0,0,0,.6)',
    ...tones({
      neutral: { bg: '#242932', fg: palette.dark[1], bd: '#333944' },
      info: { bg: '#1e2648', fg: palette.iris[3], bd: '#34407c' },
      ok: { bg: '#11291d', fg: palette.green[3], bd: '#1f4731' },
      warn: { bg: '#302309', fg: palette.amber[3], bd: '#53400f' },
      bad: { bg: '#38171a', fg: palette.red[3], bd: '#61282b' },
      busy: { bg: '#2c1a33', fg: palette.violet[3], bd: '#4d2f57' },
    }),
  },
});
