import { describe, expect, test } from 'vitest';
import { readTable, TableError } from '../index.ts';
import { ample, cellsOf, inPieces, readAll } from '../testing.ts';

const problemsOf = async (file: string | Uint8Array, options = {}): Promise<unknown> =>
  (await readAll(file, { format: 'csv', ...options })).rows.map(({ line, problem }) => [line, problem ?? 'fine']);

const codeOf = async (reading: Promise<unknown>): Promise<string> =>
  reading.then(
    () => 'read',
    (error: unknown) => (error instanceof TableError ? error.code : String(error)),
  );

describe('separators', () => {
  test.each([
    [',', 'name,note\na,"x;y|z"\nb,c\n'],
    [';', 'name;note\na;"x,y"\nb;1,5\n'],
    ['\t', 'name\tnote, long\na\tx, y\nb\tc\n'],
    ['|', 'name|note\na|x\nb|c,d;e\n'],
    [',', 'name\na\nb\n'],
    [';', 'a;b;c,d\n1;2;3\n4;5;6\n'],
    [';', '"a;1";"b,2"\n"c";"d"\n'],
    [',', 'na"me,note\na,b\n'],
  ])('%j is found out', async (separator, file) => {
    expect((await readAll(file, { format: 'csv' })).detected).toEqual([
      { format: 'csv', encoding: 'utf-8', separator },
    ]);
  });

  test('the line in which a spreadsheet says it is no row', async () => {
    const { rows, detected } = await readAll('sep=;\r\na,x;b\r\n1;2\r\n');
    expect(detected).toMatchObject([{ separator: ';' }]);
    expect(rows).toEqual([
      { line: 2, cells: ['a,x', 'b'] },
      { line: 3, cells: ['1', '2'] },
    ]);
  });

  test('tabs when that is said, by format or name', async () => {
    const file = 'a,b,c\tx\n1,2,3\ty\n';
    expect(await cellsOf(file, { format: 'tsv' })).toEqual([
      ['a,b,c', 'x'],
      ['1,2,3', 'y'],
    ]);
    expect(await cellsOf(file, { name: 'List.TSV' })).toEqual(await cellsOf(file, { format: 'tsv' }));
    expect((await readAll(file, { name: 'list.txt' })).detected).toMatchObject([{ separator: ',' }]);
  });
});

describe('encodings', () => {
  const file = 'näme,wert\r\nMüller,€ 5 𝄞\r\n';
  const cells = [
    ['näme', 'wert'],
    ['Müller', '€ 5 𝄞'],
  ];
  const utf16be = Buffer.from(`\u{feff}${file}`, 'utf16le').swap16();

  test.each([
    ['utf-8', 'utf-8', Buffer.from(file)],
    ['utf-8 with a mark', 'utf-8', Buffer.from(`\u{feff}${file}`)],
    ['utf-16le', 'utf-16le', Buffer.from(`\u{feff}${file}`, 'utf16le')],
    ['utf-16be', 'utf-16be', utf16be],
  ])('%s', async (_, encoding, bytes) => {
    for (const size of [1, 2, 3, 1000]) {
      const { rows, detected } = await readAll(bytes, {}, size);
      expect(rows.map((row) => row.cells)).toEqual(cells);
      expect(detected).toMatchObject([{ encoding }]);
    }
  });

  test('windows-1252 when the start is no UTF-8', async () => {
    const bytes = Buffer.from('n\u00e4me,wert\r\nM\u00fcller,\u0080 \u0093x\u0094\r\n', 'latin1');
    const { rows, detected } = await readAll(bytes);
    expect(detected).toMatchObject([{ encoding: 'windows-1252' }]);
    expect(rows.map((row) => row.cells)).toEqual([
      ['näme', 'wert'],
      ['Müller', '€ “x”'],
    ]);
  });

  test('one broken byte makes no other encoding: its row alone is bad', async () => {
    const bytes = Buffer.concat([Buffer.from('näme,wert\nä,ö\nb'), Buffer.of(0xff), Buffer.from(',c\nü,\u{fffd}\n')]);
    const { rows, detected } = await readAll(bytes);
    expect(detected).toMatchObject([{ encoding: 'utf-8' }]);
    expect(rows).toEqual([
      { line: 1, cells: ['näme', 'wert'] },
      { line: 2, cells: ['ä', 'ö'] },
      { line: 3, cells: ['b\u{fffd}', 'c'], problem: 'encoding' },
      { line: 4, cells: ['ü', '\u{fffd}'] },
    ]);
  });

  test('broken bytes far behind the start cost their rows only', async () => {
    const lines = Array.from({ length: 200_000 }, (_, i) => `name-${i},value`);
    const bytes = Buffer.from(`${lines.join('\n')}\n`);
    const at = bytes.lastIndexOf('name-150000');
    bytes[at] = 0xe4;
    const { rows } = await readAll(bytes);
    expect(rows).toHaveLength(200_000);
    expect(rows.filter(({ problem }) => problem)).toEqual([
      { line: 150_001, cells: ['\u{fffd}ame-150000', 'value'], problem: 'encoding' },
    ]);
  });

  test.each([
    ['overlong', [0xc0, 0xaf]],
    ['a surrogate', [0xed, 0xa0, 0x80]],
    ['beyond Unicode', [0xf4, 0x90, 0x80, 0x80]],
    ['cut short', [0xe2, 0x82]],
  ])('%s is no UTF-8', async (_, bad) => {
    const bytes = Buffer.concat([Buffer.from('ä,ö,ü,ß\nä,ö,ü,ß\n'), Buffer.from(bad), Buffer.from(',b\nc,d\n')]);
    expect(await problemsOf(bytes)).toEqual([
      [1, 'fine'],
      [2, 'fine'],
      [3, 'encoding'],
      [4, 'fine'],
    ]);
  });

  test('a character that the end of the file cuts off', async () => {
    expect(await problemsOf(Buffer.concat([Buffer.from('a\nb'), Buffer.of(0xe2, 0x82)]))).toEqual([
      [1, 'fine'],
      [2, 'encoding'],
    ]);
    expect(await problemsOf(Buffer.from([0xff, 0xfe, 0x61, 0x00, 0x0a, 0x00, 0x62]))).toEqual([
      [1, 'fine'],
      [2, 'encoding'],
    ]);
  });
});

describe('records', () => {
  test('every line ending, blank rows, and the line on which a record starts', async () => {
    const { rows } = await readAll(',,\r\na,b\r\n\r\n1,"x\ny\r\nz"\r2,3\n   \n,\n4,5');
    expect(rows).toEqual([
      { line: 2, cells: ['a', 'b'] },
      { line: 4, cells: ['1', 'x\ny\r\nz'] },
      { line: 7, cells: ['2', '3'] },
      { line: 10, cells: ['4', '5'] },
    ]);
  });

  test('short rows are filled up, long ones are a problem unless only empty cells are too many', async () => {
    expect((await readAll('a,b\n1\n1,2,,\n1,2,3\n')).rows).toEqual([
      { line: 1, cells: ['a', 'b'] },
      { line: 2, cells: ['1', ''] },
      { line: 3, cells: ['1', '2'] },
      { line: 4, cells: ['1', '2', '3'], problem: 'columns' },
    ]);
  });

  test('spaces around quotes, doubled quotes, quoted empty cells', async () => {
    expect(await cellsOf('a, "b" ,c\n"say ""x""",  "", d \n')).toEqual([
      ['a', 'b', 'c'],
      ['say "x"', '', ' d '],
    ]);
  });

  test('control characters are left out and told', async () => {
    expect((await readAll('a,b\nx\0y,1\x1b\u0085\n"t\tab",ok\n', { format: 'csv' })).rows).toEqual([
      { line: 1, cells: ['a', 'b'] },
      { line: 2, cells: ['xy', '1'], problem: 'control' },
      { line: 3, cells: ['t\tab', 'ok'] },
    ]);
  });

  test('too many cells', async () => {
    const { rows } = await readAll('a,b\n1,2,3,4,5,6,7\n1,2\n', { maxCells: 3 });
    expect(rows[1]).toEqual({ line: 2, cells: ['1', '2', '3'], problem: 'columns' });
    expect(rows[2]).toEqual({ line: 3, cells: ['1', '2'] });
  });
});

describe('broken quotes', () => {
  test('cost the line they are on and no other', async () => {
    expect((await readAll('a,b\n1,"open\n2,fine\nx"y,3\n"x"y,4\n5,fine\n')).rows).toEqual([
      { line: 1, cells: ['a', 'b'] },
      { line: 2, cells: ['1', '"open'], problem: 'quote' },
      { line: 3, cells: ['2', 'fine'] },
      { line: 4, cells: ['x"y', '3'], problem: 'quote' },
      { line: 5, cells: ['"x"y', '4'], problem: 'quote' },
      { line: 6, cells: ['5', 'fine'] },
    ]);
  });

  test('one that is never closed leaves 99,999 good lines', async () => {
    const lines = Array.from({ length: 100_000 }, (_, i) => `name-${i},"value ${i}"`);
    lines[10] = 'name-10,"value';
    const { rows } = await readAll(`a,b\n${lines.join('\n')}\n`);
    expect(rows).toHaveLength(100_001);
    expect(rows.filter(({ problem }) => problem)).toEqual([
      { line: 12, cells: ['name-10', '"value'], problem: 'quote' },
    ]);
  });

  test('at the very end', async () => {
    expect(await problemsOf('a,b\n1,2\n3,"')).toEqual([
      [1, 'fine'],
      [2, 'fine'],
      [3, 'quote'],
    ]);
  });

  test('a quoted cell has 200 lines and no more', async () => {
    const cell = (lines: number): string => `"${'x\n'.repeat(lines - 1)}x"`;
    const fits = await readAll(`a,b\n1,${cell(200)}\n2,y\n`);
    expect(fits.rows.map(({ line, problem }) => [line, problem])).toEqual([
      [1, undefined],
      [2, undefined],
      [202, undefined],
    ]);
    const { rows } = await readAll(`a,b\n1,${cell(201)}\n2,y\n`);
    expect(rows[1]).toEqual({ line: 2, cells: ['1', '"x'], problem: 'quote' });
    expect(rows).toHaveLength(1 + 201 + 1);
    // The last line of the cell has a mark that opens nothing.
    expect(rows.at(-2)).toMatchObject({ line: 202, problem: 'quote' });
    expect(rows.at(-1)).toEqual({ line: 203, cells: ['2', 'y'] });
  });

  test('are found in time that grows with the file alone', async () => {
    const took = async (file: string): Promise<number> => {
      const began = process.cpuUsage();
      await readAll(file, { format: 'csv' });
      const { user, system } = process.cpuUsage(began);
      return (user + system) / 1000;
    };
    // Each line opens a cell; each holds marks that look like the end of the cell before; each closes one and opens one.
    for (const line of ['x,"\n', '"",x,"\n', 'x",y,"\n', '"x""\n', '""""""""\n', ' ""x,"\n']) {
      expect(await took(`a,b\n${line.repeat(300_000)}`), JSON.stringify(line)).toBeLessThan(8000);
    }
  }, 120_000);
});

describe('limits', () => {
  test('a cell of 10 MB costs its row', async () => {
    const huge = 'x'.repeat(10_000_000);
    for (const cell of [huge, `"${huge}"`]) {
      const { rows } = await readAll(`a,b\n1,${cell}\n2,y\n`, { maxCellLength: 1000 });
      expect(rows.map(({ line, problem }) => [line, problem])).toEqual([
        [1, undefined],
        [2, 'too-long'],
        [3, undefined],
      ]);
      expect(rows[1]!.cells[0]).toBe('1');
      expect(rows[1]!.cells[1]).toHaveLength(1000);
      expect(rows[2]!.cells).toEqual(['2', 'y']);
    }
  });

  test('a cell that is one character too long, and one that is not', async () => {
    expect((await readAll('a\nxyz\nxyzw\n𝄞𝄞\n', { maxCellLength: 3 })).rows).toEqual([
      { line: 1, cells: ['a'] },
      { line: 2, cells: ['xyz'] },
      { line: 3, cells: ['xyz'], problem: 'too-long' },
      { line: 4, cells: ['𝄞\u{fffd}'], problem: 'too-long' },
    ]);
  });

  test('rows', async () => {
    expect(await codeOf(readAll('a\n1\n2\n', { maxRows: 2 }))).toBe('read');
    expect(await codeOf(readAll('a\n1\n2\n3\n', { maxRows: 2 }))).toBe('too-many-rows');
    expect(await codeOf(readAll('a\n1\nx"\n"\n', { maxRows: 2 }))).toBe('too-many-rows');
  });

  test('of a gigabyte no more is read than is allowed, and the source is closed', async () => {
    let sent = 0;
    let closed = false;
    const gigabyte = async function* (): AsyncGenerator<Uint8Array> {
      const piece = Buffer.from('name,value\n'.repeat(6000));
      try {
        for (; sent < 1024 ** 3; sent += piece.length) yield piece;
      } finally {
        closed = true;
      }
    };
    const reading = async (): Promise<number> => {
      let rows = 0;
      for await (const _ of readTable(gigabyte(), { format: 'csv', ...ample, maxRows: Infinity, maxBytes: 5_000_000 }))
        rows++;
      return rows;
    };
    await expect(reading()).rejects.toThrow(
      new TableError('too-large', 'The file is larger than 4.8 MB. Split it into several files.'),
    );
    expect(sent).toBeLessThan(5_000_000 + 70_000);
    expect(closed).toBe(true);
  });

  test('a reader that stops closes the source', async () => {
    let closed = false;
    const source = async function* (): AsyncGenerator<Uint8Array> {
      try {
        yield* inPieces(Buffer.from('a\n'.repeat(1_000_000)), 1000);
      } finally {
        closed = true;
      }
    };
    for await (const row of readTable(source(), { format: 'csv', ...ample })) if (row.line === 3) break;
    expect(closed).toBe(true);
  });

  test('what fails at the source is told as it is', async () => {
    const failing = async function* (): AsyncGenerator<Uint8Array> {
      yield Buffer.from('a\n');
      throw new Error('the connection broke');
    };
    await expect(readTable(failing(), { format: 'csv', ...ample }).next()).rejects.toThrow('the connection broke');
  });
});

describe('what is no table', () => {
  test.each([
    ['nothing', '', 'empty'],
    ['blank rows', '\n \r\n\t\n,,\n"",\n', 'empty'],
    ['a web page', '\n<!DOCTYPE html><html><table><tr><td>a</td></tr></table></html>', 'not-a-table'],
    ['a picture', Buffer.from('89504e470d0a1a0a'.repeat(20) + '0001020304050607'.repeat(40), 'hex'), 'not-a-table'],
    ['UTF-16 without a mark', Buffer.from('name,value\n'.repeat(100), 'utf16le'), 'not-a-table'],
    ['an archive', Buffer.from('PK\x03\x04 and so on'), 'not-a-table'],
    ['an old workbook', Buffer.from(`d0cf11e0a1b11ae1${'00'.repeat(600)}`, 'hex'), 'not-a-table'],
    [
      'an encrypted workbook',
      Buffer.concat([
        Buffer.from('d0cf11e0a1b11ae1', 'hex'),
        Buffer.alloc(600),
        Buffer.from('EncryptedPackage', 'utf16le'),
      ]),
      'encrypted',
    ],
  ])('%s', async (_, file, code) => {
    expect(await codeOf(readAll(file, { format: 'csv' }))).toBe(code);
  });

  test('text that was said to be a workbook', async () => {
    expect(await codeOf(readAll('a,b\n', { format: 'xlsx' }))).toBe('not-a-table');
    expect(await codeOf(readAll('', { format: 'xlsx' }))).toBe('empty');
  });
});
