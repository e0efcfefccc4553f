import { sql } from 'kysely';
import type { Grant } from '../authorise/index.ts';
import type { Database, OrganisationDb } from '../platform/db.ts';
import { Problem } from '../platform/problem.ts';
import { hashToken, newId, newToken } from '../platform/random.ts';
import { readSettings } from './settings.ts';

/** What a cookie says about its holder. Nothing of it ever changes, so it may be remembered; whether it still holds is asked each time. */
export interface KnownSession {
  readonly id: string;
  readonly organisationId: string;
  readonly userId: string;
  readonly csrfToken: string;
}

/** Opens a session for a user who has just proved who they are. Returns the token for the cookie, whose hash alone is stored. */
export async function startSession(
  grant: Grant<'identity.sign-in'>,
  userId: string,
): Promise<{ token: string; session: KnownSession }> {
  const { organisationId, origin } = grant.actor;
  const token = newToken();
  const session = { id: newId(), organisationId, userId, csrfToken: newToken() };
  await grant.db
    .insertInto('session')
    .values({
      hash: hashToken(token),
      id: session.id,
      organisationId,
      userId,
      csrfToken: session.csrfToken,
      address: origin.address ?? '',
      client: (origin.client ?? '').slice(0, 300),
    })
    .execute();
  await endOldSessions(grant.db, userId);
  await noteUse(grant.db, organisationId, userId);
  return { token, session };
}

/** Ends what is over its time and, where the organisation limits how many a user may have, the oldest beyond that. */
async function endOldSessions(db: OrganisationDb, userId: string): Promise<void> {
  const { maxSessionsPerUser, absoluteSessionHours } = await readSettings(db);
  await sql`delete from session where user_id = ${userId} and (started_at < now() - make_interval(hours => ${absoluteSessionHours})
    or (${maxSessionsPerUser} > 0 and id not in (select id from session where user_id = ${userId} order by started_at desc, id desc limit ${Math.max(1, maxSessionsPerUser)})))`.execute(
    db,
  );
}

export async function noteUse(db: OrganisationDb, organisationId: string, subjectId: string): Promise<void> {
  await sql`insert into last_use (organisation_id, subject_id, used_at) values (${organisationId}, ${subjectId}, now())
    on conflict (subject_id) do update set used_at = excluded.used_at`.execute(db);
}

/** Finds whose a cookie is. Undefined for one that is not, or no longer, a session. */
export async function findSession(database: Database, token: string): Promise<KnownSession | undefined> {
  const { rows } =
    await sql<KnownSession>`select id, organisation_id, user_id, csrf_token from strongroom.find_session(${hashToken(token)})`.execute(
      database.anyone,
    );
  return rows[0];
}

/** Keeps a session from idling out. Call it now and then, not with each request. */
export async function touchSession(database: Database, session: KnownSession): Promise<void> {
  await database.asOrganisation(session.organisationId, (db) =>
    // Only while it has not idled out: a session that slept too long is not woken by knocking.
    sql`update session set last_seen_at = now() where id = ${session.id}
      and (coalesce((select (value #>> '{}')::int from setting where name = 'inactivityMinutes'), 30) = 0
        or last_seen_at > now() - make_interval(mins => coalesce((select (value #>> '{}')::int from setting where name = 'inactivityMinutes'), 30)))`.execute(
      db,
    ),
  );
}

/** Ends the session the actor came with: at sign-out, and when signing in anew replaces it. */
export async function endSession(grant: Grant<'identity.sign-out' | 'identity.sign-in'>): Promise<void> {
  await grant.db
    .deleteFrom('session')
    .where('id', '=', grant.actor.sessionId ?? '')
    .execute();
}

/** Ends one of the user's own sessions. Throws `not-found` for anybody else's. */
export async function revokeSession(grant: Grant<'me.revoke-session'>, sessionId: string): Promise<void> {
  const ended = await grant.db
    .deleteFrom('session')
    .where('id', '=', sessionId)
    .where('userId', '=', grant.objectId)
    .executeTakeFirst();
  if (ended.numDeletedRows === 0n) throw new Problem('not-found');
  grant.note({ session: sessionId });
}

export async function endSessionsOf(db: OrganisationDb, userId: string, except?: string): Promise<void> {
  let ending = db.deleteFrom('session').where('userId', '=', userId);
  if (except !== undefined) ending = ending.where('id', '!=', except);
  await ending.execute();
}
