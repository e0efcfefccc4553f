import type { Grant, Sealed } from '../authorise/index.ts';
import { Problem } from '../platform/problem.ts';
import type { Secret } from '../platform/secret.ts';
import type { Vault } from '../vault/index.ts';

/**
 * Opens the account's current password for whoever was allowed. While a rotation is in doubt the candidate is opened
 * too: either may be the one that works, and nobody is locked out of both.
 */
export async function reveal(
  grant: Grant<'account.reveal'>,
  vault: Vault,
  row: Sealed | undefined,
  purpose: string,
): Promise<{ username: string; version: number; password: Secret; candidate: Secret | null }> {
  if (!row) throw new Problem('not-found');
  const place = { column: 'secret.sealed', rowId: grant.objectId } as const;
  grant.note({ purpose, version: row.version });
  const password = await vault.open(grant, row.sealed, { ...place, version: row.version });
  let candidate: Secret | null = null;
  if (row.candidateSealed !== null && row.candidateVersion !== null) {
    candidate = await vault.open(grant, row.candidateSealed, { ...place, version: row.candidateVersion });
    grant.note({ candidateVersion: row.candidateVersion });
  }
  return { username: row.username, version: row.version, password, candidate };
}

/** Opens a former password under the same rules as the current one. Throws `not-found` for a version that never was. */
export async function revealFormer(
  grant: Grant<'account.reveal-former'>,
  vault: Vault,
  version: number,
  purpose: string,
): Promise<{ username: string; password: Secret }> {
  const row = await grant.db
    .selectFrom('secret as s')
    .innerJoin('account as a', 'a.id', 's.accountId')
    .select(['a.username', 's.sealed', 's.state'])
    .where('s.accountId', '=', grant.objectId)
    .where('s.version', '=', version)
    .executeTakeFirst();
  if (!row) throw new Problem('not-found');
  grant.note({ purpose, version, state: row.state });
  return {
    username: row.username,
    password: await vault.open(grant, row.sealed, { column: 'secret.sealed', rowId: grant.objectId, version }),
  };
}
