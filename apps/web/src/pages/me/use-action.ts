import { useCallback, useState } from 'react';

/** Something a button does: whether it runs, how it failed last, and how to start it. */
export interface Action {
  readonly busy: boolean;
  /** Null while nothing has failed. */
  readonly error: unknown;
  /** Runs once at a time; a second press while it runs does nothing. Gives true when it went well. */
  readonly run: (does: () => Promise<unknown>) => Promise<boolean>;
  readonly clear: () => void;
}

/**
 * Keeps the state of one action. Not a mutation of the query library: that would keep its input, which may be a password,
 * in a cache.
 */
export function useAction(): Action {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const run = useCallback(
    async (does: () => Promise<unknown>) => {
      if (busy) return false;
      setBusy(true);
      setError(null);
      try {
        await does();
        return true;
      } catch (failure) {
        setError(failure);
        return false;
      } finally {
        setBusy(false);
      }
    },
    [busy],
  );
  const clear = useCallback(() => setError(null), []);
  return { busy, error, run, clear };
}
