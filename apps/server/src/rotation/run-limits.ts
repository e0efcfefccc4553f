import { sql } from 'kysely';
import type { OrganisationDb } from '../platform/db.ts';

/** How many targets are asked at a time, on all nodes together. */
export interface RunLimits {
  /** Accounts of all runs. */
  readonly atOnce: number;
  /** Accounts of one resource, and of one account that signs in for others. */
  readonly perResource: number;
}

/** The limits as the organisation's settings have them. Read for each account that is begun: a change takes effect at once. */
export async function readLimits(db: OrganisationDb): Promise<RunLimits> {
  const { rows } = await sql<{ atOnce: number; perResource: number }>`select
    coalesce((select (value #>> '{}')::int from setting where name = 'resetsAtOnce'), ${standardAtOnce}) as at_once,
    coalesce((select (value #>> '{}')::int from setting where name = 'resetsPerResource'), 1) as per_resource`.execute(
    db,
  );
  return rows[0] ?? { atOnce: standardAtOnce, perResource: 1 };
}

/** What an organisation starts with. */
const standardAtOnce = 50;
