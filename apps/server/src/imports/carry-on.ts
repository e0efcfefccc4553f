import { sql } from 'kysely';
import type { OrganisationDb } from '../platform/db.ts';
import type { UndoCall } from './report.ts';

/** What has a version: how it is read, and, by the calls that raise it, where their undoing keeps the version that they made. */
const versioned = [
  {
    read: sql`select version from resource where id`,
    kept: { 'resource.update': ['input', 'version'], 'resource.configure-reset': ['version'] },
  },
  { read: sql`select version from account where id`, kept: { 'account.update': ['input', 'version'] } },
  {
    read: sql`select secret_version as version from account where id`,
    kept: { 'account.change-password': ['secretVersion'] },
  },
  { read: sql`select version from app_user where id`, kept: { 'user.update': ['input', 'version'] } },
] as const;

/**
 * After a change was taken back, the thing is as an earlier one of the same import had left it, but under a new version:
 * the earlier one is told, so that it can be taken back too. So is what gives settings back that it had switched off.
 */
export async function carryOn(
  db: OrganisationDb,
  importId: string,
  change: { readonly n: number; readonly kind: string; readonly objectId: string },
  { since }: UndoCall,
): Promise<void> {
  const family = versioned.find(({ kept }) => Object.hasOwn(kept, change.kind));
  if (since === undefined || !family) return;
  for (const [kind, kept] of Object.entries(family.kept)) {
    await sql`update import_change c
      set before = jsonb_set(case when c.before -> 'since' = to_jsonb(${since}::int)
          then jsonb_set(c.before, '{since}', to_jsonb(x.version)) else c.before end, ${[...kept]}::text[], to_jsonb(x.version))
      from (${family.read} = ${change.objectId}::uuid) x
      where c.import_id = ${importId} and c.object_id = ${change.objectId}::uuid and c.n < ${change.n} and c.kind = ${kind}
        and c.before #> ${[...kept]}::text[] = to_jsonb(${since}::int)`.execute(db);
  }
}
