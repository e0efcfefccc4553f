import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isNear, nearly, piecesOf, spellingsIn } from './words.ts';

const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c', 'd'), minLength: 1, maxLength: 8 });

/** Every word that is one edit away, made by making them all. */
function edits(of: string): Set<string> {
  const made = new Set([of]);
  for (let i = 0; i <= of.length; i++) {
    made.add(of.slice(0, i) + of.slice(i + 1));
    if (i + 1 < of.length) made.add(of.slice(0, i) + (of[i + 1] ?? '') + (of[i] ?? '') + of.slice(i + 2));
    for (const letter of 'abcd') {
      made.add(of.slice(0, i) + letter + of.slice(i));
      if (i < of.length) made.add(of.slice(0, i) + letter + of.slice(i + 1));
    }
  }
  return made;
}

describe('a misspelt word', () => {
  it('is near to exactly the words that one edit makes of it', () => {
    fc.assert(
      fc.property(word, word, (a, b) => {
        expect(isNear(a, b)).toBe(edits(a).has(b));
        for (const one of edits(a)) expect([one, isNear(a, one)]).toEqual([one, true]);
      }),
      { numRuns: 2000 },
    );
  });

  it('is spelled as the words of texts that are near, or begin so', () => {
    const texts = ['fra-db-lnx-0421 linux infrastructure fra', 'svc_backup root', 'oracle_dba'];
    expect(spellingsIn('infrastrcture', texts)).toEqual(['infrastructure']);
    expect(spellingsIn('infrastrctu', texts)).toEqual(['infrastructure']);
    expect(spellingsIn('svc_bckup', texts)).toEqual(['svc_backup']);
    expect(spellingsIn('orcale', texts)).toEqual(['oracle_dba']);
    expect(spellingsIn('zzzzzz', texts)).toEqual([]);
  });

  it('is known by a few pieces, one of which is in every text that has any of its spellings', () => {
    const written = fc.string({
      unit: fc.constantFrom('a', 'b', 'c', '%', '_', '\\', 'é'),
      minLength: 4,
      maxLength: 16,
    });
    const anything = fc.string({ unit: fc.constantFrom('a', 'b', 'x'), maxLength: 3 });
    fc.assert(
      fc.property(written, fc.constantFrom('swapped', 'edited'), anything, anything, (typed, how, before, after) => {
        const patterns = nearly(typed, how);
        const pieces = piecesOf(patterns);
        if (pieces.length === 0) return;
        expect(pieces.length * 2).toBeLessThan(patterns.length);
        for (const pattern of patterns) {
          const text = pattern.slice(1, -1).replaceAll(/\\(.)|_/g, (_, escaped: string | undefined) => escaped ?? 'z');
          expect(pieces.some((piece) => (before + text + after).includes(piece))).toBe(true);
        }
      }),
      { numRuns: 2000 },
    );
    expect(piecesOf(nearly('infrastrcture', 'edited'))).toHaveLength(2);
  });
});
