import { sql, type RawBuilder } from 'kysely';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { world, type Person, type World } from '../../test/world.ts';
import { readFacts, readSight, seesAccount, seesResource, type Facts, type Sight } from '../authorise/index.ts';
import type { OrganisationDb } from '../platform/db.ts';
import { newId } from '../platform/random.ts';
import { findAccounts, findResources, type AccountFilters, type ResourceFilters } from './find.ts';

let w: World;
const count = 1_200;
let watcher: Person;
let groupId: string;
let tagId: string;

beforeAll(async () => {
  w = await world();
  watcher = await w.add({ username: 'watcher', role: 'password-user' });
  groupId = newId();
  tagId = newId();
  const { organisationId: org } = w;
  const id = (kind: string, n: string): string => `(md5('${kind}' || ${n}))::uuid`;
  await w.sql(`insert into strongroom.resource (id, organisation_id, number, name, type, department, owner_id)
    select ${id('r', 'n')}, '${org}', n, (array['fra', 'ber', 'was'])[1 + n % 3] || '-' || (array['db', 'app'])[1 + n % 2] || '-' || lpad(n::text, 5, '0'),
      case when n % 10 = 0 then 'Mac' else 'Linux' end, case when n % 4 = 0 then 'Finance' else '' end,
      case when n % 7 = 0 then '${watcher.id}'::uuid else '${w.people.keeper.id}'::uuid end from generate_series(1, ${count}) n`);
  await w.sql(`insert into strongroom.account (id, organisation_id, number, resource_id, username, compliance, expires_at, check_result, proven_at)
    select ${id('a', "n || '.' || k")}, '${org}', n * 10 + k, ${id('r', 'n')}, (array['root', 'svc_' || n, 'oracle'])[k],
      case when n % 6 = 0 and k = 1 then 'violating' when n % 9 = 0 and k = 2 then 'unknown' when n % 50 > 0 then 'compliant' end, case when k < 3 then now() + make_interval(days => n % 90 - 20, hours => 1) end,
      case when n % 5 = 0 and k = 1 then 'rejected' end, case when k < 3 then now() end from generate_series(1, ${count}) n, generate_series(1, 3) k`);
  const share = async (column: string, target: string, to: string, n: string): Promise<void> =>
    void (await w.sql(`insert into strongroom.share (id, organisation_id, ${column}, ${to}, permission, shared_by)
      select gen_random_uuid(), '${org}', ${target}, ${to === 'user_id' ? `'${watcher.id}'` : `'${groupId}'`}::uuid, 'view', 'keeper' from generate_series(1, ${count}) n where ${n}
      on conflict do nothing`));
  await w.sql(
    `insert into strongroom.user_group (id, organisation_id, number, name) values ('${groupId}', '${org}', 900, 'Watchers')`,
  );
  await w.sql(
    `insert into strongroom.user_group_member (organisation_id, user_group_id, user_id) values ('${org}', '${groupId}', '${watcher.id}')`,
  );
  await w.sql(
    `insert into strongroom.resource_group (id, organisation_id, number, name, kind, owner_id) values ('${tagId}', '${org}', 901, 'Rack', 'static', '${w.people.keeper.id}')`,
  );
  await w.sql(
    `insert into strongroom.resource_group_member (organisation_id, group_id, resource_id) select '${org}', '${tagId}', ${id('r', 'n')} from generate_series(1, ${count}) n where n % 11 < 2`,
  );
  await share('resource_id', id('r', 'n'), 'user_id', 'n % 13 = 0');
  await share('resource_id', id('r', 'n'), 'user_group_id', 'n % 17 = 0');
  await share('account_id', id('a', "n || '.1'"), 'user_id', 'n % 19 = 0');
  await w.sql(
    `insert into strongroom.share (id, organisation_id, group_id, user_group_id, permission, shared_by) values (gen_random_uuid(), '${org}', '${tagId}', '${groupId}', 'view', 'keeper')`,
  );
  // Over already, or not yet begun: they reach nobody.
  await w.sql(`insert into strongroom.share (id, organisation_id, resource_id, user_id, permission, valid_until, shared_by)
    select gen_random_uuid(), '${org}', ${id('r', 'n')}, '${watcher.id}', 'view', now() - interval '1 day', 'keeper' from generate_series(1, ${count}) n where n % 23 = 0 on conflict do nothing`);
  await w.sql(
    'analyze strongroom.resource; analyze strongroom.account; analyze strongroom.share; analyze strongroom.resource_group_member',
  );
});
afterAll(() => w.close());

async function as<T>(person: Person, work: (db: OrganisationDb, facts: Facts) => Promise<T>): Promise<T> {
  const actor = await person.actor();
  return w.database.asOrganisation(w.organisationId, async (db) => {
    const { facts } = await readFacts(db, { actor, action: 'resource.list', objectId: w.organisationId });
    return work(db, facts);
  });
}
const idsOf = async (db: OrganisationDb, select: RawBuilder<unknown>, from: RawBuilder<unknown>): Promise<string[]> =>
  (await sql<{ id: string }>`select ${select} as id ${from}`.execute(db)).rows.map((row) => row.id).sort();

const resourceAsks: ResourceFilters[] = [
  {}, { search: 'fra-db' }, { search: 'DB ber' }, { search: 'a' }, { search: 'nothing-like-it' }, { type: 'Mac' }, { department: 'Finance', search: 'app' },
  { name: 'FRA-app-00003' }, { number: 7 }, { health: 'out-of-sync' }, { health: 'unproven' }, { health: 'proven', search: 'was' },
]; // prettier-ignore
const accountAsks: AccountFilters[] = [
  {}, { search: 'root' }, { search: 'root fra-db' }, { search: 'svc_91' }, { search: 'o' }, { type: 'Mac' }, { health: 'out-of-sync' }, { health: 'unproven', type: 'Mac' },
  { compliance: 'violating' }, { compliance: 'unknown', search: 'fra' }, { expired: true }, { expired: false, type: 'Mac' }, { expiresWithin: 14 }, { compliance: 'compliant', expired: true, health: 'proven' },
  { username: 'svc_70' }, { username: 'root', department: 'Finance' }, { number: 71 }, { sort: 'username' }, { sort: '-resourceName', search: 'oracle' },
]; // prettier-ignore

/** The same again, told plainly: every row, and all its conditions. */
function plainly(
  ask: Omit<ResourceFilters, 'sort'> & Omit<AccountFilters, 'sort'>,
  table: 'r' | 'a',
): RawBuilder<unknown> {
  const words = (ask.search ?? '').split(/\s+/).filter((word) => word !== '');
  const text =
    table === 'r'
      ? sql`lower(r.name || ' ' || r.type || ' ' || r.department)`
      : sql`lower(a.username || ' ' || r.name || ' ' || r.type || ' ' || r.department)`;
  const isSo = (health: string): RawBuilder<unknown> =>
    health === 'out-of-sync'
      ? sql`a.check_result = 'rejected'`
      : health === 'proven'
        ? sql`a.check_result is null and a.proven_at is not null`
        : sql`a.check_result is null and a.proven_at is null`;
  return sql.join([
    sql`true`,
    ...words.map((word) => sql`position(lower(${word}) in ${text}) > 0`),
    ...(ask.type === undefined ? [] : [sql`r.type = ${ask.type}`]),
    ...(ask.department === undefined ? [] : [sql`r.department = ${ask.department}`]),
    ...(ask.name === undefined ? [] : [sql`lower(r.name) = lower(${ask.name})`]),
    ...(ask.number === undefined ? [] : [table === 'r' ? sql`r.number = ${ask.number}` : sql`a.number = ${ask.number}`]),
    ...(ask.username === undefined ? [] : [sql`a.username = ${ask.username}`]),
    ...(ask.compliance === undefined ? [] : [sql`a.compliance = ${ask.compliance}`]),
    ...(ask.expired === undefined ? [] : [sql`(a.expires_at is not null and a.expires_at <= now()) = ${ask.expired}`]),
    ...(ask.expiresWithin === undefined ? [] : [sql`a.expires_at between now() and now() + make_interval(days => ${ask.expiresWithin})`]),
    ...(ask.health === undefined ? [] : [table === 'a' ? isSo(ask.health) : sql`false`]),
  ], sql` and `); // prettier-ignore
}

describe('the rows of a list', () => {
  it('are the same in every way of finding them, and those that the right to see allows', async () => {
    for (const [person, extents] of [
      [watcher, ['few', 'many', 'most']],
      [w.people.boss, ['all']],
      [w.people.nobody, ['few', 'most']],
    ] as const)
      await as(person, async (db, facts) => {
        const read = await readSight(db, facts, person.id);
        expect(read.extent).toBe(extents[0]);
        for (const ask of resourceAsks.filter((one) => one.health === undefined)) {
          const wanted = await idsOf(
            db,
            sql`r.id`,
            sql`from resource r where ${seesResource(facts, person.id, 'r')} and ${plainly(ask, 'r')}`,
          );
          for (const extent of extents) {
            const sight: Sight = { ...read, extent };
            const found = await findResources(db, facts, person.id, { ...ask, sight });
            expect([extent, ask, await idsOf(db, sql`r.id`, found.from)]).toEqual([extent, ask, wanted]);
          }
        }
        for (const ask of accountAsks) {
          const wanted = await idsOf(
            db,
            sql`a.id`,
            sql`from account a join resource r on r.id = a.resource_id where ${seesAccount(facts, person.id, 'a')} and ${plainly(ask, 'a')}`,
          );
          for (const extent of extents) {
            const found = await findAccounts(db, facts, person.id, { ...ask, sight: { ...read, extent } });
            expect([extent, ask, await idsOf(db, sql`a.id`, found.from)]).toEqual([extent, ask, wanted]);
          }
        }
      });
  }, 60_000);

  it('are resources of a health only by accounts that the asker sees', async () => {
    await as(watcher, async (db, facts) => {
      const read = await readSight(db, facts, watcher.id);
      for (const health of ['out-of-sync', 'unproven', 'proven'] as const) {
        const is =
          health === 'out-of-sync'
            ? sql`a.check_result = 'rejected'`
            : sql`a.check_result is null and (a.proven_at is null) = ${health === 'unproven'}`;
        const wanted = await idsOf(
          db,
          sql`distinct a.resource_id`,
          sql`from account a where ${seesAccount(facts, watcher.id, 'a')} and ${is}`,
        );
        for (const extent of ['few', 'many', 'most'] as const) {
          const found = await findResources(db, facts, watcher.id, { health, sight: { ...read, extent } });
          expect([extent, health, await idsOf(db, sql`r.id`, found.from)]).toEqual([extent, health, wanted]);
        }
      }
    });
  });

  it('are resources of a compliance or expiry only by accounts that the asker sees', async () => {
    await as(watcher, async (db, facts) => {
      const read = await readSight(db, facts, watcher.id);
      const asks: AccountFilters[] = [
        { compliance: 'violating' },
        { compliance: 'compliant' },
        { expired: true },
        { expiresWithin: 14 },
      ];
      for (const ask of asks) {
        const wanted = await idsOf(
          db,
          sql`distinct a.resource_id`,
          sql`from account a join resource r on r.id = a.resource_id where ${seesAccount(facts, watcher.id, 'a')} and ${plainly(ask, 'a')}`,
        );
        expect(wanted.length).toBeGreaterThan(0);
        for (const extent of ['few', 'many', 'most'] as const) {
          const found = await findResources(db, facts, watcher.id, {
            ...(ask as ResourceFilters),
            sight: { ...read, extent },
          });
          expect([extent, ask, await idsOf(db, sql`r.id`, found.from)]).toEqual([extent, ask, wanted]);
        }
      }
    });
  });

  it('are counted as they are found', async () => {
    await as(watcher, async (db, facts) => {
      const read = await readSight(db, facts, watcher.id);
      await fc.assert(
        fc.asyncProperty(
          fc.constantFrom(...accountAsks),
          fc.constantFrom('few', 'many', 'most'),
          async (ask, extent) => {
            const found = await findAccounts(db, facts, watcher.id, { ...ask, sight: { ...read, extent } });
            const n = async (from: RawBuilder<unknown>): Promise<number> =>
              (await sql<{ n: number }>`select count(*)::int as n from (select 1 ${from}) x`.execute(db)).rows[0]?.n ??
              -1;
            expect(await n(found.counting)).toBe(await n(found.from));
            if (found.atLeast) expect(await n(found.atLeast.from)).toBeLessThanOrEqual(await n(found.from));
          },
        ),
        { numRuns: 30 },
      );
    });
  });

  it('never read a whole table of resources or accounts for a page', async () => {
    const plan = async (db: OrganisationDb, text: RawBuilder<unknown>): Promise<string> =>
      (await sql<{ 'QUERY PLAN': string }>`explain ${text}`.execute(db)).rows
        .map((row) => Object.values(row)[0])
        .join('\n');
    for (const [person, extent] of [
      [w.people.boss, 'all'],
      [watcher, 'most'],
      [watcher, 'many'],
    ] as const)
      // prettier-ignore
      for (const ask of [{}, { search: 'fra-db' }, { search: 'root' }, { search: '-' }])
        await as(person, async (db, facts) => {
          const sight: Sight = { ...(await readSight(db, facts, person.id)), extent };
          const resources = await findResources(db, facts, person.id, { ...ask, sight });
          const accounts = await findAccounts(db, facts, person.id, { ...ask, sight });
          const name = accounts.name ?? sql`lower(r.name)`;
          for (const text of [
            sql`select r.id ${resources.from} order by lower(r.name), r.id limit 101`,
            sql`select a.id ${accounts.from} order by ${name}, a.id limit 101`,
          ])
            expect([extent, ask, (await plan(db, text)).match(/Seq Scan on (resource r|account a) .*/g)]).toEqual([extent, ask, null]);
        });
  });
});
