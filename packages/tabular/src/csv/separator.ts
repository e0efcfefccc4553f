import { isBlank } from '../shape.ts';
import { parseRecord } from './record.ts';

/** What may separate the cells of a table of text; the likelier first. */
const separators = [',', ';', '\t', '|'] as const;

const recordsLookedAt = 50;

/** Spreadsheets say the separator in a line of its own before the table. */
const said = /^sep=([,;\t|])(?:\r\n|\r|\n)/i;

/**
 * What separates the cells in the sample, the start of a table, and how much of it only says so (`skip`, UTF-16 units).
 * The separator wins with which most records are as wide as the first, quotes respected; then the one that makes the
 * first wider. With none the table has one column, and the separator is the comma.
 */
export function detectSeparator(sample: string, whole: boolean): { separator: string; skip: number } {
  const line = said.exec(sample);
  if (line) return { separator: line[1]!, skip: line[0].length };
  let best = { separator: ',', fit: 0, width: 1 };
  for (const separator of separators) {
    const { fit, width } = tryOut(separator, sample, whole);
    if (width > 1 && (fit > best.fit || (fit === best.fit && width > best.width))) best = { separator, fit, width };
  }
  return { separator: best.separator, skip: 0 };
}

function tryOut(separator: string, sample: string, whole: boolean): { fit: number; width: number } {
  const dialect = { separator, maxQuoted: sample.length, maxCells: Infinity };
  const widths: number[] = [];
  for (let at = 0; at < sample.length && widths.length < recordsLookedAt;) {
    const parsed = parseRecord(sample, at, whole, dialect);
    if (parsed.kind === 'record') {
      if (!isBlank(parsed.cells)) widths.push(parsed.cells.length);
      at = parsed.end;
    } else if (parsed.kind === 'more' && widths.length > 0) {
      break;
    } else {
      // Broken, or the first record is longer than the sample: its line counts as one that does not fit.
      widths.push(0);
      const rest = sample.slice(at).search(/[\r\n]/);
      at = rest === -1 ? sample.length : at + rest + 1;
    }
  }
  const width = widths[0] ?? 0;
  return { fit: widths.filter((each) => each === width).length / widths.length, width };
}
