import { useEffect, useState } from 'react';
import { kit } from '../lib/messages/kit.ts';
import { announce } from './announce.ts';
import { selectionStore, type SelectionStore } from './selection.ts';

/**
 * The selection of one list, for its `Grid` and its `BulkBar`. `filters` is what decides which rows the list holds: when
 * it changes, the selection is gone. The order of the list does not belong in it. What is selected is said politely.
 */
export function useSelection<T>(filters: unknown): SelectionStore<T> {
  const [store] = useState(() => selectionStore<T>());
  const key = JSON.stringify(filters);
  useEffect(() => () => store.clear(), [store, key]);
  useEffect(() => {
    let said = store.size();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const unsubscribe = store.subscribe(() => {
      clearTimeout(timer);
      // After the row that was moved to has been read, and once for a whole run of keys.
      timer = setTimeout(() => {
        const size = store.size();
        if (size !== said) announce(kit('selected', { count: size }));
        said = size;
      }, 300);
    });
    return () => {
      clearTimeout(timer);
      unsubscribe();
    };
  }, [store]);
  return store;
}
