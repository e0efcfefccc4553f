import type { ReactNode } from 'react';

/** What a drawer of a phone's menus is told. */
export interface MenuDrawerProps {
  readonly open: boolean;
  readonly close: () => void;
  readonly title: string;
  readonly children: ReactNode;
}
