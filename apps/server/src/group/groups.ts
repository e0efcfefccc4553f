import type { Criterion, GroupKind, Match } from '@strongroom/contract';
import { sql } from 'kysely';
import { requireAlso, type Grant } from '../authorise/index.ts';
import { takeNumbers } from '../identity/index.ts';
import { isDuplicate, type OrganisationDb } from '../platform/db.ts';
import { Problem } from '../platform/problem.ts';
import { newId } from '../platform/random.ts';
import { requireFields, writeCriteria } from './criteria.ts';
import { addMembers } from './members.ts';

interface Details {
  readonly name: string;
  readonly description: string;
  readonly policyId: string | null;
}
export interface NewGroup extends Details {
  readonly kind: GroupKind;
  readonly parentId: string | null;
  readonly match: Match;
  readonly criteria: readonly Criterion[];
  readonly resourceIds: readonly string[];
}

async function uniquely<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (isDuplicate(error, 'resource_group_name'))
      throw new Problem('name-taken', {
        errors: [{ path: 'name', message: 'is in use by another group of its owner' }],
      });
    throw error;
  }
}

async function requirePolicy(db: OrganisationDb, policyId: string | null | undefined): Promise<void> {
  if (policyId === null || policyId === undefined) return;
  const found = await db.selectFrom('passwordPolicy').select('id').where('id', '=', policyId).executeTakeFirst();
  if (!found)
    throw new Problem('input-invalid', {
      errors: [{ path: 'policyId', message: 'is not a policy of the organisation' }],
    });
}

/** Two moves in one tree wait for each other: each alone may be no circle, and both together one. */
async function lockTree(db: OrganisationDb, ownerId: string): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`strongroom tree ${ownerId}`}, 0))`.execute(db);
}

/** Throws `not-found` for a parent that is not the asker's to arrange, `input-invalid` for one in another's tree or below the group itself. */
async function requireParent(grant: Grant, parentId: string, ownerId: string, groupId: string | null): Promise<void> {
  await requireAlso(grant, 'resource-group.move', parentId);
  const wrong = (message: string): Problem => new Problem('input-invalid', { errors: [{ path: 'parentId', message }] });
  const { rows } = await sql<{ id: string; ownerId: string }>`
    with recursive up as (
      select g.id, g.owner_id, g.parent_id from resource_group g where g.id = ${parentId}
      union select g.id, g.owner_id, g.parent_id from resource_group g join up on g.id = up.parent_id)
    select id, owner_id from up`.execute(grant.db);
  if (rows.find((row) => row.id === parentId)?.ownerId !== ownerId) throw wrong('hangs in the tree of another owner');
  if (rows.some((row) => row.id === groupId)) throw wrong('lies below the group itself');
}

/** Adds a group with its members or criteria, all or nothing. The actor owns it. Answers its id. */
export async function addGroup(grant: Grant<'resource-group.create'>, input: NewGroup): Promise<string> {
  const { organisationId, userId } = grant.actor;
  const ownerId = userId ?? '';
  const { kind, parentId, match, criteria, resourceIds, ...details } = input;
  await requirePolicy(grant.db, details.policyId);
  await requireFields(grant.db, criteria);
  if (parentId !== null) {
    await lockTree(grant.db, ownerId);
    await requireParent(grant, parentId, ownerId, null);
  }
  const id = newId();
  const number = await takeNumbers(grant.db, organisationId, 'resource-group');
  await uniquely(() =>
    grant.db
      .insertInto('resourceGroup')
      .values({ id, organisationId, number, kind, match, ownerId, parentId, ...details })
      .execute(),
  );
  grant.about({ kind: 'resource-group', id, name: details.name });
  grant.note({ kind });
  if (kind === 'criteria') {
    await writeCriteria(grant, id, criteria);
    grant.note({ match, criteria: JSON.stringify(criteria).slice(0, 2000) });
  } else if (resourceIds.length > 0)
    grant.note({ members: await addMembers(grant, { id, name: details.name }, resourceIds) });
  return id;
}

/** Changes a group’s name, description or policy. Throws `name-taken`, `changed-meanwhile`. */
export async function changeGroup(
  grant: Grant<'resource-group.update'>,
  changes: { [K in keyof Details]?: Details[K] | undefined } & { version?: number | undefined },
): Promise<void> {
  const before = await grant.db
    .selectFrom('resourceGroup')
    .select(['name', 'description', 'policyId', 'version'])
    .where('id', '=', grant.objectId)
    .forNoKeyUpdate()
    .executeTakeFirstOrThrow();
  const { version, ...rest } = changes;
  if (version !== undefined && version !== before.version) throw new Problem('changed-meanwhile');
  const given = Object.fromEntries(
    Object.entries(rest).filter(([name, value]) => value !== undefined && value !== before[name as keyof Details]),
  );
  if (Object.keys(given).length === 0) return;
  await requirePolicy(grant.db, changes.policyId);
  await uniquely(() =>
    grant.db
      .updateTable('resourceGroup')
      .set((eb) => ({ ...given, updatedAt: new Date(), version: eb('version', '+', 1) }))
      .where('id', '=', grant.objectId)
      .execute(),
  );
  grant.note({ changed: Object.keys(given).join(' ') });
  if (changes.name !== undefined && changes.name !== before.name)
    grant.note({ 'name was': before.name, 'name is': changes.name });
}

/** Replaces a group’s criteria. Throws `not-that-state` for a static group, `changed-meanwhile`. */
export async function changeCriteria(
  grant: Grant<'resource-group.change-criteria'>,
  input: { version?: number | undefined; match: Match; criteria: readonly Criterion[] },
): Promise<void> {
  const before = await grant.db
    .selectFrom('resourceGroup')
    .select(['kind', 'version'])
    .where('id', '=', grant.objectId)
    .forNoKeyUpdate()
    .executeTakeFirstOrThrow();
  if (before.kind !== 'criteria')
    throw new Problem('not-that-state', { detail: 'The members of this group are named one by one.' });
  if (input.version !== undefined && input.version !== before.version) throw new Problem('changed-meanwhile');
  await requireFields(grant.db, input.criteria);
  await grant.db
    .updateTable('resourceGroup')
    .set((eb) => ({ match: input.match, updatedAt: new Date(), version: eb('version', '+', 1) }))
    .where('id', '=', grant.objectId)
    .execute();
  await writeCriteria(grant, grant.objectId, input.criteria);
  grant.note({ match: input.match, criteria: JSON.stringify(input.criteria).slice(0, 2000) });
}

/** Hangs a group below another of the same owner, or at the top. Members, shares and policy stay as they are. */
export async function moveGroup(grant: Grant<'resource-group.move'>, parentId: string | null): Promise<void> {
  const group = await grant.db
    .selectFrom('resourceGroup')
    .select(['ownerId', 'parentId'])
    .where('id', '=', grant.objectId)
    .executeTakeFirstOrThrow();
  await lockTree(grant.db, group.ownerId);
  if (parentId !== null) await requireParent(grant, parentId, group.ownerId, grant.objectId);
  await grant.db
    .updateTable('resourceGroup')
    .set((eb) => ({ parentId, updatedAt: new Date(), version: eb('version', '+', 1) }))
    .where('id', '=', grant.objectId)
    .execute();
  grant.note({ from: group.parentId ?? 'the top', to: parentId ?? 'the top' });
}

/** Deletes a group with its shares. Groups below it move up to where it hung; resources stay. */
export async function deleteGroup(grant: Grant<'resource-group.delete'>): Promise<void> {
  const group = await grant.db
    .selectFrom('resourceGroup')
    .select(['ownerId'])
    .where('id', '=', grant.objectId)
    .executeTakeFirstOrThrow();
  await lockTree(grant.db, group.ownerId);
  const { rows } = await sql<{ n: number }>`
    with moved as (update resource_group c set parent_id = p.parent_id from resource_group p
      where p.id = ${grant.objectId} and c.parent_id = p.id returning 1)
    select count(*)::int as n from moved`.execute(grant.db);
  const counted = await sql<{ members: number; shares: number }>`
    select (select count(*)::int from resource_group_member m where m.group_id = ${grant.objectId}) as members,
      (select count(*)::int from share s where s.group_id = ${grant.objectId}) as shares`.execute(grant.db);
  await grant.db.deleteFrom('resourceGroup').where('id', '=', grant.objectId).execute();
  grant.note({
    members: counted.rows[0]?.members ?? 0,
    shares: counted.rows[0]?.shares ?? 0,
    'groups moved up': rows[0]?.n ?? 0,
  });
}
