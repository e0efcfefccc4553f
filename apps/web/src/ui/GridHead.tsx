import { IconArrowDown, IconArrowUp } from '@tabler/icons-react';
import { useSyncExternalStore, type KeyboardEvent, type PointerEvent, type ReactNode, type Ref } from 'react';
import { kit } from '../lib/messages/kit.ts';
import { announce } from './announce.ts';
import css from './grid.module.css';
import type { Column, GridProps } from './grid-types.ts';
import type { SelectionStore } from './selection.ts';
import { widths } from './columns.ts';

/** The box over the boxes: on for all loaded rows, half for some. */
function HeadBox<T>({ selection }: { readonly selection: SelectionStore<T> }) {
  const { head } = useSyncExternalStore(selection.subscribe, selection.read);
  const turn = () => {
    if (head === 'all') selection.clear();
    else selection.page(true);
  };
  return (
    <div role="columnheader" className={css.pick} onClick={turn}>
      <input
        type="checkbox"
        className={css.box}
        checked={head === 'all'}
        ref={(box) => {
          if (box) box.indeterminate = head === 'some';
        }}
        readOnly
        aria-label={kit('selectLoaded')}
      />
    </div>
  );
}

const step = 16;

interface CellProps<T> {
  readonly column: Column<T>;
  readonly sort: string | undefined;
  readonly onSort: GridProps<T>['onSort'];
  readonly onResize: GridProps<T>['onResize'];
  /** Draws with this width until the pointer lets go. */
  readonly onPreview: (id: string, width: number) => void;
}

function HeadCell<T>({ column, sort, onSort, onResize, onPreview }: CellProps<T>) {
  const classes = [css.headCell, column.wide && css.wide, column.end && css.end].filter(Boolean).join(' ');
  if (column.quiet) {
    return (
      <div role="columnheader" className={classes}>
        <span className="sr">{column.title}</span>
      </div>
    );
  }
  const rtl = () => document.documentElement.dir === 'rtl';
  const clamp = (width: number) => Math.round(Math.max(widths.least, Math.min(widths.most, width)));
  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>) => {
    if (!onResize || !event.altKey || (event.key !== 'ArrowLeft' && event.key !== 'ArrowRight')) return;
    // Alt and an arrow would leave the page.
    event.preventDefault();
    event.stopPropagation();
    const wider = (event.key === 'ArrowRight') !== rtl();
    const width = clamp(event.currentTarget.getBoundingClientRect().width + (wider ? step : -step));
    onResize(column.id, width);
    announce(kit('columnWidth', { name: column.title, width }));
  };
  const onPointerDown = (event: PointerEvent<HTMLSpanElement>) => {
    const handle = event.currentTarget;
    const cell = handle.parentElement;
    if (!cell || !onResize || event.button !== 0) return;
    event.preventDefault();
    const from = event.clientX;
    const begin = cell.getBoundingClientRect().width;
    let width = begin;
    const onMove = (move: globalThis.PointerEvent) => {
      width = clamp(begin + (move.clientX - from) * (rtl() ? -1 : 1));
      onPreview(column.id, width);
    };
    const onEnd = () => {
      handle.removeEventListener('pointermove', onMove);
      handle.removeEventListener('pointerup', onEnd);
      handle.removeEventListener('pointercancel', onEnd);
      if (width !== begin) onResize(column.id, width);
    };
    handle.setPointerCapture(event.pointerId);
    handle.addEventListener('pointermove', onMove);
    handle.addEventListener('pointerup', onEnd);
    handle.addEventListener('pointercancel', onEnd);
  };
  const by = onSort && column.sort;
  const state = sort === by ? 'ascending' : sort === `-${by}` ? 'descending' : 'none';
  return (
    <div
      role="columnheader"
      className={classes}
      data-column={column.id}
      onKeyDown={onKeyDown}
      // A header without a button must still be reached, to be made wider.
      tabIndex={onResize && !by ? 0 : undefined}
      {...(by ? { 'aria-sort': state } : {})}
    >
      {by ? (
        <button
          type="button"
          onClick={() => onSort(state === 'none' ? by : state === 'ascending' ? `-${by}` : undefined)}
        >
          <span className="trunc">{column.title}</span>
          {state === 'ascending' && <IconArrowUp size={13} aria-hidden />}
          {state === 'descending' && <IconArrowDown size={13} aria-hidden />}
        </button>
      ) : (
        <span className="trunc">{column.title}</span>
      )}
      {onResize && (
        <span
          aria-hidden
          className={css.edge}
          onPointerDown={onPointerDown}
          onDoubleClick={() => onResize(column.id, undefined)}
        />
      )}
    </div>
  );
}

/** The header of a list: sorts, selects what is loaded, and makes columns wider. */
export function GridHead<T>(props: {
  readonly columns: readonly Column<T>[];
  readonly sort: string | undefined;
  readonly onSort: GridProps<T>['onSort'];
  readonly onResize: GridProps<T>['onResize'];
  readonly onPreview: (id: string, width: number) => void;
  readonly selection: SelectionStore<T> | undefined;
  readonly ref: Ref<HTMLDivElement>;
}): ReactNode {
  const { columns, selection, ref, ...cell } = props;
  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>) => {
    if (event.key !== 'Escape' || !selection?.size()) return;
    event.preventDefault();
    selection.clear();
  };
  return (
    <div role="rowgroup" className={css.head} ref={ref} onKeyDown={onKeyDown}>
      <div role="row" aria-rowindex={1} className={css.headRow}>
        {selection && <HeadBox selection={selection} />}
        {columns.map((column) => (
          <HeadCell key={column.id} column={column} {...cell} />
        ))}
      </div>
    </div>
  );
}
