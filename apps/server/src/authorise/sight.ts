import { sql, type RawBuilder } from 'kysely';
import { statement, type OrganisationDb } from '../platform/db.ts';
import { inForce } from './facts.ts';
import type { Facts } from './policy.ts';

/**
 * How much an actor sees, and by what. A list is found in one way where that is little and in another where it is much:
 * `few` resources are gone through one by one, of `many` the ids are gathered first, with `most` each row is asked about
 * as it comes by, and `all` needs no asking.
 */
export interface Sight {
  readonly extent: 'few' | 'many' | 'most' | 'all';
  /** Resources and shares that the extent is made of, counted to some twenty thousand; nothing is counted for `all`. */
  readonly size: number;
  readonly userId: string;
  /** The user and every user group they are in. */
  readonly mine: readonly string[];
  /** The resource groups that are shared with them, in force. */
  readonly groups: readonly string[];
}

/** Up to here the extent is `few`; a resource counts twice where it is reached in two ways. */
const few = 2_000;
const many = 20_000;
const nobody = '00000000-0000-0000-0000-000000000000';

interface Row extends Pick<Sight, 'mine' | 'groups'> {
  readonly extent: number;
}
const reading = statement<Row>(`with mine as (
    select $1::uuid as id union all select m.user_group_id from user_group_member m where m.user_id = $1::uuid),
  shared as materialized (
    select s.group_id from share s where s.to_id in (select id from mine) and ${inForce})
  select array(select id from mine) as mine, array(select distinct group_id from shared where group_id is not null) as groups,
    (select count(*)::int from (select 1 from (
      select 1 from resource r where r.owner_id = $1::uuid
      union all select 1 from shared
      union all select 1 from resource_group_member m where m.group_id in (select group_id from shared where group_id is not null)) x limit ${many + 1}) y) as extent`);

/** Reads how much an actor sees: at a cost that does not grow with it beyond some twenty thousand resources. */
export async function readSight(db: OrganisationDb, facts: Facts, userId: string | null): Promise<Sight> {
  const me = userId ?? nobody;
  if (facts.superAdministrator) return { extent: 'all', size: 0, userId: me, mine: [], groups: [] };
  const [row] = await reading.run(db, [me]);
  if (!row) throw new Error('a statement without a row');
  const { mine, groups, extent: size } = row;
  return { mine, groups, size, userId: me, extent: size <= few ? 'few' : size <= many ? 'many' : 'most' };
}

const ids = (some: readonly string[]): RawBuilder<unknown> => sql`${[...some]}::uuid[]`;
/** `inForce` as a part of statements that are put together. */
export const force = sql<boolean>`(s.valid_from is null or s.valid_from <= now()) and (s.valid_until is null or s.valid_until > now())`;

const shared = (sight: Sight, column: 'resourceId' | 'accountId'): RawBuilder<unknown> =>
  sql`select ${sql.ref(`s.${column}`)} from share s where ${sql.ref(`s.${column}`)} is not null and s.to_id = any (${ids(sight.mine)}) and ${force}`;
/** Ids of the resources that reach the actor whole, some of them twice. */
const whole = (
  sight: Sight,
): RawBuilder<unknown> => sql`select o.id from resource o where o.owner_id = ${sight.userId}::uuid
  union all ${shared(sight, 'resourceId')} union all select m.resource_id from resource_group_member m where m.group_id = any (${ids(sight.groups)})`;
const partly = (sight: Sight): RawBuilder<unknown> =>
  sql`select p.resource_id from account p where p.id in (${shared(sight, 'accountId')})`;

/** `(id, whole)` of each resource of which the actor sees something, to go through one by one where it is not much. */
export const resourcesSeen = (sight: Sight): RawBuilder<unknown> => sql`select x.id, bool_or(x.whole) as whole from (
  select w.id, true as whole from (${whole(sight)}) w union all select p.resource_id, false from (${partly(sight)}) p) x group by x.id`;

/** Some of the resources that the actor sees whole, each once: `limit` of them, or fewer than there are where many are reached in many ways. */
export const someSeen = (sight: Sight, limit: number): RawBuilder<unknown> =>
  sql`select distinct w.id from (select w.id from (${whole(sight)}) w limit ${2 * limit}) w limit ${limit}`;

/**
 * Whether the sight sees something of the resource in the table named `r`; says the same as `seesResource`. `asked` is how: against all ids, gathered
 * once, or each row by itself, for a few rows of much.
 */
export function seenResource(sight: Sight, r: string, asked: 'at-once' | 'each'): RawBuilder<boolean> {
  if (sight.extent === 'all') return sql<boolean>`true`;
  const id = sql.ref(`${r}.id`);
  if (asked === 'at-once') return sql<boolean>`${id} in (${whole(sight)} union all ${partly(sight)})`;
  return sql<boolean>`(${reaches(sight, id, sql.ref(`${r}.ownerId`))}
    or ${one(sql`account p join share s on s.target_id = p.id where p.resource_id = ${id} and s.to_id = any (${ids(sight.mine)}) and ${force}`)})`;
}

/** Whether the sight sees the account in the table named `a`, on the resource in that named `r`; says the same as `seesAccount`. */
export function seenAccount(sight: Sight, a: string, r: string, asked: 'at-once' | 'each'): RawBuilder<boolean> {
  if (sight.extent === 'all') return sql<boolean>`true`;
  const [id, resourceId] = [sql.ref(`${a}.id`), sql.ref(`${a}.resourceId`)];
  if (asked === 'at-once')
    return sql<boolean>`(${resourceId} in (${whole(sight)}) or ${id} in (${shared(sight, 'accountId')}))`;
  return sql<boolean>`(${reaches(sight, resourceId, sql.ref(`${r}.ownerId`))}
    or ${one(sql`share s where s.target_id = ${id} and s.to_id = any (${ids(sight.mine)}) and ${force}`)})`;
}

/** As `exists`, but never gathered for all rows at once, which the planner would rather do for every row there is than for the few that a page needs. */
const one = (from: RawBuilder<unknown>): RawBuilder<unknown> =>
  sql`coalesce((select true from ${from} limit 1), false)`;
const reaches = (sight: Sight, id: RawBuilder<unknown>, owner: RawBuilder<unknown>): RawBuilder<boolean> =>
  sql<boolean>`${owner} = ${sight.userId}::uuid
    or ${one(sql`resource_group_member m where m.resource_id = ${id} and m.group_id = any (${ids(sight.groups)})`)}
    or ${one(sql`share s where s.target_id = ${id} and s.to_id = any (${ids(sight.mine)}) and ${force}`)}`;

/** Whether a sight of little sees the account in the table named `a` on a row `c` of `resourcesSeen`. */
export const seenOnResource = (sight: Sight, a: string, c: string): RawBuilder<boolean> =>
  sql<boolean>`(${sql.ref(`${c}.whole`)} or ${sql.ref(`${a}.id`)} in (${shared(sight, 'accountId')}))`;
