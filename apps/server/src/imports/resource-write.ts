import { sql } from 'kysely';
import type { Grant } from '../authorise/index.ts';
import { takeNumbers } from '../identity/index.ts';
import { newId } from '../platform/random.ts';
import { addManyAccounts, addResources, setResets } from '../resource/index.ts';
import type { Vault } from '../vault/index.ts';
import type { Change } from './report.ts';
import type { NewPair } from './resource-new.ts';

/** Makes resources and accounts that were planned, with a few statements for all, and says what there is to undo. */
export async function writeResources(
  grant: Grant<'import.apply'>,
  vault: Vault,
  pairs: readonly { readonly line: number; readonly make: NewPair }[],
): Promise<Change[]> {
  const resources = pairs.flatMap(({ make }) => make.resource ?? []);
  await addResources(grant, vault, resources);
  await addManyAccounts(
    grant,
    vault,
    pairs.map(({ make }) => make.account),
  );
  await setResets(
    grant,
    pairs.flatMap(({ make }) => make.reset ?? []),
  );
  const fresh = pairs.filter(({ make }) => make.resource);
  await tag(
    grant,
    fresh.map(({ make }) => make),
  );
  const groups = await group(
    grant,
    fresh.map(({ make }) => make),
  );
  for (const { line, make } of pairs) {
    const { resource, account, resourceName, reset } = make;
    const told = reset ? { reset: JSON.stringify(reset.settings).slice(0, 1000) } : {};
    if (resource)
      grant.each({ kind: 'resource', id: resource.id, name: resource.name }, { type: resource.type, line, ...told });
    else if (reset) grant.each({ kind: 'resource', id: reset.resourceId, name: resourceName }, { line, ...told });
    grant.each({ kind: 'account', id: account.id, name: `${account.username} on ${resourceName}` }, { line });
  }
  return [
    ...groups.map((id) => ({ kind: 'resource-group', objectId: id })),
    ...resources.map(({ id }) => ({ kind: 'resource', objectId: id })),
    ...pairs.map(({ make }) => ({ kind: 'account', objectId: make.account.id })),
  ];
}

async function tag(grant: Grant<'import.apply'>, pairs: readonly NewPair[]): Promise<void> {
  const rows = pairs.flatMap(({ resource, tags }) => tags.map((valueId) => [resource?.id ?? '', valueId] as const));
  if (rows.length === 0) return;
  await sql`insert into resource_tag (organisation_id, resource_id, tag_value_id)
    select ${grant.actor.organisationId}::uuid, x.r, x.v
    from unnest(${rows.map(([id]) => id)}::uuid[], ${rows.map(([, value]) => value)}::uuid[]) as x(r, v) on conflict do nothing`.execute(
    grant.db,
  );
}

/** Puts new resources into the importer's static groups. Makes those that are missing; answers their ids. */
async function group(grant: Grant<'import.apply'>, pairs: readonly NewPair[]): Promise<string[]> {
  const { organisationId, userId } = grant.actor;
  const asked = pairs.flatMap(({ resource, groups }) => groups.map((name) => [resource?.id ?? '', name] as const));
  if (asked.length === 0) return [];
  const names = [...new Set(asked.map(([, name]) => name))];
  const missing = await sql<{ name: string }>`
    select min(x.n) as name from unnest(${names}::text[]) as x(n)
    where not exists (select from resource_group g where g.owner_id = ${userId}::uuid and lower(g.name) = lower(x.n)) group by lower(x.n)`.execute(
    grant.db,
  );
  const made: string[] = [];
  if (missing.rows.length > 0) {
    const first = await takeNumbers(grant.db, organisationId, 'resource-group', missing.rows.length);
    for (const [i, { name }] of missing.rows.entries()) {
      const id = newId();
      await grant.db
        .insertInto('resourceGroup')
        .values({ id, organisationId, number: first + i, name, kind: 'static', ownerId: userId ?? '' })
        .execute();
      grant.each({ kind: 'resource-group', id, name });
      made.push(id);
    }
  }
  await sql`insert into resource_group_member (organisation_id, group_id, resource_id)
    select ${organisationId}::uuid, g.id, x.r
    from unnest(${asked.map(([id]) => id)}::uuid[], ${asked.map(([, name]) => name)}::text[]) as x(r, n)
      join resource_group g on g.owner_id = ${userId}::uuid and g.kind = 'static' and lower(g.name) = lower(x.n) on conflict do nothing`.execute(
    grant.db,
  );
  return made;
}
