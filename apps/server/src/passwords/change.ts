import { sql } from 'kysely';
import type { Grant } from '../authorise/index.ts';
import type { OrganisationDb } from '../platform/db.ts';
import { verdictOn } from '../policies/index.ts';
import { Problem } from '../platform/problem.ts';
import { requireNoAttempt } from '../resource/index.ts';
import type { Secret } from '../platform/secret.ts';
import type { Vault } from '../vault/index.ts';

type Changing =
  'account.change-password' | 'account.restore' | 'account.rotate' | 'account.rotate-due' | 'account.upload-file';

/** Throws `password-reused` when the password is one of the account's last `depth`. Compares opened texts: sealed ones never repeat. */
export async function requireNotReused(
  grant: Grant<'account.change-password' | 'account.rotate' | 'account.rotate-due'>,
  vault: Vault,
  password: Secret,
  depth: number,
): Promise<void> {
  const former = await grant.db
    .selectFrom('secret')
    .select(['version', 'sealed'])
    .where('accountId', '=', grant.objectId)
    .where('state', 'in', ['current', 'former'])
    .orderBy('version', 'desc')
    .limit(Math.max(1, depth))
    .execute();
  for (const row of former) {
    const old = await vault.open(grant, row.sealed, {
      column: 'secret.sealed',
      rowId: grant.objectId,
      version: row.version,
    });
    if (old.equals(password))
      throw new Problem('password-reused', {
        detail: depth > 1 ? `The last ${depth} passwords may not come back.` : 'It is the present password.',
      });
  }
}

/**
 * The version that a new password of the account gets. Locks the account, so that two changes do not take the same.
 * Throws `in-use` when a rotation began since the decision was made: the lock is what makes its answer last.
 */
export async function nextVersion(
  grant: Grant<Changing>,
): Promise<{ current: number; next: number; username: string }> {
  const account = await grant.db
    .selectFrom('account')
    .select(['username', 'secretVersion'])
    .where('id', '=', grant.objectId)
    .forUpdate()
    .executeTakeFirst();
  if (!account) throw new Problem('not-found');
  await requireNoAttempt(grant.db, grant.objectId);
  const { rows } = await sql<{
    last: number;
  }>`select max(version)::int as last from secret where account_id = ${grant.objectId}`.execute(grant.db);
  return {
    current: account.secretVersion,
    // An account that is to hold a file has no secret at first.
    next: (rows[0]?.last ?? 0) + 1,
    username: account.username,
  };
}

/** Throws `not-that-state` for an account that holds a file: its secret is replaced by uploading another. */
export async function requirePassword(db: OrganisationDb, accountId: string): Promise<void> {
  const row = await db
    .selectFrom('secret')
    .select('fileId')
    .where('accountId', '=', accountId)
    .where('state', '=', 'current')
    .executeTakeFirst();
  if (!row || row.fileId !== null)
    throw new Problem('not-that-state', {
      detail: 'This account holds a file, not a password. Upload a file in its place instead.',
    });
}

/**
 * Makes a password the current one in the vault alone; or a file, of which the sealed text is the id: then nobody who can
 * write rows only can put another file in its place. What was proven of the former says nothing of it. Returns its version.
 */
export async function changeLocally(
  grant: Grant<'account.change-password' | 'account.restore' | 'account.upload-file'>,
  vault: Vault,
  password: Secret,
  origin: 'changed' | 'restored',
  fileId: string | null = null,
): Promise<number> {
  const { next } = await nextVersion(grant);
  const { organisationId } = grant.actor;
  const verdict = await verdictOn(grant.db, grant.objectId, fileId === null ? password : null);
  const sealed = await vault.seal(grant, password, { column: 'secret.sealed', rowId: grant.objectId, version: next });
  await grant.db
    .updateTable('secret')
    .set({ state: 'former' })
    .where('accountId', '=', grant.objectId)
    .where('state', '=', 'current')
    .execute();
  await grant.db
    .insertInto('secret')
    .values({
      organisationId,
      accountId: grant.objectId,
      version: next,
      state: 'current',
      sealed,
      fileId,
      // The first file of an account is how its secret began.
      origin: next === 1 ? 'created' : origin,
      changedBy: grant.actorName,
      changedFrom: grant.actor.origin.address,
    })
    .execute();
  await grant.db
    .updateTable('account')
    .set({
      ...verdict,
      secretVersion: next,
      provenAt: null,
      provenBy: null,
      checkedAt: null,
      checkResult: null,
      checkWhy: null,
    })
    .where('id', '=', grant.objectId)
    .execute();
  grant.note({ version: next, where: 'local' });
  return next;
}

/** Makes a former password, or file, the current one again, as a new version: history is never rewritten. */
export async function restore(grant: Grant<'account.restore'>, vault: Vault, version: number): Promise<number> {
  const row = await grant.db
    .selectFrom('secret')
    .select(['sealed', 'state', 'fileId'])
    .where('accountId', '=', grant.objectId)
    .where('version', '=', version)
    .executeTakeFirst();
  if (!row) throw new Problem('not-found');
  if (row.state === 'current') throw new Problem('not-that-state', { detail: 'It is the current version already.' });
  const password = await vault.open(grant, row.sealed, { column: 'secret.sealed', rowId: grant.objectId, version });
  grant.note({ restored: version });
  return changeLocally(grant, vault, password, 'restored', row.fileId);
}
