import { useMediaQuery } from '@mantine/hooks';
import { IconArrowDown, IconArrowUp, IconSearch } from '@tabler/icons-react';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useMemo, useState, useSyncExternalStore, type CSSProperties, type ReactNode } from 'react';
import { kit } from '../lib/messages/kit.ts';
import { number } from '../lib/t.ts';
import { EmptyState } from './EmptyState.tsx';
import { ErrorBox } from './ErrorBox.tsx';
import css from './grid.module.css';
import { GridBody, rangeStore, type RangeStore } from './GridBody.tsx';
import { pageSize, type Column, type GridProps } from './grid-types.ts';

export type { Column, Page } from './grid-types.ts';

function Footer({
  total,
  range,
  hints,
}: {
  readonly total: number;
  readonly range: RangeStore;
  readonly hints?: ReactNode;
}) {
  const text = useSyncExternalStore(range.subscribe, range.read);
  const [first = 0, last = 0] = text.split(',').map(Number);
  // Isolated, or a right-to-left page would read the range from its end.
  const shown = `\u2068${number(first + 1)}–${number(Math.min(total, last + 1))}\u2069`;
  return (
    <footer className={css.foot}>
      <span className="num">{total > 0 && kit('range', { range: shown, total })}</span>
      {hints && <span className={css.hints}>{hints}</span>}
    </footer>
  );
}

function HeadCell<T>({
  column,
  sort,
  onSort,
}: {
  readonly column: Column<T>;
  readonly sort: string | undefined;
  readonly onSort: GridProps<T>['onSort'];
}) {
  const classes = [column.wide && css.wide, column.end && css.end].filter(Boolean).join(' ');
  if (!column.sort || !onSort) {
    return (
      <div role="columnheader" className={classes}>
        {column.quiet ? <span className="sr">{column.title}</span> : column.title}
      </div>
    );
  }
  const by = column.sort;
  const state = sort === by ? 'ascending' : sort === `-${by}` ? 'descending' : 'none';
  const next = state === 'none' ? by : state === 'ascending' ? `-${by}` : undefined;
  return (
    <div role="columnheader" className={classes} aria-sort={state}>
      <button type="button" onClick={() => onSort(next)}>
        {column.title}
        {state === 'ascending' && <IconArrowUp size={13} aria-hidden />}
        {state === 'descending' && <IconArrowDown size={13} aria-hidden />}
      </button>
    </div>
  );
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
  const [range] = useState(rangeStore);
  const key = useMemo(() => [...props.queryKey, sort ?? null], [JSON.stringify(props.queryKey), sort]);
  const first = useQuery({
    queryKey: [...key, 0],
    queryFn: ({ signal }) => load({ offset: 0, limit: pageSize, signal, ...(sort ? { sort } : {}) }),
    placeholderData: keepPreviousData,
    ...(props.refetchInterval ? { refetchInterval: props.refetchInterval } : {}),
  });
  const total = first.data?.total ?? 0;
  const rowHeight = phone ? (props.cardHeight ?? 104) : props.dense ? 34 : 40;
  const narrow = columns.filter((column) => !column.wide);
  const style: CSSProperties & Record<`--${string}`, string> = {
    '--row-h': `${rowHeight}px`,
    '--cols': narrow.map((c) => c.width).join(' '),
    '--cols-wide': columns.map((c) => c.width).join(' '),
  };
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
        role="grid"
        aria-label={label}
        aria-rowcount={total + 1}
        className={css.grid}
        style={style}
        aria-busy={first.isFetching}
      >
        {!phone && (
          <div role="rowgroup" className={css.head}>
            <div role="row" aria-rowindex={1} className={css.headRow}>
              {columns.map((column) => (
                <HeadCell key={column.id} column={column} sort={sort} onSort={props.onSort} />
              ))}
            </div>
          </div>
        )}
        <GridBody
          {...props}
          queryKey={key}
          total={total}
          pending={first.isPending}
          phone={phone}
          rowHeight={rowHeight}
          range={range}
        />
      </div>
      {!phone && <Footer total={total} range={range} hints={props.hints} />}
    </>
  );
}
