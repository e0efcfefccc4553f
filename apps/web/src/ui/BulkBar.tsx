import { useMediaQuery } from '@mantine/hooks';
import { lazy, Suspense, useEffect, useSyncExternalStore, type ReactNode } from 'react';
import type { BulkAction } from './bulk-action.ts';
import css from './bulk-bar.module.css';
import { sizeOf, type SelectionStore } from './selection.ts';
import { overlayIsOpen } from './use-overlay.ts';

const BulkTools = lazy(() => import('./BulkTools.tsx')) as typeof import('./BulkTools.tsx').default;

/**
 * Stands in for the filter bar, at its height, while something is selected: how many, what can be done to them, and
 * Clear, which Esc does too. The filter bar is its child. Without actions, and on a phone, the child alone is shown.
 */
export function BulkBar<T>(props: {
  readonly selection: SelectionStore<T>;
  /** What can be done: three as buttons, the rest behind the dots. */
  readonly actions: readonly BulkAction<T>[];
  readonly children: ReactNode;
}) {
  const { selection, actions } = props;
  const phone = useMediaQuery('(max-width: 48em)') ?? false;
  const { picked } = useSyncExternalStore(selection.subscribe, selection.read);
  const size = sizeOf(picked);
  const shown = size > 0 && actions.length > 0 && !phone;
  useEffect(() => {
    if (!shown) return;
    // Looked at before anybody acts on the key: a menu that closes with it is gone by the time it comes here.
    let taken = false;
    const onAny = () => {
      const open = [...document.querySelectorAll('[role=menu], [role=listbox], [role=dialog]')];
      taken = overlayIsOpen() || open.some((element) => element.checkVisibility());
    };
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== 'Escape' || event.defaultPrevented || event.isComposing || taken) return;
      event.preventDefault();
      selection.clear();
    };
    window.addEventListener('keydown', onAny, { capture: true });
    window.addEventListener('keydown', onKey);
    return () => {
      window.removeEventListener('keydown', onAny, { capture: true });
      window.removeEventListener('keydown', onKey);
    };
  }, [shown, selection]);
  if (!shown) return props.children;
  return (
    // Of the same height while it comes for the first time.
    <Suspense fallback={<div className={css.bar} />}>
      <BulkTools chosen={{ picked, size, rows: selection.rows() }} {...props} />
    </Suspense>
  );
}
