import { isBlank, type Problem, type RawRow } from '../shape.ts';
import { numberText } from './numbers.ts';
import { plainString, rawRoom, RichText, type Workbook } from './workbook.ts';
import { readXml } from './xml.ts';

/** The limits that bound what is held of one row. Lengths in UTF-16 units. */
export interface SheetLimits {
  readonly maxCells: number;
  readonly maxCellLength: number;
}

/** One cell while it is read: ECMA-376 part 1, 18.3.1.4. */
interface OpenCell {
  readonly column: number;
  readonly type: string;
  readonly style: number;
  value: string;
  formula: boolean;
}

/**
 * The rows of a sheet as they are read, those without any text left out. Cells that are not there are empty.
 * A formula's cell has the result that the file holds; without one the row has the problem `formula`.
 */
export async function* readSheet(
  part: AsyncIterable<Buffer>,
  workbook: Workbook,
  limits: SheetLimits,
): AsyncGenerator<RawRow> {
  const rows = new SheetRows(workbook, limits);
  for await (const _ of readXml(part, rows)) yield* rows.take();
}

/** Makes rows of what is told of a sheet's XML. */
class SheetRows {
  readonly #workbook: Workbook;
  readonly #limits: SheetLimits;
  readonly #inline: RichText;
  #ready: RawRow[] = [];
  #line = 0;
  #cells: string[] = [];
  #formulaCells = new Set<number>();
  #problem: Problem | undefined;
  #cell: OpenCell | undefined;
  #nextColumn = 0;
  #within: 'v' | 'f' | undefined;

  constructor(workbook: Workbook, limits: SheetLimits) {
    this.#workbook = workbook;
    this.#limits = limits;
    this.#inline = new RichText(limits.maxCellLength);
  }

  /** The rows that have become whole. */
  take(): RawRow[] {
    const ready = this.#ready;
    this.#ready = [];
    return ready;
  }

  readonly open = (name: string, attributes: Readonly<Record<string, string>>): void => {
    if (name === 'row') {
      const said = Number(attributes['r']);
      this.#line = Number.isSafeInteger(said) && said > this.#line ? said : this.#line + 1;
      this.#nextColumn = 0;
    } else if (name === 'c') {
      const column = columnOf(attributes['r']) ?? this.#nextColumn;
      this.#nextColumn = column + 1;
      const type = attributes['t'] ?? 'n';
      this.#cell = { column, type, style: Number(attributes['s'] ?? 0), value: '', formula: false };
    } else if (this.#cell) {
      if (name === 'v' || name === 'f') this.#within = name;
      if (name === 'f') this.#cell.formula = true;
      this.#inline.open(name);
    }
  };

  readonly text = (piece: string): void => {
    if (!this.#cell) return;
    const room = rawRoom(this.#limits.maxCellLength) - this.#cell.value.length;
    if (this.#within === 'v') this.#cell.value += piece.slice(0, room);
    else this.#inline.add(piece);
  };

  readonly close = (name: string): void => {
    if (name === this.#within) this.#within = undefined;
    else if (name === 'c' && this.#cell) {
      this.#put(this.#cell);
      this.#cell = undefined;
    } else if (name === 'row') this.#endRow();
    else this.#inline.close(name);
  };

  #put(cell: OpenCell): void {
    const inline = this.#inline.take();
    const { text, problem } = this.#textOf(cell, inline);
    if (problem) this.#problem ??= problem;
    if (text === '' && !cell.formula) return;
    if (cell.column >= this.#limits.maxCells) {
      this.#problem ??= 'columns';
      return;
    }
    while (this.#cells.length <= cell.column) this.#cells.push('');
    this.#cells[cell.column] = text.slice(0, this.#limits.maxCellLength + 1);
    if (cell.formula) this.#formulaCells.add(cell.column);
  }

  #textOf({ type, value, style, formula }: OpenCell, inline: string): { text: string; problem?: Problem } {
    if (value === '' && formula && type !== 'str') return { text: '', problem: 'formula' };
    if (type === 'inlineStr') return { text: inline };
    if (value === '' || type === 'str' || type === 'd') return { text: plainString(value) };
    if (type === 'b') return { text: value === '1' || value === 'true' ? 'TRUE' : 'FALSE' };
    if (type === 's') {
      const text = this.#workbook.strings[Number(value)];
      return text === undefined ? { text: '', problem: 'value' } : { text };
    }
    const number = Number(value);
    if (type !== 'n' || !Number.isFinite(number)) return { text: value, problem: 'value' };
    return { text: numberText(number, this.#workbook.kinds[style] ?? 'plain', this.#workbook.date1904) };
  }

  #endRow(): void {
    const problem = this.#problem;
    if (problem || !isBlank(this.#cells)) {
      this.#ready.push({
        line: this.#line,
        cells: this.#cells,
        ...(problem && { problem }),
        ...(this.#formulaCells.size > 0 && { formulaCells: [...this.#formulaCells] }),
      });
    }
    this.#cells = [];
    this.#formulaCells = new Set();
    this.#problem = undefined;
  }
}

/** The column of a reference, from 0: 1 for `B3`. Undefined for what is none. */
function columnOf(reference: string | undefined): number | undefined {
  const letters = /^([A-Z]{1,3})\d+$/i.exec(reference ?? '')?.[1];
  if (!letters) return undefined;
  let column = 0;
  for (const letter of letters.toUpperCase()) column = column * 26 + letter.charCodeAt(0) - 64;
  return column - 1;
}
