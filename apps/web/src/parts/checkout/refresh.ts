import { keys, queries } from '../../lib/query.ts';
import { refreshAccount } from '../accounts/store.ts';

/** Fetches again what shows requests: the lists, the counts, single ones. */
async function refreshRequests(): Promise<void> {
  await queries.invalidateQueries({ queryKey: keys.requests });
}

/** Fetches again what may have changed with a request for an account: requests, and the account wherever it is shown. */
export async function refreshAccess(account: {
  readonly id: string | null;
  readonly resourceId: string | null;
}): Promise<void> {
  const { id, resourceId } = account;
  await Promise.all([
    refreshRequests(),
    id !== null && resourceId !== null
      ? refreshAccount({ id, resourceId })
      : queries.invalidateQueries({ queryKey: keys.accounts }),
  ]);
}
