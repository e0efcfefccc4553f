import {
  changeCriteria,
  copyResource,
  createAccounts,
  createResource,
  createResourceGroup,
  deleteResource,
  updateAccount,
  updateResource,
} from '@strongroom/contract';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { world, type World } from '../../test/world.ts';
import type { Actor } from '../authorise/index.ts';

let w: World;
let keeper: Actor;
beforeAll(async () => {
  w = await world();
  keeper = await w.people.keeper.actor();
});
afterAll(() => w.close());

/** A transaction of another session, as a second server's. */
async function transaction(): Promise<pg.Client> {
  const client = new pg.Client(w.url);
  await client.connect();
  onTestFinished(() => client.end());
  await client.query(
    `begin; set local app.organisation_id = '${w.organisationId}'; set local search_path to strongroom`,
  );
  return client;
}

/** Resolves once somebody in this database waits for a lock. */
async function somebodyWaits(): Promise<void> {
  for (const deadline = Date.now() + 10_000; Date.now() < deadline;) {
    const [row] = await w.sql<{ n: number }>(
      `select count(*)::int as n from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
    );
    if (row?.n) return;
  }
  throw new Error('nobody waits for anything');
}

let made = 0;
/** A resource and a group whose criteria it does not meet yet. */
async function scene(
  criteria: object[],
  match: 'all' | 'any' = 'all',
): Promise<{ resourceId: string; groupId: string; name: string }> {
  const name = `scene-${(made += 1)}`;
  const resource = await w.invoke(createResource, keeper, { name, type: 'Linux', accounts: [{ username: 'root' }] });
  const group = await w.invoke(createResourceGroup, keeper, {
    name,
    kind: 'criteria',
    match,
    criteria: criteria as never,
  });
  return { resourceId: resource.id, groupId: group.id, name };
}
const members = async (groupId: string): Promise<string[]> =>
  (
    await w.sql<{ id: string }>(`select resource_id as id from strongroom.resource_group_member where group_id = $1`, [
      groupId,
    ])
  ).map(({ id }) => id);

describe('two at once', () => {
  it('a change of a resource and a change of criteria: the later sees the earlier, in either order', async () => {
    const { resourceId, groupId, name } = await scene([{ field: 'name', operator: 'equals', value: 'none' }]);
    const first = await transaction();
    await first.query(`update resource set department = 'lab' where id = $1`, [resourceId]);
    const changed = w.invoke(changeCriteria, keeper, {
      groupId: groupId as never,
      criteria: [
        { field: 'department', operator: 'equals', value: 'LAB' },
        { field: 'name', operator: 'equals', value: name },
      ],
    });
    await somebodyWaits();
    await first.query('commit');
    expect((await changed).members).toBe(1);

    const second = await transaction();
    await second.query(`delete from resource_criterion where group_id = $1`, [groupId]);
    await second.query(
      `insert into resource_criterion (organisation_id, group_id, n, field, operator, value) values ($1, $2, 0, 'location', 'equals', 'x')`,
      [w.organisationId, groupId],
    );
    await second.query(`select gather_groups($1, array[$2::uuid])`, [w.organisationId, groupId]);
    const moved = w.invoke(updateResource, keeper, { resourceId: resourceId as never, location: 'X' });
    await somebodyWaits();
    await second.query('commit');
    await moved;
    expect(await members(groupId)).toEqual([resourceId]);
  });

  it('criteria being written and a first account that meets them: neither is judged by what the other had before', async () => {
    const { resourceId, groupId } = await scene([{ field: 'name', operator: 'equals', value: 'none' }]);
    const first = await transaction();
    await first.query(`delete from resource_criterion where group_id = $1`, [groupId]);
    await first.query(
      `insert into resource_criterion (organisation_id, group_id, n, field, operator, value) values ($1, $2, 0, 'account', 'equals', 'oracle')`,
      [w.organisationId, groupId],
    );
    await first.query(`select gather_groups($1, array[$2::uuid])`, [w.organisationId, groupId]);
    const added = w.invoke(createAccounts, keeper, {
      resourceId: resourceId as never,
      accounts: [{ username: 'oracle' }],
    });
    await somebodyWaits();
    await first.query('commit');
    await added;
    expect(await members(groupId)).toEqual([resourceId]);
  });

  it('two accounts added to one resource: a group that wants both has it', async () => {
    const { resourceId, groupId } = await scene([
      { field: 'account', operator: 'equals', value: 'one' },
      { field: 'account', operator: 'equals', value: 'two' },
    ]);
    const first = await transaction();
    await first.query(
      `insert into account (id, organisation_id, number, resource_id, username) values (gen_random_uuid(), $1, 900001, $2, 'one')`,
      [w.organisationId, resourceId],
    );
    const added = w.invoke(createAccounts, keeper, {
      resourceId: resourceId as never,
      accounts: [{ username: 'two' }],
    });
    await somebodyWaits();
    await first.query('commit');
    await added;
    expect(await members(groupId)).toEqual([resourceId]);
  });

  it('an account added while its resource is renamed is found by the new name', async () => {
    const { resourceId } = await scene([{ field: 'name', operator: 'equals', value: 'none' }]);
    const first = await transaction();
    await first.query(`update resource set name = 'Renamed-Meanwhile' where id = $1`, [resourceId]);
    const added = w.invoke(createAccounts, keeper, {
      resourceId: resourceId as never,
      accounts: [{ username: 'late' }],
    });
    await somebodyWaits();
    await first.query('commit');
    await added;
    const [row] = await w.sql<{ text: string }>(
      `select search_text as text from strongroom.account where resource_id = $1 and username = 'late'`,
      [resourceId],
    );
    expect(row?.text).toContain('renamed-meanwhile');
  });

  it.each(['resource', 'account', 'copy', 'deletion'] as const)(
    'a change of criteria that takes its lock first, and a %s: neither waits for the other for ever',
    async (what) => {
      const { resourceId, groupId, name } = await scene([
        { field: 'name', operator: 'starts', value: 'scene' },
        { field: 'account', operator: 'not-equals', value: 'none' },
      ]);
      await w.sql(`delete from strongroom.resource_group_member where group_id = $1`, [groupId]);
      const [account] = await w.sql<{ id: string }>(`select id from strongroom.account where resource_id = $1`, [
        resourceId,
      ]);
      const first = await transaction();
      await first.query(`select pg_advisory_xact_lock(criteria_lock($1))`, [w.organisationId]);
      const other =
        what === 'resource'
          ? w.invoke(updateResource, keeper, { resourceId: resourceId as never, description: 'changed' })
          : what === 'account'
            ? w.invoke(updateAccount, keeper, { accountId: account?.id as never, username: 'renamed' })
            : what === 'copy'
              ? w.invoke(copyResource, keeper, { resourceId: resourceId as never, names: [`copy-of-${name}`] })
              : w.invoke(deleteResource, keeper, { resourceId: resourceId as never });
      await somebodyWaits();
      await first.query(`select gather_groups($1, array[$2::uuid])`, [w.organisationId, groupId]);
      const within = await first.query<{ n: number }>(
        `select count(*)::int as n from resource_group_member m join resource r on r.id = m.resource_id where m.group_id = $1 and r.name = $2`,
        [groupId, name],
      );
      expect(within.rows[0]?.n).toBe(1);
      await first.query('commit');
      await other;
      expect((await members(groupId)).includes(resourceId)).toBe(what !== 'deletion');
    },
  );

  it('a rename of a resource and one of its account: neither waits for the other for ever', async () => {
    const { resourceId, groupId } = await scene([{ field: 'account', operator: 'starts', value: 'late-name' }]);
    const [account] = await w.sql<{ id: string }>(`select id from strongroom.account where resource_id = $1`, [
      resourceId,
    ]);
    const first = await transaction();
    await first.query(`select 1 from resource where id = $1 for no key update`, [resourceId]);
    const renamed = w.invoke(updateAccount, keeper, { accountId: account?.id as never, username: 'late-name' });
    await somebodyWaits();
    await first.query(`update resource set name = 'other-' || name where id = $1`, [resourceId]);
    await first.query('commit');
    await renamed;
    expect(await members(groupId)).toEqual([resourceId]);
    const [row] = await w.sql<{ text: string }>(`select search_text as text from strongroom.account where id = $1`, [
      account?.id,
    ]);
    expect(row?.text).toMatch(/^late-name .*other-scene/);
  });
});
