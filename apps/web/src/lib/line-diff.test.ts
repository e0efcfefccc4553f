import { describe, expect, it } from 'vitest';
import { diffLines, folded } from './line-diff.ts';

/** A small generator of numbers, so that a failure can be repeated. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 1103515245 + 12345) % 2147483648) / 2147483648;
}

describe('a comparison of lines', () => {
  it('says what stayed, what went and what came', () => {
    expect(diffLines(['a', 'b', 'c'], ['a', 'x', 'c', 'd'])).toEqual([
      { is: 'same', text: 'a' },
      { is: 'removed', text: 'b' },
      { is: 'added', text: 'x' },
      { is: 'same', text: 'c' },
      { is: 'added', text: 'd' },
    ]);
  });

  it('gives both sides back, whatever they are: nothing that runs is left out of a review', () => {
    const random = numbers(7);
    for (let round = 0; round < 300; round++) {
      const side = () => Array.from({ length: Math.floor(random() * 12) }, () => 'abc'[Math.floor(random() * 3)] ?? '');
      const [before, after] = [side(), side()];
      const lines = diffLines(before, after);
      expect(lines.filter(({ is }) => is !== 'added').map(({ text }) => text)).toEqual(before);
      expect(lines.filter(({ is }) => is !== 'removed').map(({ text }) => text)).toEqual(after);
    }
    const long = Array.from({ length: 3500 }, (_, n) => `line ${n}`);
    expect(diffLines(long, [])).toHaveLength(3500);
  });

  it('folds what did not change, but for its surroundings', () => {
    const before = Array.from({ length: 20 }, (_, n) => `${n}`);
    const shown = folded(diffLines(before, [...before.slice(0, 10), 'new', ...before.slice(10)]), 2);
    expect(shown.map((line) => (line.is === 'fold' ? line.count : line.text))).toEqual([
      8,
      '8',
      '9',
      'new',
      '10',
      '11',
      8,
    ]);
  });
});
