import type { ReactNode } from 'react';

/** What a dialog is told. */
export interface DialogProps {
  readonly open: boolean;
  readonly close: () => void;
  readonly title: ReactNode;
  readonly size?: number;
  /** False while something must not be interrupted: Esc and a click outside then do nothing. */
  readonly closable?: boolean;
  readonly children: ReactNode;
}

/** What a drawer at the end side is told. */
export interface SideDrawerProps {
  readonly open: boolean;
  readonly close: () => void;
  readonly title: ReactNode;
  readonly size?: number;
  /** Buttons or links beside the close button, such as "Open as page". */
  readonly aside?: ReactNode;
  readonly children: ReactNode;
}
