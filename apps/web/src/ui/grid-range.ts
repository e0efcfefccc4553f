/** Which rows are on screen, and of how many. */
export interface Range {
  readonly first: number;
  readonly last: number;
  readonly total: number;
  /** More match than `total`. */
  readonly more: boolean;
}

/** The range, told outside React's state: only the footer draws again while scrolling. */
export interface RangeStore {
  readonly subscribe: (listener: () => void) => () => void;
  readonly read: () => Range;
  readonly set: (range: Range) => void;
}

export function rangeStore(): RangeStore {
  let value: Range = { first: 0, last: 0, total: 0, more: false };
  const listeners = new Set<() => void>();
  return {
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    read: () => value,
    set: (range) => {
      value = range;
      for (const listener of listeners) listener();
    },
  };
}
