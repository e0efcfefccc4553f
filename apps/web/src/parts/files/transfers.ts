import { useSyncExternalStore } from 'react';
import { Cancelled, type Progress } from '../../lib/transfer.ts';

/** A file on its way, up or down. */
export interface Transfer {
  readonly way: 'up' | 'down';
  readonly file: string;
  /** 0 to 1. */
  readonly share: number;
  readonly cancel: () => void;
}

// Kept outside of components: a transfer goes on when its row scrolls away or its page is left.
let transfers: ReadonlyMap<string, Transfer> = new Map();
const listeners = new Set<() => void>();
function put(key: string, transfer: Transfer | null): void {
  const next = new Map(transfers);
  if (transfer) next.set(key, transfer);
  else next.delete(key);
  transfers = next;
  for (const listener of listeners) listener();
}
const subscribe = (listener: () => void): (() => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

/** The transfer that is under way for an account, or for a field of one thing; null for none. */
export function useTransfer(key: string): Transfer | null {
  return useSyncExternalStore(subscribe, () => transfers.get(key) ?? null);
}

// Leaving the console ends every transfer: the browser asks first.
addEventListener('beforeunload', (event) => {
  if (transfers.size > 0) event.preventDefault();
});

/**
 * Runs a transfer and shows how far it is; one at a time for each key. Gives what `does` gives; undefined when it was
 * cancelled, or when another is under way. Throws what `does` throws.
 */
export async function transfer<T>(
  key: string,
  what: { readonly way: 'up' | 'down'; readonly file: string; readonly size: number },
  does: (options: { readonly signal: AbortSignal; readonly onProgress: Progress }) => Promise<T>,
): Promise<T | undefined> {
  if (transfers.has(key)) return undefined;
  const stop = new AbortController();
  const cancel = (): void => stop.abort();
  const show = (share: number): void => put(key, { way: what.way, file: what.file, share, cancel });
  show(0);
  let shown = 0;
  try {
    return await does({
      signal: stop.signal,
      onProgress: (done) => {
        // A redraw for each percent is enough.
        const share = what.size > 0 ? Math.min(1, done / what.size) : 1;
        if (share - shown < 0.01 && share < 1) return;
        shown = share;
        show(share);
      },
    });
  } catch (error) {
    if (error instanceof Cancelled) return undefined;
    throw error;
  } finally {
    put(key, null);
  }
}
