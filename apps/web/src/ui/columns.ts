import type { Column } from './grid-types.ts';

/**
 * How a person wants the columns of a list, as one line of text: `username,resource:220,-health,+owner`. Ids in their
 * order; `-` hides, `+` shows what is otherwise left out, `:220` is a width in pixels. Empty text is as the list comes.
 */
export type LayoutText = string;

/** One column of a layout. `shown` undefined is as the list comes. */
export interface Placed {
  readonly id: string;
  readonly shown?: boolean;
  readonly width?: number;
}

type Known = Pick<Column<never>, 'id' | 'quiet' | 'always' | 'optional' | 'width'>;

/** The narrowest and the widest a column can be made, in pixels. */
export const widths = { least: 56, most: 800 } as const;
const within = (width: number): number => Math.round(Math.max(widths.least, Math.min(widths.most, width)));

/**
 * Reads a layout for the columns there are now: what it does not name stands where the list has it, what is no more is
 * left out, and what is not ours is nothing. Columns of buttons (`quiet`) are not part of it.
 */
export function readLayout(text: LayoutText, columns: readonly Known[]): readonly Placed[] {
  const own = columns.filter((column) => !column.quiet);
  const placed: Placed[] = [];
  for (const word of text.split(',')) {
    const found = /^([-+]?)([A-Za-z][\w.-]*)(?::(\d{1,4}))?$/.exec(word.trim());
    const id = found?.[2];
    const column = own.find((one) => one.id === id);
    if (!found || !column || placed.some((one) => one.id === column.id)) continue;
    placed.push({
      id: column.id,
      ...(found[1] === '+' ? { shown: true } : found[1] === '-' && !column.always ? { shown: false } : {}),
      ...(found[3] ? { width: within(Number(found[3])) } : {}),
    });
  }
  own.forEach((column, i) => {
    if (placed.some((one) => one.id === column.id)) return;
    // After the column that the list has it after; in front when there is none.
    const before = own
      .slice(0, i)
      .map((one) => placed.findIndex(({ id }) => id === one.id))
      .at(-1);
    const at = before ?? -1;
    placed.splice(at + 1, 0, { id: column.id });
  });
  return placed;
}

/** Writes a layout; empty when it is as the list comes. */
export function writeLayout(layout: readonly Placed[], columns: readonly Known[]): LayoutText {
  const text = layout
    .map(
      ({ id, shown, width }) =>
        `${shown === undefined ? '' : shown ? '+' : '-'}${id}${width === undefined ? '' : `:${width}`}`,
    )
    .join(',');
  return text ===
    columns
      .filter((column) => !column.quiet)
      .map((column) => column.id)
      .join(',')
    ? ''
    : text;
}

/** Whether a column is drawn. */
export const isShown = (placed: Placed, column: Known): boolean =>
  column.always === true || (placed.shown ?? !column.optional);

/** The columns to draw. Columns of buttons stay where the list has them: at the front or at the end. */
export function arrange<T>(columns: readonly Column<T>[], layout: readonly Placed[]): readonly Column<T>[] {
  const middle = layout.flatMap((placed) => {
    const column = columns.find((one) => one.id === placed.id);
    if (!column || !isShown(placed, column)) return [];
    // What somebody asked for by name is shown in a narrow window too; the list can be scrolled sideways.
    const { wide, ...rest } = column;
    const drawn = wide && placed.shown === undefined ? column : rest;
    return [placed.width === undefined ? drawn : { ...drawn, width: `${placed.width}px` }];
  });
  const first = columns.findIndex((column) => !column.quiet);
  const front = columns.filter((column, i) => column.quiet && i < first);
  return [...front, ...middle, ...columns.filter((column, i) => column.quiet && i > first)];
}

/** Moves a column among the others, as far as there is room. */
export function moved(layout: readonly Placed[], id: string, to: number): readonly Placed[] {
  const from = layout.findIndex((one) => one.id === id);
  const one = layout[from];
  if (!one) return layout;
  const rest = layout.filter((other) => other !== one);
  const at = Math.max(0, Math.min(rest.length, to));
  return [...rest.slice(0, at), one, ...rest.slice(at)];
}

/** Shows or hides a column. */
export const showing = (layout: readonly Placed[], id: string, shown: boolean): readonly Placed[] =>
  layout.map((one) => (one.id === id ? { ...one, shown } : one));

/** Gives a column a width in pixels, or the list's own again. */
export const sized = (layout: readonly Placed[], id: string, width: number | undefined): readonly Placed[] =>
  layout.map((one) => {
    if (one.id !== id) return one;
    const { width: _, ...rest } = one;
    return width === undefined ? rest : { ...rest, width: within(width) };
  });

/** The least number of pixels the tracks of a grid need: `36px`, `minmax(120px, 1fr)`. */
export const leastWidth = (tracks: readonly string[], gap: number): number =>
  tracks.reduce((sum, track) => sum + Number(/(\d+)px/.exec(track)?.[1] ?? 0), 0) +
  gap * Math.max(0, tracks.length - 1);
