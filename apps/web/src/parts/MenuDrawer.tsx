import { lazy, Suspense, useRef, type ReactNode } from 'react';
import { useOverlay } from '../ui/use-overlay.ts';

const MenuDrawerFrame = lazy(() => import('./MenuDrawerFrame.tsx'));

export interface MenuDrawerProps {
  readonly open: boolean;
  readonly close: () => void;
  readonly title: string;
  readonly children: ReactNode;
}

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
