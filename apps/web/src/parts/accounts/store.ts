import type { Account } from '@strongroom/contract';
import type { Page } from '../../ui/Grid.tsx';
import { keys, queries } from '../../lib/query.ts';

/** Puts a change of one account into every list and drawer that shows it, without asking the server again. */
export function patchAccount(id: string, change: Partial<Account>): void {
  queries.setQueriesData<Page<Account>>({ queryKey: keys.accounts }, (page) =>
    page && Array.isArray(page.items) && page.items.some((account) => account.id === id)
      ? { ...page, items: page.items.map((account) => (account.id === id ? { ...account, ...change } : account)) }
      : page,
  );
  queries.setQueryData<Account>(keys.account(id), (account) => (account ? { ...account, ...change } : account));
}

/** Fetches again whatever may have changed with an account: its lists, itself, its resource, the figures. */
export async function refreshAccount(account: { readonly id: string; readonly resourceId: string }): Promise<void> {
  await Promise.all([
    queries.invalidateQueries({ queryKey: keys.accounts }),
    queries.invalidateQueries({ queryKey: keys.account(account.id) }),
    queries.invalidateQueries({ queryKey: keys.resource(account.resourceId) }),
    queries.invalidateQueries({ queryKey: keys.resources }),
    queries.invalidateQueries({ queryKey: keys.dashboard }),
  ]);
}
