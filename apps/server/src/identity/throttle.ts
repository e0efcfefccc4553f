import { sql } from 'kysely';
import type { Database } from '../platform/db.ts';
import { sha256 } from '../platform/random.ts';

/** Wrong passwords before the first wait, and the waits in seconds that follow: they double and stop growing. */
const freeTries = 5;
const firstWaitSeconds = 30;
const longestWaitSeconds = 15 * 60;
/** An address may try many names before it waits as a whole: offices share addresses. */
const freeTriesOfAddress = 50;
const forgetAfter = '1 day';

/** What stands for a user name in the table: people type passwords where names belong, and those must not lie there. */
export const throttleKey = (username: string): string =>
  username === '' ? '' : sha256(username.toLowerCase()).toString('hex');

/** How long sign-in is refused for this name from this address, in seconds; 0 when it may try. The answer does not depend on whether the name exists. */
export async function secondsToWait(
  database: Database,
  organisationId: string,
  username: string,
  address: string,
): Promise<number> {
  return database.asOrganisation(organisationId, async (db) => {
    const { rows } = await sql<{ seconds: number | null }>`
      select max(extract(epoch from locked_until - now()))::float8 as seconds from sign_in_throttle
      where address = ${address} and username in (${throttleKey(username)}, '') and locked_until > now()`.execute(db);
    return Math.ceil(rows[0]?.seconds ?? 0);
  });
}

/** Counts a wrong password. Runs apart from the refused sign-in, whose own transaction is rolled back. */
export async function noteFailure(
  database: Database,
  organisationId: string,
  username: string,
  address: string,
): Promise<void> {
  await database.asOrganisation(organisationId, async (db) => {
    for (const [name, free] of [
      [throttleKey(username), freeTries],
      ['', freeTriesOfAddress],
    ] as const) {
      await sql`
        insert into sign_in_throttle as t (organisation_id, username, address, failures, last_failed_at)
        values (${organisationId}, ${name}, ${address}, 1, now())
        on conflict (organisation_id, username, address) do update set
          failures = case when t.last_failed_at < now() - ${forgetAfter}::interval then 1 else t.failures + 1 end,
          last_failed_at = now(),
          locked_until = case when t.last_failed_at >= now() - ${forgetAfter}::interval and t.failures + 1 >= ${free}
            then now() + make_interval(secs => least(${longestWaitSeconds}, ${firstWaitSeconds} * power(2, least(t.failures + 1 - ${free}, 10)))) end`.execute(
        db,
      );
    }
  });
}
