import { sql } from 'kysely';
import type { OrganisationDb } from '../platform/db.ts';
import { Problem } from '../platform/problem.ts';

const megabyte = 1024 * 1024;
const defaultMegabytes = 100;

/** How many bytes a file may have, as the organisation set it (`fileLimitMegabytes`). */
export async function fileLimit(db: OrganisationDb): Promise<number> {
  const { rows } = await sql<{
    megabytes: number;
  }>`select (value #>> '{}')::int as megabytes from setting where name = 'fileLimitMegabytes'`.execute(db);
  return (rows[0]?.megabytes ?? defaultMegabytes) * megabyte;
}

/** The problem of a file beyond the limit, in bytes. */
export const tooLarge = (limit: number): Problem =>
  new Problem('too-large', { detail: `A file may have at most ${String(Math.floor(limit / megabyte))} MB.` });
