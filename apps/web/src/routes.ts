import type { ComponentType } from 'react';

/** One page: its address and the chunk whose default export draws it. */
export interface PageRoute {
  readonly path: string;
  readonly load: () => Promise<{ readonly default: ComponentType }>;
}
