import type { Account } from '@strongroom/contract';
import { openInTab } from '../../lib/client.ts';
import { accounts } from '../../lib/messages/accounts.ts';
import { nameOf } from '../secrets/SecretsProvider.tsx';
import type { Why } from '../secrets/why.ts';

/** Opens the URL of an account's resource in a tab of its own, after asking why where that is asked. */
export async function openUrl(
  account: Account,
  withWhy: <T>(id: string, title: string, does: (why: Why) => Promise<T>) => Promise<T | null>,
): Promise<void> {
  const why = await withWhy(account.id, accounts('openUrlWhy', { name: nameOf(account) }), (given) =>
    Promise.resolve(given),
  );
  if (why !== null) openInTab(`/accounts/${account.id}/open-url`, { ...why });
}
