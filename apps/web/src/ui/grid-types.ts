import type { ReactNode } from 'react';
import type { SelectionStore } from './selection.ts';

/** A column. `cell` draws plain elements only: a Mantine component in a virtual row costs four frames. */
export interface Column<T> {
  readonly id: string;
  readonly title: string;
  /** True where the title is for screen readers only, as over a row's buttons. */
  readonly quiet?: boolean;
  /** A track of CSS grid: `minmax(128px, 1fr)`. */
  readonly width: string;
  /** The server's name for the order by this column; without it the column cannot be sorted. */
  readonly sort?: string;
  /** Left out when the grid is narrower than 1060 px. */
  readonly wide?: boolean;
  readonly end?: boolean;
  /** The column that names the row: nobody can hide it. */
  readonly always?: boolean;
  /** Left out until somebody asks for it. */
  readonly optional?: boolean;
  readonly cell: (row: T, tabIndex: 0 | -1) => ReactNode;
}

/** A page of a list as the server gives it. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly total: number;
  /** `at-least` when more match than are counted: the rows beyond are reached by scrolling. */
  readonly totalIs?: 'exact' | 'at-least';
  /** Where the list goes on; null on the last page. */
  readonly nextCursor?: string | null;
}

/**
 * Where a page begins: at an offset of at most 10,000 or, deeper than that, at a cursor, which then counts alone. Hand
 * both to the server as they come: `ask(listThings, { ...filter, offset, limit, ...(cursor ? { cursor } : {}) })`.
 */
export interface PageAsk {
  readonly offset: number;
  readonly cursor?: string;
  readonly limit: number;
  readonly sort?: string;
  readonly signal: AbortSignal;
}

export interface GridProps<T> {
  readonly label: string;
  /** The key under which pages are kept; everything that changes the list must be part of it, but not the sort. */
  readonly queryKey: readonly unknown[];
  readonly load: (page: PageAsk) => Promise<Page<T>>;
  /** Keep it at module scope or in useMemo: a new array draws every row again. `useColumns` does. */
  readonly columns: readonly Column<T>[];
  /** Makes the edges of the header movable: the width in pixels, or undefined for the list's own again. */
  readonly onResize?: (id: string, width: number | undefined) => void;
  readonly rowKey: (row: T) => string;
  /** What a row is called, in the name of its box: needed with `selection`. */
  readonly rowName?: (row: T) => string;
  /** Boxes before the rows, from `useSelection`; the bar over the list is `BulkBar`. Not on a phone. */
  readonly selection?: SelectionStore<T>;
  /** A column's `sort` word, with `-` in front for descending. */
  readonly sort?: string | undefined;
  readonly onSort?: (sort: string | undefined) => void;
  readonly onOpen?: (row: T) => void;
  /** Space on a row: a quick look, in a drawer. */
  readonly onPeek?: (row: T) => void;
  /** Two lines for a phone, 104 px, or `cardHeight`. */
  readonly card: (row: T) => ReactNode;
  readonly cardHeight?: number;
  readonly dense?: boolean;
  /** Shown when there is nothing at all; with filters set, the grid says that nothing matches. */
  readonly empty: ReactNode;
  readonly filtered?: boolean;
  readonly onClear?: () => void;
  /** Key hints at the end of the footer. */
  readonly hints?: ReactNode;
  /** Milliseconds between refreshes of what is on screen; off by default. */
  readonly refetchInterval?: number;
}

/** Rows asked for at a time. */
export const pageSize = 100;
/** The furthest offset the server takes. */
export const deepestOffset = 10_000;
