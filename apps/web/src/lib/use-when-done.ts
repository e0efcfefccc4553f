import type { QueryKey } from '@tanstack/react-query';
import { useEffect } from 'react';
import { queries } from './query.ts';

/** Asks anew for what lies under a key once something is no longer going: what was last asked may be older than its end. The key's identity stays the same from one drawing to the next. */
export function useWhenDone(going: boolean, queryKey: QueryKey): void {
  useEffect(() => {
    if (!going) return;
    return () => void queries.invalidateQueries({ queryKey });
  }, [going, queryKey]);
}
