import { lazy, Suspense, useRef } from 'react';
import type { SideDrawerProps } from './dialog-props.ts';
import { useOverlay } from './use-overlay.ts';

const DrawerFrame = lazy(() => import('./DrawerFrame.tsx'));

/** A drawer at the end side for one thing looked at from a list: 480 px, 640 for audit records, the full screen on a phone. */
export function SideDrawer(props: SideDrawerProps) {
  useOverlay(props.open, props.close);
  const opened = useRef(false);
  opened.current ||= props.open;
  if (!opened.current) return null;
  return (
    <Suspense fallback={null}>
      <DrawerFrame {...props} />
    </Suspense>
  );
}
