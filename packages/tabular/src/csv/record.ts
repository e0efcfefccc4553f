// One record of RFC 4180, with what people's files need besides: any line ending, any separator, spaces around quotes.

/** How a table of text is read. Lengths in UTF-16 units. */
export interface Dialect {
  readonly separator: string;
  /** A quoted cell that is longer was never closed. */
  readonly maxQuoted: number;
  /** More cells than this are counted, not kept: one cell more than allowed is. */
  readonly maxCells: number;
}

/** A quoted cell that goes over more lines was never closed. */
const maxQuotedLines = 200;

/** What stands at a place of a text. `more`: the text ends before that can be said. */
export type Parsed =
  | { readonly kind: 'record'; readonly cells: string[]; readonly end: number; readonly lines: number }
  | { readonly kind: 'broken' }
  | { readonly kind: 'more' };

const quote = 0x22;
const space = 0x20;
const lf = 0x0a;
const cr = 0x0d;
const lineEnds = /\r\n|\r|\n/g;

/** The end of the line break at `i`, which must be CR or LF; undefined when an LF may still follow. */
export function afterBreak(text: string, i: number, last: boolean): number | undefined {
  if (text.charCodeAt(i) === lf) return i + 1;
  if (i + 1 === text.length && !last) return undefined;
  return text.charCodeAt(i + 1) === lf ? i + 2 : i + 1;
}

/**
 * The record that starts at `start`, which must lie within the text. `last`: nothing follows the text.
 *
 * A quotation mark is allowed only around a whole cell (and doubled within): a mark in the middle of a bare cell is
 * broken. Guessing what was meant could store a wrong password. It also bounds the work: of the lines that a mark
 * which is never closed ran over, each has an even number of marks, so that each is a record or broken by itself, and no
 * line is read more than a few times however the file is made.
 */
export function parseRecord(text: string, start: number, last: boolean, dialect: Dialect): Parsed {
  const separator = dialect.separator.charCodeAt(0);
  const cells: string[] = [];
  let lines = 1;
  for (let at = start; ; at++) {
    let i = at;
    while (text.charCodeAt(i) === space) i++;
    let cell: string;
    if (text.charCodeAt(i) === quote) {
      const quoted = quotedCell(text, i + 1, last, dialect.maxQuoted);
      if (typeof quoted === 'string') return { kind: quoted };
      lines += quoted.breaks;
      cell = quoted.value;
      i = quoted.end;
      while (text.charCodeAt(i) === space) i++;
    } else {
      for (; i < text.length; i++) {
        const c = text.charCodeAt(i);
        if (c === separator || c === lf || c === cr) break;
        if (c === quote) return { kind: 'broken' };
      }
      cell = text.slice(at, i);
    }
    if (cells.length <= dialect.maxCells) cells.push(cell);
    const c = text.charCodeAt(i);
    if (c === separator) {
      at = i;
      continue;
    }
    if (i < text.length && c !== lf && c !== cr) return { kind: 'broken' };
    if (i === text.length && !last) return { kind: 'more' };
    const end = i === text.length ? i : afterBreak(text, i, last);
    if (end === undefined) return { kind: 'more' };
    return { kind: 'record', cells, end, lines };
  }
}

/** The cell whose opening mark stands before `from`; `end` lies after the closing one. */
function quotedCell(
  text: string,
  from: number,
  last: boolean,
  maxQuoted: number,
): { value: string; breaks: number; end: number } | 'broken' | 'more' {
  let close = from;
  let doubled = false;
  for (;;) {
    close = text.indexOf('"', close);
    const length = (close === -1 ? text.length : close) - from;
    if (length > maxQuoted) return 'broken';
    if (close === -1) return last ? 'broken' : 'more';
    if (text.charCodeAt(close + 1) !== quote) break;
    doubled = true;
    close += 2;
  }
  const inner = text.slice(from, close);
  const breaks = inner.match(lineEnds)?.length ?? 0;
  if (breaks >= maxQuotedLines) return 'broken';
  return { value: doubled ? inner.replaceAll('""', '"') : inner, breaks, end: close + 1 };
}
