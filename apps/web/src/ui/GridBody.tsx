import { keepPreviousData, useQueries } from '@tanstack/react-query';
import { useVirtualizer } from '@tanstack/react-virtual';
import { memo, useEffect, useMemo, useRef, useState, type KeyboardEvent, type MouseEvent, type ReactNode } from 'react';
import { kit } from '../lib/messages/kit.ts';
import css from './grid.module.css';
import { pageSize, type Column, type GridProps } from './grid-types.ts';

/** Which rows are on screen, told outside React's state: only the footer draws again while scrolling. */
export interface RangeStore {
  readonly subscribe: (listener: () => void) => () => void;
  readonly read: () => string;
  readonly set: (first: number, last: number) => void;
}

export function rangeStore(): RangeStore {
  let value = '0,0';
  const listeners = new Set<() => void>();
  return {
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    read: () => value,
    set: (first, last) => {
      value = `${first},${last}`;
      for (const listener of listeners) listener();
    },
  };
}

interface RowProps<T> {
  readonly row: T;
  readonly index: number;
  readonly top: number;
  readonly active: boolean;
  readonly columns: readonly Column<T>[];
}

function RowView<T>({ row, index, top, active, columns }: RowProps<T>): ReactNode {
  const tabIndex = active ? 0 : -1;
  return (
    <div
      role="row"
      aria-rowindex={index + 2}
      tabIndex={tabIndex}
      data-i={index}
      className={css.row}
      style={{ transform: `translateY(${top}px)` }}
    >
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
const Row = memo(RowView) as typeof RowView;

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
const Card = memo(CardView) as typeof CardView;

const jumps: Readonly<Record<string, number>> = {
  ArrowDown: 1,
  ArrowUp: -1,
  PageDown: 15,
  PageUp: -15,
  Home: -Infinity,
  End: Infinity,
};

/** The scrolling part: the only one that draws again while scrolling. */
export const GridBody = memo(function GridBody<T>(
  props: GridProps<T> & {
    readonly total: number;
    readonly pending: boolean;
    readonly phone: boolean;
    readonly rowHeight: number;
    readonly range: RangeStore;
  },
) {
  const { total, rowHeight, queryKey, load, sort, columns, phone, range, onOpen, onPeek, card } = props;
  const scroll = useRef<HTMLDivElement>(null);
  const [active, setActive] = useState(0);
  const virtual = useVirtualizer({
    count: total,
    getScrollElement: () => scroll.current,
    estimateSize: () => rowHeight,
    overscan: 8,
    useFlushSync: false,
  });
  useEffect(() => virtual.measure(), [rowHeight, virtual]);
  useEffect(() => {
    scroll.current?.scrollTo({ top: 0 });
    setActive(0);
  }, [queryKey]);
  const items = virtual.getVirtualItems();
  const firstPage = Math.floor((items[0]?.index ?? 0) / pageSize);
  const lastPage = Math.floor((items.at(-1)?.index ?? 0) / pageSize);
  const start = virtual.range?.startIndex ?? 0;
  const end = virtual.range?.endIndex ?? 0;
  useEffect(() => range.set(start, end), [range, start, end]);
  const pages = useMemo(
    () => Array.from({ length: lastPage - firstPage + 1 }, (_, i) => firstPage + i),
    [firstPage, lastPage],
  );
  const replies = useQueries({
    queries: pages.map((page) => ({
      queryKey: [...queryKey, page],
      queryFn: ({ signal }: { signal: AbortSignal }) =>
        load({ offset: page * pageSize, limit: pageSize, signal, ...(sort ? { sort } : {}) }),
      ...(page === 0 ? { placeholderData: keepPreviousData } : {}),
    })),
  });
  const rowAt = (index: number): T | undefined =>
    replies[Math.floor(index / pageSize) - firstPage]?.data?.items[index % pageSize];

  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>) => {
    const target = event.target as HTMLElement;
    const element = target.closest<HTMLElement>('[data-i]');
    if (!element || target.matches('input, textarea')) return;
    const row = rowAt(Number(element.dataset['i']));
    const jump = jumps[event.key];
    if (jump !== undefined) {
      event.preventDefault();
      const to = Math.max(0, Math.min(total - 1, active + jump));
      setActive(to);
      virtual.scrollToIndex(to);
      // The row may only be drawn in the next frame, and its place settled in the one after.
      requestAnimationFrame(() =>
        requestAnimationFrame(() =>
          scroll.current?.querySelector<HTMLElement>(`[data-i="${to}"]`)?.focus({ preventScroll: true }),
        ),
      );
      return;
    }
    if (event.key === 'Escape' && target !== element) element.focus();
    if (target !== element || !row || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === 'Enter' && onOpen) onOpen(row);
    else if (event.key === ' ' && onPeek) onPeek(row);
    else if (document.documentElement.dataset['shortcuts'] !== 'off') {
      const button = element.querySelector<HTMLElement>(`[data-key="${CSS.escape(event.key.toLowerCase())}"]`);
      if (!button) return;
      button.click();
    } else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const onClick = (event: MouseEvent<HTMLDivElement>) => {
    const target = event.target as HTMLElement;
    const element = target.closest<HTMLElement>('[data-i]');
    if (!element || !onOpen || target.closest('button, a, input, label, [data-secret]')) return;
    if (getSelection()?.toString()) return;
    const row = rowAt(Number(element.dataset['i']));
    if (row) onOpen(row);
  };

  return (
    <div
      role="rowgroup"
      ref={scroll}
      className={css.body}
      data-phone={phone || undefined}
      tabIndex={-1}
      onKeyDown={onKeyDown}
      onFocus={(event) => {
        const index = (event.target as HTMLElement).closest<HTMLElement>('[data-i]')?.dataset['i'];
        if (index !== undefined) setActive(Number(index));
      }}
      onClick={onClick}
    >
      {props.pending ? (
        <div role="row" aria-label={kit('loading')}>
          {Array.from({ length: 12 }, (_, i) => (
            <div role="gridcell" key={i} className={css.bone}>
              <i style={{ inlineSize: 110 + ((i * 37) % 60) }} />
              <i style={{ inlineSize: 170 + ((i * 53) % 60) }} />
              <i style={{ inlineSize: 120 }} />
            </div>
          ))}
        </div>
      ) : (
        <div role="presentation" className={css.sizer} style={{ blockSize: virtual.getTotalSize() }}>
          {items.map(({ index, start: top, key }) => {
            const row = rowAt(index);
            if (!row) {
              return (
                <div
                  role="row"
                  key={key}
                  aria-rowindex={index + 2}
                  className={css.row}
                  style={{ transform: `translateY(${top}px)` }}
                >
                  <div role="gridcell" className={css.rowBone}>
                    <i style={{ inlineSize: 150 }} />
                  </div>
                </div>
              );
            }
            return phone ? (
              <Card
                key={key}
                row={row}
                index={index}
                top={top}
                active={index === active}
                card={card}
                height={rowHeight}
              />
            ) : (
              <Row key={key} row={row} index={index} top={top} active={index === active} columns={columns} />
            );
          })}
        </div>
      )}
    </div>
  );
}) as <T>(
  props: GridProps<T> & {
    readonly total: number;
    readonly pending: boolean;
    readonly phone: boolean;
    readonly rowHeight: number;
    readonly range: RangeStore;
  },
) => ReactNode;
