import {
  listAccessControls,
  listApprovers,
  readAccessControl,
  readRequest,
  startTask,
  type AccessRequest,
} from '@strongroom/contract';
import type { CompiledQuery } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { desk, type Desk } from '../../test/requests.ts';
import { world, type Person, type World } from '../../test/world.ts';

let w: World;
let keeper: Person;
let anna: Person;
let ben: Person;
let cleo: Person;
let eric: Person;
const never = new AbortController().signal;

beforeAll(async () => {
  w = await world();
  keeper = w.people.keeper;
  [anna, ben] = [await w.add({ username: 'anna' }), await w.add({ username: 'ben' })];
  [cleo, eric] = [
    await w.add({ username: 'cleo', role: 'password-administrator' }),
    await w.add({ username: 'eric', role: 'password-administrator' }),
  ];
});
afterAll(() => w.close());

const lent = (change: Partial<Parameters<typeof desk>[2]> = {}): Promise<Desk> =>
  desk(w, keeper, { shared: [anna, ben], approvers: [cleo, eric], ...change });
const see = async (who: Person, request: { id: string }): Promise<AccessRequest> =>
  w.invoke(readRequest, await who.actor(), { requestId: request.id as never });

describe('a control', () => {
  it('needs as many approvers as must agree, and counts none who cannot', async () => {
    const d = await lent();
    await expect(d.control({ approvals: 2, approverIds: [cleo.id] as never })).rejects.toMatchObject({
      code: 'input-invalid',
    });
    await expect(d.control({ approverIds: [anna.id] as never })).rejects.toMatchObject({
      errors: [{ path: 'control.approverIds', message: expect.stringContaining('anna cannot') as unknown }],
    });
    await expect(d.control({ approverIds: [w.people.foreign.id] as never })).rejects.toMatchObject({
      code: 'input-invalid',
    });
    await d.control({ excludedIds: [ben.id] as never });
    expect(await d.reveal(ben)).toBe('First-word-1');
    await d.control(null);
    expect(await d.reveal(anna)).toBe('First-word-1');
    expect(await d.access(anna)).toBeNull();
  });

  it('says which of those who approve are programs, since whoever holds a token approves by it', async () => {
    const robot = await w.add({ username: 'robot', kind: 'api', role: 'password-administrator' });
    const offered = await w.invoke(listApprovers, await keeper.actor(), { limit: 100 });
    expect(offered.items.filter(({ program }) => program).map(({ name }) => name)).toEqual(['robot']);
    const d = await lent({ approvers: [cleo, robot] });
    const { own } = await w.invoke(readAccessControl, await keeper.actor(), { accountId: d.accountId });
    expect(own?.approvers).toEqual([
      { id: cleo.id, name: 'cleo', active: true, program: false },
      { id: robot.id, name: 'robot', active: true, program: true },
    ]);
  });

  it('voids what nobody is left to approve, and what needs no approval any more', async () => {
    const fay = await w.add({ username: 'fay', role: 'password-administrator' });
    const d = await lent({ approvers: [fay] });
    const request = await d.ask(anna);
    await w.sql(`update strongroom.app_user set state = 'disabled' where id = $1`, [fay.id]);
    await d.look(true);
    expect(await see(anna, request)).toMatchObject({ state: 'void' });
    const off = await lent();
    const open = await off.ask(anna);
    await off.control({ on: false });
    await off.look(true);
    expect(await see(anna, open)).toMatchObject({ state: 'void' });
  });

  it('of an account counts before its resource’s; both are set for many by a task, and switched off again [ACW-01]', async () => {
    const d = await lent();
    await d.control(null);
    const control = { approverIds: [cleo.id] };
    const task = await w.invoke(startTask, await keeper.actor(), {
      call: 'resource.control-access',
      selection: { ids: [d.resourceId] },
      input: { control },
    });
    await w.composed.jobs.task({ organisationId: w.organisationId, taskId: task.id }, never);
    await expect(d.reveal(anna)).rejects.toMatchObject({ code: 'approval-required' });
    const shown = await w.invoke(readAccessControl, await keeper.actor(), { accountId: d.accountId });
    expect(shown).toMatchObject({
      own: null,
      inherited: { of: 'resource', approvers: [{ name: 'cleo', active: true }] },
      inForce: true,
    });
    const listed = await w.invoke(listAccessControls, await keeper.actor(), { search: d.host });
    expect(listed.items).toMatchObject([
      { approvals: 1, requestHours: 24, exclusiveHours: 8, automatic: 'never', on: true },
    ]);
    const all = {
      approvals: 1 as const,
      requestHours: 3,
      exclusiveHours: 0,
      resetAfter: true,
      automatic: 'windows' as const,
      windows: [{ from: '14:00', to: '15:00' }],
    };
    expect(await d.control({ ...all, excludedIds: [ben.id] as never })).toMatchObject({
      control: { ...all, of: 'account', excluded: [{ name: 'ben' }], approvers: [{ name: 'cleo' }, { name: 'eric' }] },
    });
    await d.control({ exclusiveHours: 0 });
    await d.approve(cleo, await d.ask(anna));
    expect((await d.checkOut(anna)).dueAt).toBeNull();
    await d.checkIn(anna);
    await d.control({ on: false });
    expect(await d.reveal(anna)).toBe('First-word-1');
  });
});

describe('lists of requests', () => {
  const views = ['approve', 'mine', 'in-use', 'emergency', 'all'] as const;
  const history = 100_000;
  /** Totals are counted to ten thousand, and no further. */
  const most = 11_000;
  /** What a call asks the database in its own part, as text with its values: how often, and what. */
  async function asked(who: Person, name: string, input: object): Promise<CompiledQuery[]> {
    const sent: CompiledQuery[] = [];
    const endpoint = w.endpoints.find(({ call }) => call.name === name);
    const actor = await who.actor();
    const noting: typeof w.perform = (ask, work) =>
      w.perform(ask, (grant, facts, also) => {
        const db = grant.db.withPlugin({
          transformQuery: ({ node, queryId }) => {
            sent.push(grant.db.getExecutor().compileQuery(node, queryId));
            return node;
          },
          transformResult: ({ result }) => Promise.resolve(result),
        });
        return work(Object.defineProperty(grant, 'db', { value: db }), facts, also);
      });
    await endpoint?.handle(noting, actor, input, { startSession: () => undefined, endSession: () => undefined });
    return sent;
  }
  interface Node {
    'Relation Name'?: string;
    'Actual Rows': number;
    'Actual Loops': number;
    'Rows Removed by Filter'?: number;
    Plans?: Node[];
  }
  const looked = (node: Node): number =>
    (node['Relation Name'] === 'access_request'
      ? (node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0)) * node['Actual Loops']
      : 0) + (node.Plans ?? []).reduce((sum, below) => sum + looked(below), 0);
  /** How many requests the database looked at for an answer. */
  const looksAt = (query: CompiledQuery): Promise<number> =>
    w.database.asOrganisation(w.organisationId, async (db) => {
      const { rows } = await db.executeQuery<Record<string, { Plan: Node }[]>>({
        ...query,
        sql: `explain (analyze, format json) ${query.sql}`,
      });
      const plan = Object.values(rows[0] ?? {})[0]?.[0]?.Plan;
      if (!plan) throw new Error('no plan');
      return looked(plan);
    });

  it('cost as many statements for a page of many as for one of few, and look at few of a hundred thousand', async () => {
    const d = await lent();
    await d.ask(anna);
    const few = new Map<string, number>();
    for (const who of [cleo, anna, keeper, w.people.boss])
      for (const view of views)
        few.set(`${who.username} ${view}`, (await asked(who, 'access-request.list', { view, limit: 100 })).length);
    // As many that are over, of people and accounts of which one has made a hundred.
    await w.sql(
      `insert into strongroom.access_request (id, organisation_id, account_id, account_name, resource_name, requester_id, requester, state, reason,
          created_at, approvals_needed, request_hours, exclusive_hours, reset_after, void_at, ended_at, ended_how)
        select gen_random_uuid(), $1, case when n % 1000 = 0 then $2::uuid end, 'root', 'host ' || n, case when n % 1000 = 1 then $3::uuid end, 'somebody',
          'rejected', 'because', now() - n * interval '1 minute', 1, 24, 8, false, now(), now() - n * interval '1 minute', 'rejected'
        from generate_series(1, $4::int) n`,
      [w.organisationId, d.accountId, anna.id, history],
    );
    await w.sql('analyze strongroom.access_request');
    for (const who of [cleo, anna, keeper, w.people.boss])
      for (const view of views) {
        const sent = await asked(who, 'access-request.list', { view, limit: 100 });
        expect([who.username, view, sent.length]).toEqual([who.username, view, few.get(`${who.username} ${view}`)]);
        expect(sent.length).toBeGreaterThan(0);
        for (const query of sent)
          expect([who.username, view, (await looksAt(query)) <= most]).toEqual([who.username, view, true]);
      }
    for (const who of [cleo, anna, w.people.boss])
      for (const query of await asked(who, 'access-request.count', {}))
        expect([who.username, (await looksAt(query)) <= most]).toEqual([who.username, true]);
  }, 60_000);
});
