/** What a cell may hold; null is an empty one. Numbers are written as JavaScript writes them. */
export type Cell = string | number | null;

const byteOrderMark = '\u{feff}';
/** Text is handed on once there is so much of it. UTF-16 units. */
const pieceSize = 16 * 1024;

/**
 * A CSV file in pieces: RFC 4180 with CRLF, a byte order mark first so that spreadsheets read it as UTF-8.
 * No cell starts what a spreadsheet would take for a formula: see `harmless`. Rows are taken one by one, as they are asked for.
 */
export async function* writeCsv(
  header: readonly string[],
  rows: AsyncIterable<readonly Cell[]>,
): AsyncGenerator<string> {
  let piece = byteOrderMark + line(header);
  for await (const row of rows) {
    piece += line(row);
    if (piece.length < pieceSize) continue;
    yield piece;
    piece = '';
  }
  if (piece !== '') yield piece;
}

/** A record and its CRLF. A single empty cell is quoted: without quotes it would be a blank line, which readers skip. */
const line = (cells: readonly Cell[]): string =>
  `${cells.length === 1 && (cells[0] ?? '') === '' ? '""' : cells.map((cell) => quoted(harmless(cell))).join(',')}\r\n`;

/** Quoted as well: what other separators would split, and spaces at the ends, which some readers drop. */
const quoted = (text: string): string =>
  /[",;|\t\r\n]/.test(text) || text !== text.trim() ? `"${text.replaceAll('"', '""')}"` : text;

/** A sign and digits: a value, which a spreadsheet need not compute. */
const plainNumber = /^[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

/**
 * What makes a cell a formula: `=`, `+`, `-` or `@`, also full-width, after any white space, control characters and
 * quotation marks, which some program may drop; and a control character at the start, after which others look again.
 */
const startsFormula = /^(?:[\s\p{Cc}"]*[=+\-@＝＋－＠]|\p{Cc})/u;

/** The cell's text, with an apostrophe before what a spreadsheet could take for a formula. Plain numbers stay. */
function harmless(cell: Cell): string {
  const text = cell === null ? '' : String(cell);
  return startsFormula.test(text) && !plainNumber.test(text) ? `'${text}` : text;
}
