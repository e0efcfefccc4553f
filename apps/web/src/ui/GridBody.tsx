import { useVirtualizer } from '@tanstack/react-virtual';
import { memo, useEffect, useRef, useState, type KeyboardEvent, type MouseEvent, type ReactNode } from 'react';
import { kit } from '../lib/messages/kit.ts';
import css from './grid.module.css';
import type { RangeStore } from './grid-range.ts';
import { Card, EmptyRow, Row } from './GridRow.tsx';
import { pageSize, type GridProps } from './grid-types.ts';
import { useGridPages, usePageLoader, useReach } from './use-grid-pages.ts';
import { usePicking } from './use-picking.ts';

const jumps: Readonly<Record<string, number>> = {
  ArrowDown: 1,
  ArrowUp: -1,
  PageDown: 15,
  PageUp: -15,
  Home: -Infinity,
  End: Infinity,
};

interface BodyProps<T> extends GridProps<T> {
  readonly total: number;
  /** More match than `total`. */
  readonly more: boolean;
  readonly pending: boolean;
  readonly phone: boolean;
  readonly rowHeight: number;
  readonly range: RangeStore;
  /** The body was scrolled sideways: the header follows. */
  readonly onScrollAcross: (left: number) => void;
}

const controls = 'button, a, input, label, [data-secret]';

function Body<T>(props: BodyProps<T>): ReactNode {
  const { rowHeight, queryKey, columns, phone, range, onOpen, onPeek, card, rowKey, rowName } = props;
  const selection = phone ? undefined : props.selection;
  const scroll = useRef<HTMLDivElement>(null);
  const [chosen, setActive] = useState(0);
  const query = usePageLoader({ queryKey, load: props.load, sort: props.sort });
  const { count, open, learn } = useReach<T>({ queryKey, total: props.total, more: props.more });
  const active = Math.max(0, Math.min(chosen, count - 1));
  const virtual = useVirtualizer({
    count,
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
  const first = virtual.range?.startIndex ?? 0;
  const last = virtual.range?.endIndex ?? 0;
  useEffect(() => range.set({ first, last, total: count, more: open }), [range, first, last, count, open]);
  const { held, rowAt, failed } = useGridPages(query, firstPage, lastPage, learn, props.refetchInterval ?? false);
  const picker = usePicking({ selection, rowKey, queryKey }, query, rowAt);
  useEffect(() => {
    const rows = held.flatMap((reply) => reply?.items ?? []);
    selection?.tell({ loaded: rows.map((row) => [rowKey(row), row]), total: count, more: open });
  }, [selection, held, rowKey, count, open]);

  // The row that is to have the focus: it may come in a later frame, or only with its page.
  const wanted = useRef<number | null>(null);
  useEffect(() => {
    const body = scroll.current;
    if (wanted.current === null || !body) return;
    const { activeElement } = document;
    // Somebody went elsewhere meanwhile.
    if (activeElement !== null && activeElement !== document.body && !body.contains(activeElement))
      wanted.current = null;
    if (wanted.current === null) return;
    // The list turned out to be shorter than it was thought to be.
    wanted.current = Math.min(wanted.current, count - 1);
    const element = body.querySelector<HTMLElement>(`[data-i="${wanted.current}"]`);
    if (!element) return;
    if (rowAt(wanted.current)) wanted.current = null;
    element.focus({ preventScroll: true });
  });
  const go = (to: number) => {
    wanted.current = to;
    setActive(to);
    virtual.scrollToIndex(to);
  };
  /** What a key does to the selection; false when it is none of its keys. */
  const pickByKey = (event: KeyboardEvent, index: number, onRow: boolean): boolean => {
    if (!picker) return false;
    const command = event.ctrlKey || event.metaKey;
    if (command && event.key.toLowerCase() === 'a') picker.page();
    else if (command && event.key === ' ') picker.toggle(index);
    else if (command || event.altKey || !onRow) return false;
    else if (event.key === ' ' && event.shiftKey) picker.extend(index, index);
    // Where Space is a quick look it selects only once something is: X begins.
    else if (event.key === ' ' && (!onPeek || selection?.size())) picker.toggle(index);
    else if (event.key.toLowerCase() === 'x' && document.documentElement.dataset['shortcuts'] !== 'off')
      picker.toggle(index);
    else if (event.key === 'Escape' && selection?.size()) selection.clear();
    else return false;
    return true;
  };
  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>) => {
    const target = event.target as HTMLElement;
    const element = target.closest<HTMLElement>('[data-i]');
    if (!element || target.matches('input:not([type=checkbox]), textarea')) return;
    const index = Number(element.dataset['i']);
    const row = rowAt(index);
    const jump = jumps[event.key];
    const onRow = target === element;
    if (jump !== undefined && !event.altKey) {
      event.preventDefault();
      const to = Math.max(0, Math.min(count - 1, active + jump));
      if (event.shiftKey && picker) picker.extend(active, to);
      else picker?.forget();
      go(to);
      return;
    }
    if (pickByKey(event, index, onRow)) {
      event.preventDefault();
      event.stopPropagation();
      return;
    }
    if (event.key === 'Escape' && !onRow) {
      // Back to the row alone: the next Esc is for what lies around it.
      event.preventDefault();
      element.focus();
    }
    if (!onRow || !row || event.ctrlKey || event.metaKey || event.altKey) return;
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
    if (!element) return;
    const index = Number(element.dataset['i']);
    const box = target.closest('[data-pick]');
    if (!box && target.closest(controls)) return;
    if (picker && (box || event.shiftKey || event.ctrlKey || event.metaKey)) {
      if (event.shiftKey) picker.extend(active, index);
      else picker.toggle(index);
      // A held Shift kept the press from moving the focus.
      if (!element.contains(document.activeElement)) element.focus({ preventScroll: true });
      return;
    }
    if (!onOpen || getSelection()?.toString()) return;
    const row = rowAt(index);
    if (row) onOpen(row);
  };
  // A press with Shift would select text, and move the active row before the click can count from it.
  const onMouseDown = (event: MouseEvent<HTMLDivElement>) => {
    const target = event.target as HTMLElement;
    if (picker && event.shiftKey && !(target.closest(controls) && !target.closest('[data-pick]')))
      event.preventDefault();
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
      onMouseDown={onMouseDown}
      onClick={onClick}
      onScroll={(event) => props.onScrollAcross(event.currentTarget.scrollLeft)}
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
            const place = { index, top };
            if (!row) {
              const problem = failed(index);
              return (
                <EmptyRow
                  key={key}
                  {...place}
                  active={index === active}
                  retry={problem && (() => void problem.refetch())}
                />
              );
            }
            const drawn = { ...place, row, active: index === active };
            return phone ? (
              <Card key={key} {...drawn} card={card} height={rowHeight} />
            ) : (
              <Row
                key={key}
                {...drawn}
                id={rowKey(row)}
                name={selection && rowName ? rowName(row) : ''}
                columns={columns}
                selection={selection}
              />
            );
          })}
        </div>
      )}
    </div>
  );
}

/** The scrolling part: the only one that draws again while scrolling. */
export const GridBody = memo(Body) as typeof Body;
