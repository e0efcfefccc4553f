import { sql } from 'kysely';
import { readFacts, type Action, type Actor } from '../authorise/index.ts';
import type { Database } from '../platform/db.ts';
import { Problem } from '../platform/problem.ts';
import { hashToken, keyedHash } from '../platform/random.ts';

/**
 * Runs a request once for each idempotency key of an actor: the same request again, by the same session's user or the
 * same token, gets the first answer; another request under the key is refused. Answers that carry a secret are not
 * kept: their repetition is refused too. Keys are kept for a day. An answer is given again only while the actor's
 * session or token still holds. Throws `idempotency-reused`, `signed-out`.
 * Source: draft-ietf-httpapi-idempotency-key-header.
 */
export async function once(
  database: Database,
  actor: Actor,
  givenKey: string,
  request: { readonly action: Action; readonly input: unknown },
  secret: boolean,
  run: () => Promise<unknown>,
): Promise<{ reply: unknown; repeated: boolean }> {
  if (!/^[\x21-\x7e]{8,200}$/.test(givenKey))
    throw new Problem('input-invalid', {
      errors: [{ path: 'Idempotency-Key', message: 'must be 8 to 200 visible ASCII characters' }],
    });
  const { organisationId, userId } = actor;
  if (userId === null) throw new Problem('signed-out');
  // The request may hold a password that could be guessed, so its hash is keyed with the client's key, and of that only a hash is stored.
  const requestHash = keyedHash(givenKey, JSON.stringify([request.action, request.input, actor.token?.id ?? null]));
  const key = hashToken(givenKey).toString('base64url');
  const where = sql`organisation_id = ${organisationId} and actor_id = ${userId} and key = ${key}`;
  const former = await database.asOrganisation(organisationId, async (db) => {
    await sql`delete from idempotency where organisation_id = ${organisationId} and actor_id = ${userId} and created_at < now() - interval '1 day'`.execute(
      db,
    );
    const made =
      await sql`insert into idempotency (organisation_id, actor_id, key, request_hash) values (${organisationId}, ${userId}, ${key}, ${requestHash})
      on conflict do nothing returning key`.execute(db);
    if (made.rows.length > 0) return undefined;
    const { rows } = await sql<{
      requestHash: Buffer;
      status: number | null;
      body: unknown;
    }>`select request_hash, status, body from idempotency where ${where}`.execute(db);
    const { facts } = await readFacts(db, { actor, action: request.action, objectId: organisationId });
    return rows[0] && { ...rows[0], live: facts.live };
  });
  if (former) {
    if (!former.live) throw new Problem('signed-out');
    if (!former.requestHash.equals(requestHash)) throw new Problem('idempotency-reused');
    if (former.status === null || former.body === null)
      throw new Problem('idempotency-reused', {
        detail: 'The first request is still at work, or its answer held a secret and was not kept.',
      });
    return { reply: former.body, repeated: true };
  }
  const reply = await run().catch(async (error: unknown) => {
    await database.asOrganisation(organisationId, (db) => sql`delete from idempotency where ${where}`.execute(db));
    throw error;
  });
  // Done is done: when the answer cannot be kept the key stays taken, so that a repetition is refused and not done twice.
  await database.asOrganisation(organisationId, (db) =>
    sql`update idempotency set status = 200, body = ${secret ? null : JSON.stringify(reply)}::jsonb where ${where}`.execute(
      db,
    ),
  );
  return { reply, repeated: false };
}
