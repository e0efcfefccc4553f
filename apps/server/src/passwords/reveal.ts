import type { Grant, Sealed } from '../authorise/index.ts';
import { Problem } from '../platform/problem.ts';
import type { Secret } from '../platform/secret.ts';
import type { Vault } from '../vault/index.ts';

/** The problem of asking for a password where there is a file instead, or nothing yet. */
const noPassword = (empty: boolean): Problem =>
  new Problem('not-that-state', {
    detail: empty
      ? 'This account is to hold a file, and none was uploaded yet. Upload one first.'
      : 'This account holds a file, not a password. Download the file instead.',
  });

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
  if (!row || row.fileId !== null) throw noPassword(row === undefined);
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
    .select(['a.username', 's.sealed', 's.state', 's.fileId'])
    .where('s.accountId', '=', grant.objectId)
    .where('s.version', '=', version)
    .executeTakeFirst();
  if (!row) throw new Problem('not-found');
  if (row.fileId !== null) throw noPassword(false);
  grant.note({ purpose, version, state: row.state });
  return {
    username: row.username,
    password: await vault.open(grant, row.sealed, { column: 'secret.sealed', rowId: grant.objectId, version }),
  };
}
