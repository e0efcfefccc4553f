import type { listAccounts, listResources } from '@strongroom/contract';
import { sql, type RawBuilder } from 'kysely';
import type { z } from 'zod';
import {
  resourcesSeen,
  readSight,
  seenAccount,
  seenOnResource,
  seenResource,
  seesGroup,
  someSeen,
  type Facts,
  type Sight,
} from '../authorise/index.ts';
import type { OrganisationDb } from '../platform/db.ts';
import { countedTo } from '../platform/paging.ts';
import { healthOf } from './account.queries.ts';
import { fits, probe, wordsOf, type Probe, type Word } from './words.ts';

/** What a list is narrowed by, as its call takes it. */
export type ResourceFilters = Partial<z.output<(typeof listResources)['input']>> & Also;
export type AccountFilters = Partial<z.output<(typeof listAccounts)['input']>> & Also;
interface Also {
  /** Words with their spellings, in place of `search`. */
  readonly words?: readonly Word[] | undefined;
  /** How much the asker sees, where that was read already. */
  readonly sight?: Sight | undefined;
  /** So many candidates are enough, for whoever sees them all. */
  readonly enough?: number | undefined;
  /** No others than these ids, which are few. */
  readonly among?: readonly string[] | undefined;
}
type Common = Pick<ResourceFilters, 'type' | 'ownerId' | 'department' | 'location' | 'groupId' | 'tag' | 'field'>;

/** Where a list finds its rows: everything from `from` to the end of `where`, to be put in order; and how they are counted, see `readPage`. */
export interface Found {
  readonly from: RawBuilder<unknown>;
  readonly counting: RawBuilder<unknown>;
  readonly atLeast?: { readonly from: RawBuilder<unknown>; readonly enough: number } | undefined;
  readonly countTo?: number;
  /** True when rows are met along the list, and another order costs much. */
  readonly walks?: boolean;
  /** Ids that the index gave for the words, of rows seen or not: all of them, or as many as it was asked for. */
  readonly candidates?: readonly string[] | undefined;
  /** What accounts are ordered by for the name of their resource, where it is not `lower(r.name)`. */
  readonly name?: RawBuilder<unknown>;
}

/** What is found slowly, such as resources through the health of their accounts, is counted to here only. */
const slowlyTo = 1_000;

const and = (conditions: readonly RawBuilder<unknown>[]): RawBuilder<unknown> =>
  conditions.length === 0 ? sql`true` : sql.join(conditions, sql` and `);

const list = <T>(some: T | readonly T[] | undefined): readonly T[] =>
  some === undefined ? [] : Array.isArray(some) ? (some as readonly T[]) : [some as T];
const fieldsOf = (filters: Common): { id: string; value: string }[] =>
  list(filters.field).map((text) => ({ id: text.slice(0, 36), value: text.slice(37) }));

/** What resources are narrowed by beside words: conditions on the table `r`. A group that the asker may not see has no members for them. */
function onResource(
  filters: ResourceFilters | AccountFilters,
  facts: Facts,
  userId: string | null,
): RawBuilder<unknown>[] {
  const conditions: RawBuilder<unknown>[] = [];
  if (filters.type !== undefined) conditions.push(sql`r.type = ${filters.type}`);
  if (filters.ownerId !== undefined) conditions.push(sql`r.owner_id = ${filters.ownerId}`);
  if (filters.department !== undefined) conditions.push(sql`r.department = ${filters.department}`);
  if (filters.location !== undefined) conditions.push(sql`r.location = ${filters.location}`);
  if (filters.groupId !== undefined)
    conditions.push(sql`r.id in (select m.resource_id from resource_group_member m join resource_group g on g.id = m.group_id
      where m.group_id = ${filters.groupId} and ${seesGroup(facts, userId, 'g')})`);
  for (const tag of list(filters.tag))
    conditions.push(sql`r.id in (select x.resource_id from resource_tag x where x.tag_value_id = ${tag})`);
  return conditions;
}

/** The accounts of the table `a` whose proof stands so. What follows from it is said too, where an index knows it. */
function isHealth(health: string): RawBuilder<unknown> {
  const follows: Record<string, RawBuilder<unknown>> = {
    'excluded': sql`a.exclusion_until > now()`,
    'untrusted': sql`a.check_result = 'untrusted'`,
    'out-of-sync': sql`a.check_result = 'rejected'`,
    'unreachable': sql`a.check_result = 'unreachable'`,
    'unprovable': sql`a.check_result = 'unprovable'`,
    'unproven': sql`a.proven_at is null`,
    'stale': sql`a.proven_at < now()`,
    'proven': sql`a.proven_at is not null`,
  }; // prettier-ignore
  return sql`${follows[health] ?? sql`true`} and ${healthOf} = ${health}`;
}

/** What is asked of the accounts of the table `a`, beside who sees them: what an index knows is said as it does. */
function isSo(
  filters: Pick<AccountFilters, 'health' | 'compliance' | 'expired' | 'expiresWithin'>,
): RawBuilder<unknown>[] {
  const { health, compliance, expired, expiresWithin } = filters;
  const expiry = sql`coalesce(a.expires_at, 'infinity')`;
  return [
    ...(health === undefined ? [] : [isHealth(health)]),
    ...(compliance === undefined ? [] : [sql`a.compliance = ${sql.lit(compliance)}`]),
    ...(expired === undefined ? [] : [expired ? sql`${expiry} <= now()` : sql`${expiry} > now()`]),
    ...(expiresWithin === undefined
      ? []
      : [sql`${expiry} > now() and ${expiry} <= now() + make_interval(days => ${expiresWithin})`]),
  ];
}
/** Of these most accounts are so: each resource has one soon. */
const isUsual = (filters: Parameters<typeof isSo>[0]): boolean =>
  filters.health !== undefined
    ? ['proven', 'stale', 'unproven'].includes(filters.health)
    : filters.compliance === undefined
      ? filters.expired !== true && filters.expiresWithin === undefined
      : filters.compliance === 'compliant';

const resourceOf = (id: RawBuilder<unknown>): RawBuilder<unknown> =>
  sql`cross join lateral (select * from resource r where r.id = ${id} offset 0) r`;
/** As many rows as there are ids, for counting them: the ids stay here. */
const asMany = (ids: readonly string[]): RawBuilder<unknown> => sql`from generate_series(1, ${ids.length}::int)`;
/**
 * Whether the index is asked about the words. Whoever sees little has less to look through than it gives of a common word; whoever sees next to nothing,
 * than it gives of any.
 */
const asksIndex = ({ extent, size }: Sight, { among }: Also): boolean =>
  among === undefined && (extent !== 'few' || size > handful);
const handful = 200;

/**
 * Where the resources are that an asker may see and that the filters leave. Small sets are gone through by their ids, large ones along the list's order: what
 * is cheaper is decided here, because the planner knows neither how much somebody sees nor how many a text fits.
 */
export async function findResources(
  db: OrganisationDb,
  facts: Facts,
  userId: string | null,
  filters: ResourceFilters,
): Promise<Found> {
  const fields = fieldsOf(filters);
  const values = fields.map(({ value }) => value);
  const sight = filters.sight ?? (await readSight(db, facts, userId));
  const [probed, named] = await Promise.all([
    probe(db, asksIndex(sight, filters) ? 'resources' : 'none', filters.words ?? wordsOf(filters.search), values, {
      most: filters.enough,
      onlyRare: sight.extent === 'few',
    }),
    filters.name === undefined ? undefined : resourceNamed(db, filters.name),
    eachByItsValues(db),
  ]);
  const others = [
    ...onResource(filters, facts, userId),
    ...fields.map(({ id, value }) => sql`lower(r.fields ->> ${id}) = lower(${value})`),
  ];
  if (filters.name !== undefined) others.push(sql`lower(r.name) = lower(${filters.name})`);
  if (filters.number !== undefined) others.push(sql`r.number = ${filters.number}`);
  const narrowed = isSo(filters);
  if (narrowed.length > 0) others.push(hasOne(sight, narrowed, isUsual(filters)));
  const conditions = [...others, ...fits('r', probed.words)];
  const countTo = narrowed.length === 0 ? countedTo : slowlyTo;
  const ids = filters.among ?? named ?? (probed.all ? probed.ids : undefined);
  const among = (some: readonly string[]): RawBuilder<unknown> =>
    sql`from (select * from resource r where r.id = any ((select ${[...some]}::uuid[])::uuid[]) offset 0) r where ${and([...conditions, seenResource(sight, 'r', 'each')])}`;
  const table = (asked: 'at-once' | 'each'): RawBuilder<unknown> =>
    sql`from resource r where ${and([...conditions, seenResource(sight, 'r', asked)])}`;
  const one = filters.number !== undefined ? table('each') : undefined;
  if (one) return { from: one, counting: one };
  if (ids !== undefined)
    // Whoever sees everything sees all that fit: they are counted already.
    return {
      candidates: ids,
      from: among(ids),
      counting: sight.extent === 'all' && others.length === 0 ? asMany(ids) : among(ids),
    };
  if (sight.extent === 'few' || sight.extent === 'many') {
    const seen = sql`from (${resourcesSeen(sight)}) c`;
    const from = sql`${seen} ${resourceOf(sql`c.id`)} where ${and(conditions)}`;
    return { from, counting: conditions.length === 0 ? seen : from, countTo };
  }
  const some = (): RawBuilder<unknown> => sql`from (${someSeen(sight, countedTo + 1)}) s`;
  return {
    ...(await along(db, sight, { narrowed: others.length > 0, deep: isDeep(filters) }, probed, {
      from: table,
      some,
      among,
    })),
    countTo,
  };
}

/**
 * Along the order of the list, until the page is full. To count, what is seen is gathered at once; but where nothing is narrowed but by words, some of it is
 * enough to know: of what is seen more than is counted to, of what fits those that the index gave.
 */
async function along(
  db: OrganisationDb,
  sight: Sight,
  { narrowed, deep }: { narrowed: boolean; deep: boolean },
  { ids, words }: Probe,
  how: {
    from(asked: 'at-once' | 'each'): RawBuilder<unknown>;
    some(): RawBuilder<unknown>;
    among(ids: readonly string[]): RawBuilder<unknown>;
  },
): Promise<Found> {
  const found = {
    walks: true,
    candidates: ids,
    from: how.from(deep ? 'at-once' : 'each'),
    counting: how.from('at-once'),
  };
  if (narrowed) return found;
  // What is not narrowed, or by words that fit much, soon fills a page. The planner expects words to be rare, and would read and sort the whole table for them.
  await sql`select set_config('enable_sort', 'off', true), set_config('enable_seqscan', 'off', true), set_config('enable_bitmapscan', 'off', true)`.execute(
    db,
  );
  if (ids !== undefined)
    return {
      ...found,
      atLeast:
        sight.extent === 'all'
          ? { from: asMany(ids), enough: 0 }
          : { from: how.among(ids.slice(0, 2_000)), enough: 1_000 },
    };
  return sight.extent === 'most' && words.length === 0
    ? { ...found, atLeast: { from: how.some(), enough: countedTo } }
    : found;
}

/** True when a page lies so far down that its rows are better asked about all at once. */
const isDeep = (filters: { offset?: number | undefined }): boolean => (filters.offset ?? 0) > 1_000;

/** The one resource of this name, in any case, if there is one. */
const resourceNamed = async (db: OrganisationDb, name: string): Promise<string[]> =>
  (await sql<{ id: string }>`select id from strongroom.named_resources(lower(${name}), 1) id`.execute(db)).rows.map(
    (row) => row.id,
  );

/**
 * One of the resource's accounts that the asker sees is so. What most are not is gathered by its index; of what many are, each
 * resource has one soon.
 */
const hasOne = (sight: Sight, conditions: readonly RawBuilder<unknown>[], usual: boolean): RawBuilder<unknown> =>
  usual || sight.extent === 'few'
    ? sql`coalesce((select true from account a where a.resource_id = r.id and ${and(conditions)} and ${seenAccount(sight, 'a', 'r', 'each')} limit 1), false)`
    : sql`r.id in (select a.resource_id from account a where ${and(conditions)} and ${seenAccount(sight, 'a', 'a', 'at-once')})`;

/** Where the accounts are that an asker may see and that the filters leave. See `findResources`. */
export async function findAccounts(
  db: OrganisationDb,
  facts: Facts,
  userId: string | null,
  filters: AccountFilters,
): Promise<Found> {
  const fields = fieldsOf(filters);
  const exact = [...fields.map(({ value }) => value), ...(filters.username === undefined ? [] : [filters.username])];
  const sight = filters.sight ?? (await readSight(db, facts, userId));
  const [probed] = await Promise.all([
    probe(
      db,
      asksIndex(sight, filters) ? 'accounts' : 'none',
      filters.words ?? wordsOf(filters.search),
      filters.resourceId === undefined ? exact : [],
      { most: filters.enough, onlyRare: sight.extent === 'few' },
    ),
    eachByItsValues(db),
  ]);
  const others = [
    ...onResource(filters, facts, userId),
    ...fields.map(({ id, value }) => sql`lower(coalesce(a.fields ->> ${id}, r.fields ->> ${id})) = lower(${value})`),
  ];
  if (filters.resourceId !== undefined) others.push(sql`a.resource_id = ${filters.resourceId}`);
  if (filters.username !== undefined) others.push(sql`a.username = ${filters.username}`);
  if (filters.number !== undefined) others.push(sql`a.number = ${filters.number}`);
  others.push(...isSo(filters));
  const conditions = [...others, ...fits('a', probed.words)];
  const same = (from: RawBuilder<unknown>): Found => ({ from, counting: from });
  const tables = (asked: 'at-once' | 'each'): RawBuilder<unknown> =>
    sql`from account a join resource r on r.id = a.resource_id where ${and([...conditions, seenAccount(sight, 'a', 'r', asked)])}`;
  const ids = filters.among ?? (probed.all ? probed.ids : undefined);
  const mine = filters.view === 'favourite' ? favourites(userId) : filters.view === 'recent' ? used(userId) : undefined;
  const among = (
    some: readonly string[],
  ): RawBuilder<unknown> => sql`from (select * from account a where a.id = any ((select ${[...some]}::uuid[])::uuid[]) offset 0) a
    ${resourceOf(sql`a.resource_id`)} where ${and([...conditions, seenAccount(sight, 'a', 'r', 'each')])}`;
  if (mine !== undefined)
    return same(sql`from ${mine} cross join lateral (select * from account a where a.id = c.id offset 0) a ${resourceOf(sql`a.resource_id`)}
      where ${and([...conditions, seenAccount(sight, 'a', 'r', 'each')])}`);
  if (filters.resourceId !== undefined || filters.number !== undefined) return same(tables('each'));
  if (ids !== undefined)
    return {
      candidates: ids,
      // A search puts them in an order of its own.
      ...(probed.resources !== undefined && filters.words === undefined && isByResource(filters)
        ? {
            from: byResource(
              sql`select x.id, true as whole from unnest(${[...probed.resources]}::uuid[]) x(id)`,
              filters,
              sql`true`,
              [...conditions, seenAccount(sight, 'a', 'r', 'each')],
            ),
            name: sql`r.name_key`,
          }
        : { from: among(ids) }),
      counting: sight.extent === 'all' && others.length === 0 ? asMany(ids) : among(ids),
    };
  const throughResources = sql`from (${resourcesSeen(sight)}) c ${resourceOf(sql`c.id`)}
    cross join lateral (select * from account a where a.resource_id = r.id and ${seenOnResource(sight, 'a', 'c')} offset 0) a where ${and(conditions)}`;
  if (sight.extent === 'few') return same(throughResources);
  if (sight.extent === 'many')
    return {
      walks: true,
      ...(isByResource(filters)
        ? {
            from: byResource(resourcesSeen(sight), filters, seenOnResource(sight, 'a', 'r'), conditions),
            name: sql`r.name_key`,
          }
        : { from: tables('at-once') }),
      counting: throughResources,
      countTo: conditions.length === 0 ? countedTo : slowlyTo,
    };
  // As many resources as have enough accounts, as a rule.
  const some = (): RawBuilder<unknown> => sql`from (${someSeen(sight, countedTo / 5)}) s
    cross join lateral (select 1 from account a where a.resource_id = s.id offset 0) a`;
  return along(db, sight, { narrowed: others.length > 0, deep: isDeep(filters) }, probed, {
    from: tables,
    some,
    among,
  });
}

const isByResource = ({ sort }: AccountFilters): boolean => sort === undefined || /^-?resourceName$/.test(sort);
/** Resource by resource, in the order of their names, so that it ends with the page. */
const byResource = (
  resources: RawBuilder<unknown>,
  { sort }: AccountFilters,
  seen: RawBuilder<unknown>,
  conditions: readonly RawBuilder<unknown>[],
): RawBuilder<unknown> =>
  sql`from (select r.*, c.whole, lower(r.name) as name_key from (${resources}) c ${resourceOf(sql`c.id`)} order by lower(r.name) ${sort?.startsWith('-') ? sql`desc` : sql`asc`}) r
    cross join lateral (select * from account a where a.resource_id = r.id and ${seen} offset 0) a where ${and(conditions)}`;

const favourites = (userId: string | null): RawBuilder<unknown> =>
  sql`(select f.account_id as id, null::text as last_event from favourite f where f.user_id = ${userId}) c`;

/** How far back “recent” looks in the trail. */
const recentEvents = 400;
// What somebody used last, newest first, is what the trail says they opened: no list of its own to keep.
const used = (userId: string | null): RawBuilder<unknown> => sql`
  (select object_id::uuid as id, max(event_id::text) as last_event from (
      select e.object_id, e.id as event_id from audit_event e
      where e.actor_id = ${userId} and e.outcome = 'done' and e.action in ('account.reveal', 'account.reveal-former', 'account.rotate', 'account.verify', 'account.change-password')
      order by e.id desc limit ${recentEvents}) e group by object_id) c`;

/** A plan for all values would be a bad one for most of them: what is rare and what is common are found in different ways. */
const eachByItsValues = async (db: OrganisationDb): Promise<void> =>
  void (await sql`set local plan_cache_mode = force_custom_plan`.execute(db));
