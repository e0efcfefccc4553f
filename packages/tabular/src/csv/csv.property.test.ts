import { parse } from 'csv-parse/sync';
import { stringify } from 'csv-stringify/sync';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { letter as anyLetter } from '../../../../tools/lib/letters.ts';
import { TableError, type Row } from '../index.ts';
import { cellsOf, readAll } from '../testing.ts';

/** Records as a grammar over the whole text says: a second reader, slow and simple. */
function byGrammar(text: string): { line: number; cells: string[]; broken: boolean }[] {
  const record = / *"(?:[^"]|"")*" *(?:,|(?=[\r\n]|$(?![^])))|[^,"\r\n]*(?:,|(?=[\r\n]|$(?![^])))/y;
  const rows: { line: number; cells: string[]; broken: boolean }[] = [];
  let at = 0;
  let line = 1;
  while (at < text.length) {
    const cells: string[] = [];
    let end = at;
    let more = true;
    while (more) {
      record.lastIndex = end;
      const [found] = record.exec(text) ?? [];
      if (found === undefined) break;
      end += found.length;
      more = found.endsWith(',') && (!/^ *"/.test(found) || /" *,$/.test(found));
      const cell = more ? found.slice(0, -1) : found;
      cells.push(/^ *"/.test(cell) ? cell.trim().slice(1, -1).replaceAll('""', '"') : cell);
    }
    if (more) end = at + /^[^\r\n]*/.exec(text.slice(at))![0].length;
    end += /^(?:\r\n|\r|\n)?/.exec(text.slice(end))![0].length;
    if (more || cells.some((cell) => cell.trim() !== '')) rows.push({ line, cells, broken: more });
    line += text.slice(at, end).match(/\r\n|\r|\n/g)?.length ?? 0;
    at = end;
  }
  return rows;
}

const letter = fc.constantFrom('"', '"', ',', '\n', '\r', '\r\n', ' ', 'a', 'ü', '""', '","', '\n"', '"\n');
const scribble = fc.array(letter, { maxLength: 40 }).map((parts) => `a,b\n${parts.join('')}`);
const plainCell = fc.string({ unit: anyLetter, maxLength: 10 }).map((text) => text.replace(/[^\P{Cc}\t\n\r]/gu, ''));

describe('every record is one row', () => {
  test('of text made of quotes, separators and line ends, as a grammar says', async () => {
    await fc.assert(
      fc.asyncProperty(scribble, async (text) => {
        const { rows } = await readAll(text, { format: 'csv', onDetected: () => undefined });
        const expected = byGrammar(text);
        const seen = rows.map(({ line, problem }) => ({ line, broken: problem === 'quote' }));
        expect(seen).toEqual(expected.map(({ line, broken }) => ({ line, broken })));
        for (const [i, { cells, problem }] of rows.entries()) {
          if (problem) continue;
          const wanted = expected[i]!.cells;
          while (wanted.length > 2 && wanted.at(-1) === '') wanted.pop();
          while (wanted.length < 2) wanted.push('');
          expect(cells).toEqual(wanted);
        }
      }),
      { numRuns: 5000 },
    );
  });

  test('of files of good and bad lines: rows and problems add up, in whatever pieces they come', async () => {
    const word = fc.constantFrom('alpha', 'Ünï', 'x y', 'semi;colon', '100');
    const good = fc.array(word, { minLength: 3, maxLength: 3 });
    const quotedGood = fc.tuple(word, word).map(([a, b]) => [a, `${b}\nmore, "and" more`, b]);
    type Piece = { text: Buffer; problem: string | undefined };
    const piece = (text: string, problem?: string): Piece => ({ text: Buffer.from(text), problem });
    const record = fc.oneof(
      good.map((cells) => piece(cells.join(','))),
      good.map((cells) => piece(cells.map((cell) => `"${cell}"`).join(','))),
      quotedGood.map((cells) => piece(stringify([cells]).trimEnd())),
      word.map((cell) => piece(cell)),
      word.map((cell) => piece(`${cell},mid"quote,${cell}`, 'quote')),
      word.map((cell) => piece(`"${cell}"tail,${cell}`, 'quote')),
      word.map((cell) => piece(`${cell},"never closed,${cell}`, 'quote')),
      word.map((cell) => piece(`${cell},b,c,d`, 'columns')),
      word.map((cell) => piece(`${cell},nul\0`, 'control')),
      word.map((cell) => piece(`${cell},${'long'.repeat(50)}`, 'too-long')),
      word.map((cell): Piece => ({ text: Buffer.concat([Buffer.from(cell), Buffer.of(0xfc)]), problem: 'encoding' })),
    );
    const ends = fc.constantFrom('\n', '\r\n', '\r', '\n\n', '\r\n\r\n', '\r\r', '\n  \n');
    const file = fc.record({
      mark: fc.boolean(),
      records: fc.array(fc.tuple(record, ends), { maxLength: 30 }),
      size: fc.integer({ min: 1, max: 200 }),
    });
    await fc.assert(
      fc.asyncProperty(file, async ({ mark, records, size }) => {
        const header = Buffer.from(`${mark ? '\u{feff}' : ''}näme,größe,maß,ß\n`.replace(',ß', ''));
        // Enough letters beyond ASCII to make it UTF-8 in spite of the broken bytes.
        const umlauts = Buffer.from('ä,ö,ü\n'.repeat(20));
        const bytes = Buffer.concat([
          header,
          umlauts,
          ...records.flatMap(([{ text }, end]) => [text, Buffer.from(end)]),
        ]);
        const { rows } = await readAll(bytes, { format: 'csv', maxCellLength: 100 }, size);
        expect(rows.slice(21).map(({ problem }) => problem)).toEqual(records.map(([{ problem }]) => problem));
        expect((await readAll(bytes, { format: 'csv', maxCellLength: 100 })).rows).toEqual(rows);
      }),
      { numRuns: 300 },
    );
  });

  test('of any bytes: rows in the order of the lines, or a kind error', async () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      fc
        .array(fc.constantFrom(0xff, 0xfe, 0xef, 0xbb, 0xbf, 0x22, 0x2c, 0x0d, 0x0a, 0x00, 0x61, 0xe2, 0x82, 0xac), {
          maxLength: 200,
        })
        .map((all) => Uint8Array.from(all)),
    );
    await fc.assert(
      fc.asyncProperty(bytes, fc.integer({ min: 1, max: 20 }), async (file, size) => {
        const outcome = async (pieceSize?: number): Promise<Row[] | string> =>
          readAll(file, { format: 'auto', maxCells: 5 }, pieceSize).then(
            ({ rows }) => rows,
            (error: unknown) => {
              if (error instanceof TableError) return error.code;
              throw error;
            },
          );
        const rows = await outcome();
        expect(await outcome(size)).toEqual(rows);
        if (typeof rows === 'string') return;
        for (const [i, { line, cells }] of rows.entries()) {
          expect(line).toBeGreaterThan(rows[i - 1]?.line ?? 0);
          for (const cell of cells) expect(cell.isWellFormed() && !/[^\P{Cc}\t\n\r]/u.test(cell)).toBe(true);
        }
      }),
      { numRuns: 2000 },
    );
  });
});

describe('together with other programs', () => {
  const table = fc.array(fc.array(plainCell, { minLength: 3, maxLength: 3 }), { minLength: 1, maxLength: 6 });

  test('what another writer writes is read as another reader reads it, but for blank rows', async () => {
    const ending = fc.constantFrom('\n', '\r\n', '\r');
    await fc.assert(
      fc.asyncProperty(table, fc.constantFrom(',', '\t'), ending, fc.boolean(), async (rows, separator, end, all) => {
        const header = ['a', 'b', 'c'];
        const file = stringify([header, ...rows], {
          delimiter: separator,
          record_delimiter: end,
          quoted: all,
          quoted_match: /[ \r\n]/,
        });
        const cells = await cellsOf(file, { format: separator === '\t' ? 'tsv' : 'csv' });
        const elsewhere: unknown = parse(file, { delimiter: separator, record_delimiter: end });
        expect(cells).toEqual([header, ...rows.filter((row) => row.some((cell) => cell.trim() !== ''))]);
        expect(elsewhere).toEqual([header, ...rows]);
      }),
      { numRuns: 1000 },
    );
  });
});
