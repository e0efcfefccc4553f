import { TableError } from '../errors.ts';
import type { Row, Shaper } from '../shape.ts';
import { decoderFor, detectEncoding, type Encoding } from './encoding.ts';
import { detectSeparator } from './separator.ts';
import { Splitter } from './splitter.ts';

/** A quoted cell beyond this was never closed, unless longer cells are allowed. UTF-16 units. */
const maxQuoted = 64 * 1024;
/** The separator is told from so much of the start. */
const sampleSize = 64 * 1024;

/** What a table of text turned out to be. */
export interface CsvDetected {
  readonly format: 'csv';
  readonly encoding: Encoding;
  readonly separator: string;
}

/** How to read a table of text. */
export interface CsvOptions {
  /** Found out when absent. */
  readonly separator?: string;
  readonly maxCells: number;
  readonly maxCellLength: number;
  readonly onDetected?: ((detected: CsvDetected) => void) | undefined;
}

/**
 * The rows of a table of text, at constant memory. `probe` is how it starts, `rest` what follows, if anything.
 * Throws `not-a-table` for what is plainly something else, and whatever `shaper` throws.
 */
export async function* readCsv(
  probe: Buffer,
  rest: AsyncIterable<Buffer>,
  shaper: Shaper,
  options: CsvOptions,
): AsyncGenerator<Row> {
  const { encoding, mark } = detectEncoding(probe);
  const decoder = decoderFor(encoding);
  const first = decoder.decode(probe.subarray(mark), false);
  refuseOtherFiles(first);
  const sample = first.slice(0, sampleSize);
  const { separator, skip } = options.separator
    ? { separator: options.separator, skip: 0 }
    : detectSeparator(sample, sample.length === first.length);
  options.onDetected?.({ format: 'csv', encoding, separator });

  const dialect = { separator, maxQuoted: Math.max(maxQuoted, options.maxCellLength), maxCells: options.maxCells };
  const splitter = new Splitter(dialect, skip > 0 ? 2 : 1);
  for (const raw of splitter.feed(first.slice(skip), false)) yield shaper.shape(raw);
  for await (const block of rest) {
    for (const raw of splitter.feed(decoder.decode(block, false), false)) yield shaper.shape(raw);
  }
  for (const raw of splitter.feed(decoder.decode(Buffer.alloc(0), true), true)) yield shaper.shape(raw);
}

/** A table has hardly any control characters; one page of the web, or one picture, must not become 10,000 bad rows. */
function refuseOtherFiles(text: string): void {
  if (/^\s*<(?:!doctype|html|\?xml)/i.test(text.slice(0, 1000))) {
    throw new TableError('not-a-table', 'This is a web page or XML, not a table. Save the table as CSV or XLSX.');
  }
  const start = text.slice(0, sampleSize);
  const controls = start.match(/[^\P{Cc}\t\n\r]/gu)?.length ?? 0;
  if (controls > 32 && controls > start.length / 10) {
    throw new TableError('not-a-table', 'This is not a text file that can be read. Save the table as CSV in UTF-8.');
  }
}
