import type { Grant } from '../authorise/index.ts';
import { enqueue } from '../platform/jobs.ts';
import { Problem } from '../platform/problem.ts';
import { newId } from '../platform/random.ts';
import type { Secret } from '../platform/secret.ts';
import { draw, nextVersion, policyFor, requireNotReused, requirePolicyKept } from '../passwords/index.ts';
import { isResettable, readAccountRow, typeNamed, type DriverCatalogue } from '../resource/index.ts';
import type { Vault } from '../vault/index.ts';

/**
 * Starts a rotation: chooses or takes the next password, stores it sealed as the account's candidate, opens an attempt
 * and puts its job in line, in one transaction. Nothing has been sent yet, and whatever happens from here on both
 * passwords are in the vault. `startAt`: when the queue takes it up, for a caller who does so at once and may die.
 * Throws `not-resettable`, `password-weak`, `password-reused`, `in-use`.
 */
export async function stage(
  grant: Grant<'account.rotate' | 'account.rotate-due' | 'account.change-password'>,
  vault: Vault,
  catalogue: DriverCatalogue,
  given?: Secret,
  startAt?: Date,
): Promise<string> {
  const { organisationId, userId, origin } = grant.actor;
  const account = await readAccountRow(grant.db, grant.objectId, userId);
  const { driver, script } = await typeNamed(grant.db, account.resourceType);
  if (!isResettable(account, driver) || driver === null) throw new Problem('not-resettable');
  const resource = await grant.db
    .selectFrom('resource')
    .select('policyId')
    .where('id', '=', account.resourceId)
    .executeTakeFirstOrThrow();
  const policy = await policyFor(grant.db, [account.policyId, resource.policyId], account.resourceId);
  const limits = catalogue.limitsOf(driver, script);
  if (given) requirePolicyKept(policy, given, account.username, limits);
  const password = given ?? draw(policy, account.username, limits);
  const { current, next } = await nextVersion(grant);
  await requireNotReused(grant, vault, password, policy.historyDepth);
  const open = await grant.db
    .selectFrom('rotationAttempt')
    .select('id')
    .where('accountId', '=', grant.objectId)
    .where('state', 'not in', ['promoted', 'rolled-back'])
    .executeTakeFirst();
  if (open) throw new Problem('in-use');

  await grant.db
    .insertInto('secret')
    .values({
      organisationId,
      accountId: grant.objectId,
      version: next,
      state: 'candidate',
      origin: 'rotated',
      changedBy: grant.actorName,
      changedFrom: origin.address,
      sealed: await vault.seal(grant, password, { column: 'secret.sealed', rowId: grant.objectId, version: next }),
    })
    .execute();
  const attemptId = newId();
  await grant.db
    .insertInto('rotationAttempt')
    .values({
      id: attemptId,
      organisationId,
      accountId: grant.objectId,
      baseVersion: current,
      nextVersion: next,
      requestedById: userId,
      requestedBy: grant.actorName,
    })
    .execute();
  await enqueue(
    grant.db,
    'rotate',
    { organisationId, attemptId },
    { key: `attempt:${attemptId}`, ...(startAt ? { runAt: startAt } : {}) },
  );
  grant.note({ attempt: attemptId, state: 'prepared', candidateVersion: next, where: 'target' });
  return attemptId;
}
