import type { BulkList, Selection, Task } from '@strongroom/contract';
import { useNavigate } from '@tanstack/react-router';
import { lazy, Suspense, useCallback, useState, type ReactNode } from 'react';
import type { Chosen } from '../../ui/bulk-action.ts';
import type { SelectionStore } from '../../ui/selection.ts';
import { toastProblem } from '../../ui/toast.tsx';
import { selectionFor, startWork, type Filter, type Work } from './selection.ts';

/** What a dialog of work for many is given. */
export interface BulkDialogProps<T> {
  readonly chosen: Chosen<T>;
  readonly close: () => void;
  /** Starts the work and follows it; throws what the server refuses. */
  readonly start: (work: Work) => Promise<void>;
}
export type BulkDialog<T> = (props: BulkDialogProps<T>) => ReactNode;

/** A dialog that is fetched when it is first opened: few of those who look at a list ever do. */
export function later<T>(load: () => Promise<BulkDialog<T>>): BulkDialog<T> {
  const Later = lazy(async () => ({ default: await load() }));
  return (props) => <Later {...props} />;
}

/** Work for what is selected in a list: opens a dialog for it, starts the task, shows its progress and clears the selection. */
export function useBulk<T>(
  list: BulkList,
  filter: Filter,
  store: SelectionStore<T>,
): {
  readonly open: (dialog: BulkDialog<T>) => (chosen: Chosen<T>) => void;
  readonly now: (work: Work) => (chosen: Chosen<T>) => void;
  readonly dialog: ReactNode;
  readonly begin: (selection: Selection, work: Work) => Promise<void>;
} {
  const navigate = useNavigate();
  const [shown, setShown] = useState<{ readonly dialog: BulkDialog<T>; readonly chosen: Chosen<T> } | null>(null);
  const show = useCallback((task: Task) => void navigate({ to: `/tasks/${task.id}` }), [navigate]);
  const begin = useCallback(
    async (selection: Selection, work: Work) => {
      // First what shows the progress: nothing is begun that could not be followed.
      const { followTask } = await import('../tasks/follow.tsx');
      const task = await startWork(selection, work);
      store.clear();
      followTask(task, show);
    },
    [store, show],
  );
  const close = useCallback(() => setShown(null), []);
  return {
    open: (dialog) => (chosen) => setShown({ dialog, chosen }),
    now: (work) => (chosen) => void begin(selectionFor(list, filter, chosen), work).catch(toastProblem),
    begin,
    dialog: shown && (
      <Suspense fallback={null}>
        <shown.dialog
          chosen={shown.chosen}
          close={close}
          start={async (work) => {
            await begin(selectionFor(list, filter, shown.chosen), work);
            close();
          }}
        />
      </Suspense>
    ),
  };
}
