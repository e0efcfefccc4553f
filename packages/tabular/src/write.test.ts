import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { letter } from '../../../tools/lib/letters.ts';
import { writeCsv, type Cell } from './index.ts';
import { readAll } from './testing.ts';

async function* each<T>(items: readonly T[]): AsyncGenerator<T> {
  yield* items;
}

async function written(header: readonly string[], rows: readonly (readonly Cell[])[]): Promise<string> {
  let csv = '';
  for await (const piece of writeCsv(header, each(rows))) csv += piece;
  return csv;
}

/** The cells as a reader that is not ours sees them. */
const readElsewhere = (csv: string): string[][] => parse(csv, { bom: true, record_delimiter: '\r\n' });

const signs = ['=', '+', '-', '@', '＝', '＋', '－', '＠'];
const dangerous = [...signs, '\t', '\r', '\n', '\0'];
const text = fc.oneof(
  fc.string({ unit: letter, maxLength: 12 }),
  fc
    .array(fc.constantFrom(...dangerous, ' ', '"', "'", ',', ';', '\u{a0}', '\u{feff}', '1', 'e', '.', 'A', '()'), {
      maxLength: 8,
    })
    .map((parts) => parts.join('')),
);
const cell = fc.oneof(text, fc.double(), fc.integer(), fc.constant(null));
const table = fc
  .integer({ min: 1, max: 5 })
  .chain((width) =>
    fc.tuple(
      fc.array(text, { minLength: width, maxLength: width }),
      fc.array(fc.array(cell, { minLength: width, maxLength: width }), { maxLength: 8 }),
    ),
  );

describe('writing CSV', () => {
  test('a byte order mark, CRLF, quotes where RFC 4180 asks for them', async () => {
    expect(
      await written(
        ['name', 'note'],
        [
          ['a,b', 'say "x"\nthen'],
          ['plain', null],
          [7, -1.5],
        ],
      ),
    ).toBe('\u{feff}name,note\r\n"a,b","say ""x""\nthen"\r\nplain,\r\n7,-1.5\r\n');
  });

  test.each([
    ['=1+1', "'=1+1"],
    ['+A1', "'+A1"],
    ['-A1', "'-A1"],
    ['@SUM(A1)', "'@SUM(A1)"],
    ['＝1+1', "'＝1+1"],
    ['  =1', "'  =1"],
    ['\u{a0}=1', "'\u{a0}=1"],
    ['\u{feff}=1', "'\u{feff}=1"],
    ['"=1"', `'"=1"`],
    ['\tx', "'\tx"],
    ['\r=1', "'\r=1"],
    ['\n=1', "'\n=1"],
    ['-5', '-5'],
    ['+49123', '+49123'],
    ['-1.5e-7', '-1.5e-7'],
    ['-5+1', "'-5+1"],
    ['-5\n', "'-5\n"],
    ["'=1", "'=1"],
    ['a=1', 'a=1'],
  ])('%j is written %j', async (given, expected) => {
    expect(readElsewhere(await written(['h'], [[given]]))[1]).toEqual([expected]);
    expect(readElsewhere(await written([given], []))[0]).toEqual([expected]);
  });

  test('numbers that are none are text', async () => {
    expect(readElsewhere(await written(['h'], [[-Infinity], [NaN]]))).toEqual([['h'], ["'-Infinity"], ['NaN']]);
  });

  test('no cell starts a formula, whatever is written', async () => {
    await fc.assert(
      fc.asyncProperty(table, async ([header, rows]) => {
        const cells = readElsewhere(await written(header, rows));
        expect(cells).toHaveLength(rows.length + 1);
        for (const each of cells.flat()) {
          if (each !== '' && Number.isFinite(Number(each)) && each === each.trim() && /^[-+]?\d/.test(each)) continue;
          expect(dangerous).not.toContain(each.charAt(0));
          expect(signs).not.toContain(each.replace(/^[\s\0"]+/, '').charAt(0));
        }
      }),
      { numRuns: 1000 },
    );
  });

  test('what is written is read back, but for apostrophes before formulas and rows without text', async () => {
    const readable = table
      .map(
        ([header, rows]) =>
          [header, ...rows.map((row) => row.map((each) => (each === null ? '' : String(each))))].map((row) =>
            row.map((each) => each.replace(/[^\P{Cc}\t\n\r]/gu, '')),
          ) as [string[], ...string[][]],
      )
      .map(([header, ...rows]): [string[], ...string[][]] => [
        header.map((each) => `h${each}`),
        ...rows.filter((row) => row.some((each) => each.trim() !== '')),
      ]);
    await fc.assert(
      fc.asyncProperty(readable, async ([header, ...rows]) => {
        const csv = await written(header, rows);
        const { rows: read, detected } = await readAll(csv, { format: 'csv' });
        expect(detected).toEqual([{ format: 'csv', encoding: 'utf-8', separator: ',' }]);
        const undone = read.map(({ cells, problem }, i) => {
          expect(problem).toBeUndefined();
          return cells.map((text, k) => (text === `'${[header, ...rows][i]![k]}` ? text.slice(1) : text));
        });
        expect(undone).toEqual([header, ...rows]);
        expect(read.map(({ cells }) => cells)).toEqual(readElsewhere(csv));
      }),
      { numRuns: 500 },
    );
  });

  test('rows are taken as the reader asks, not ahead', async () => {
    let taken = 0;
    const endless = async function* (): AsyncGenerator<string[]> {
      for (;;) {
        taken++;
        yield ['x'.repeat(1000)];
      }
    };
    const pieces = writeCsv(['h'], endless());
    await pieces.next();
    expect(taken).toBeLessThan(20);
    await pieces.return(undefined);
  });
});
