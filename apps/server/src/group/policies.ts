import { sql } from 'kysely';
import type { OrganisationDb } from '../platform/db.ts';

/** The policy that a resource has from the groups it is in: of several the strictest; null when none of them has one. */
export async function policyOfGroups(db: OrganisationDb, resourceId: string): Promise<string | null> {
  const { rows } = await sql<{
    id: string | null;
  }>`select strongroom.policy_of_groups(${resourceId}::uuid) as id`.execute(db);
  return rows[0]?.id ?? null;
}
