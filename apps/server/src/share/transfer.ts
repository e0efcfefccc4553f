import { sql } from 'kysely';
import { permitsOfRole, type Grant, type Role } from '../authorise/index.ts';
import { isDuplicate, type OrganisationDb } from '../platform/db.ts';
import { Problem } from '../platform/problem.ts';

interface NewOwner {
  readonly id: string;
  readonly username: string;
}
interface Named {
  readonly id: string;
  readonly name: string;
}

const unfit = (message: string): Problem => new Problem('input-invalid', { errors: [{ path: 'toUserId', message }] });

/**
 * Reads whoever is to own something, and holds on to them until the end. Throws `not-found` for none of the organisation's and
 * `input-invalid` for one who could not look after it: not active, or with a role that manages no resources.
 */
async function requireNewOwner(db: OrganisationDb, id: string): Promise<NewOwner> {
  const { rows } = await sql<NewOwner & { state: string; role: Role; permissions: string[] | null }>`
    select u.id, u.username, u.state, u.role, (select c.permissions from custom_role c where c.id = u.custom_role_id) as permissions
    from app_user u where u.id = ${id} for share of u`.execute(db);
  const user = rows[0];
  if (!user) throw new Problem('not-found');
  if (user.state !== 'active') throw unfit('is not active');
  if (!permitsOfRole(user.role, user.permissions).includes('manage-resources'))
    throw unfit('has a role that manages no resources');
  return user;
}

/** Takes from the new owner the shares that owning makes idle. */
async function dropSharesOf(
  db: OrganisationDb,
  ownerId: string,
  of: { resources?: readonly string[]; groups?: readonly string[] },
): Promise<void> {
  const resources = [...(of.resources ?? [])];
  await sql`delete from share s where s.user_id = ${ownerId} and (s.resource_id = any(${resources}::uuid[])
    or s.group_id = any(${[...(of.groups ?? [])]}::uuid[])
    or s.account_id in (select a.id from account a where a.resource_id = any(${resources}::uuid[])))`.execute(db);
}

/** Gives a resource to another owner. The old one loses it with that; every other share of it stays. Throws as `requireNewOwner` does. */
export async function transferResource(grant: Grant<'resource.transfer'>, toUserId: string): Promise<NewOwner> {
  const { db, objectId } = grant;
  const to = await requireNewOwner(db, toUserId);
  const was = await sql<{ ownerId: string; ownerName: string }>`
    select r.owner_id, u.username as owner_name from resource r join app_user u on u.id = r.owner_id where r.id = ${objectId} for no key update of r`.execute(
    db,
  );
  if (was.rows[0]?.ownerId === to.id) throw unfit('owns it already');
  await sql`update resource set owner_id = ${to.id}, version = version + 1, updated_at = now() where id = ${objectId}`.execute(
    db,
  );
  await dropSharesOf(db, to.id, { resources: [objectId] });
  grant.note({ 'owner was': was.rows[0]?.ownerName ?? '', 'owner is': to.username });
  return to;
}

/**
 * Gives a static group to another owner, out of the old one's tree; groups below it move up. Throws `name-taken` where the new
 * owner has a group of this name.
 */
export async function transferGroup(grant: Grant<'resource-group.transfer'>, toUserId: string): Promise<NewOwner> {
  const { db, objectId } = grant;
  const to = await requireNewOwner(db, toUserId);
  const was = await sql<{ ownerId: string; ownerName: string; parentId: string | null }>`
    select g.owner_id, u.username as owner_name, g.parent_id from resource_group g join app_user u on u.id = g.owner_id where g.id = ${objectId} for no key update of g`.execute(
    db,
  );
  if (was.rows[0]?.ownerId === to.id) throw unfit('owns it already');
  await sql`update resource_group set parent_id = ${was.rows[0]?.parentId ?? null} where parent_id = ${objectId}`.execute(
    db,
  );
  try {
    await sql`update resource_group set owner_id = ${to.id}, parent_id = null, version = version + 1, updated_at = now() where id = ${objectId}`.execute(
      db,
    );
  } catch (error) {
    if (isDuplicate(error)) throw new Problem('name-taken', { detail: 'The new owner has a group of this name.' });
    throw error;
  }
  await dropSharesOf(db, to.id, { groups: [objectId] });
  grant.note({ 'owner was': was.rows[0]?.ownerName ?? '', 'owner is': to.username });
  return to;
}

/** What a user owns, in numbers, and the first few by name. */
export interface Owned {
  readonly resources: number;
  readonly accounts: number;
  readonly groups: number;
  readonly criteriaGroups: number;
  readonly first: string[];
}
export async function countOwned(db: OrganisationDb, userId: string): Promise<Owned> {
  const { rows } = await sql<Owned>`select
    (select count(*)::int from resource where owner_id = ${userId}) as resources,
    (select count(*)::int from account a join resource r on r.id = a.resource_id where r.owner_id = ${userId}) as accounts,
    (select count(*)::int from resource_group where owner_id = ${userId}) as groups,
    (select count(*)::int from resource_group where owner_id = ${userId} and kind = 'criteria') as criteria_groups,
    array(select x.name from (select name from resource where owner_id = ${userId} union all select name from resource_group where owner_id = ${userId}) x
      order by lower(x.name) limit 5) as first`.execute(db);
  if (!rows[0]) throw new Error('a count without a row');
  return rows[0];
}

/**
 * Gives everything a user owns to another. Groups by criteria become static first, with the members they have: under a new owner
 * the same criteria would gather other resources, and whoever the group is shared with would reach those. Groups whose name
 * the new owner has already are told apart by the old owner's.
 */
export async function transferEverything(grant: Grant<'user.transfer'>, toUserId: string): Promise<Owned> {
  const { db, objectId: from } = grant;
  if (toUserId === from) throw unfit('is who gives it away');
  // Nothing can become theirs meanwhile: a new row of theirs waits for this one.
  await sql`select id from app_user where id = ${from} for update`.execute(db);
  const to = await requireNewOwner(db, toUserId);
  const owned = await countOwned(db, from);
  await sql`delete from resource_criterion where group_id in (select id from resource_group where owner_id = ${from} and kind = 'criteria')`.execute(
    db,
  );
  await sql`update resource_group set kind = 'static' where owner_id = ${from} and kind = 'criteria'`.execute(db);
  const groups = await sql<Named>`
    update resource_group g set owner_id = ${to.id}, version = g.version + 1, updated_at = now(), name = case
      when exists (select 1 from resource_group o where o.owner_id = ${to.id} and lower(o.name) = lower(g.name))
        then left(g.name, 60) || ' (' || u.username || ' ' || g.number || ')' else g.name end
    from app_user u where u.id = g.owner_id and g.owner_id = ${from} returning g.id, g.name`.execute(db);
  const resources = await sql<Named>`
    update resource set owner_id = ${to.id}, version = version + 1, updated_at = now() where owner_id = ${from} returning id, name`.execute(
    db,
  );
  await dropSharesOf(db, to.id, { resources: ids(resources.rows), groups: ids(groups.rows) });
  for (const { id, name } of resources.rows) grant.each({ kind: 'resource', id, name }, { 'owner is': to.username });
  for (const { id, name } of groups.rows) grant.each({ kind: 'resource-group', id, name }, { 'owner is': to.username });
  grant.note({
    'owner is': to.username,
    'resources': owned.resources,
    'groups': owned.groups,
    'groups by criteria made static': owned.criteriaGroups,
  }); // prettier-ignore
  return owned;
}

const ids = (rows: readonly Named[]): string[] => rows.map((row) => row.id);
