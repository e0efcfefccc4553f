import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import type { Actor } from '../authorise/index.ts';
import type { Database } from '../platform/db.ts';
import { Problem } from '../platform/problem.ts';

/**
 * Runs a request once for each idempotency key of an actor: the same request again gets the first answer, another
 * request under the key is refused. Answers that carry a secret are not kept: their repetition is refused too.
 * Keys are kept for a day. Source: draft-ietf-httpapi-idempotency-key-header.
 */
export async function once(
  database: Database,
  actor: Actor,
  key: string,
  request: unknown,
  secret: boolean,
  run: () => Promise<unknown>,
): Promise<{ reply: unknown; repeated: boolean }> {
  if (!/^[\x21-\x7e]{8,200}$/.test(key))
    throw new Problem('input-invalid', {
      errors: [{ path: 'Idempotency-Key', message: 'must be 8 to 200 visible ASCII characters' }],
    });
  const { organisationId, userId } = actor;
  if (userId === null) throw new Problem('signed-out');
  const requestHash = createHash('sha256').update(JSON.stringify(request)).digest();
  const where = sql`organisation_id = ${organisationId} and actor_id = ${userId} and key = ${key}`;
  const former = await database.asOrganisation(organisationId, async (db) => {
    const made =
      await sql`insert into idempotency (organisation_id, actor_id, key, request_hash) values (${organisationId}, ${userId}, ${key}, ${requestHash})
      on conflict do nothing returning key`.execute(db);
    if (made.rows.length > 0) return undefined;
    const { rows } = await sql<{
      requestHash: Buffer;
      status: number | null;
      body: unknown;
    }>`select request_hash, status, body from idempotency where ${where}`.execute(db);
    return rows[0];
  });
  if (former) {
    if (!former.requestHash.equals(requestHash)) throw new Problem('idempotency-reused');
    if (former.status === null || former.body === null)
      throw new Problem('idempotency-reused', {
        detail: 'The first request is still at work, or its answer held a secret and was not kept.',
      });
    return { reply: former.body, repeated: true };
  }
  const forget = (): Promise<unknown> =>
    database.asOrganisation(organisationId, (db) => sql`delete from idempotency where ${where}`.execute(db));
  try {
    const reply = await run();
    await database.asOrganisation(organisationId, (db) =>
      sql`update idempotency set status = 200, body = ${secret ? null : JSON.stringify(reply)}::jsonb where ${where}`.execute(
        db,
      ),
    );
    return { reply, repeated: false };
  } catch (error) {
    await forget();
    throw error;
  }
}
