import { TableError } from '../errors.ts';
import type { Row, Shaper } from '../shape.ts';
import { readSheet, type SheetLimits } from './sheet.ts';
import { openPackage, readWorkbook } from './workbook.ts';

/** What a workbook turned out to hold. */
export interface XlsxDetected {
  readonly format: 'xlsx';
  /** The name of the sheet that is read. */
  readonly sheet: string;
  /** The names of all its sheets in order, hidden ones included. */
  readonly sheets: readonly string[];
}

/** How to read a workbook. */
export interface XlsxOptions extends SheetLimits {
  /** The sheet's name; the first that is not hidden when absent. */
  readonly sheet?: string | undefined;
  readonly onDetected?: ((detected: XlsxDetected) => void) | undefined;
}

/**
 * The rows of one sheet of a workbook that lies in memory. Beside the file its shared strings are held, no more of the
 * sheet than one block. Throws TableError for what cannot be read, and whatever `shaper` throws.
 */
export async function* readXlsx(file: Buffer, shaper: Shaper, options: XlsxOptions): AsyncGenerator<Row> {
  const archive = openPackage(file);
  const workbook = await readWorkbook(archive, options.maxCellLength);
  const { sheets } = workbook;
  const chosen =
    options.sheet === undefined
      ? (sheets.find(({ hidden }) => !hidden) ?? sheets[0])
      : sheets.find(({ name }) => name === options.sheet);
  if (!chosen) {
    throw new TableError(
      sheets.length === 0 ? 'empty' : 'not-a-table',
      sheets.length === 0 ? 'The workbook has no sheet.' : 'The workbook has no sheet of that name. Choose another.',
    );
  }
  options.onDetected?.({ format: 'xlsx', sheet: chosen.name, sheets: sheets.map(({ name }) => name) });
  const part = archive.part(chosen.part);
  if (!part) throw new TableError('unreadable', 'The sheet is missing from the workbook. Save the workbook again.');
  for await (const row of readSheet(part, workbook, options)) yield shaper.shape(row);
}
