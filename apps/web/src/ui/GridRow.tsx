import { memo, useSyncExternalStore, type ReactNode } from 'react';
import { kit } from '../lib/messages/kit.ts';
import css from './grid.module.css';
import type { Column } from './grid-types.ts';
import type { SelectionStore } from './selection.ts';

const never = () => () => undefined;
/** Whether one row is selected: the row draws again when that changes, and not when another's does. */
function usePicked(selection: Pick<SelectionStore<never>, 'subscribe' | 'has'> | undefined, id: string): boolean {
  return useSyncExternalStore(selection?.subscribe ?? never, () => selection?.has(id) ?? false);
}

interface RowProps<T> {
  readonly row: T;
  readonly id: string;
  /** What the row is called, for its box. */
  readonly name: string;
  readonly index: number;
  readonly top: number;
  readonly active: boolean;
  readonly columns: readonly Column<T>[];
  readonly selection: SelectionStore<T> | undefined;
}

function RowView<T>({ row, id, name, index, top, active, columns, selection }: RowProps<T>): ReactNode {
  const tabIndex = active ? 0 : -1;
  const picked = usePicked(selection, id);
  return (
    <div
      role="row"
      aria-rowindex={index + 2}
      {...(selection ? { 'aria-selected': picked } : {})}
      tabIndex={tabIndex}
      data-i={index}
      data-picked={picked || undefined}
      className={css.row}
      style={{ transform: `translateY(${top}px)` }}
    >
      {selection && (
        <div role="gridcell" className={css.pick} data-pick>
          {/* The whole cell is its target: the body hears clicks, for the keys held with them. */}
          <input
            type="checkbox"
            className={css.box}
            checked={picked}
            readOnly
            tabIndex={tabIndex}
            aria-label={kit('selectRow', { name })}
          />
        </div>
      )}
      {columns.map((column) => (
        <div
          role="gridcell"
          key={column.id}
          className={[css.cell, column.wide && css.wide, column.end && css.end].filter(Boolean).join(' ')}
        >
          {column.cell(row, tabIndex)}
        </div>
      ))}
    </div>
  );
}
/** A row of plain elements. */
export const Row = memo(RowView) as typeof RowView;

interface CardProps<T> {
  readonly row: T;
  readonly index: number;
  readonly top: number;
  readonly active: boolean;
  readonly card: (row: T) => ReactNode;
  readonly height: number;
}

function CardView<T>({ row, index, top, active, card, height }: CardProps<T>): ReactNode {
  return (
    <div
      role="row"
      aria-rowindex={index + 2}
      tabIndex={active ? 0 : -1}
      data-i={index}
      className={css.card}
      style={{ transform: `translateY(${top}px)`, blockSize: height }}
    >
      <div role="gridcell">{card(row)}</div>
    </div>
  );
}
/** A row on a phone. */
export const Card = memo(CardView) as typeof CardView;

/** A row that is not there yet, or could not be loaded. It takes the focus for the row that will stand here. */
export function EmptyRow(props: {
  readonly index: number;
  readonly top: number;
  readonly active: boolean;
  readonly retry?: (() => void) | undefined;
}): ReactNode {
  const { index, top, active, retry } = props;
  return (
    <div
      role="row"
      aria-rowindex={index + 2}
      {...(retry ? {} : { 'aria-label': kit('loading') })}
      tabIndex={active ? 0 : -1}
      data-i={index}
      className={css.row}
      style={{ transform: `translateY(${top}px)` }}
    >
      <div role="gridcell" className={css.rowBone}>
        {retry ? (
          <span className="dim">
            {kit('loadFailed')}{' '}
            <button type="button" className="link" onClick={retry}>
              {kit('tryAgain')}
            </button>
          </span>
        ) : (
          <i style={{ inlineSize: 150 }} />
        )}
      </div>
    </div>
  );
}
