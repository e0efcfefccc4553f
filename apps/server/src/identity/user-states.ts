import { sql } from 'kysely';
import type { Facts, Grant } from '../authorise/index.ts';
import { breaksReference, type OrganisationDb } from '../platform/db.ts';
import { Problem } from '../platform/problem.ts';
import { requireReach } from './rank.ts';
import { endSessionsOf } from './sessions.ts';
import { throttleKey } from './throttle.ts';
import { endTokensOf } from './tokens.ts';
import { endCredentialsOf } from './credentials.ts';
import type { UserRow } from './user.queries.ts';
import { keepAnAdministrator, lockWithAdministrators } from './users.ts';

type State = UserRow['state'];

const setState = async (db: OrganisationDb, userId: string, state: State): Promise<void> => {
  await db
    .updateTable('appUser')
    .set((eb) => ({ state, version: eb('version', '+', 1) }))
    .where('id', '=', userId)
    .execute();
};
const endLinksOf = async (db: OrganisationDb, userId: string): Promise<void> => {
  await db.deleteFrom('userLink').where('userId', '=', userId).execute();
};

/** Stops a user: sessions, tokens, key and certificate end in the same transaction, so the very next call is refused. */
export async function disable(grant: Grant<'user.disable'>, actor: Facts): Promise<void> {
  await lockWithAdministrators(grant.db, grant.objectId);
  const user = await requireReach(grant, actor, grant.objectId, 'touch');
  await setState(grant.db, grant.objectId, 'disabled');
  await endSessionsOf(grant.db, grant.objectId);
  await endTokensOf(grant.db, grant.objectId);
  await endCredentialsOf(grant.db, grant.objectId);
  await endLinksOf(grant.db, grant.objectId);
  await keepAnAdministrator(grant.db, user.superAdministrator);
  grant.note({ was: user.state });
}

/** Keeps a user out until they are enabled: sessions and links end; tokens stay, and refuse while it lasts. Throws `not-that-state` for a disabled one. */
export async function lock(grant: Grant<'user.lock'>, actor: Facts): Promise<void> {
  await lockWithAdministrators(grant.db, grant.objectId);
  const user = await requireReach(grant, actor, grant.objectId, 'touch');
  if (user.state === 'disabled' || user.state === 'locked')
    throw new Problem('not-that-state', { detail: `This user is ${user.state} already.` });
  await setState(grant.db, grant.objectId, 'locked');
  await endSessionsOf(grant.db, grant.objectId);
  await endLinksOf(grant.db, grant.objectId);
  await keepAnAdministrator(grant.db, user.superAdministrator);
  grant.note({ was: user.state });
}

/** Lets a locked, locked-out or disabled user in again. A person without a password is invited. */
export async function enable(grant: Grant<'user.enable'>, actor: Facts): Promise<void> {
  await lockWithAdministrators(grant.db, grant.objectId);
  const { username, kind, state } = await requireReach(grant, actor, grant.objectId, 'touch');
  const { passwordHash } = await grant.db
    .selectFrom('appUser')
    .select('passwordHash')
    .where('id', '=', grant.objectId)
    .executeTakeFirstOrThrow();
  await setState(grant.db, grant.objectId, kind === 'person' && passwordHash === null ? 'invited' : 'active');
  await grant.db.deleteFrom('signInThrottle').where('username', '=', throttleKey(username)).execute();
  grant.note({ was: state });
}

/** Ends every session of a user. Returns how many there were. */
export async function signOut(grant: Grant<'user.sign-out'>, actor: Facts): Promise<number> {
  await requireReach(grant, actor, grant.objectId, 'touch');
  const ended = await grant.db.deleteFrom('session').where('userId', '=', grant.objectId).executeTakeFirst();
  grant.note({ sessions: Number(ended.numDeletedRows) });
  return Number(ended.numDeletedRows);
}

/** Lets a person do nothing before they have chosen a new log-in password. Throws `not-that-state` for whoever has none. */
export async function forceChange(grant: Grant<'user.force-password-change'>, actor: Facts): Promise<void> {
  await requireReach(grant, actor, grant.objectId, 'touch');
  const changed = await grant.db
    .updateTable('appUser')
    .set((eb) => ({ mustChangePassword: true, version: eb('version', '+', 1) }))
    .where('id', '=', grant.objectId)
    .where('kind', '=', 'person')
    .where('passwordHash', 'is not', null)
    .executeTakeFirst();
  if (changed.numUpdatedRows === 0n)
    throw new Problem('not-that-state', { detail: 'Only people who have a log-in password can be made to change it.' });
}

/**
 * Deletes a user for good, with everything that is about them alone: profile, sessions, tokens, keys, favourites, views, shares
 * with them. The trail stays. Proof exclusions that named them are the resource's owner's from then on.
 * Throws `owns-resources` while they own a resource or a resource group.
 */
export async function deleteUser(grant: Grant<'user.delete'>, actor: Facts): Promise<void> {
  await lockWithAdministrators(grant.db, grant.objectId);
  const user = await requireReach(grant, actor, grant.objectId, 'touch');
  const { rows } = await sql<{ resources: number; groups: number }>`select
    (select count(*)::int from resource where owner_id = ${grant.objectId}) as resources,
    (select count(*)::int from resource_group where owner_id = ${grant.objectId}) as groups`.execute(grant.db);
  const { resources = 0, groups = 0 } = rows[0] ?? {};
  if (resources + groups > 0)
    throw new Problem('owns-resources', { detail: `Resources: ${resources}. Resource groups: ${groups}.` });
  await sql`update account a set exclusion_owner_id = r.owner_id from resource r
    where r.id = a.resource_id and a.exclusion_owner_id = ${grant.objectId}`.execute(grant.db);
  await endSessionsOf(grant.db, grant.objectId);
  await sql`delete from last_use where subject_id = ${grant.objectId}
    or subject_id in (select id from api_token where user_id = ${grant.objectId} union all select id from api_credential where user_id = ${grant.objectId})`.execute(
    grant.db,
  );
  await grant.db.deleteFrom('signInThrottle').where('username', '=', throttleKey(user.username)).execute();
  try {
    await grant.db.deleteFrom('appUser').where('id', '=', grant.objectId).execute();
  } catch (error) {
    // Somebody gave them something at this very moment.
    if (breaksReference(error)) throw new Problem('owns-resources');
    throw error;
  }
  await keepAnAdministrator(grant.db, user.superAdministrator);
  grant.note({ role: user.customRoleName ?? user.role, superAdministrator: user.superAdministrator, kind: user.kind });
}
