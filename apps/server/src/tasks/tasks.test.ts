import {
  cancelTask,
  changePassword,
  createResource,
  listTaskItems,
  listTasks,
  readTask,
  startTask,
  updateSettings,
  type BulkCall,
  type Task,
} from '@strongroom/contract';
import type { z } from 'zod';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { world, type Person, type World } from '../../test/world.ts';
import type { Actor } from '../authorise/index.ts';
import { recoverTasks } from './index.ts';

let w: World;
let keeper: Person;
let other: Person;
beforeAll(async () => {
  w = await world();
  keeper = w.people.keeper;
  other = await w.add({ username: 'other', role: 'password-administrator' });
});
afterAll(() => w.close());

const never = new AbortController().signal;
let made = 0;
/** A resource of somebody's with one account. */
async function resource(of: Person, type = 'Linux'): Promise<string> {
  const reply = await w.invoke(createResource, await of.actor(), {
    name: `host-${String(++made)}`,
    type,
    accounts: [{ username: 'root' }],
  });
  return reply.id;
}
const resources = (of: Person, count: number): Promise<string[]> =>
  Promise.all(Array.from({ length: count }, () => resource(of)));
const start = async (
  actor: Actor,
  call: BulkCall,
  selection: z.input<typeof startTask.input>['selection'],
  input: Record<string, unknown> = {},
): Promise<Task> => w.invoke(startTask, actor, { call, selection, input });
const run = (task: { id: string }, signal = never): Promise<void> =>
  w.composed.jobs.task({ organisationId: w.organisationId, taskId: task.id }, signal);
const itemsOf = async (of: Person, task: { id: string }) =>
  (await w.invoke(listTaskItems, await of.actor(), { taskId: task.id as Task['id'] })).items;
const departments = async (ids: readonly string[]): Promise<string[]> =>
  (
    await w.sql<{ department: string }>(
      `select department from strongroom.resource where id = any($1::uuid[]) order by id`,
      [ids],
    )
  ).map((row) => row.department);

describe('a task for many', () => {
  it('makes the call for each, with an event and a result for each', async () => {
    const ids = await resources(keeper, 3);
    const task = await start(await keeper.actor(), 'resource.update', { ids }, { department: 'Finance' });
    expect(task).toMatchObject({ state: 'waiting', total: 3, title: 'Change 3 resources' });
    await run(task);
    expect(await departments(ids)).toEqual(['Finance', 'Finance', 'Finance']);
    const after = await w.invoke(readTask, await keeper.actor(), { taskId: task.id });
    expect(after).toMatchObject({ state: 'done', done: 3, failed: 0 });
    expect((await itemsOf(keeper, task)).map((item) => [item.objectId, item.state])).toEqual(
      ids.map((id) => [id, 'done']),
    );
    const events = (await w.audit('resource.update')).filter((event) => ids.includes(event.object_id ?? ''));
    expect(events.map((event) => [event.outcome, event.actor_name])).toEqual(ids.map(() => ['done', 'keeper']));
  });

  it('is decided item by item: what is not the asker’s fails alone, unnamed, and answers not-found', async () => {
    const [mine, theirs] = [await resource(keeper), await resource(other)];
    const unknown = '01990000-0000-7000-8000-000000000001';
    const task = await start(
      await keeper.actor(),
      'resource.update',
      { ids: [theirs, mine, unknown] },
      { department: 'Taken' },
    );
    await run(task);
    expect((await itemsOf(keeper, task)).map(({ name, state, code }) => [name !== '', state, code])).toEqual([
      [false, 'failed', 'not-found'],
      [true, 'done', null],
      [false, 'failed', 'not-found'],
    ]);
    expect(await departments([theirs])).toEqual(['']);
  });

  it('of a list is for what the list showed its asker when it began', async () => {
    const asker = await w.add({ username: 'lister', role: 'password-administrator' });
    const ids = await resources(asker, 4);
    const task = await start(
      await asker.actor(),
      'resource.update',
      { list: 'resources', filter: { type: 'Linux' } },
      { department: 'Listed' },
    );
    const later = await resource(asker);
    await run(task);
    expect((await itemsOf(asker, task)).map((item) => item.objectId).sort()).toEqual([...ids].sort());
    expect(await departments([later])).toEqual(['']);
  });

  it('goes on with the rights of the moment: none are left to a disabled asker', async () => {
    const leaver = await w.add({ username: 'leaver', role: 'password-administrator' });
    const ids = await resources(leaver, 2);
    const task = await start(await leaver.actor(), 'resource.delete', { ids });
    await w.sql(`update strongroom.app_user set state = 'disabled' where id = $1`, [leaver.id]);
    await run(task);
    expect(await w.sql(`select code from strongroom.task_item where task_id = $1`, [task.id])).toEqual([
      { code: 'signed-out' },
      { code: 'signed-out' },
    ]);
    expect(await departments(ids)).toHaveLength(2);
  });

  it('carries no more than the scopes of the token that asked', async () => {
    const id = await resource(keeper);
    const [account] = await w.sql<{ id: string }>(`select id from strongroom.account where resource_id = $1`, [id]);
    const { actor } = await keeper.token(['manage', 'read']);
    const task = await start(actor, 'account.rotate', { ids: [account?.id ?? ''] });
    await run(task);
    expect((await itemsOf(keeper, task))[0]).toMatchObject({ state: 'failed', code: 'scope-missing' });
  });
});

describe('what can be set for many', () => {
  it('is attributes, the policy and the reset settings of resources [RES-08]', async () => {
    const ids = await resources(keeper, 3);
    const [policy] = await w.sql<{ id: string }>(
      `select id from strongroom.password_policy where organisation_id = $1 and not is_default limit 1`,
      [w.organisationId],
    );
    const actor = await keeper.actor();
    const changes = { department: 'Ops', location: 'Oslo', description: 'all the same', policyId: policy?.id };
    await run(await start(actor, 'resource.update', { ids }, changes));
    await run(await start(actor, 'resource.configure-reset', { ids }, { reset: { settings: {} } }));
    const rows = await w.sql(
      `select department, location, description, policy_id, reset is not null as reset from strongroom.resource where id = any($1::uuid[])`,
      [ids],
    );
    expect(rows).toEqual(
      ids.map(() => ({
        department: 'Ops',
        location: 'Oslo',
        description: 'all the same',
        policy_id: policy?.id,
        reset: true,
      })),
    );
  });

  it('is the policy of accounts, which then holds for every change, and for new accounts once that is set [POL-04]', async () => {
    const actor = await keeper.actor();
    const ids = await resources(keeper, 2);
    const accounts = (
      await w.sql<{ id: string }>(`select id from strongroom.account where resource_id = any($1::uuid[])`, [ids])
    ).map((row) => row.id);
    const policies = await w.sql<{ id: string; min_length: number }>(
      `select id, min_length from strongroom.password_policy where organisation_id = $1 order by min_length`,
      [w.organisationId],
    );
    const [lax, strict] = [policies[0], policies.at(-1)];
    const change = (accountId: string, password: string) =>
      w.invoke(changePassword, actor, { accountId: accountId as never, password });
    const between = 'Aa12!'.padEnd((strict?.min_length ?? 0) - 1, 'xY7#');
    await run(await start(actor, 'account.update', { ids: accounts }, { policyId: lax?.id }));
    for (const id of accounts) await change(id, between);
    await run(await start(actor, 'account.update', { ids: accounts }, { policyId: strict?.id }));
    for (const id of accounts)
      await expect(change(id, `${between.slice(0, -1)}z`)).rejects.toMatchObject({ code: 'password-weak' });
    const weak = (name: string) =>
      w.invoke(createResource, actor, { name, type: 'Linux', accounts: [{ username: 'root', password: 'weak' }] });
    await weak('created-weak');
    const admin = await w.people.admin.actor();
    await w.invoke(updateSettings, admin, { policyOnCreation: true });
    await expect(weak('created-strong')).rejects.toMatchObject({ code: 'password-weak' });
    await w.invoke(updateSettings, admin, { policyOnCreation: false });
  });
});

describe('a task that is stopped in the middle', () => {
  it('does each item once, however often it is taken up, and two runs at once', async () => {
    const ids = await resources(keeper, 6);
    const task = await start(await keeper.actor(), 'resource.update', { ids }, { location: 'Bergen' });
    const stopping = new AbortController();
    // Stops after the third item, as a server does.

    const stopAt = w.sql(`select 1`).then(() => {
      stopping.abort();
    });
    await Promise.all([run(task, stopping.signal), stopAt]);

    expect(await recoverTasks(w.database)).toBeGreaterThan(0);
    await Promise.all([run(task), run(task)]);
    const done = async (): Promise<number> =>
      (await w.audit('resource.update')).filter(
        (event) => ids.includes(event.object_id ?? '') && event.outcome === 'done',
      ).length;
    expect(await done()).toBe(6);
    expect(await w.invoke(readTask, await keeper.actor(), { taskId: task.id })).toMatchObject({
      state: 'done',
      done: 6,
      failed: 0,
    });
    await run(task);
    expect(await done()).toBe(6);
  });

  it('marks an item in the transaction of its work: when the mark cannot be made, the work is undone', async () => {
    const [id = ''] = await resources(keeper, 1);
    const task = await start(await keeper.actor(), 'resource.update', { ids: [id] }, { location: 'Nowhere' });
    await w.sql(
      `create function strongroom.refuse() returns trigger language plpgsql as $$ begin raise exception 'no'; end $$`,
    );
    await w.sql(
      `create trigger refuse before update on strongroom.task_item for each row execute function strongroom.refuse()`,
    );
    await expect(run(task)).rejects.toThrow();
    await w.sql(`drop function strongroom.refuse() cascade`);
    expect(await w.sql(`select location from strongroom.resource where id = $1`, [id])).toEqual([{ location: '' }]);
    await run(task);
    expect(await w.sql(`select location from strongroom.resource where id = $1`, [id])).toEqual([
      { location: 'Nowhere' },
    ]);
  });

  it('ends where it is when cancelled', async () => {
    const ids = await resources(keeper, 3);
    const task = await start(await keeper.actor(), 'resource.delete', { ids });
    const ended = await w.invoke(cancelTask, await keeper.actor(), { taskId: task.id });
    expect(ended.state).toBe('cancelled');
    await run(task);
    expect(await departments(ids)).toHaveLength(3);
    await expect(w.invoke(cancelTask, await keeper.actor(), { taskId: task.id })).rejects.toMatchObject({
      code: 'not-that-state',
    });
  });
});

describe('what a task refuses', () => {
  it('more than one type of resource for reset settings', async () => {
    const ids = [await resource(keeper, 'Linux'), await resource(keeper, 'Mac')];
    await expect(
      start(await keeper.actor(), 'resource.configure-reset', { ids }, { reset: null }),
    ).rejects.toMatchObject({ code: 'input-invalid' });
  });

  it('an input that the call does not take for many, or would refuse of any', async () => {
    const ids = [await resource(keeper)];
    for (const input of [{ name: 'same' }, { department: 'x'.repeat(121) }, { version: 1 }])
      await expect(start(await keeper.actor(), 'resource.update', { ids }, input)).rejects.toMatchObject({
        code: 'input-invalid',
      });
    await expect(start(await keeper.actor(), 'account.rotate', { ids }, { password: 'x' })).rejects.toMatchObject({
      code: 'input-invalid',
    });
  });

  it('a field that holds secrets: what a task keeps is not sealed', async () => {
    const fieldId = '01990000-0000-7000-8000-00000000f1e1';
    await w.sql(
      `insert into strongroom.custom_field (id, organisation_id, belongs_to, slot, name, kind) values ($1, $2, 'resource', 1, 'PIN', 'password')`,
      [fieldId, w.organisationId],
    );
    await expect(
      start(
        await keeper.actor(),
        'resource.update',
        { ids: [await resource(keeper)] },
        { fields: { [fieldId]: 'hunter2' } },
      ),
    ).rejects.toMatchObject({ code: 'input-invalid' });
    expect(await w.sql(`select 1 from strongroom.task where input::text like '%hunter2%'`)).toEqual([]);
  });

  it('anybody but who asked for it, whatever their rank', async () => {
    const task = await start(await keeper.actor(), 'resource.update', { ids: [await resource(keeper)] });
    const [boss, ask] = [await w.people.boss.actor(), { taskId: task.id }];
    await expect(w.invoke(readTask, boss, ask)).rejects.toMatchObject({ code: 'not-found' });
    await expect(w.invoke(listTaskItems, boss, ask)).rejects.toMatchObject({ code: 'not-found' });
    await expect(w.invoke(cancelTask, boss, ask)).rejects.toMatchObject({ code: 'not-found' });
    const { items } = await w.invoke(listTasks, await w.people.boss.actor(), {});
    expect(items.map((item) => item.id)).not.toContain(task.id);
    expect((await w.invoke(listTasks, await keeper.actor(), { limit: 1 })).items.map((item) => item.id)).toEqual([
      task.id,
    ]);
  });
});
