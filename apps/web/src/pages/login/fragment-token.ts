let taken: string | null = null;

/**
 * The one-time token of the address, `/setup#<token>` or `/link#<token>`; empty when there is none.
 * The fragment never reaches a server, and it is removed from the address bar and the history entry at the first call: what
 * remains is in memory alone, and a reload of the page loses it.
 */
export function takeFragmentToken(): string {
  const text = location.hash.slice(1);
  if (text) {
    taken = decodeURIComponent(text);
    history.replaceState(history.state, '', location.pathname + location.search);
  }
  return taken ?? '';
}

/** Drops the token once it was used. */
export function forgetFragmentToken(): void {
  taken = null;
}
