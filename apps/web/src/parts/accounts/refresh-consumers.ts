import { keys, queries } from '../../lib/query.ts';

/** Asks anew for everything that shows what uses an account. */
export const refreshConsumers = (accountId: string): Promise<unknown> =>
  Promise.all([
    queries.invalidateQueries({ queryKey: keys.consumers(accountId) }),
    queries.invalidateQueries({ queryKey: ['used-by'] }),
  ]);
