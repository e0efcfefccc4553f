import { sql } from 'kysely';
import type { Grant } from '../authorise/index.ts';
import { changeLocally } from '../passwords/index.ts';
import { Problem } from '../platform/problem.ts';
import { Secret } from '../platform/secret.ts';
import { typeNamed } from '../resource/index.ts';
import type { Vault } from '../vault/index.ts';
import type { Stored } from './store.ts';

/** Throws `not-that-state` for an account whose resource is of a type that holds passwords. */
export async function requireHoldsFile(grant: Grant<'account.upload-file'>): Promise<void> {
  const { rows } = await sql<{
    type: string;
  }>`select r.type from account a join resource r on r.id = a.resource_id where a.id = ${grant.objectId}`.execute(
    grant.db,
  );
  if (!rows[0]) throw new Problem('not-found');
  if (!(await typeNamed(grant.db, rows[0].type)).holdsFiles)
    throw new Problem('not-that-state', {
      detail: 'Accounts of this type hold passwords. Files go to accounts of a file, key or licence store.',
    });
}

/** Makes a file the account's current secret, as a new version; the one before stays with its file. Returns the version. */
export async function keepAccountFile(
  grant: Grant<'account.upload-file'>,
  vault: Vault,
  file: Stored,
): Promise<number> {
  await requireHoldsFile(grant);
  return changeLocally(grant, vault, new Secret(file.id), 'changed', file.id);
}

/**
 * The file that a version of the account's secret is; the current one when none is named. The row names it in the clear and
 * in its sealed value, which opens in its own row only: that both say the same shows that nobody put another there.
 * Throws `not-found` for a version that never was, `not-that-state` for a password and while there is no file.
 */
export async function accountFile(
  grant: Grant<'account.download-file'>,
  vault: Vault,
  version: number | undefined,
): Promise<string> {
  const row = await grant.db
    .selectFrom('secret')
    .select(['version', 'state', 'sealed', 'fileId'])
    .where('accountId', '=', grant.objectId)
    .$if(version === undefined, (query) => query.where('state', '=', 'current'))
    .$if(version !== undefined, (query) => query.where('version', '=', version ?? 0))
    .executeTakeFirst();
  if (!row && version !== undefined) throw new Problem('not-found');
  if (!row?.fileId)
    throw new Problem('not-that-state', {
      detail: row
        ? 'This is a password, not a file. Reveal it instead.'
        : 'No file was uploaded yet. Upload one first.',
    });
  const place = { column: 'secret.sealed', rowId: grant.objectId, version: row.version } as const;
  const named = await vault.open(grant, row.sealed, place);
  if (!named.equals(new Secret(row.fileId))) throw new Error('the secret names another file than its row');
  grant.note({ version: row.version, state: row.state });
  return row.fileId;
}
