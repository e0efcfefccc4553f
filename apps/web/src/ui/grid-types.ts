import type { ReactNode } from 'react';

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
  readonly cell: (row: T, tabIndex: 0 | -1) => ReactNode;
}

/** A page of a list as the server gives it. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly total: number;
}

export interface GridProps<T> {
  readonly label: string;
  /** The key under which pages are kept; everything that changes the list must be part of it, but not the sort. */
  readonly queryKey: readonly unknown[];
  readonly load: (page: {
    readonly offset: number;
    readonly limit: number;
    readonly sort?: string;
    readonly signal: AbortSignal;
  }) => Promise<Page<T>>;
  /** Keep it at module scope or in useMemo: a new array draws every row again. */
  readonly columns: readonly Column<T>[];
  readonly rowKey: (row: T) => string;
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
