import { keys, queries } from '../../lib/query.ts';

/** After a change: the lists, the pages, and the dot beside Admin. */
export const refreshListeners = async (): Promise<void> => {
  await Promise.all([
    queries.invalidateQueries({ queryKey: keys.listeners }),
    queries.invalidateQueries({ queryKey: keys.approvals }),
  ]);
};
