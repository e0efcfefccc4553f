import { sql } from 'kysely';
import type { Database } from '../platform/db.ts';

/**
 * Takes away what no decision can depend on any more: sessions past their longest time, throttles that are forgotten,
 * links and idempotency keys that have ended. Deletes nothing of the trail.
 */
export async function tidy(database: Database, organisationId: string): Promise<void> {
  await database.asOrganisation(organisationId, async (db) => {
    await sql`delete from session where started_at < now() - make_interval(
      hours => coalesce((select (value #>> '{}')::int from setting where name = 'absoluteSessionHours'), 12))`.execute(
      db,
    );
    await sql`delete from sign_in_throttle where last_failed_at < now() - interval '1 day'`.execute(db);
    await sql`delete from user_link where expires_at < now() - interval '30 days'`.execute(db);
    await sql`delete from idempotency where created_at < now() - interval '1 day'`.execute(db);
  });
}
