/**
 * What is selected in a list: rows by their ids, or everything that matches the list's filters but a few. The second is
 * sent to the server as the filters themselves: nobody sends ten thousand ids. `count` is how many match altogether.
 */
export type Picked =
  | { readonly ids: ReadonlySet<string> }
  | { readonly all: true; readonly except: ReadonlySet<string>; readonly count: number };

/** Nothing is selected. */
export const nothing: Picked = { ids: new Set() };

/** The most things that one piece of work is done for: more than that cannot be selected at once. */
export const pickLimit = 10_000;

/** Whether a row is selected. */
export const isPicked = (picked: Picked, id: string): boolean =>
  'all' in picked ? !picked.except.has(id) : picked.ids.has(id);

/** How many rows are selected. */
export const sizeOf = (picked: Picked): number =>
  'all' in picked ? Math.max(0, picked.count - picked.except.size) : picked.ids.size;

/** Selects rows, or takes them out of the selection; the same object when that changes nothing. */
export function put(picked: Picked, ids: Iterable<string>, on: boolean): Picked {
  const changed = [...ids].filter((id) => isPicked(picked, id) !== on);
  if (changed.length === 0) return picked;
  // Of all that match, what is kept by id is what was taken out.
  const kept = new Set('all' in picked ? picked.except : picked.ids);
  const add = 'all' in picked ? !on : on;
  for (const id of changed) {
    if (add) kept.add(id);
    else kept.delete(id);
  }
  if (!('all' in picked)) return kept.size === 0 ? nothing : { ids: kept };
  return kept.size >= picked.count ? nothing : { all: true, except: kept, count: picked.count };
}

/** Everything that matches. */
export const everything = (count: number): Picked => (count > 0 ? { all: true, except: new Set(), count } : nothing);

/** The list has another length now: a selection of everything follows it. */
export function recount(picked: Picked, count: number): Picked {
  if (!('all' in picked) || picked.count === count) return picked;
  return picked.except.size >= count ? nothing : { ...picked, count };
}

/** What the box in the header shows for the rows that are loaded. */
export function headOf(picked: Picked, loaded: Iterable<string>): 'none' | 'some' | 'all' {
  let on = 0;
  let off = 0;
  for (const id of loaded) {
    if (isPicked(picked, id)) on++;
    else off++;
  }
  if (on > 0 && off === 0) return 'all';
  // Rows that are selected but not loaded count too: the box must not say that nothing is.
  return on > 0 || sizeOf(picked) > 0 ? 'some' : 'none';
}

/**
 * What a range that began at `anchor` and reached `end` has to change to reach `to` instead: the places to select, and
 * those it let go of. Both are inclusive.
 */
export function stretch(
  anchor: number,
  end: number,
  to: number,
): { readonly on: readonly [number, number]; readonly off: readonly [number, number] | undefined } {
  const low = Math.min(anchor, to);
  const high = Math.max(anchor, to);
  return { on: [low, high], off: end > high ? [high + 1, end] : end < low ? [end, low - 1] : undefined };
}

/** What the list has told of itself. */
export interface Listed<T> {
  /** The rows that are loaded around the screen, in their order, each with its id. */
  readonly loaded: readonly (readonly [string, T])[];
  /** How many match, or 10,000 when there are more. */
  readonly total: number;
  readonly more: boolean;
}

/** A selection and the list it is made in, at one moment. */
export interface Picking<T> {
  readonly picked: Picked;
  readonly listed: Listed<T>;
  /** What the box in the header shows. */
  readonly head: ReturnType<typeof headOf>;
}

/**
 * Keeps a list's selection outside React's state: only the rows that change draw again, and the bar over the list.
 * `rows` are the selected rows themselves, as they were when they were selected; none for a selection of everything.
 */
export interface SelectionStore<T> {
  readonly subscribe: (listener: () => void) => () => void;
  /** The same object until something changes. */
  readonly read: () => Picking<T>;
  readonly has: (id: string) => boolean;
  readonly size: () => number;
  readonly rows: () => readonly T[];
  /** Selects rows, or takes them out. More than the limit are not selected: false then, and nothing is changed. */
  readonly put: (rows: readonly (readonly [string, T])[], on: boolean) => boolean;
  /** Selects the rows that are loaded around the screen, or takes them out. */
  readonly page: (on: boolean) => boolean;
  /** Everything that matches; false when that is more than the limit. */
  readonly all: () => boolean;
  readonly clear: () => void;
  /** The list tells what it holds. */
  readonly tell: (listed: Listed<T>) => void;
}

/** A selection of nothing, in a list that is not loaded yet. */
export function selectionStore<T>(): SelectionStore<T> {
  let state: Picking<T> = { picked: nothing, listed: { loaded: [], total: 0, more: false }, head: 'none' };
  const known = new Map<string, T>();
  const listeners = new Set<() => void>();
  const set = (picked: Picked, listed = state.listed) => {
    if (picked === state.picked && listed === state.listed) return;
    const ids = listed.loaded.map(([id]) => id);
    state = { picked, listed, head: headOf(picked, ids) };
    for (const id of known.keys()) if ('all' in picked || !picked.ids.has(id)) known.delete(id);
    for (const listener of listeners) listener();
  };
  const store: SelectionStore<T> = {
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    read: () => state,
    has: (id) => isPicked(state.picked, id),
    size: () => sizeOf(state.picked),
    rows: () => [...known.values()],
    put: (rows, on) => {
      const ids = rows.map(([id]) => id);
      const picked = put(state.picked, ids, on);
      if (sizeOf(picked) > pickLimit) return false;
      if (on) for (const [id, row] of rows) known.set(id, row);
      set(picked);
      return true;
    },
    page: (on) => store.put(state.listed.loaded, on),
    all: () => {
      if (state.listed.more || state.listed.total > pickLimit) return false;
      set(everything(state.listed.total));
      return true;
    },
    clear: () => set(nothing),
    tell: (listed) => {
      const before = state.listed;
      const same =
        listed.total === before.total &&
        listed.more === before.more &&
        listed.loaded.length === before.loaded.length &&
        listed.loaded.every(([id], i) => id === before.loaded[i]?.[0]);
      if (!same) set(listed.more ? state.picked : recount(state.picked, listed.total), listed);
    },
  };
  return store;
}
