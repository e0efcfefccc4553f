import { keys, queries } from '../../lib/query.ts';

/** What is read of an account's key: at once when something here changed it. */
export const keyQuery = (accountId: string) => [...keys.account(accountId), 'key'];
/** Has an account's key, and the list of all, read again. */
export const refreshKey = (accountId: string): Promise<unknown> =>
  Promise.all([
    queries.invalidateQueries({ queryKey: keyQuery(accountId) }),
    queries.invalidateQueries({ queryKey: keys.sshKeys }),
  ]);
