import type { AccessState, Account } from '@strongroom/contract';
import { useEffect, useRef } from 'react';
import { useEvents } from '../../lib/events.ts';
import { keys, queries } from '../../lib/query.ts';

/** How often what is on screen is asked for again, in milliseconds, where somebody waits for an answer. */
export const fastMs = 1_500;
/** Every so many of these rounds, by how soon a state may change. */
const rounds = { fast: 1, medium: 3, slow: 10 } as const;
type Pace = keyof typeof rounds;

/** How soon a state may change while somebody looks at it, by what others do or by the clock. What is not here is slow. */
const paces: Readonly<Partial<Record<AccessState['state'], Pace>>> = {
  'waiting': 'fast',
  'approved': 'fast',
  'resetting': 'fast',
  'mine': 'medium',
  'in-use': 'medium',
}; // prettier-ignore

function accountsIn(data: unknown): readonly Partial<Account>[] {
  if (typeof data !== 'object' || data === null) return [];
  if ('items' in data && Array.isArray(data.items)) return data.items as readonly Partial<Account>[];
  if ('pages' in data && Array.isArray(data.pages)) return (data.pages as readonly unknown[]).flatMap(accountsIn);
  return [data as Partial<Account>];
}

/** How fast a reply about accounts, as the query cache holds it, grows old: as its fastest access; null where none is controlled. */
export function paceOf(data: unknown): Pace | null {
  const found = accountsIn(data).flatMap(({ access }) => (access ? [paces[access.state] ?? 'slow'] : []));
  return (['fast', 'medium', 'slow'] as const).find((pace) => found.includes(pace)) ?? null;
}

/** Keeps what the page shows of controlled accounts and of requests true: it is asked for again by the clock, and soon after the server tells of a change. */
export function useLiveAccess(): void {
  const heard = useRef(false);
  // A resource's control holds for its accounts.
  useEvents(['account', 'access-request', 'resource'], () => {
    heard.current = true;
  });
  useEffect(() => {
    let round = 0;
    const timer = setInterval(() => {
      if (document.hidden) return;
      round++;
      const told = heard.current;
      heard.current = false;
      if (told) void queries.invalidateQueries({ queryKey: keys.requests });
      const due = (pace: Pace | null) => pace !== null && (told || round % rounds[pace] === 0);
      const stale = queries
        .getQueryCache()
        .findAll({ type: 'active', fetchStatus: 'idle' })
        .filter(({ queryKey }) => queryKey[0] === 'accounts' || (queryKey[0] === 'account' && queryKey.length === 2))
        .filter(({ state }) => due(paceOf(state.data)));
      if (stale.length === 0) return;
      const hashes = new Set(stale.map(({ queryHash }) => queryHash));
      void queries.invalidateQueries({ predicate: ({ queryHash }) => hashes.has(queryHash) });
    }, fastMs);
    return () => clearInterval(timer);
  }, []);
}
