import type { View } from '@strongroom/contract';
import { sql, type RawBuilder } from 'kysely';
import type { z } from 'zod';
import type { Grant } from '../authorise/index.ts';
import { isDuplicate, type OrganisationDb } from '../platform/db.ts';
import { Problem } from '../platform/problem.ts';
import { newId } from '../platform/random.ts';

interface Row {
  id: string;
  list: string;
  name: string;
  query: Record<string, string>;
  ownerId: string;
  ownerName: string;
  userGroupId: string | null;
  userGroupName: string | null;
  version: number;
}

/** Most views one user keeps. */
const viewsAtMost = 200;

const isMember = (userId: string, group: RawBuilder<unknown>): RawBuilder<boolean> =>
  sql<boolean>`exists (select 1 from user_group_member m where m.user_group_id = ${group} and m.user_id = ${userId})`;

/** The views one sees: one's own, and those shared with a group that both the maker and oneself are in. */
export async function readViews(
  db: OrganisationDb,
  userId: string,
  which: { list?: string | undefined; id?: string },
): Promise<z.input<typeof View>[]> {
  const { rows } = await sql<Row>`
    select v.id, v.list, v.name, v.query, v.user_id as owner_id, u.username as owner_name, g.id as user_group_id, g.name as user_group_name, v.version
    from saved_view v join app_user u on u.id = v.user_id left join user_group g on g.id = v.user_group_id
    where (v.user_id = ${userId} or exists (select 1 from user_group_member m join user_group_member o on o.user_group_id = m.user_group_id
        where m.user_group_id = v.user_group_id and m.user_id = ${userId} and o.user_id = v.user_id))
      ${which.list === undefined ? sql`` : sql`and v.list = ${which.list}`} ${which.id === undefined ? sql`` : sql`and v.id = ${which.id}`}
    order by v.user_id <> ${userId}, lower(v.name), v.id limit 500`.execute(db);
  return rows.map((row) => ({
    ...row,
    list: row.list as z.input<typeof View>['list'],
    can: row.ownerId === userId ? ['view.update', 'view.delete'] : [],
  }));
}

/** The user groups one is in, by name. */
export async function groupsOf(db: OrganisationDb, userId: string): Promise<{ id: string; name: string }[]> {
  const { rows } = await sql<{ id: string; name: string }>`select g.id, g.name from user_group g
    where ${isMember(userId, sql`g.id`)} order by lower(g.name) limit 1000`.execute(db);
  return rows;
}

/** Throws `input-invalid` unless the user is in the group: whoever is not learns of it as little as if there were none. */
async function requireMember(db: OrganisationDb, userId: string, groupId: string | null | undefined): Promise<void> {
  if (groupId === null || groupId === undefined) return;
  const { rows } = await sql<{ is: boolean }>`select ${isMember(userId, sql`${groupId}::uuid`)} as is`.execute(db);
  if (rows[0]?.is !== true)
    throw new Problem('input-invalid', {
      errors: [{ path: 'userGroupId', message: 'is not a user group you are in' }],
    });
}

const taken = (): Problem =>
  new Problem('name-taken', { errors: [{ path: 'name', message: 'is the name of another view of yours' }] });

/** Keeps a view and gives its id. Throws `name-taken`, and `input-invalid` for a group one is not in or one view too many. */
export async function addView(
  grant: Grant<'view.create'>,
  view: { list: string; name: string; query: Record<string, string>; userGroupId: string | null },
): Promise<string> {
  const { db, actor } = grant;
  const userId = actor.userId ?? '';
  await requireMember(db, userId, view.userGroupId);
  const { rows } = await sql<{
    n: number;
  }>`select count(*)::int as n from saved_view v where v.user_id = ${userId}`.execute(db);
  if ((rows[0]?.n ?? 0) >= viewsAtMost)
    throw new Problem('input-invalid', { detail: `You keep ${String(viewsAtMost)} views already. Delete one first.` });
  const id = newId();
  await db
    .insertInto('savedView')
    .values({ id, organisationId: actor.organisationId, userId, ...view, query: JSON.stringify(view.query) })
    .execute()
    .catch((error: unknown) => {
      throw isDuplicate(error, 'saved_view_name') ? taken() : error;
    });
  grant.about({ kind: 'view', id, name: view.name });
  return id;
}

/** Changes a view. Throws `changed-meanwhile`, `name-taken`, and `input-invalid` for a group one is not in. */
export async function changeView(
  grant: Grant<'view.update'>,
  changes: {
    version?: number | undefined;
    name?: string | undefined;
    query?: Record<string, string> | undefined;
    userGroupId?: string | null | undefined;
  },
): Promise<void> {
  const { db, actor, objectId } = grant;
  await requireMember(db, actor.userId ?? '', changes.userGroupId);
  const { version, query, ...rest } = changes;
  let statement = db
    .updateTable('savedView')
    .set((e) => ({
      ...rest,
      ...(query === undefined ? {} : { query: JSON.stringify(query) }),
      version: e('version', '+', 1),
    }))
    .where('id', '=', objectId);
  if (version !== undefined) statement = statement.where('version', '=', version);
  const done = await statement.executeTakeFirst().catch((error: unknown) => {
    throw isDuplicate(error, 'saved_view_name') ? taken() : error;
  });
  if (Number(done.numUpdatedRows) === 0) throw new Problem('changed-meanwhile');
}
