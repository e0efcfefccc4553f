import { sql } from 'kysely';
import { requireAlsoAll, type Grant } from '../authorise/index.ts';

/**
 * Puts resources into a static group: each must be one the actor manages, for whoever reaches the group reaches what is
 * in it. Answers how many were not in it before. One event for each.
 */
export async function addMembers(
  grant: Grant<'resource-group.create' | 'resource-group.change-members'>,
  group: { readonly id: string; readonly name: string },
  resourceIds: readonly string[],
): Promise<number> {
  const names = await requireAlsoAll(grant, 'resource.update', resourceIds);
  const { rows } = await sql<{ resourceId: string }>`
    insert into resource_group_member (organisation_id, group_id, resource_id)
    select ${grant.actor.organisationId}::uuid, ${group.id}::uuid, x.id from unnest(${[...names.keys()]}::uuid[]) as x(id)
    on conflict do nothing returning resource_id`.execute(grant.db);
  for (const { resourceId } of rows)
    grant.each({ kind: 'resource', id: resourceId, name: names.get(resourceId) ?? '' }, { 'put into': group.name });
  return rows.length;
}

/** Takes resources out of a static group; what is not in it is passed over. Answers how many were. One event for each. */
async function removeMembers(
  grant: Grant<'resource-group.change-members'>,
  group: { readonly name: string },
  resourceIds: readonly string[],
): Promise<number> {
  if (resourceIds.length === 0) return 0;
  const { rows } = await sql<{ id: string; name: string }>`
    delete from resource_group_member m using resource r
    where m.group_id = ${grant.objectId} and m.resource_id = any(${[...resourceIds]}::uuid[]) and r.id = m.resource_id
    returning r.id, r.name`.execute(grant.db);
  for (const row of rows) grant.each({ kind: 'resource', ...row }, { 'taken out of': group.name });
  return rows.length;
}

/** Adds and removes members of the group that the grant is on. */
export async function changeMembers(
  grant: Grant<'resource-group.change-members'>,
  input: { readonly add: readonly string[]; readonly remove: readonly string[] },
): Promise<{ added: number; removed: number }> {
  const group = await grant.db
    .selectFrom('resourceGroup')
    .select(['id', 'name'])
    .where('id', '=', grant.objectId)
    .executeTakeFirstOrThrow();
  const removed = await removeMembers(grant, group, input.remove);
  const added = await addMembers(grant, group, input.add);
  if (added + removed > 0)
    await grant.db
      .updateTable('resourceGroup')
      .set({ updatedAt: new Date() })
      .where('id', '=', grant.objectId)
      .execute();
  grant.note({ added, removed });
  return { added, removed };
}
