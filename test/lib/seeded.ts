/** Chance that a seed repeats. */
export interface Chance {
  /** A whole number, both ends included. */
  between(from: number, to: number): number;
  shuffled<T>(items: readonly T[]): T[];
  /** A password that keeps the strong policy and is as awkward as one may be: for shells, terminals, prompts and files. */
  password(): string;
}

// Each has broken some program that set passwords: quoting, comments, options, fields, expansion, encodings, erase keys.
const awkward = [
  `'"`,
  '$(id)',
  '`id`',
  '\\n\\',
  ' # ',
  '::',
  '@^#',
  '${HOME}',
  '%s%n',
  '&&||;',
  '!!',
  '~/*?',
  '<>|',
  'é€ß',
  '日本',
  '😀',
  '-p ',
  'Password:',
];

/** Mulberry32, a small generator that is good enough to pick test cases. Source: Tommy Ettinger, public domain. */
export function seeded(seed: number): Chance {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  const between = (from: number, to: number): number => from + Math.floor(next() * (Math.max(from, to) - from + 1));
  const shuffled = <T>(items: readonly T[]): T[] =>
    items
      .map((item) => ({ item, at: next() }))
      .sort((a, b) => a.at - b.at)
      .map(({ item }) => item);
  return {
    between,
    shuffled,
    password() {
      const parts = shuffled(awkward).slice(0, 3);
      return `${parts[0] ?? ''}Qz${String(between(10_000, 99_999))}${parts[1] ?? ''}!vX=${parts[2] ?? ''}${String(between(100, 999))}`;
    },
  };
}
