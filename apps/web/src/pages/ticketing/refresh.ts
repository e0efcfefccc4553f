import { keys, queries } from '../../lib/query.ts';

/** Fetches again what shows the module: its page, and what waits for approval. */
export async function refreshModules(): Promise<void> {
  await Promise.all([
    queries.invalidateQueries({ queryKey: keys.ticketingModules }),
    queries.invalidateQueries({ queryKey: keys.approvals }),
  ]);
}
