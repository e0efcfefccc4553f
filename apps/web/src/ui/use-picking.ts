import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useMemo, useRef } from 'react';
import { kit } from '../lib/messages/kit.ts';
import { pageSize, type GridProps } from './grid-types.ts';
import { pickLimit, stretch } from './selection.ts';
import { toast, toastProblem } from './toast.tsx';
import type { usePageLoader } from './use-grid-pages.ts';

/** The most rows one range may span: those between that were never on screen have to be loaded for it. */
const rangeLimit = 2_000;

/** How the rows of a list are selected, by their places: what a click and a key do. */
export interface Picker {
  /** Turns one row over; the next range begins there. */
  readonly toggle: (index: number) => void;
  /** Selects from where the last range or row began to here; what an earlier end of the same range took is let go. */
  readonly extend: (from: number, to: number) => void;
  /** The loaded rows, and everything that matches when they are selected already. */
  readonly page: () => void;
  /** The next range begins where it is made. */
  readonly forget: () => void;
}

/** Makes a list's selection one of places. Undefined for a list that has none. */
export function usePicking<T>(
  {
    selection,
    rowKey,
    queryKey,
  }: Pick<GridProps<T>, 'rowKey' | 'queryKey'> & { readonly selection: GridProps<T>['selection'] | undefined },
  query: ReturnType<typeof usePageLoader<T>>,
  rowAt: (index: number) => T | undefined,
): Picker | undefined {
  const client = useQueryClient();
  const latest = useRef(rowAt);
  latest.current = rowAt;
  const span = useRef<{ readonly anchor: number; readonly end: number } | null>(null);
  useEffect(() => {
    span.current = null;
  }, [queryKey]);
  return useMemo(() => {
    if (!selection) return undefined;
    const change = (rows: readonly T[], on: boolean) => {
      const pairs = rows.map((row) => [rowKey(row), row] as const);
      if (!selection.put(pairs, on)) refuse(kit('tooMany', { limit: pickLimit }));
    };
    const load = async (from: number, to: number): Promise<T[]> => {
      const rows: T[] = [];
      for (let page = Math.floor(from / pageSize); page <= Math.floor(to / pageSize); page++) {
        const { items } = await client.ensureQueryData(query(page));
        rows.push(...items.slice(Math.max(0, from - page * pageSize), to + 1 - page * pageSize));
      }
      return rows;
    };
    const mark = ([from, to]: readonly [number, number], on: boolean) => {
      const here = Array.from({ length: to - from + 1 }, (_, i) => latest.current(from + i));
      if (here.every((row) => row !== undefined)) change(here, on);
      // Rows that were never on screen, or are no longer kept.
      else
        load(from, to).then(
          (rows) => change(rows, on),
          (error: unknown) => toastProblem(error),
        );
    };
    return {
      toggle: (index) => {
        const row = latest.current(index);
        if (!row) return;
        span.current = { anchor: index, end: index };
        change([row], !selection.has(rowKey(row)));
      },
      extend: (from, to) => {
        const { anchor, end } = (selection.size() > 0 && span.current) || { anchor: from, end: from };
        if (Math.abs(to - anchor) >= rangeLimit) {
          refuse(kit('rangeTooLong', { limit: rangeLimit }));
          return;
        }
        const { on, off } = stretch(anchor, end, to);
        if (off) mark(off, false);
        mark(on, true);
        span.current = { anchor, end: to };
      },
      page: () => {
        const { picked, listed, head } = selection.read();
        if (head !== 'all') {
          if (!selection.page(true)) refuse(kit('tooMany', { limit: pickLimit }));
        } else if (!('all' in picked) && listed.total > listed.loaded.length && !selection.all()) {
          refuse(kit('tooManyToSelect', { limit: pickLimit }));
        }
      },
      forget: () => {
        span.current = null;
      },
    };
  }, [selection, rowKey, client, query]);
}

const refuse = (message: string) => toast({ id: 'selection', message, seconds: 8 });
