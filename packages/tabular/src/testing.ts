// For the tests of this package: bytes as they arrive, rows as they come, and workbooks made by hand.
import { strToU8, zipSync, type Zippable } from 'fflate';
import { readTable, type Detected, type ReadOptions } from './read.ts';
import type { Row } from './shape.ts';

/** Limits that no test runs into by accident. */
export const ample = { maxBytes: 1024 ** 3, maxRows: 1_000_000, maxCellLength: 32_767 } as const;

/** The bytes in pieces of `size`. */
export async function* inPieces(bytes: Uint8Array, size = bytes.length || 1): AsyncGenerator<Uint8Array> {
  for (let i = 0; i < bytes.length; i += size) yield bytes.subarray(i, i + size);
}

/** All rows of a file, and what it was detected to be. Text is sent as UTF-8. */
export async function readAll(
  file: string | Uint8Array,
  options: Partial<ReadOptions> = {},
  pieceSize?: number,
): Promise<{ rows: Row[]; detected: Detected[] }> {
  const bytes = typeof file === 'string' ? Buffer.from(file) : file;
  const detected: Detected[] = [];
  const rows: Row[] = [];
  const onDetected = (what: Detected): void => void detected.push(what);
  for await (const row of readTable(inPieces(bytes, pieceSize), { format: 'auto', ...ample, onDetected, ...options })) {
    rows.push(row);
  }
  return { rows, detected };
}

/** The cells of all rows. */
export const cellsOf = async (file: string | Uint8Array, options?: Partial<ReadOptions>): Promise<unknown> =>
  (await readAll(file, options)).rows.map(({ cells }) => cells);

/** What a workbook for a test is made of. XML is given from within the element that holds it. */
export interface TestBook {
  /** The rows of each sheet, by name. */
  readonly sheets: Readonly<Record<string, string>>;
  readonly hidden?: readonly string[];
  readonly strings?: string;
  /** `numFmts` and `cellXfs`. */
  readonly styles?: string;
  readonly date1904?: boolean;
  /** Further or other parts. */
  readonly parts?: Zippable;
}

const declaration = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
const main = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
const office = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';

/** A workbook as small as it may be. */
export function workbookOf({ sheets, hidden = [], strings, styles, date1904, parts }: TestBook): Uint8Array {
  const names = Object.keys(sheets);
  const relations = names.map(
    (_, i) => `<Relationship Id="r${i}" Type="${office}/worksheet" Target="worksheets/s${i}.xml"/>`,
  );
  if (strings !== undefined)
    relations.push(`<Relationship Id="rs" Type="${office}/sharedStrings" Target="/xl/strings.xml"/>`);
  if (styles !== undefined) relations.push(`<Relationship Id="ry" Type="${office}/styles" Target="styles.xml"/>`);
  const sheetList = names.map(
    (name, i) =>
      `<sheet name="${name}" sheetId="${i + 1}" r:id="r${i}"${hidden.includes(name) ? ' state="hidden"' : ''}/>`,
  );
  const texts: Record<string, string> = {
    '_rels/.rels': relationsXml([`<Relationship Id="r" Type="${office}/officeDocument" Target="xl/workbook.xml"/>`]),
    'xl/_rels/workbook.xml.rels': relationsXml(relations),
    'xl/workbook.xml': `${declaration}<workbook xmlns="${main}" xmlns:r="${office}"><workbookPr${date1904 ? ' date1904="1"' : ''}/><sheets>${sheetList.join('')}</sheets></workbook>`,
    ...(strings !== undefined && { 'xl/strings.xml': `${declaration}<sst xmlns="${main}">${strings}</sst>` }),
    ...(styles !== undefined && {
      'xl/styles.xml': `${declaration}<styleSheet xmlns="${main}">${styles}</styleSheet>`,
    }),
  };
  for (const [i, name] of names.entries()) {
    texts[`xl/worksheets/s${i}.xml`] =
      `${declaration}<worksheet xmlns="${main}"><sheetData>${sheets[name]}</sheetData></worksheet>`;
  }
  const files: Zippable = Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, strToU8(text)]));
  return zipSync({ ...files, ...parts });
}

const relationsXml = (relations: readonly string[]): string =>
  `${declaration}<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">${relations.join('')}</Relationships>`;
