import { sql } from 'kysely';
import type { OrganisationDb } from '../platform/db.ts';

/** Takes the next `count` small numbers of a kind, for the reference API. Returns the first; they are consecutive. */
export async function takeNumbers(
  db: OrganisationDb,
  organisationId: string,
  kind: 'user' | 'resource' | 'account' | 'user-group' | 'resource-group',
  count = 1,
): Promise<number> {
  const { rows } = await sql<{ last: number }>`
    insert into counter as c (organisation_id, kind, last) values (${organisationId}, ${kind}, ${count})
    on conflict (organisation_id, kind) do update set last = c.last + ${count} returning last`.execute(db);
  return (rows[0]?.last ?? count) - count + 1;
}
