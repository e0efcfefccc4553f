import { useMediaQuery } from '@mantine/hooks';
import { IconSearch } from '@tabler/icons-react';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import {
  useCallback,
  useMemo,
  useRef,
  useState,
  useSyncExternalStore,
  type CSSProperties,
  type ReactNode,
} from 'react';
import { kit } from '../lib/messages/kit.ts';
import { number } from '../lib/t.ts';
import { leastWidth } from './columns.ts';
import { EmptyState } from './EmptyState.tsx';
import { ErrorBox } from './ErrorBox.tsx';
import css from './grid.module.css';
import { rangeStore, type RangeStore } from './grid-range.ts';
import { pageSize, type Column, type GridProps } from './grid-types.ts';
import { GridBody } from './GridBody.tsx';
import { GridHead } from './GridHead.tsx';
import { sizeOf, type SelectionStore } from './selection.ts';

export type { Column, Page } from './grid-types.ts';

/** How many rows are selected, beside how many there are. */
function Selected<T>({ selection }: { readonly selection: SelectionStore<T> }) {
  const { picked } = useSyncExternalStore(selection.subscribe, selection.read);
  const count = sizeOf(picked);
  return count > 0 && <> · {kit('selected', { count })}</>;
}

function Footer<T>({
  range,
  hints,
  selection,
}: {
  readonly range: RangeStore;
  readonly hints?: ReactNode;
  readonly selection: SelectionStore<T> | undefined;
}) {
  const { first, last, total, more } = useSyncExternalStore(range.subscribe, range.read);
  // Isolated, or a right-to-left page would read the range from its end.
  const shown = `\u2068${number(first + 1)}–${number(Math.min(total, last + 1))}\u2069`;
  return (
    <footer className={css.foot}>
      <span className="num">
        {total > 0 && kit(more ? 'rangeMore' : 'range', { range: shown, total })}
        {selection && <Selected selection={selection} />}
      </span>
      {hints && <span className={css.hints}>{hints}</span>}
    </footer>
  );
}

const pickTrack = '30px';
const gap = 10;
const padding = 28;

/** The tracks of the rows as the style sheet takes them, for a narrow grid and for a wide one. */
function tracksOf<T>(columns: readonly Column<T>[], picks: boolean): Readonly<Record<`--${string}`, string>> {
  const of = (drawn: readonly Column<T>[]) => [...(picks ? [pickTrack] : []), ...drawn.map((column) => column.width)];
  const narrow = of(columns.filter((column) => !column.wide));
  const wide = of(columns);
  return {
    '--cols': narrow.join(' '),
    '--cols-wide': wide.join(' '),
    '--least': `${leastWidth(narrow, gap) + padding}px`,
    '--least-wide': `${leastWidth(wide, gap) + padding}px`,
  };
}

/**
 * A list that the server sorts, filters and pages, of any length: rows come by the hundred as they scroll into view, and
 * the browser never holds the whole. Arrow keys move, Enter opens, Space looks, letters press the row's own buttons
 * (an element with `data-key`). On a phone each row is a card.
 */
export function Grid<T>(props: GridProps<T>) {
  const phone =
    useMediaQuery('(max-width: 48em)', matchMedia('(max-width: 48em)').matches, { getInitialValueInEffect: false }) ??
    false;
  const { label, load, sort, columns } = props;
  const selection = phone ? undefined : props.selection;
  const grid = useRef<HTMLDivElement>(null);
  const head = useRef<HTMLDivElement>(null);
  const [range] = useState(rangeStore);
  const key = useMemo(() => [...props.queryKey, sort ?? null], [JSON.stringify(props.queryKey), sort]);
  const first = useQuery({
    queryKey: [...key, 0],
    queryFn: ({ signal }) => load({ offset: 0, limit: pageSize, signal, ...(sort ? { sort } : {}) }),
    placeholderData: keepPreviousData,
    ...(props.refetchInterval ? { refetchInterval: props.refetchInterval } : {}),
  });
  const total = first.data?.total ?? 0;
  const more = first.data?.totalIs === 'at-least';
  const rowHeight = phone ? (props.cardHeight ?? 104) : props.dense ? 34 : 40;
  const style: CSSProperties = {
    ...tracksOf(columns, selection !== undefined),
    ...({ '--row-h': `${rowHeight}px` } as CSSProperties),
  };
  // While an edge is dragged the style alone changes: not one row is drawn again before the pointer lets go.
  const onPreview = useCallback(
    (id: string, width: number) => {
      const drawn = columns.map((column) => (column.id === id ? { ...column, width: `${width}px` } : column));
      for (const [name, value] of Object.entries(tracksOf(drawn, selection !== undefined)))
        grid.current?.style.setProperty(name, value);
    },
    [columns, selection],
  );
  const onScrollAcross = useCallback((left: number) => {
    if (head.current) head.current.scrollLeft = left;
  }, []);
  if (first.isError && !first.data) {
    return (
      <div className={css.message}>
        <ErrorBox error={first.error} retry={() => void first.refetch()} />
      </div>
    );
  }
  if (first.data && total === 0) {
    return (
      <div className={css.message}>
        {props.filtered ? (
          <EmptyState icon={IconSearch} title={kit('noMatch')} text={kit('noMatchHelp')}>
            {props.onClear && (
              <button type="button" className={css.clear} onClick={props.onClear}>
                {kit('clearFilters')}
              </button>
            )}
          </EmptyState>
        ) : (
          props.empty
        )}
      </div>
    );
  }
  return (
    <>
      <div
        ref={grid}
        role="grid"
        aria-label={label}
        // -1: nobody has counted how many there are.
        aria-rowcount={more ? -1 : total + 1}
        {...(selection ? { 'aria-multiselectable': true } : {})}
        className={css.grid}
        style={style}
        aria-busy={first.isFetching}
      >
        {!phone && (
          <GridHead
            ref={head}
            columns={columns}
            sort={sort}
            onSort={props.onSort}
            onResize={props.onResize}
            onPreview={onPreview}
            selection={selection}
          />
        )}
        <GridBody
          {...props}
          queryKey={key}
          total={total}
          more={more}
          pending={first.isPending}
          phone={phone}
          rowHeight={rowHeight}
          range={range}
          onScrollAcross={onScrollAcross}
        />
      </div>
      {!phone && <Footer range={range} hints={props.hints} selection={selection} />}
    </>
  );
}
