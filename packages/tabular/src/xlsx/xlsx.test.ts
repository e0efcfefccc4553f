import { strToU8, zipSync, type Zippable } from 'fflate';
import { describe, expect, test } from 'vitest';
import { TableError } from '../index.ts';
import { cellsOf, readAll, workbookOf } from '../testing.ts';

const inline = (text: string, at = ''): string => `<c${at && ` r="${at}"`} t="inlineStr"><is><t>${text}</t></is></c>`;
const row = (...cells: string[]): string => `<row>${cells.join('')}</row>`;
const header = row(inline('a'), inline('b'), inline('c'));

const codeOf = async (file: Uint8Array, options = {}): Promise<string> =>
  readAll(file, options).then(
    () => 'read',
    (error: unknown) => (error instanceof TableError ? error.code : String(error)),
  );

/** A workbook with one number in each format code or built-in format. */
async function shown(value: number | string, format: string | number, date1904 = false): Promise<string | undefined> {
  const own = typeof format === 'string';
  const file = workbookOf({
    sheets: { S: row(`<c s="1"><v>${value}</v></c>`) },
    styles: `${own ? `<numFmts><numFmt numFmtId="170" formatCode="${format.replaceAll('"', '&quot;')}"/></numFmts>` : ''}<cellStyleXfs><xf numFmtId="14"/></cellStyleXfs><cellXfs><xf numFmtId="0"/><xf numFmtId="${own ? 170 : format}"/></cellXfs>`,
    date1904,
  });
  return (await readAll(file)).rows[0]?.cells[0];
}

describe('cells', () => {
  test('shared and inline strings, runs of formatted text, numbers, booleans', async () => {
    const file = workbookOf({
      sheets: {
        S:
          row('<c t="s"><v>0</v></c>', '<c t="s"><v>1</v></c>', inline('c')) +
          row('<c><v>42</v></c>', '<c t="b"><v>1</v></c>', '<c t="str"><v>x &amp; y</v></c>') +
          row('<c t="n"><v>1.5</v></c>', '<c t="b"><v>0</v></c>', '<c t="d"><v>2026-11-26</v></c>'),
      },
      strings:
        '<si><t xml:space="preserve"> a </t></si><si><r><t>rich </t></r><r><rPr><b/></rPr><t>text</t></r><rPh sb="0" eb="1"><t>no</t></rPh></si>',
    });
    expect(await cellsOf(file)).toEqual([
      [' a ', 'rich text', 'c'],
      ['42', 'TRUE', 'x & y'],
      ['1.5', 'FALSE', '2026-11-26'],
    ]);
  });

  test('stand where their reference says; rows bear the number of the sheet; blank ones are none', async () => {
    const file = workbookOf({
      sheets: {
        S: `<row r="3">${inline('a', 'A3')}${inline('c', 'C3')}</row><row r="4"/><row r="5">${inline(' ', 'A5')}</row><row r="9">${inline('z', 'C9')}${inline('x', 'A9')}</row>`,
      },
    });
    expect((await readAll(file)).rows).toEqual([
      { line: 3, cells: ['a', '', 'c'] },
      { line: 9, cells: ['x', '', 'z'] },
    ]);
  });

  test('with a prefix before every name', async () => {
    const sheet = `<x:worksheet xmlns:x="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><x:sheetData><x:row><x:c t="inlineStr"><x:is><x:t><![CDATA[a<b]]></x:t></x:is></x:c></x:row></x:sheetData></x:worksheet>`;
    const file = workbookOf({ sheets: { S: '' }, parts: { 'xl/worksheets/s0.xml': strToU8(sheet) } });
    expect(await cellsOf(file)).toEqual([['a<b']]);
  });

  test('_x000A_ is a line break, and _x005F_ an underscore', async () => {
    expect(await cellsOf(workbookOf({ sheets: { S: row(inline('a_x000A_b'), inline('_x005F_x000A_')) } }))).toEqual([
      ['a\nb', '_x000A_'],
    ]);
  });

  test('formulas have the result that the file holds, and are marked', async () => {
    const file = workbookOf({
      sheets: {
        S:
          header +
          row(inline('x'), '<c><f>1+1</f><v>2</v></c>', '<c t="str"><f>A1&amp;"y"</f><v>xy</v></c>') +
          row(inline('x'), '<c t="str"><f>""</f><v></v></c>') +
          row(inline('x'), '<c><f>NOW()</f></c>') +
          row(inline('x'), '<c t="e"><f>1/0</f><v>#DIV/0!</v></c>'),
      },
    });
    expect((await readAll(file)).rows.slice(1)).toEqual([
      { line: 2, cells: ['x', '2', 'xy'], formulaCells: [1, 2] },
      { line: 3, cells: ['x', '', ''], formulaCells: [1] },
      { line: 4, cells: ['x', ''], problem: 'formula', formulaCells: [1] },
      { line: 5, cells: ['x', '#DIV/0!'], problem: 'value', formulaCells: [1] },
    ]);
  });

  test('what cannot be used is a problem of its row', async () => {
    const file = workbookOf({
      sheets: {
        S:
          header +
          row('<c t="e"><v>#N/A</v></c>') +
          row('<c t="s"><v>7</v></c>') +
          row('<c><v>many</v></c>') +
          row(inline('1'), inline('2'), inline('3'), inline('4')) +
          row(inline('nul_x0000_')) +
          row(inline('half_xD800_')) +
          row(inline('long'.repeat(30))) +
          row(inline('far', 'XFD8')) +
          row(inline('fine')),
      },
    });
    const { rows } = await readAll(file, { maxCellLength: 100, maxCells: 50 });
    expect(rows.map(({ problem }) => problem)).toEqual([
      undefined,
      'value',
      'value',
      'value',
      'columns',
      'control',
      'encoding',
      'too-long',
      'columns',
      undefined,
    ]);
    expect(rows.at(-1)).toEqual({ line: 10, cells: ['fine', '', ''] });
    expect(rows[6]!.cells).toEqual(['half\u{fffd}']);
    expect(rows[7]!.cells[0]).toHaveLength(100);
  });
});

describe('numbers', () => {
  test.each([
    ['0.30000000000000004', 0, '0.3'],
    ['1E+3', 0, '1000'],
    ['1234567890123456', 0, '1234567890123456'],
    ['-7', 14, '-7'],
    ['5', '0', '5'],
    ['42', '0000', '0042'],
    ['0.5', '0%', '0.5'],
    ['5', '0 "days"', '5'],
    ['5', '#,##0\\ \\d', '5'],
    ['5', '[Red]0.00', '5'],
    ['46352', 14, '2026-11-26'],
    ['46352.75', 14, '2026-11-26'],
    ['46352.75', 22, '2026-11-26T18:00:00'],
    ['46352.999999', 'yyyy-mm-dd hh:mm', '2026-11-27T00:00:00'],
    ['46352', 'd. mmmm yyyy;@', '2026-11-26'],
    ['46352', '[$-F800]dddd, mmmm dd, yyyy', '2026-11-26'],
    ['46352', 'mmm', '2026-11-26'],
    ['0.75', 20, '18:00:00'],
    ['0.75', 'h:mm AM/PM', '18:00:00'],
    ['0.0104166666666667', 'mm:ss', '00:15:00'],
    ['1.5', '[h]:mm:ss', '36:00:00'],
    ['1', 14, '1900-01-01'],
    ['59', 14, '1900-02-28'],
    ['60', 14, '60'],
    ['61', 14, '1900-03-01'],
    ['2958465', 14, '9999-12-31'],
    ['2958466', 14, '2958466'],
  ])('%s as %j is %j', async (value, format, text) => {
    expect(await shown(value, format)).toBe(text);
  });

  test('in a workbook that counts from 1904', async () => {
    expect(await shown(44_890, 14, true)).toBe('2026-11-26');
    expect(await shown(0, 14, true)).toBe('1904-01-01');
    expect(await shown(60, 14, true)).toBe('1904-03-01');
  });
});

describe('sheets', () => {
  const file = workbookOf({
    sheets: { Old: row(inline('o')), First: row(inline('f')), Last: row(inline('l')) },
    hidden: ['Old'],
  });

  test('the first that is not hidden, and the names of all', async () => {
    const { rows, detected } = await readAll(file);
    expect(rows.map(({ cells }) => cells)).toEqual([['f']]);
    expect(detected).toEqual([{ format: 'xlsx', sheet: 'First', sheets: ['Old', 'First', 'Last'] }]);
  });

  test('the one that was asked for, hidden or not', async () => {
    expect(await cellsOf(file, { sheet: 'Last' })).toEqual([['l']]);
    expect(await cellsOf(file, { sheet: 'Old' })).toEqual([['o']]);
    expect(await codeOf(file, { sheet: 'None' })).toBe('not-a-table');
  });

  test('an empty one, and none at all', async () => {
    expect(await codeOf(workbookOf({ sheets: { S: '' } }))).toBe('empty');
    expect(await codeOf(workbookOf({ sheets: {} }))).toBe('empty');
  });

  test('100,000 rows, in order, and no more than are allowed', async () => {
    const rows = Array.from({ length: 100_000 }, (_, i) => row(inline(`host-${i}`), '<c t="s"><v>0</v></c>'));
    const large = workbookOf({ sheets: { S: rows.join('') }, strings: '<si><t>root</t></si>' });
    const read = await readAll(large, { maxRows: 99_999 });
    expect(read.rows).toHaveLength(100_000);
    expect(
      read.rows.every(({ cells, line, problem }, i) => cells[0] === `host-${i}` && line === i + 1 && !problem),
    ).toBe(true);
    expect(await codeOf(large, { maxRows: 99_998 })).toBe('too-many-rows');
  }, 60_000);
});

describe('what is refused', () => {
  const good = (): Uint8Array => workbookOf({ sheets: { S: header } });
  const part = (sheet: Uint8Array | string, level: 0 | 9 = 9): Uint8Array =>
    workbookOf({
      sheets: { S: '' },
      parts: { 'xl/worksheets/s0.xml': [typeof sheet === 'string' ? strToU8(sheet) : sheet, { level }] },
    });
  /** Changes the directory's line of the sheet: `at` counts from its signature. */
  const forged = (at: number, change: (view: DataView, offset: number) => void): Uint8Array => {
    const file = Buffer.from(good());
    const line = file.lastIndexOf('xl/worksheets/s0.xml') - 46;
    expect(file.readUInt32LE(line)).toBe(0x02014b50);
    change(new DataView(file.buffer, file.byteOffset), line + at);
    return file;
  };

  test('the file that the others are made from is read', async () => {
    expect(await codeOf(good())).toBe('read');
  });

  test('a sheet or strings that unpack to far more than their size', async () => {
    const spaces = new Uint8Array(40 * 1024 * 1024).fill(0x20);
    expect(await codeOf(part(spaces))).toBe('too-large');
    const strings = workbookOf({
      sheets: { S: header },
      strings: '',
      parts: { 'xl/strings.xml': [spaces, { level: 9 }] },
    });
    expect(strings.length).toBeLessThan(100_000);
    expect(await codeOf(strings)).toBe('too-large');
  });

  test('more entries than a workbook has', async () => {
    const many: Zippable = Object.fromEntries(
      Array.from({ length: 10_001 }, (_, i): [string, Uint8Array] => [`xl/media/${i}`, new Uint8Array()]),
    );
    expect(await codeOf(workbookOf({ sheets: { S: header }, parts: many }))).toBe('too-large');
  });

  test('more bytes than the caller allows, packed', async () => {
    const { length } = good();
    expect(await codeOf(good(), { maxBytes: length - 1 })).toBe('too-large');
    expect(await codeOf(good(), { maxWorkbookBytes: length - 1 })).toBe('too-large');
    expect(await codeOf(good(), { maxWorkbookBytes: length, maxBytes: length })).toBe('read');
  });

  test.each<[string, number, (view: DataView, offset: number) => void, string]>([
    ['a size that is too small', 24, (view, at) => view.setUint32(at, 10, true), 'unreadable'],
    ['a size that is too large', 24, (view, at) => view.setUint32(at, 10_000, true), 'unreadable'],
    ['a size of gigabytes', 24, (view, at) => view.setUint32(at, 0xfffffff0, true), 'too-large'],
    ['a checksum that is not its own', 16, (view, at) => view.setUint32(at, 1, true), 'unreadable'],
    ['a place outside the file', 42, (view, at) => view.setUint32(at, 0xfffffff0, true), 'unreadable'],
    ['a packed size beyond the file', 20, (view, at) => view.setUint32(at, 0xffffff, true), 'unreadable'],
    ['a method nobody uses', 10, (view, at) => view.setUint16(at, 12, true), 'unreadable'],
    ['a password', 8, (view, at) => view.setUint16(at, 1, true), 'encrypted'],
    ['a name longer than the directory', 28, (view, at) => view.setUint16(at, 0xffff, true), 'unreadable'],
  ])('a sheet with %s', async (_, at, change, code) => {
    expect(await codeOf(forged(at, change))).toBe(code);
  });

  test('two entries of one name', async () => {
    const file = Buffer.from(workbookOf({ sheets: { S: header, T: row(inline('other')) } }));
    for (let at = file.indexOf('s1.xml'); at !== -1; at = file.indexOf('s1.xml', at + 1)) {
      const isRelation = file.toString('latin1', at - 11, at) !== 'worksheets/';
      if (!isRelation) file.write('s0.xml', at, 'latin1');
    }
    expect(await codeOf(file)).toBe('unreadable');
  });

  test('every file that is cut short', async () => {
    const file = good();
    for (let length = 4; length < file.length; length += 7) {
      expect(await codeOf(file.subarray(0, length), { format: 'xlsx' })).toBe('unreadable');
    }
  });

  test('entities and document types', async () => {
    const body = '<worksheet><sheetData><row><c t="inlineStr"><is><t>&x;</t></is></c></row></sheetData></worksheet>';
    expect(await codeOf(part(`<!DOCTYPE x [<!ENTITY x SYSTEM "file:///etc/passwd">]>${body}`))).toBe('unreadable');
    expect(await codeOf(part(body))).toBe('unreadable');
  });

  test.each([
    ['that ends too soon', '<worksheet><sheetData><row>'],
    ['that nests without end', '<a>'.repeat(100_000)],
    ['of another encoding', Buffer.concat([Buffer.from('<a>'), Buffer.of(0xff), Buffer.from('</a>')])],
  ])('XML %s', async (_, sheet) => {
    expect(await codeOf(part(sheet, 0))).toBe('unreadable');
  });

  test.each([
    ['text', `<worksheet><sheetData><row><c t="inlineStr"><is><t>${'x'.repeat(3_000_000)}`],
    ['an attribute', `<worksheet a="${'x'.repeat(3_000_000)}`],
    ['a comment', `<worksheet><!--${'x'.repeat(3_000_000)}`],
  ])('%s without end', async (_, sheet) => {
    expect(await codeOf(part(sheet, 0))).toBe('too-large');
  });

  test('a cell of many values is one that is too long', async () => {
    const file = workbookOf({
      sheets: { S: header + row(`<c t="str">${`<v>${'x'.repeat(900)}</v>`.repeat(3000)}</c>`) },
    });
    const { rows } = await readAll(file, { maxCellLength: 1000 });
    expect(rows[1]).toMatchObject({ problem: 'too-long' });
    expect(rows[1]!.cells[0]).toHaveLength(1000);
  });

  test('an archive that is no workbook', async () => {
    expect(await codeOf(zipSync({ 'content.xml': strToU8('<a/>') }))).toBe('not-a-table');
    expect(await codeOf(zipSync({ 'xl/workbook.bin': strToU8('x') }))).toBe('not-a-table');
  });

  test('a workbook whose sheet is missing', async () => {
    const rels = `<Relationships><Relationship Id="r0" Type="x/worksheet" Target="../../../etc/passwd"/></Relationships>`;
    const file = workbookOf({ sheets: { S: header }, parts: { 'xl/_rels/workbook.xml.rels': strToU8(rels) } });
    expect(await codeOf(file)).toBe('unreadable');
  });
});
