import { inBlocks } from './bytes.ts';
import { readCsv, type CsvDetected } from './csv/csv.ts';
import { sizeInWords, TableError } from './errors.ts';
import { Shaper, type Row } from './shape.ts';
import { readXlsx, type XlsxDetected } from './xlsx/xlsx.ts';

/** `auto` goes by the content, and by the name for what only the name tells. */
export type TableFormat = 'csv' | 'tsv' | 'xlsx' | 'auto';

/** What a table turned out to be: a text's encoding and separator, or a workbook's sheets and the one that is read. */
export type Detected = CsvDetected | XlsxDetected;

/** How to read a table, and how much of one. Lengths in UTF-16 units. */
export interface ReadOptions {
  readonly format: TableFormat;
  /** The file's name; `.tsv` and `.tab` mean tabs. */
  readonly name?: string;
  /** The file as it is uploaded. */
  readonly maxBytes: number;
  /** A workbook, which is held in memory: 50 MB when absent, and never more than `maxBytes`. */
  readonly maxWorkbookBytes?: number;
  /** Rows after the header, bad ones included. */
  readonly maxRows: number;
  /** Cells in a row; 1,000 when absent. */
  readonly maxCells?: number;
  readonly maxCellLength: number;
  /** XLSX: the name of the sheet; the first one that is not hidden when absent. */
  readonly sheet?: string;
  /** Called once, before the first row. */
  readonly onDetected?: (detected: Detected) => void;
}

/** The format, the encoding and the separator are told from the start. */
const probeSize = 1024 * 1024;

/**
 * The rows of a table, the header first, as they are read. Rows that must not be used carry a `problem` and never stop
 * the rest; every record of the file is exactly one row, but those without any text are none.
 * Throws TableError when there is no table, or when it goes beyond a limit: that can be after many rows. Closes
 * the source in any case.
 */
export async function* readTable(bytes: AsyncIterable<Uint8Array>, options: ReadOptions): AsyncGenerator<Row> {
  const { maxCells = 1000, maxCellLength, maxRows, maxBytes, onDetected } = options;
  const shaper = new Shaper({ maxRows, maxCells, maxCellLength });
  const blocks = inBlocks(bytes, maxBytes);
  try {
    const probe = await startOf(blocks);
    if (isWorkbook(probe, options.format)) {
      const file = await wholeFile(probe, blocks, options.maxWorkbookBytes ?? 50 * 1024 * 1024);
      yield* readXlsx(file, shaper, { sheet: options.sheet, maxCells, maxCellLength, onDetected });
    } else {
      const tabs =
        options.format === 'tsv' || (options.format === 'auto' && /\.(?:tsv|tab)$/i.test(options.name ?? ''));
      yield* readCsv(probe, blocks, shaper, { ...(tabs && { separator: '\t' }), maxCells, maxCellLength, onDetected });
    }
    if (!shaper.started) throw new TableError('empty', 'The table is empty. Its first line must name the columns.');
  } finally {
    await blocks.return(undefined);
  }
}

/** The first megabyte, or all when there is less. */
async function startOf(blocks: AsyncGenerator<Buffer>): Promise<Buffer> {
  const start: Buffer[] = [];
  let size = 0;
  while (size < probeSize) {
    const { value, done } = await blocks.next();
    if (done) break;
    start.push(value);
    size += value.length;
  }
  return Buffer.concat(start, size);
}

/** All bytes in one piece. Throws `too-large` as soon as there are more than allowed. */
async function wholeFile(start: Buffer, rest: AsyncIterable<Buffer>, maxBytes: number): Promise<Buffer> {
  const blocks: Buffer[] = [];
  let size = 0;
  const take = (block: Buffer): void => {
    size += block.length;
    if (size > maxBytes) {
      throw new TableError(
        'too-large',
        `The workbook is larger than ${sizeInWords(maxBytes)}. Split it, or save the sheet as CSV.`,
      );
    }
    blocks.push(block);
  };
  take(start);
  for await (const block of rest) take(block);
  return Buffer.concat(blocks, size);
}

const zip = Buffer.from('PK\x03\x04', 'latin1');
const compoundFile = Buffer.from('d0cf11e0a1b11ae1', 'hex');

/** True for an XLSX workbook, false for text. Throws for what is neither, or not what was said. */
function isWorkbook(start: Buffer, format: TableFormat): boolean {
  if (start.subarray(0, 8).equals(compoundFile)) {
    // Both encrypted workbooks and those of old Excel are compound files; the former have a stream of this name.
    if (start.includes(Buffer.from('EncryptedPackage', 'utf16le'))) {
      throw new TableError('encrypted', 'The workbook is protected by a password. Save it without one, or as CSV.');
    }
    throw new TableError(
      'not-a-table',
      'This is a workbook of an old Excel (.xls), or one protected by a password. Save it as XLSX without one, or as CSV.',
    );
  }
  const zipped = start.subarray(0, 4).equals(zip);
  if (zipped && format !== 'xlsx' && format !== 'auto') {
    throw new TableError('not-a-table', 'This is a workbook or an archive, not text. Choose the format XLSX.');
  }
  if (!zipped && format === 'xlsx') {
    if (start.length === 0) throw new TableError('empty', 'The file is empty. Its first row must name the columns.');
    throw new TableError('not-a-table', 'This is not an XLSX workbook. Choose the format CSV, or save it as XLSX.');
  }
  return zipped;
}
