import { useNavigate } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import { setPreferences, usePreferences } from '../../lib/preferences.ts';
import { useMe } from '../../lib/session.tsx';

const typing = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable || target.matches('input, textarea, select, [role=combobox]'));

/** Moves the focus to the next part of the page that has one: sidebar, explorer, main, drawer. */
function nextRegion(back: boolean): void {
  const regions = [...document.querySelectorAll<HTMLElement>('aside, [data-region], main')].filter(
    (r) => r.offsetParent !== null,
  );
  const here = regions.findLastIndex((r) => r.contains(document.activeElement));
  const region = regions[(here + (back ? -1 : 1) + regions.length) % regions.length];
  (region?.querySelector<HTMLElement>('a[href], button:not([disabled]), input, [tabindex="0"]') ?? region)?.focus();
}

/**
 * The keys that work anywhere: Ctrl K always, single keys only while no field has the focus and the person has not turned
 * them off (WCAG 2.1.4).
 */
export function useKeys(does: { readonly openSearch: () => void; readonly openKeys: () => void }): void {
  const navigate = useNavigate();
  const me = useMe();
  const [preferences] = usePreferences();
  const first = useRef<{ readonly key: string; readonly at: number } | null>(null);
  useEffect(() => {
    const go = (to: string) => void navigate({ to });
    const pairs: Readonly<Record<string, () => void>> = {
      gh: () => go('/home'),
      gr: () => go('/resources'),
      gq: () => go('/requests'),
      ...(me.can.includes('audit.list') ? { ga: () => go('/audit/resources') } : {}),
      ...(me.can.includes('user.list') ? { 'g,': () => go('/admin'), nu: () => go('/admin/users/new') } : {}),
      ...(me.can.includes('resource.create') ? { nr: () => go('/resources/new') } : {}),
    };
    const onKey = (event: KeyboardEvent) => {
      if ((event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === 'k') {
        event.preventDefault();
        does.openSearch();
        return;
      }
      if (event.key === 'F6') {
        event.preventDefault();
        nextRegion(event.shiftKey);
        return;
      }
      if (
        event.ctrlKey ||
        event.metaKey ||
        event.altKey ||
        event.defaultPrevented ||
        preferences.shortcuts === 'off' ||
        typing(event.target)
      )
        return;
      if (document.querySelector('[role=dialog]')) return;
      const before = first.current && Date.now() - first.current.at < 1200 ? first.current.key : '';
      first.current = null;
      const pair = pairs[before + event.key.toLowerCase()];
      if (before && pair) pair();
      else if (event.key === '/') does.openSearch();
      else if (event.key === '?') does.openKeys();
      else if (event.key === '[') setPreferences({ sidebar: preferences.sidebar === 'open' ? 'folded' : 'open' });
      else {
        if (event.key === 'g' || event.key === 'n') first.current = { key: event.key, at: Date.now() };
        return;
      }
      event.preventDefault();
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, [navigate, me, preferences, does]);
}
