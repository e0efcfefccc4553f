import { useCallback, useMemo, useState } from 'react';
import { useMe } from '../lib/session.tsx';
import { arrange, readLayout, sized, writeLayout, type LayoutText, type Placed } from './columns.ts';
import type { Column } from './grid-types.ts';

/** The columns of one list as the signed-in person wants them. */
export interface ColumnSetup {
  readonly layout: readonly Placed[];
  /** The layout as text, to be kept in a saved view; empty as the list comes. */
  readonly text: LayoutText;
  /** Takes a layout, and keeps it for this person and list. */
  readonly set: (layout: readonly Placed[]) => void;
  /** Takes a layout that was kept as text: that of a saved view. Empty text is as the list comes. */
  readonly setText: (text: LayoutText) => void;
  readonly resize: (id: string, width: number | undefined) => void;
}

const storageKey = (userId: string): string => `strongroom-columns-${userId}`;

function readAll(userId: string): Readonly<Record<string, unknown>> {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(storageKey(userId)) ?? '{}');
    if (typeof kept === 'object' && kept !== null) return { ...kept };
  } catch {
    // Nothing kept, or not by us: the list stands as it comes.
  }
  return {};
}

function keep(userId: string, list: string, text: LayoutText): void {
  try {
    const { [list]: _, ...others } = readAll(userId);
    localStorage.setItem(storageKey(userId), JSON.stringify(text ? { ...others, [list]: text } : others));
  } catch {
    // A browser that keeps nothing still shows what was chosen until the page is left.
  }
}

/**
 * Lets a person hide, reorder and resize the columns of a list, and keeps that in this browser by person and list.
 * `columns` must keep its identity, as for `Grid`. Returns the columns for the grid, and the setup for `ColumnsMenu`.
 */
export function useColumns<T>(
  list: string,
  columns: readonly Column<T>[],
): { readonly columns: readonly Column<T>[]; readonly setup: ColumnSetup } {
  const userId = useMe().user.id;
  const [kept, setKept] = useState(() => ({ list, text: String(readAll(userId)[list] ?? '') }));
  // Another list in the same place: its own layout, before anything is drawn.
  if (kept.list !== list) setKept({ list, text: String(readAll(userId)[list] ?? '') });
  const { text } = kept;
  const layout = useMemo(() => readLayout(text, columns), [text, columns]);
  const setText = useCallback(
    (next: LayoutText) => {
      setKept({ list, text: next });
      keep(userId, list, next);
    },
    [userId, list],
  );
  const set = useCallback((next: readonly Placed[]) => setText(writeLayout(next, columns)), [setText, columns]);
  const resize = useCallback((id: string, width: number | undefined) => set(sized(layout, id, width)), [set, layout]);
  const setup = useMemo(() => ({ layout, text, set, setText, resize }), [layout, text, set, setText, resize]);
  return { columns: useMemo(() => arrange(columns, layout), [columns, layout]), setup };
}
