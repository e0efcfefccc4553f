import { readTable, TableError, type Detected, type Row } from '@strongroom/tabular';
import { Problem } from '../platform/problem.ts';

const megabyte = 1024 * 1024;
/** The most an uploaded file may have. A workbook is held in memory while it is read. */
export const mostBytes = 200 * megabyte;
const mostWorkbookBytes = 50 * megabyte;
const mostRows = 500_000;
const mostCells = 200;
const longestCell = 10_000;

/**
 * The rows of an uploaded file, the header among them. Throws `input-invalid`, saying what to do, when it is no table or goes
 * beyond a limit: that can be after many rows.
 */
export async function* rowsOf(
  file: { readonly name: string; readonly bytes: AsyncIterable<Uint8Array> },
  onDetected?: (detected: Detected) => void,
): AsyncGenerator<Row> {
  const source = file.bytes[Symbol.asyncIterator]();
  const first = await source.next();
  const workbook = !first.done && Buffer.from(first.value.subarray(0, 2)).toString('latin1') === 'PK';
  async function* all(): AsyncGenerator<Uint8Array> {
    try {
      for (let piece = first; !piece.done; piece = await source.next()) yield piece.value;
    } finally {
      await source.return?.();
    }
  }
  try {
    yield* readTable(all(), {
      format: 'auto',
      name: file.name,
      maxBytes: workbook ? mostWorkbookBytes : mostBytes,
      maxRows: mostRows,
      maxCells: mostCells,
      maxCellLength: longestCell,
      ...(onDetected && { onDetected }),
    });
  } catch (error) {
    if (error instanceof TableError) throw new Problem('input-invalid', { detail: error.message, cause: error });
    throw error;
  }
}

/** Why a row cannot be used, in words. */
export const rowProblems: Readonly<Record<NonNullable<Row['problem']>, string>> = {
  quote: 'A quotation mark opens or closes where it must not.',
  'too-long': 'A cell or the line is too long.',
  encoding: 'It has bytes that are no text in the file’s encoding.',
  control: 'It has control characters.',
  columns: 'It has more cells than the header.',
  formula: 'A formula has no stored result.',
  value: 'A cell holds an error or a value that cannot be read.',
};
