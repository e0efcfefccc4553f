import { keepPreviousData, useQueries, useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useMemo, useState } from 'react';
import { deepestOffset, pageSize, type GridProps, type Page } from './grid-types.ts';

const lastByOffset = deepestOffset / pageSize;

/** What is asked for, and how many rows the first page said there are. */
interface Source<T> {
  readonly queryKey: readonly unknown[];
  readonly load: GridProps<T>['load'];
  readonly sort: string | undefined;
  readonly total: number;
  /** More match than `total`. */
  readonly more: boolean;
}

/**
 * How one page is asked for. A page within reach of an offset is asked for by it, whatever was loaded before: the scroll
 * bar jumps. A deeper one goes on at the cursor of the page before it, which is asked for first when it is gone.
 */
export function usePageLoader<T>({ queryKey, load, sort }: Pick<Source<T>, 'queryKey' | 'load' | 'sort'>) {
  const client = useQueryClient();
  return useMemo(() => {
    const query = (page: number) => ({
      queryKey: [...queryKey, page],
      queryFn: async ({ signal }: { readonly signal: AbortSignal }): Promise<Page<T>> => {
        const common = { limit: pageSize, signal, ...(sort ? { sort } : {}) };
        if (page <= lastByOffset) return load({ ...common, offset: page * pageSize });
        const before = await client.ensureQueryData(query(page - 1));
        if (!before.nextCursor) return { items: [], total: before.total, nextCursor: null };
        return load({ ...common, offset: deepestOffset, cursor: before.nextCursor });
      },
    });
    return query;
  }, [client, queryKey, load, sort]);
}

/**
 * How many rows can be scrolled to. Where the server counts no further, the list grows by a page each time its last one
 * is loaded, until one says that nothing follows.
 */
export function useReach<T>({ queryKey, total, more }: Pick<Source<T>, 'queryKey' | 'total' | 'more'>) {
  const [known, setKnown] = useState<{ key: unknown; pages: number; end?: number }>({ key: queryKey, pages: 0 });
  const mine = known.key === queryKey ? known : { key: queryKey, pages: 0 };
  const learn = useCallback(
    (page: number, reply: Page<T>) => {
      if (reply.nextCursor === undefined || page < lastByOffset - 1) return;
      const end = page * pageSize + reply.items.length;
      const goesOn = reply.nextCursor !== null;
      setKnown((before) => {
        const now = before.key === queryKey ? before : { key: queryKey, pages: 0 };
        if (goesOn) return now.pages >= page + 2 ? before : { ...now, pages: page + 2 };
        return now.end === end ? before : { ...now, end };
      });
    },
    [queryKey],
  );
  const count = more ? (mine.end ?? Math.max(total, mine.pages * pageSize)) : total;
  return { count, open: more && mine.end === undefined, learn };
}

/** The pages around the screen: their rows by place, and whether one of them could not be loaded. */
export function useGridPages<T>(
  query: ReturnType<typeof usePageLoader<T>>,
  firstPage: number,
  lastPage: number,
  learn: (page: number, reply: Page<T>) => void,
  refetchInterval: number | false,
) {
  const pages = useMemo(
    () => Array.from({ length: lastPage - firstPage + 1 }, (_, i) => firstPage + i),
    [firstPage, lastPage],
  );
  const replies = useQueries({
    // The first page is asked for by the grid around, also while others are on screen: its total counts.
    queries: pages.map((page) => ({
      ...query(page),
      ...(page === 0 ? { placeholderData: keepPreviousData } : { refetchInterval }),
    })),
  });
  const datas = replies.map((reply) => reply.data);
  // What is drawn changes only with the replies themselves, not with each of their states.
  const held = useMemo(() => datas, [firstPage, lastPage, ...pad(datas)]);
  useEffect(() => {
    held.forEach((reply, i) => {
      if (reply && !replies[i]?.isPlaceholderData) learn(firstPage + i, reply);
    });
  }, [held, firstPage, learn]);
  const rowAt = useCallback(
    (index: number): T | undefined => held[Math.floor(index / pageSize) - firstPage]?.items[index % pageSize],
    [held, firstPage],
  );
  const failed = (index: number) => {
    const reply = replies[Math.floor(index / pageSize) - firstPage];
    return reply?.isError && !reply.data ? reply : undefined;
  };
  return { held, rowAt, failed };
}

/** A list of dependencies has one length: a screen never lies across more than four pages. */
function pad<V>(list: readonly V[]): (V | undefined)[] {
  return Array.from({ length: 4 }, (_, i) => list[i]);
}
