import type { AccessState, Account } from '@strongroom/contract';
import { useEffect } from 'react';
import { queries } from '../../lib/query.ts';

/** How often what is on screen is asked for again, in milliseconds: fast where somebody waits for an answer. */
export const fastMs = 1_500;
const slowMs = 15_000;

/** States that change by what others do, or by the clock, while somebody looks at them. */
const moving: ReadonlySet<AccessState['state']> = new Set(['waiting', 'approved', 'mine', 'in-use', 'resetting']);

function accountsIn(data: unknown): readonly Partial<Account>[] {
  if (typeof data !== 'object' || data === null) return [];
  if ('items' in data && Array.isArray(data.items)) return data.items as readonly Partial<Account>[];
  if ('pages' in data && Array.isArray(data.pages)) return (data.pages as readonly unknown[]).flatMap(accountsIn);
  return [data as Partial<Account>];
}

/** How fast a reply about accounts, as the query cache holds it, grows old: at once while an access moves, later where access is controlled at all, else not. */
export function paceOf(data: unknown): 'fast' | 'slow' | null {
  let pace: 'slow' | null = null;
  for (const { access } of accountsIn(data)) {
    if (!access) continue;
    if (moving.has(access.state)) return 'fast';
    pace = 'slow';
  }
  return pace;
}

/** Keeps what the page shows of controlled accounts true: it is asked for again while the page is looked at. */
export function useLiveAccess(): void {
  useEffect(() => {
    let since = 0;
    const timer = setInterval(() => {
      if (document.hidden) return;
      since += fastMs;
      const due = (pace: ReturnType<typeof paceOf>) => pace === 'fast' || (pace === 'slow' && since >= slowMs);
      const stale = queries
        .getQueryCache()
        .findAll({ type: 'active', fetchStatus: 'idle' })
        .filter(({ queryKey }) => queryKey[0] === 'accounts' || (queryKey[0] === 'account' && queryKey.length === 2))
        .filter(({ state }) => due(paceOf(state.data)));
      if (since >= slowMs) since = 0;
      if (stale.length === 0) return;
      const hashes = new Set(stale.map(({ queryHash }) => queryHash));
      void queries.invalidateQueries({ predicate: ({ queryHash }) => hashes.has(queryHash) });
    }, fastMs);
    return () => clearInterval(timer);
  }, []);
}
