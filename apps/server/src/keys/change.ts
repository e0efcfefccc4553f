import { sql } from 'kysely';
import { requireAlso, type Grant } from '../authorise/index.ts';
import { isDuplicate } from '../platform/db.ts';
import { Problem } from '../platform/problem.ts';
import { newId } from '../platform/random.ts';
import { readTypes } from '../resource/index.ts';
import { traitsOf, type MadeKey } from '../rotation/index.ts';
import type { Vault } from '../vault/index.ts';
import { keyOfAccount, versionsOf } from './rows.ts';
import { enqueueKey } from './work.ts';

type NewVersion = Grant<'key.make' | 'key.import' | 'key.rotate'>;

/** Stores a version of a key, sealed. */
async function addVersion(
  grant: NewVersion,
  vault: Vault,
  keyId: string,
  key: MadeKey,
  version: number,
  state: 'current' | 'candidate',
): Promise<void> {
  const { kind, publicKey, fingerprint, privateKey } = key;
  await grant.db
    .insertInto('sshKeyVersion')
    .values({
      organisationId: grant.actor.organisationId,
      keyId,
      version,
      kind,
      state,
      publicKey,
      fingerprint,
      madeBy: grant.actorName,
      sealed: await vault.seal(grant, privateKey, { column: 'ssh_key_version.sealed', rowId: keyId, version }),
    })
    .execute();
  grant.note({ fingerprint, kind, version });
}

/** Gives an account its first key. Throws `not-that-state` when it has one. */
export async function addKey(grant: Grant<'key.make' | 'key.import'>, vault: Vault, key: MadeKey): Promise<void> {
  const id = newId();
  try {
    await grant.db
      .insertInto('sshKey')
      .values({ id, organisationId: grant.actor.organisationId, accountId: grant.objectId })
      .execute();
  } catch (error) {
    if (isDuplicate(error))
      throw new Problem('not-that-state', { detail: 'This account has an SSH key. Rotate it, or delete it first.' });
    throw error;
  }
  await addVersion(grant, vault, id, key, 1, 'current');
}

/**
 * Stores the next key as a candidate and puts the work in line. Nothing was sent yet, and whatever happens from here on, both are in the
 * vault. Throws `in-use` while the last rotation has not ended.
 */
export async function startRotation(grant: Grant<'key.rotate'>, vault: Vault, made: MadeKey): Promise<void> {
  const key = await keyOfAccount(grant.db, grant.objectId);
  if (key.stage !== 'settled') throw new Problem('in-use');
  const { last } = await grant.db
    .selectFrom('sshKeyVersion')
    .select((eb) => eb.fn.max<number>('version').as('last'))
    .where('keyId', '=', key.id)
    .executeTakeFirstOrThrow();
  await addVersion(grant, vault, key.id, made, last + 1, 'candidate');
  await grant.db.updateTable('sshKey').set({ stage: 'rotating' }).where('id', '=', key.id).execute();
  await enqueueKey(grant.db, grant.actor.organisationId, key.id);
}

/** Gives the next key up: it is taken away from where it was put. Throws `not-that-state` when there is none. */
export async function stopRotation(grant: Grant<'key.stop-rotation'>): Promise<void> {
  const key = await keyOfAccount(grant.db, grant.objectId);
  if (key.stage !== 'rotating') throw new Problem('not-that-state', { detail: 'No next key is on its way.' });
  await grant.db
    .updateTable('sshKeyVersion')
    .set({ state: 'abandoned' })
    .where('keyId', '=', key.id)
    .where('state', '=', 'candidate')
    .execute();
  await grant.db.updateTable('sshKey').set({ stage: 'withdrawing' }).where('id', '=', key.id).execute();
  await again(grant, key.id);
}

/** Whatever waits for a host is tried at once. */
async function again(grant: Grant, keyId: string): Promise<void> {
  await grant.db.updateTable('sshKeyPlace').set({ nextTryAt: null, tries: 0 }).where('keyId', '=', keyId).execute();
  await enqueueKey(grant.db, grant.actor.organisationId, keyId);
}

/**
 * Names accounts that the key is to open. Whoever does so must manage each: a key that opens an account is a way in for everybody who
 * may have the key. Throws `not-found` and `not-resettable`.
 */
export async function place(grant: Grant<'key.place'>, accountIds: readonly string[]): Promise<void> {
  const key = await keyOfAccount(grant.db, grant.objectId);
  const { organisationId } = grant.actor;
  const types = await readTypes(grant.db);
  for (const accountId of new Set(accountIds)) {
    await requireAlso(grant, 'key.place-on', accountId);
    const target = await grant.db
      .selectFrom('account as a')
      .innerJoin('resource as r', 'r.id', 'a.resourceId')
      .select(['a.username', 'r.name', 'r.type', 'r.reset', 'r.dnsName'])
      .where('a.id', '=', accountId)
      .executeTakeFirstOrThrow();
    if (!takesKeys(target, types(target.type)?.driver ?? null))
      throw new Problem('not-resettable', {
        detail: `${target.name} is not set up for keys: they are put on Linux hosts that are reached over SSH and set up for resets.`,
      });
    await grant.db
      .insertInto('sshKeyPlace')
      .values({ id: newId(), organisationId, keyId: key.id, accountId, addedBy: grant.actorName })
      .onConflict((c) =>
        c.columns(['keyId', 'accountId']).doUpdateSet({ wanted: true, nextTryAt: null, tries: 0, why: null }),
      )
      .execute();
    grant.each({ kind: 'account', id: accountId, name: target.username }, { 'key of': grant.objectId });
  }
  await enqueueKey(grant.db, organisationId, key.id);
}

/** Whether keys can be put on accounts of this resource. */
export function takesKeys(
  resource: { readonly reset: unknown; readonly dnsName: string },
  driver: string | null,
): boolean {
  const { protocol } = (resource.reset ?? {}) as { protocol?: unknown };
  return (
    resource.reset !== null && resource.dnsName !== '' && protocol !== 'Telnet' && traitsOf(driver)?.takesKeys === true
  );
}

/** Names accounts that the key is to open no more. Those that it was not to open are passed over. */
export async function withdraw(grant: Grant<'key.withdraw'>, accountIds: readonly string[]): Promise<void> {
  const key = await keyOfAccount(grant.db, grant.objectId);
  const { rows } = await sql<{ id: string; username: string }>`
    update ssh_key_place p set wanted = false, next_try_at = null, tries = 0, why = null from account a
    where p.key_id = ${key.id} and p.account_id = any(${[...accountIds]}::uuid[]) and a.id = p.account_id returning a.id, a.username`.execute(
    grant.db,
  );
  for (const { id, username } of rows)
    grant.each({ kind: 'account', id, name: username }, { 'key of': grant.objectId });
  await enqueueKey(grant.db, grant.actor.organisationId, key.id);
}

/** Has the key tried wherever it is, and what waits tried again. */
export async function verify(grant: Grant<'key.verify'>): Promise<void> {
  const key = await keyOfAccount(grant.db, grant.objectId);
  await sql`update ssh_key_place set check_due = wanted where key_id = ${key.id}`.execute(grant.db);
  await again(grant, key.id);
}

/** Deletes a key with all its versions. Throws `not-that-state` while it is anywhere. */
export async function deleteKey(grant: Grant<'key.delete'>): Promise<void> {
  const key = await keyOfAccount(grant.db, grant.objectId);
  const placed = await grant.db
    .selectFrom('sshKeyPlace')
    .select('id')
    .where('keyId', '=', key.id)
    .limit(1)
    .executeTakeFirst();
  if (placed || key.stage !== 'settled')
    throw new Problem('not-that-state', { detail: 'The key opens accounts still. Take it away from them first.' });
  const { current } = await versionsOf(grant.db, key.id);
  await grant.db.deleteFrom('sshKey').where('id', '=', key.id).execute();
  grant.note({ version: current });
}
