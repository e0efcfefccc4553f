import { lazy, Suspense, useRef, type ReactNode } from 'react';
import { useOverlay } from './use-overlay.ts';

const DrawerFrame = lazy(() => import('./DrawerFrame.tsx'));

export interface SideDrawerProps {
  readonly open: boolean;
  readonly close: () => void;
  readonly title: ReactNode;
  readonly size?: number;
  /** Buttons or links beside the close button, such as "Open as page". */
  readonly aside?: ReactNode;
  readonly children: ReactNode;
}

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
