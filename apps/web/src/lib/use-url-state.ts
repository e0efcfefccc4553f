import { useLocation, useNavigate } from '@tanstack/react-router';
import { useCallback, useMemo } from 'react';

/** What the address says, as text. Fields that are not set are undefined. */
export type UrlState<K extends string> = Readonly<Partial<Record<K, string>>>;

/**
 * Keeps a page's filters, sort and open drawer in the address, so that Back works and a colleague can be sent the link.
 * `set` merges: undefined and '' remove a field. Never put a secret, a reason or a ticket in here.
 */
export function useUrlState<K extends string>(
  names: readonly K[],
): readonly [UrlState<K>, (change: Partial<Record<K, string | undefined>>, how?: { readonly push?: boolean }) => void] {
  const text = useLocation({ select: (l) => l.searchStr });
  const navigate = useNavigate();
  const key = names.join();
  const state = useMemo(() => {
    const query = new URLSearchParams(text);
    const found: Partial<Record<string, string>> = {};
    for (const name of key.split(',')) {
      const value = query.get(name);
      if (value) found[name] = value;
    }
    return found as UrlState<K>;
  }, [text, key]);
  const set = useCallback(
    (change: Partial<Record<K, string | undefined>>, how: { readonly push?: boolean } = {}) => {
      void navigate({
        to: '.',
        search: (before: Record<string, unknown>) => {
          const after: Record<string, unknown> = { ...before, ...change };
          for (const [name, value] of Object.entries(after))
            if (value === undefined || value === '') delete after[name];
          return after;
        },
        replace: !how.push,
        resetScroll: false,
      });
    },
    [navigate],
  );
  return [state, set];
}
