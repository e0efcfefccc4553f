import { lazy, Suspense, useRef, type ReactNode } from 'react';
import type { DialogProps } from './dialog-props.ts';
import css from './dialog.module.css';
import { useOverlay } from './use-overlay.ts';

const DialogFrame = lazy(() => import('./DialogFrame.tsx'));

/** A dialog: 460 px, 640 wide, 880 for transfer lists. The title of a question names its object. */
export function Dialog(props: DialogProps) {
  useOverlay(props.open, props.close, props.closable ?? true);
  // Once opened it stays, so that it can fade when it closes.
  const opened = useRef(false);
  opened.current ||= props.open;
  if (!opened.current) return null;
  return (
    <Suspense fallback={null}>
      <DialogFrame {...props} />
    </Suspense>
  );
}

/** The row of buttons at the end of a dialog. */
export function DialogActions({ children }: { readonly children: ReactNode }) {
  return <div className={css.actions}>{children}</div>;
}
