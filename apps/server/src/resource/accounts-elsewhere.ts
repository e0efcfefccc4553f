import type { ResourceId } from '@strongroom/contract';
import { requireAlso, type Facts, type Grant } from '../authorise/index.ts';
import { isDuplicate } from '../platform/db.ts';
import { Problem } from '../platform/problem.ts';
import type { Vault } from '../vault/index.ts';
import { addAccounts, lockAtRest } from './accounts.ts';
import { copyFieldSecrets } from './fields.ts';
import { requireSameKind } from './file-kind.ts';

/** Copies an account with its present password to other resources: as new accounts with histories of their own. */
export async function copyAccount(
  grant: Grant<'account.copy'>,
  vault: Vault,
  resourceIds: readonly ResourceId[],
): Promise<string[]> {
  for (const resourceId of new Set<string>(resourceIds)) await requireAlso(grant, 'account.create', resourceId);
  const source = await grant.db
    .selectFrom('account as a')
    .leftJoin('secret as s', (join) => join.onRef('s.accountId', '=', 'a.id').on('s.state', '=', 'current'))
    .select(['a.resourceId', 'a.username', 'a.notes', 'a.policyId', 'a.fields', 's.sealed', 's.version', 's.fileId'])
    .where('a.id', '=', grant.objectId)
    .executeTakeFirstOrThrow();
  await requireSameKind(grant.db, [source.resourceId, ...resourceIds]);
  const { sealed, version, fileId } = source;
  // One that is to hold a file may have none yet.
  const password =
    sealed === null || version === null
      ? null
      : await vault.open(grant, sealed, { column: 'secret.sealed', rowId: grant.objectId, version });
  const made: string[] = [];
  for (const resourceId of new Set<string>(resourceIds)) {
    made.push(
      ...(await addAccounts(grant, vault, resourceId, [
        {
          username: source.username,
          notes: source.notes,
          policyId: source.policyId,
          password,
          fileId,
          origin: 'copied',
          fields: { plain: source.fields as Record<string, string>, secret: new Map() },
        },
      ])),
    );
  }
  await copyFieldSecrets(
    grant,
    vault,
    'account',
    made.map((id) => [grant.objectId, id] as const),
  );
  grant.note({ copies: made.length, to: [...resourceIds].join(' ').slice(0, 1000) });
  return made;
}

/**
 * Moves an account with its history, and with its shares unless told not to. Its proof was given by another machine, so it
 * is unproven there. Only its owner moves it out of what they own: whoever merely manages it cannot take it away.
 */
export async function moveAccount(
  grant: Grant<'account.move'>,
  facts: Facts,
  { resourceId, keepShares }: { resourceId: ResourceId; keepShares: boolean },
): Promise<void> {
  await requireAlso(grant, 'account.create', resourceId);
  const from = await lockAtRest(grant, resourceId);
  await requireSameKind(grant.db, [from.resourceId, resourceId]);
  const owners = await grant.db
    .selectFrom('resource')
    .select('ownerId')
    .distinct()
    .where('id', 'in', [from.resourceId, resourceId])
    .execute();
  if (owners.length > 1 && facts.relation !== 'owner')
    throw new Problem('not-found', { detail: 'Only the owner moves an account to what belongs to somebody else.' });
  if (from.resourceId === resourceId) return;
  await grant.db
    .updateTable('resource')
    .set({ adminAccountId: null })
    .where('adminAccountId', '=', grant.objectId)
    .execute();
  await grant.db
    .updateTable('resource')
    .set({ elevationAccountId: null })
    .where('elevationAccountId', '=', grant.objectId)
    .execute();
  try {
    await grant.db
      .updateTable('account')
      .set((eb) => ({
        resourceId,
        provenAt: null,
        provenBy: null,
        checkedAt: null,
        checkResult: null,
        checkWhy: null,
        version: eb('version', '+', 1),
      }))
      .where('id', '=', grant.objectId)
      .execute();
  } catch (error) {
    if (isDuplicate(error))
      throw new Problem('name-taken', { detail: 'The other resource has an account of this name already.' });
    throw error;
  }
  if (!keepShares) await grant.db.deleteFrom('share').where('accountId', '=', grant.objectId).execute();
  grant.note({ from: from.resourceId, to: resourceId, shares: keepShares ? 'kept' : 'ended' });
}
