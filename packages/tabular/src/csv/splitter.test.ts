import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { RawRow } from '../shape.ts';
import { Splitter } from './splitter.ts';

/** The rows of a text that comes in pieces. */
function split(pieces: readonly string[], maxQuoted: number): RawRow[] {
  const splitter = new Splitter({ separator: ',', maxQuoted, maxCells: 4 }, 1);
  return [...pieces.flatMap((piece) => [...splitter.feed(piece, false)]), ...splitter.feed('', true)];
}

const letter = fc.constantFrom('"', '"', ',', '\n', '\r', '\r\n', ' ', 'a', '""', '",', ',"', 'a"\r\n', 'abcdefgh');

test('the rows do not depend on where the text is cut', () => {
  fc.assert(
    fc.property(
      fc.array(fc.array(letter, { maxLength: 6 }), { maxLength: 12 }),
      fc.integer({ min: 1, max: 9 }),
      (parts, n) => {
        const pieces = parts.map((part) => part.join(''));
        const whole = split([pieces.join('')], n);
        expect(split(pieces, n)).toEqual(whole);
        expect(split([...pieces.join('')], n)).toEqual(whole);
      },
    ),
    { numRuns: 5000 },
  );
});

test('a bad line ends with its CR, its LF, or both, also where the text is cut between them', () => {
  for (const end of ['\r', '\n', '\r\n']) {
    const rows = split(['a', '"', 'b', ...end, 'c,d', ...end], 100);
    expect(rows).toEqual([
      { line: 1, cells: ['a"b'], problem: 'quote' },
      { line: 2, cells: ['c', 'd'] },
    ]);
  }
});

test('a record of more than a megabyte costs its first line', () => {
  const cells = Array.from({ length: 20 }, () => `"${'x'.repeat(60_000)}\n"`).join(',');
  const rows = split([`${cells}\nfine,row\n`], 64 * 1024);
  expect(rows[0]).toMatchObject({ line: 1, problem: 'quote' });
  expect(rows.at(-1)).toEqual({ line: 22, cells: ['fine', 'row'] });
});
