import { sql, type RawBuilder } from 'kysely';
import type { Permission, Rung } from '../authorise/index.ts';
import type { OrganisationDb } from '../platform/db.ts';
import type { Reaching, Way } from './derive.ts';

export type HeldKind = 'account' | 'resource' | 'resource-group';

/** A moment of the past as the contract's instant, or null for now: then the tables themselves are read, as a decision reads them. */
export type Moment = string | null;

type Source =
  | 'share'
  | 'user_group_member'
  | 'resource_group_member'
  | 'resource'
  | 'account'
  | 'resource_group'
  | 'app_user'
  | 'custom_role';
/** A table, or how it stood at the moment. */
export const table = (name: Source, at: Moment): RawBuilder<unknown> =>
  at === null ? sql.id(name) : sql`${sql.id(`${name}_at`)}(${at}::timestamptz)`;

/** Whether share `s` is in force at the moment. */
export const inForceAt = (at: Moment): RawBuilder<boolean> => {
  const moment = at === null ? sql`now()` : sql`${at}::timestamptz`;
  return sql<boolean>`(s.valid_from is null or s.valid_from <= ${moment}) and (s.valid_until is null or s.valid_until > ${moment})`;
};

const objectTable: Record<HeldKind, Source> = {
  'account': 'account',
  'resource': 'resource',
  'resource-group': 'resource_group',
}; // prettier-ignore

/**
 * What shares of an object may lie on, for each of the objects: rows of (object_id, id, level, via). `part` is an account of a
 * resource: its share shows that there is a resource, and gives nothing on it. `via` is the group that gathers the resource.
 */
export function targetsOf(kind: HeldKind, ids: readonly string[], at: Moment): RawBuilder<unknown> {
  const objects = sql`${table(objectTable[kind], at)} o`;
  const these = sql`o.id = any(${[...ids]}::uuid[])`;
  if (kind === 'resource-group')
    return sql`select o.id as object_id, o.id as id, 'group' as level, null::uuid as via from ${objects} where ${these}`;
  const resource = kind === 'account' ? sql`o.resource_id` : sql`o.id`;
  const gathered = sql`select o.id as object_id, m.group_id as id, 'group' as level, m.group_id as via
    from ${objects} join ${table('resource_group_member', at)} m on m.resource_id = ${resource} where ${these}`;
  return kind === 'account'
    ? sql`select o.id as object_id, o.id as id, 'account' as level, null::uuid as via from ${objects} where ${these}
        union all select o.id, o.resource_id, 'resource', null from ${objects} where ${these} union all ${gathered}`
    : sql`select o.id as object_id, o.id as id, 'resource' as level, null::uuid as via from ${objects} where ${these}
        union all select o.id, a.id, 'part', null from ${objects} join ${table('account', at)} a on a.resource_id = o.id where ${these}
        union all ${gathered}`;
}

/** One share that reaches a user on an object. */
export interface ReachingShare {
  readonly userId: string;
  readonly objectId: string;
  readonly level: 'account' | 'resource' | 'group' | 'part';
  readonly via: string | null;
  readonly id: string;
  readonly targetId: string;
  readonly toId: string;
  readonly permission: Permission;
  readonly validFrom: Date | null;
  readonly validUntil: Date | null;
}

/** Every share that reaches any of the users on any of the objects, in one statement. */
export async function readReachingShares(
  db: OrganisationDb,
  kind: HeldKind,
  objectIds: readonly string[],
  userIds: readonly string[],
  at: Moment,
): Promise<ReachingShare[]> {
  if (objectIds.length === 0 || userIds.length === 0) return [];
  const { rows } = await sql<ReachingShare>`
    select me.user_id, t.object_id, t.level, t.via, s.id, s.target_id, s.to_id, s.permission, s.valid_from, s.valid_until
    from (${targetsOf(kind, objectIds, at)}) t
      join ${table('share', at)} s on s.target_id = t.id
      join (select u as user_id, u as id from unnest(${[...userIds]}::uuid[]) u
            union all select m.user_id, m.user_group_id from ${table('user_group_member', at)} m where m.user_id = any(${[...userIds]}::uuid[])) me
        on me.id = s.to_id
    where ${inForceAt(at)}`.execute(db);
  return rows;
}

/** An object of a kind with its owner: an account's is its resource's. Undefined when there is, or was, none. */
export interface HeldObject {
  readonly id: string;
  readonly name: string;
  /** For an account: its resource's name. */
  readonly detail: string;
  readonly ownerId: string;
  /** Whose owner that is: the resource itself or an account's; the group's own id for a group. */
  readonly ownedId: string;
}

/** From `from` on: the objects of a kind as `o`, their owners as `r.owner_id`. */
export const heldTables = (kind: HeldKind, at: Moment): RawBuilder<unknown> =>
  kind === 'account'
    ? sql`${table('account', at)} o join ${table('resource', at)} r on r.id = o.resource_id`
    : sql`${table(objectTable[kind], at)} o join lateral (select o.owner_id, '' as name) r on true`;
export const nameColumn = (kind: HeldKind): RawBuilder<string> =>
  kind === 'account' ? sql<string>`o.username` : sql<string>`o.name`;

export async function readHeldObject(
  db: OrganisationDb,
  kind: HeldKind,
  id: string,
  at: Moment,
): Promise<HeldObject | undefined> {
  const { rows } =
    await sql<HeldObject>`select o.id, ${nameColumn(kind)} as name, r.name as detail, r.owner_id, ${kind === 'account' ? sql`r.id` : sql`o.id`} as owned_id
    from ${heldTables(kind, at)} where o.id = ${id}::uuid`.execute(db);
  return rows[0];
}

/** The way that a share is. Its edges: itself, the membership it comes by, and the gathering it lies on. */
function wayOf(share: ReachingShare): Way {
  const by =
    share.level === 'part'
      ? 'part'
      : (`${share.level}-${share.toId === share.userId ? 'user' : 'user-group'}` satisfies Rung);
  return {
    by,
    permission: share.permission,
    edges: [
      ...(share.toId === share.userId ? [] : [`membership:${share.toId}`]),
      `share:${share.id}`,
      ...(share.via === null ? [] : [`gathering:${share.via}`]),
    ],
  };
}

/** Puts shares together with what else may reach, for each pair of a user and an object. */
export function reachingOf(
  shares: readonly ReachingShare[],
): (user: { id: string; superAdministrator: boolean }, object: { id: string; ownerId: string }) => Reaching {
  const ways = new Map<string, Way[]>();
  for (const share of shares) {
    const key = `${share.userId} ${share.objectId}`;
    const known = ways.get(key);
    if (known) known.push(wayOf(share));
    else ways.set(key, [wayOf(share)]);
  }
  return (user, object) => ({
    superAdministrator: user.superAdministrator,
    owner: object.ownerId === user.id,
    ways: ways.get(`${user.id} ${object.id}`) ?? [],
  });
}
