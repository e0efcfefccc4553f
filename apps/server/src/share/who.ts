import type { userReaches, whoReaches } from '@strongroom/contract';
import { sql, type RawBuilder } from 'kysely';
import type { z } from 'zod';
import type { OrganisationDb } from '../platform/db.ts';
import { containing, readPage, type Order } from '../platform/paging.ts';
import { Problem } from '../platform/problem.ts';
import { deciderOf, decides, holdBy, type Reaching } from './derive.ts';
import { readNames } from './explain.ts';
import {
  heldTables,
  inForceAt,
  nameColumn,
  reachingOf,
  readHeldObject,
  readReachingShares,
  table,
  targetsOf,
  type HeldKind,
  type Moment,
} from './reaching.ts';

interface WhoRow {
  id: string;
  username: string | null;
  fullName: string | null;
  state: string;
  superAdministrator: boolean;
}

const byText = (by: RawBuilder<unknown>): Order => ({ by, type: 'text' });

/** The users, as `u`, whom anything at all reaches on an object: owner, super administrators, and by shares. */
function reachedUsers(kind: HeldKind, objectId: string, ownerId: string, at: Moment): RawBuilder<unknown> {
  const reaching = sql`(${targetsOf(kind, [objectId], at)}) t join ${table('share', at)} s on s.target_id = t.id`;
  return sql`(u.super_administrator or u.id = ${ownerId}::uuid or u.id in (
    select s.to_id from ${reaching} where ${inForceAt(at)}
    union select m.user_id from ${reaching} join ${table('user_group_member', at)} m on m.user_group_id = s.to_id where ${inForceAt(at)}))`;
}

/** One page of everybody who reaches an object. Throws `not-found` for an object that is not, or was not, there. */
export async function whoReachesIt(
  db: OrganisationDb,
  input: z.output<(typeof whoReaches)['input']>,
  at: Moment,
): Promise<z.input<(typeof whoReaches)['reply']>> {
  const { objectKind: kind, objectId, search } = input;
  const object = await readHeldObject(db, kind, objectId, at);
  if (!object) throw new Problem('not-found');
  // Names are of today: of a user who is deleted none is kept.
  const { rows, ...page } = await readPage<WhoRow>(db, input, {
    select: sql`u.id, n.username, n.full_name, u.state, u.super_administrator`,
    from: sql`from ${table('app_user', at)} u left join app_user n on n.id = u.id
      where ${reachedUsers(kind, objectId, object.ownerId, at)} ${search ? sql`and n.search_text like ${containing(search)}` : sql``}`,
    id: sql`u.id`,
    orders: {
      username: byText(sql`lower(coalesce(n.username, ''))`),
      fullName: byText(sql`lower(coalesce(n.full_name, ''))`),
    },
    first: 'username',
  });
  const users = rows.map((row) => row.id);
  const shares = await readReachingShares(db, kind, [objectId], users, at);
  const reaching = reachingOf(shares);
  const nameOf = await readNames(db, [
    ...shares.flatMap((share) => [share.targetId, share.toId, share.via ?? share.targetId]),
  ]);
  return {
    ...page,
    object: { kind, id: objectId, name: kind === 'account' ? `${object.name} on ${object.detail}` : object.name },
    items: rows.map(({ id, superAdministrator, username, fullName, state }) => ({
      userId: id,
      username,
      fullName,
      state,
      ...inShort(reaching({ id, superAdministrator }, object), nameOf),
    })),
  };
}

interface ReachRow {
  id: string;
  name: string;
  detail: string;
  ownerId: string;
}

/** Ids of what shares of a kind of target give a user, through groups of users too. */
const given = (userId: string, at: Moment): RawBuilder<unknown> => sql`
  select s.target_id as id from ${table('share', at)} s where s.to_id in (
    select ${userId}::uuid union all select m.user_group_id from ${table('user_group_member', at)} m where m.user_id = ${userId}::uuid)
    and ${inForceAt(at)}`;

/** Whether object `o` of a kind, with its owner as `r.owner_id`, reaches a user who is no super administrator. */
function reaches(kind: HeldKind, userId: string, at: Moment): RawBuilder<boolean> {
  const owned = sql`r.owner_id = ${userId}::uuid`;
  if (kind === 'resource-group') return sql<boolean>`(${owned} or o.id in (${given(userId, at)}))`;
  const gathered = sql`select m.resource_id from ${table('resource_group_member', at)} m where m.group_id in (${given(userId, at)})`;
  return kind === 'account'
    ? sql<boolean>`(${owned} or o.id in (${given(userId, at)}) or o.resource_id in (${given(userId, at)}) or o.resource_id in (${gathered}))`
    : sql<boolean>`(${owned} or o.id in (${given(userId, at)}) or o.id in (${gathered})
        or o.id in (select a.resource_id from ${table('account', at)} a where a.id in (${given(userId, at)})))`;
}

/** One page of what a user reaches, of one kind. A user who was not there yet reached nothing. */
export async function whatUserReaches(
  db: OrganisationDb,
  input: z.output<(typeof userReaches)['input']>,
  at: Moment,
): Promise<z.input<(typeof userReaches)['reply']>> {
  const { userId, kind, search } = input;
  const { rows: standing } = await sql<{ superAdministrator: boolean }>`
    select u.super_administrator from ${table('app_user', at)} u where u.id = ${userId}::uuid`.execute(db);
  const user = { id: userId, superAdministrator: standing[0]?.superAdministrator ?? false };
  const all = standing.length === 0 ? sql`false` : user.superAdministrator ? sql`true` : reaches(kind, userId, at);
  const name = nameColumn(kind);
  const { rows, ...page } = await readPage<ReachRow>(db, input, {
    select: sql`o.id, ${name} as name, r.name as detail, r.owner_id`,
    from: sql`from ${heldTables(kind, at)} where ${all}
      ${search ? sql`and lower(${name} || ' ' || r.name) like ${containing(search)}` : sql``}`,
    id: sql`o.id`,
    orders: { name: byText(sql`lower(${name})`) },
    first: 'name',
  });
  const shares = await readReachingShares(
    db,
    kind,
    rows.map((row) => row.id),
    [userId],
    at,
  );
  const reaching = reachingOf(shares);
  const nameOf = await readNames(db, [
    ...shares.flatMap((share) => [share.targetId, share.toId, share.via ?? share.targetId]),
  ]);
  return {
    ...page,
    items: rows.map((row) => ({
      id: row.id,
      name: row.name,
      detail: row.detail,
      ...inShort(reaching(user, row), nameOf),
    })),
  };
}

type Item = z.input<(typeof userReaches)['reply']>['items'][number];

/** The hold and the ways that it rests on, each by the names of the groups it comes through. */
function inShort(reaching: Reaching, nameOf: (id: string) => string | null): Pick<Item, 'hold' | 'decidedBy' | 'ways'> {
  const decidedBy = deciderOf(reaching);
  const through = (edges: readonly string[]): string[] =>
    edges.flatMap((edge) => {
      const [kind, id] = edge.split(':');
      return id !== undefined && (kind === 'membership' || kind === 'gathering') ? [nameOf(id) ?? id] : [];
    });
  return {
    hold: holdBy(reaching),
    decidedBy,
    ways: reaching.ways
      .filter((way) => decides(reaching, way))
      .map(({ by, permission, edges }) => ({ by, permission, through: through(edges) })),
  };
}
