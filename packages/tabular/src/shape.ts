import { TableError } from './errors.ts';

/**
 * Why one row must not be used as it is; its cells are then only for showing.
 *
 * quote     a quotation mark that opens, closes or stands where it must not
 * too-long  a cell or a line beyond the limit; cells are cut
 * encoding  bytes that are no text in the file's encoding; they read U+FFFD
 * control   control characters other than tab and line breaks; they are left out
 * columns   more cells than the header has, or than are allowed; the row may be cut
 * formula   XLSX: a formula whose result the file does not hold; the cell is empty
 * value     XLSX: an error such as #N/A, or a value that cannot be read
 */
export type Problem = 'quote' | 'too-long' | 'encoding' | 'control' | 'columns' | 'formula' | 'value';

/** One row of a table; the first that is read is the header. */
export interface Row {
  /** The line of the file on which the row starts, from 1; for XLSX the row of the sheet. */
  readonly line: number;
  /** As many as the header has, unless there is a problem. */
  readonly cells: readonly string[];
  readonly problem?: Problem;
  /** XLSX: which cells (from 0) show the result of a formula. Absent when none does. */
  readonly formulaCells?: readonly number[];
}

/** The limits of one table. Lengths in UTF-16 units. */
export interface Limits {
  /** Rows after the header, bad ones included. */
  readonly maxRows: number;
  /** Cells in a row. */
  readonly maxCells: number;
  readonly maxCellLength: number;
}

/** A row as the format gave it. */
export interface RawRow {
  readonly line: number;
  readonly cells: string[];
  readonly problem?: Problem;
  readonly formulaCells?: readonly number[];
}

/** True for a row without any text, of which spreadsheets write many. It is no row in any format. */
export const isBlank = (cells: readonly string[]): boolean => cells.every((cell) => cell.trim() === '');

// Control characters (C0, DEL, C1) without tab and line breaks.
const control = /[^\P{Cc}\t\n\r]/u;
const controls = /[^\P{Cc}\t\n\r]/gu;

/** Makes rows of one table: counts them, holds them to the limits and to the header's width. */
export class Shaper {
  readonly #limits: Limits;
  #width: number | undefined;
  #rows = 0;

  constructor(limits: Limits) {
    this.#limits = limits;
  }

  /** Whether there was a header, and so any row at all. */
  get started(): boolean {
    return this.#width !== undefined;
  }

  /**
   * The row as callers get it. Throws `too-many-rows` for the first row beyond the limit.
   * A row that came with a problem keeps its width; others are filled up to the header's.
   */
  shape(raw: RawRow): Row {
    const { cells } = raw;
    const problem = this.#check(raw);
    if (this.#width === undefined) this.#width = cells.length;
    else if (++this.#rows > this.#limits.maxRows) {
      throw new TableError(
        'too-many-rows',
        `The table has more than ${this.#limits.maxRows} rows. Split it into several files.`,
      );
    }
    if (problem === undefined) while (cells.length < this.#width) cells.push('');
    return {
      line: raw.line,
      cells,
      ...(problem && { problem }),
      ...(raw.formulaCells && { formulaCells: raw.formulaCells }),
    };
  }

  /** Cuts and cleans the cells in place; the first problem found is the row's. */
  #check({ cells, problem }: RawRow): Problem | undefined {
    const { maxCells, maxCellLength } = this.#limits;
    let found = problem;
    for (const [i, cell] of cells.entries()) {
      let text = cell;
      if (text.length > maxCellLength) {
        text = text.slice(0, maxCellLength).toWellFormed();
        found ??= 'too-long';
      }
      // No encoding gives a lone surrogate: it stands for a byte that could not be read.
      if (!text.isWellFormed()) {
        text = text.toWellFormed();
        found ??= 'encoding';
      }
      if (control.test(text)) {
        text = text.replace(controls, '');
        found ??= 'control';
      }
      if (text !== cell) cells[i] = text;
    }
    // Spreadsheets like to end their rows with empty cells; those beyond the header say nothing.
    const width = Math.min(this.#width ?? maxCells, maxCells);
    while (cells.length > width && cells.at(-1) === '') cells.pop();
    if (cells.length > width) found ??= 'columns';
    if (cells.length > maxCells) cells.length = maxCells;
    return found;
  }
}
