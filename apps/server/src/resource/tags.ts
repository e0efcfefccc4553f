import type { TagId, TagValueId } from '@strongroom/contract';
import { sql } from 'kysely';
import type { Grant } from '../authorise/index.ts';
import type { OrganisationDb } from '../platform/db.ts';
import { Problem } from '../platform/problem.ts';

/** A tag as a resource has it. */
export interface TagShown {
  readonly valueId: TagValueId;
  readonly tagId: TagId;
  readonly name: string;
  readonly value: string;
}

/** The tags of each resource of a page, by name and value: one statement for all. */
export async function tagsOf(db: OrganisationDb, ids: readonly string[]): Promise<(id: string) => TagShown[]> {
  if (ids.length === 0) return () => [];
  const { rows } = await sql<TagShown & { resourceId: string }>`
    select x.resource_id, v.id as value_id, t.id as tag_id, t.name, v.value
    from resource_tag x join tag_value v on v.id = x.tag_value_id join tag t on t.id = v.tag_id
    where x.resource_id = any(${[...ids]}::uuid[]) order by lower(t.name), lower(v.value), v.id`.execute(db);
  const found = new Map<string, TagShown[]>();
  for (const { resourceId, ...tag } of rows) found.set(resourceId, [...(found.get(resourceId) ?? []), tag]);
  return (id) => found.get(id) ?? [];
}

/** Gives tags to resources; those they have already stay. Throws `not-found` for a value that is not the organisation's. */
export async function giveTags(
  grant: Grant<'resource.create' | 'resource.tag' | 'resource.copy'>,
  resourceIds: readonly string[],
  valueIds: readonly string[],
): Promise<void> {
  const wanted = [...new Set(valueIds)];
  if (wanted.length === 0 || resourceIds.length === 0) return;
  // Held, so that a value deleted meanwhile is told of instead of failing on the way.
  const there = await grant.db.selectFrom('tagValue').select('id').where('id', 'in', wanted).forKeyShare().execute();
  if (there.length < wanted.length) throw new Problem('not-found', { detail: 'One of the tags is no more.' });
  await sql`insert into resource_tag (organisation_id, resource_id, tag_value_id)
    select ${grant.actor.organisationId}, r, v from unnest(${[...resourceIds]}::uuid[]) r, unnest(${wanted}::uuid[]) v on conflict do nothing`.execute(
    grant.db,
  );
}

/** Gives tags to the grant's resource and takes others from it; one that is named in both is given. */
export async function changeTags(
  grant: Grant<'resource.tag'>,
  { add, remove }: { add: readonly string[]; remove: readonly string[] },
): Promise<void> {
  // Two that tag one resource at once wait for each other: its search text is made of all its tags.
  await grant.db.selectFrom('resource').select('id').where('id', '=', grant.objectId).forNoKeyUpdate().execute();
  const taken = remove.filter((id) => !add.includes(id));
  if (taken.length > 0)
    await grant.db
      .deleteFrom('resourceTag')
      .where('resourceId', '=', grant.objectId)
      .where('tagValueId', 'in', taken)
      .execute();
  await giveTags(grant, [grant.objectId], add);
  const tags = (await tagsOf(grant.db, [grant.objectId]))(grant.objectId);
  grant.note({
    tags: tags
      .map((tag) => `${tag.name}=${tag.value}`)
      .join(' ')
      .slice(0, 1000),
  });
}
