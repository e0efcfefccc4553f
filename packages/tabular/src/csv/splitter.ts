import { isBlank, type RawRow } from '../shape.ts';
import { afterBreak, type Dialect, parseRecord } from './record.ts';

/** A line of which more is not kept; also how long a record may be. In UTF-16 units. */
const maxRecord = 1024 * 1024;

const isBreak = (c: number): boolean => c === 0x0a || c === 0x0d;

/** A line that is being left out: what it began with, how long it is so far. */
interface Skipping {
  head: string;
  length: number;
}

/**
 * Cuts text, which comes in pieces of any size, into records.
 *
 * A record that is broken or too long costs exactly one row: the line on which it starts. Reading goes on with the line
 * after that one, however far the broken record seemed to reach. The result does not depend on the pieces.
 */
export class Splitter {
  readonly #dialect: Dialect;
  readonly #maxRecord: number;
  #text = '';
  #line: number;
  #skipping: Skipping | undefined;

  /** `line` is the number of the first line of the text. */
  constructor(dialect: Dialect, line: number) {
    this.#dialect = dialect;
    this.#maxRecord = Math.max(maxRecord, dialect.maxQuoted);
    this.#line = line;
  }

  /** The records that the text so far makes whole. Once `last`, nothing may follow. Blank rows are left out. */
  *feed(text: string, last: boolean): Generator<RawRow> {
    this.#text += text;
    let at = 0;
    while (at < this.#text.length || (last && this.#skipping)) {
      if (this.#skipping) {
        const end = this.#endOfLine(at, last, this.#skipping);
        if (end === undefined) {
          at = this.#text.length;
          // A CR that an LF may follow stays.
          if (this.#text.endsWith('\r')) at--;
          break;
        }
        at = end;
        yield this.#badRow(this.#skipping);
        this.#skipping = undefined;
        this.#line++;
        continue;
      }
      const parsed = parseRecord(this.#text, at, last, this.#dialect);
      const reach = parsed.kind === 'record' ? parsed.end : this.#text.length;
      if (parsed.kind === 'broken' || reach - at > this.#maxRecord) this.#skipping = { head: '', length: 0 };
      else if (parsed.kind === 'more') break;
      else {
        const line = this.#line;
        this.#line += parsed.lines;
        at = parsed.end;
        if (!isBlank(parsed.cells)) yield { line, cells: parsed.cells };
      }
    }
    this.#text = this.#text.slice(at);
  }

  /** Where the line after the one being left out starts; undefined while that cannot be said. */
  #endOfLine(from: number, last: boolean, skipping: Skipping): number | undefined {
    let i = from;
    while (i < this.#text.length && !isBreak(this.#text.charCodeAt(i))) i++;
    skipping.length += i - from;
    skipping.head += this.#text.slice(from, Math.min(i, from + this.#dialect.maxQuoted - skipping.head.length));
    if (i < this.#text.length) return afterBreak(this.#text, i, last);
    return last ? i : undefined;
  }

  /** What is shown of a line that could not be read: cut at the separators, quotes as they stand. */
  #badRow({ head, length }: Skipping): RawRow {
    const { maxQuoted, maxCells, separator } = this.#dialect;
    return {
      line: this.#line,
      cells: head.split(separator, maxCells),
      problem: length > maxQuoted ? 'too-long' : 'quote',
    };
  }
}
