import type { Icon } from '@tabler/icons-react';
import type { Picked } from './selection.ts';

/** What an action is done for. */
export interface Chosen<T> {
  /** Ids, or everything that matches but a few: the server then gets the list's filters. */
  readonly picked: Picked;
  readonly size: number;
  /** The selected rows as they were when they were selected; empty for everything that matches. */
  readonly rows: readonly T[];
}

/** Something that can be done to everything that is selected. */
export interface BulkAction<T> {
  readonly id: string;
  /** Verb, and object where the verb alone could be misread: ‘Share’, ‘Add to group’. */
  readonly label: string;
  readonly icon?: Icon;
  readonly danger?: boolean;
  readonly run: (chosen: Chosen<T>) => void;
  /** Why it cannot be done to these, in a sentence; undefined when it can. */
  readonly disabledWhy?: (chosen: Chosen<T>) => string | undefined;
}
