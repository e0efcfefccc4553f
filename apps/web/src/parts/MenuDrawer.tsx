import { lazy, Suspense, useRef } from 'react';
import { useOverlay } from '../ui/use-overlay.ts';
import type { MenuDrawerProps } from './menu-drawer-props.ts';

const MenuDrawerFrame = lazy(() => import('./MenuDrawerFrame.tsx'));

/** A drawer at the start side for a phone's menus. Its title is for screen readers: what is in it says enough. */
export function MenuDrawer(props: MenuDrawerProps) {
  useOverlay(props.open, props.close);
  const opened = useRef(false);
  opened.current ||= props.open;
  if (!opened.current) return null;
  return (
    <Suspense fallback={null}>
      <MenuDrawerFrame {...props} />
    </Suspense>
  );
}
