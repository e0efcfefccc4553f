import { useSyncExternalStore } from 'react';

/** What a person sets for this browser: how tall rows are, whether single keys work, whether the sidebar is folded, how wide the explorer is. */
export interface Preferences {
  readonly density: 'normal' | 'compact';
  readonly shortcuts: 'on' | 'off';
  readonly sidebar: 'open' | 'folded';
  /** Pixels, 200 to 420. */
  readonly explorerWidth: number;
}
type Choices = Omit<Preferences, 'explorerWidth'>;
const allowed: { readonly [K in keyof Choices]: readonly Choices[K][] } = {
  density: ['normal', 'compact'],
  shortcuts: ['on', 'off'],
  sidebar: ['open', 'folded'],
};
const storageKey = 'strongroom-preferences';

function read(): Preferences {
  let kept: Readonly<Record<string, unknown>> = {};
  try {
    const parsed: unknown = JSON.parse(localStorage.getItem(storageKey) ?? '{}');
    if (typeof parsed === 'object' && parsed !== null) kept = { ...parsed };
  } catch {
    // Nothing kept, or not by us: the first choice of each stands.
  }
  const one = <K extends keyof Choices>(name: K): Choices[K] =>
    allowed[name].find((v) => v === kept[name]) ?? (allowed[name][0] as Choices[K]);
  const width = Number(kept['explorerWidth']);
  return {
    density: one('density'),
    shortcuts: one('shortcuts'),
    sidebar: one('sidebar'),
    explorerWidth: width >= 200 && width <= 420 ? width : 248,
  };
}

let current = read();
const listeners = new Set<() => void>();
const apply = () => {
  document.documentElement.dataset['shortcuts'] = current.shortcuts;
};
apply();

/** This browser's preferences, and how to change one. Kept in local storage; nothing in them is secret. */
export function usePreferences(): readonly [Preferences, (change: Partial<Preferences>) => void] {
  const value = useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => current,
  );
  return [value, setPreferences];
}

/** Changes preferences from outside a component. */
export function setPreferences(change: Partial<Preferences>): void {
  current = { ...current, ...change };
  apply();
  try {
    localStorage.setItem(storageKey, JSON.stringify(current));
  } catch {
    // A browser that keeps nothing still works until the page is closed.
  }
  for (const listener of listeners) listener();
}
