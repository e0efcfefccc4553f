import type { OrganisationDb } from '../platform/db.ts';

/** The policies of the groups that a resource is in, without those groups that have none. In no order, each once. */
export async function policiesOfGroups(db: OrganisationDb, resourceId: string): Promise<string[]> {
  const rows = await db
    .selectFrom('resourceGroupMember as m')
    .innerJoin('resourceGroup as g', 'g.id', 'm.groupId')
    .select('g.policyId')
    .distinct()
    .where('m.resourceId', '=', resourceId)
    .where('g.policyId', 'is not', null)
    .execute();
  return rows.flatMap(({ policyId }) => (policyId === null ? [] : [policyId]));
}
