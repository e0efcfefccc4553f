import {
  configureReset,
  createResource,
  listRunItems,
  listRuns,
  previewRun,
  readAccount,
  readRun,
  revealAccount,
  startRunCall,
  stopRun,
  updateSettings,
  type Run,
} from '@strongroom/contract';
import type { z } from 'zod';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { fakeTargets, type Targets } from '../../test/targets.ts';
import { world, type Person, type World } from '../../test/world.ts';
import { nextAt } from './nightly.ts';

let w: World;
let targets: Targets;
let keeper: Person;
beforeAll(async () => {
  targets = fakeTargets();
  w = await world({ outpost: targets.outpost });
  keeper = w.people.keeper;
});
afterAll(() => w.close());
beforeEach(() => {
  targets.most.perHost = 0;
  targets.most.all = 0;
});

const never = new AbortController().signal;
let made = 0;
interface Host {
  readonly host: string;
  readonly id: string;
  readonly accounts: readonly { id: string; username: string }[];
}
/** A Linux host of somebody's with accounts whose passwords are those of the vault. */
async function hostOf(count: number, of: Person = keeper): Promise<Host> {
  const host = `host-${String(++made)}.example`;
  const users = Array.from({ length: count }, (_, i) => ({
    username: `user${String(i)}`,
    password: `First-word-${String(i)}`,
  }));
  const actor = await of.actor();
  const { id } = await w.invoke(createResource, actor, { name: host, dnsName: host, type: 'Linux', accounts: users });
  await w.invoke(configureReset, actor, {
    resourceId: id,
    reset: { settings: {}, adminAccountId: null, elevationAccountId: null },
  });
  for (const { username, password } of users) targets.at(host).passwords.set(username, password);
  const accounts = await w.sql<{ id: string; username: string }>(
    `select id, username from strongroom.account where resource_id = $1 order by username`,
    [id],
  );
  return { host, id, accounts };
}
const idsOf = (...hosts: Host[]) => hosts.flatMap(({ accounts }) => accounts.map(({ id }) => id));
type Input = z.input<typeof startRunCall.input>;
const start = async (input: Partial<Input> & Pick<Input, 'selection'>, of: Person = keeper): Promise<Run> =>
  w.invoke(startRunCall, await of.actor(), { kind: 'reset', ...input });
/** One turn of a job of the run. */
const pump = (run: { id: string }, n = 0) =>
  w.composed.jobs.run({ organisationId: w.organisationId, runId: run.id, pump: n }, never);
/** Turns until the run has ended, with the waiting between them left out. */
async function finish(run: { id: string }): Promise<Run> {
  for (let turn = 0; turn < 12; turn++) {
    await pump(run);
    await w.sql(`update strongroom.reset_run_item set not_before = null where run_id = $1`, [run.id]);
    const now = await w.invoke(readRun, await w.people.boss.actor(), { runId: run.id as Run['id'] });
    if (now.state !== 'running') return now;
  }
  throw new Error(
    `the run does not end: ${JSON.stringify((await itemsOf(run)).filter(({ endedAt }) => endedAt === null))}`,
  );
}
const itemsOf = async (run: { id: string }) =>
  (await w.invoke(listRunItems, await w.people.boss.actor(), { runId: run.id as Run['id'], limit: 500 })).items;
const stored = async (accountId: string): Promise<string> => {
  const reply = await w.invoke(revealAccount, await keeper.actor(), { accountId: accountId as never });
  return reply.password;
};
const healthOf = async (accountId: string) =>
  (await w.invoke(readAccount, await keeper.actor(), { accountId: accountId as never })).proof;
const setting = async (changes: z.input<typeof updateSettings.input>) =>
  w.invoke(updateSettings, await w.people.boss.actor(), changes);

describe('a run of resets', () => {
  it('sets and proves each password, with an event and a result for each, and tells of its end', async () => {
    const [a, b] = [await hostOf(2), await hostOf(1)];
    const run = await start({ selection: { accountIds: idsOf(a, b) as never }, reason: 'quarterly' });
    expect(run).toMatchObject({ state: 'running', total: 3, title: 'Reset 3 accounts', counts: { waiting: 3 } });
    const ended = await finish(run);
    expect(ended).toMatchObject({ state: 'done', counts: { done: 3, waiting: 0, running: 0 } });
    for (const { host, accounts } of [a, b])
      for (const { id, username } of accounts) {
        expect(await stored(id)).toBe(targets.at(host).passwords.get(username));
        expect(await stored(id)).not.toContain('First-word');
        expect((await healthOf(id)).health).toBe('proven');
      }
    const events = (await w.audit('account.rotate')).filter(({ details }) => details['run'] === run.id);
    expect(events.map(({ actor_name, reason }) => [actor_name, reason])).toEqual(
      Array(3).fill(['keeper', 'quarterly']),
    );
    const jobs = await w.sql(`select 1 from graphile_worker.jobs where key = $1`, [`run-ended:${run.id}`]);
    expect(jobs).toHaveLength(1);
  });

  it('asks one account of a resource at a time, and no more than the limit of all, however many jobs share it', async () => {
    await setting({ resetsAtOnce: 3 });
    const hosts = await Promise.all(Array.from({ length: 5 }, () => hostOf(4)));
    targets.together = 2;
    const run = await start({ selection: { accountIds: idsOf(...hosts) as never } });
    for (let turn = 0; turn < 20 && (await itemsOf(run)).some(({ state }) => state === 'waiting'); turn++)
      await Promise.all([pump(run, 0), pump(run, 1), pump(run, 2)]);
    expect((await finish(run)).counts.done).toBe(20);
    targets.together = 0;
    expect(targets.most.perHost).toBe(1);
    expect(targets.most.all).toBeGreaterThan(1);
    expect(targets.most.all).toBeLessThanOrEqual(3);
    const versions = await w.sql<{ n: number }>(
      `select secret_version as n from strongroom.account where id = any($1::uuid[])`,
      [idsOf(...hosts)],
    );
    // Each was reset once, whoever did it.
    expect(versions.map(({ n }) => n)).toEqual(Array(20).fill(2));
    await setting({ resetsAtOnce: 50 });
  });

  it('tries a host that is away four times in all, leaves its passwords as they were, and does the others', async () => {
    const [away, there] = [await hostOf(5), await hostOf(2)];
    targets.at(away.host).reachable = false;
    const before = targets.at(away.host).asked;
    const ended = await finish(await start({ selection: { accountIds: idsOf(away, there) as never } }));
    expect(ended.counts).toMatchObject({ done: 2, unreachable: 5 });
    expect(targets.at(away.host).asked - before).toBeLessThanOrEqual(4 + 4);
    for (const { id, username } of away.accounts) {
      expect(await stored(id)).toBe(targets.at(away.host).passwords.get(username));
      const { attempt } = await w.invoke(readAccount, await keeper.actor(), { accountId: id as never });
      expect(attempt).toBeNull();
    }
  });

  it('does an account at its second try, when its host is back', async () => {
    const host = await hostOf(1);
    targets.at(host.host).reachable = false;
    const run = await start({ selection: { accountIds: idsOf(host) as never } });
    await pump(run);
    expect((await itemsOf(run))[0]).toMatchObject({ state: 'waiting', tries: 1, notBefore: expect.any(String) });
    targets.at(host.host).reachable = true;
    expect((await finish(run)).counts.done).toBe(1);
  });

  it('sends nothing to a host with another key, and does not try it again', async () => {
    const host = await hostOf(1);
    targets.at(host.host).otherKey = true;
    const ended = await finish(await start({ selection: { accountIds: idsOf(host) as never } }));
    expect(ended.counts.untrusted).toBe(1);
    expect(targets.at(host.host).passwords.get('user0')).toBe('First-word-0');
  });

  it('leaves an account in doubt to the target, and writes into the run what it says', async () => {
    const host = await hostOf(1);
    targets.at(host.host).cuts = true;
    const run = await start({ selection: { accountIds: idsOf(host) as never } });
    await pump(run);
    const [item] = await itemsOf(run);
    expect(item).toMatchObject({ state: 'in-doubt' });
    // The rest that a target gets after a line that broke.
    await w.sql(`update strongroom.rotation_attempt set leased_until = null, next_try_at = null where id = $1`, [
      item?.attemptId,
    ]);
    await w.composed.jobs.rotate({ organisationId: w.organisationId, attemptId: item?.attemptId ?? '' }, never);
    expect((await finish(run)).counts).toMatchObject({ done: 1, 'in-doubt': 0 });
    expect(await stored(idsOf(host)[0] ?? '')).toBe(targets.at(host.host).passwords.get('user0'));
  });

  it('goes on where a worker died: before it staged an attempt, and after', async () => {
    const host = await hostOf(2);
    const before = await start({ selection: { accountIds: idsOf(host) as never } });
    // Taken by a worker that is no more.
    const died = (id: string) =>
      w.sql(
        `update strongroom.reset_run_item set state = 'running', leased_until = now() - interval '1 s', started_at = now() where run_id = $1`,
        [id],
      );
    await died(before.id);
    expect((await finish(before)).counts.done).toBe(2);

    const target = targets.at(host.host);
    target.cuts = true;
    const after = await start({ selection: { accountIds: idsOf(host).slice(0, 1) as never } });
    await pump(after);
    target.cuts = false;
    const sent = target.passwords.get('user0');
    await died(after.id);
    await w.sql(
      `update strongroom.rotation_attempt set leased_until = null where state = 'applying' and account_id = $1`,
      idsOf(host).slice(0, 1),
    );
    expect((await finish(after)).counts.done).toBe(1);
    // What was sent counts, and nothing was sent again.
    expect(target.passwords.get('user0')).toBe(sent);
    expect(await stored(idsOf(host)[0] ?? '')).toBe(sent);
  });

  it('is decided for the asker when its turn comes: a right that was lost is a refusal, and what is not theirs has no name', async () => {
    const [mine, theirs] = [await hostOf(1), await hostOf(1, w.people.admin)];
    const unknown = '01990000-0000-7000-8000-000000000009';
    const run = await start({ selection: { accountIds: [...idsOf(mine, theirs), unknown] as never } });
    await w.sql(`update strongroom.app_user set state = 'disabled' where id = $1`, [keeper.id]);
    try {
      await finish(run);
    } finally {
      await w.sql(`update strongroom.app_user set state = 'active' where id = $1`, [keeper.id]);
    }
    const items = await itemsOf(run);
    expect(items.map(({ name }) => name)).toEqual([`user0 on ${mine.host}`, '', '']);
    expect(items.map(({ state }) => state)).toEqual(['skipped', 'refused', 'refused']);
    expect(targets.at(mine.host).asked).toBe(0);
    const again = await start({ selection: { accountIds: idsOf(theirs) as never } });
    await finish(again);
    expect((await itemsOf(again))[0]).toMatchObject({
      state: 'refused',
      why: 'It is not there, or you may not see it.',
    });
    expect(targets.at(theirs.host).asked).toBe(0);
  });

  it('stops: what waits is passed over', async () => {
    const host = await hostOf(3);
    const run = await start({ selection: { resourceIds: [host.id as never] } });
    const stopped = await w.invoke(stopRun, await keeper.actor(), { runId: run.id });
    expect(stopped).toMatchObject({ state: 'stopped', counts: { skipped: 3 } });
    await pump(run);
    expect(targets.at(host.host).asked).toBe(0);
    await expect(w.invoke(stopRun, await keeper.actor(), { runId: run.id })).rejects.toMatchObject({
      code: 'not-that-state',
    });
  });

  it('is seen by whoever asked for it and by super administrators, and is not there for others', async () => {
    const host = await hostOf(1);
    const run = await start({ selection: { accountIds: idsOf(host) as never } });
    for (const call of [readRun, listRunItems, stopRun])
      await expect(
        w.invoke(call as typeof readRun, await w.people.admin.actor(), { runId: run.id }),
      ).rejects.toMatchObject({
        code: 'not-found',
      });
    const list = async (of: Person) => (await w.invoke(listRuns, await of.actor(), {})).items.map(({ id }) => id);
    expect(await list(w.people.admin)).not.toContain(run.id);
    expect(await list(w.people.boss)).toContain(run.id);
    await finish(run);
  });

  it('gives all the same password, given or drawn, and forgets it at the end', async () => {
    for (const passwords of [
      { is: 'common', password: 'Our-common-Word-77!' } as const,
      { is: 'common-random' } as const,
    ]) {
      const hosts = [await hostOf(1), await hostOf(1)];
      const run = await start({ selection: { accountIds: idsOf(...hosts) as never }, passwords });
      expect((await finish(run)).counts.done).toBe(2);
      const set = hosts.map(({ host }) => targets.at(host).passwords.get('user0'));
      expect(new Set(set).size).toBe(1);
      if (passwords.is === 'common') expect(set[0]).toBe(passwords.password);
      const [row] = await w.sql<{ sealed: Buffer | null }>(`select sealed from strongroom.reset_run where id = $1`, [
        run.id,
      ]);
      expect(row?.sealed).toBeNull();
    }
  });

  it('tells before it begins what it would pass over, and why', async () => {
    const host = await hostOf(2);
    const { id } = await w.invoke(createResource, await keeper.actor(), {
      name: 'bare',
      type: 'Linux',
      accounts: [{ username: 'root' }],
    });
    const preview = await w.invoke(previewRun, await keeper.actor(), {
      kind: 'reset',
      selection: { resourceIds: [host.id as never, id] },
    });
    expect(preview).toEqual({
      total: 3,
      asked: 2,
      skipped: [
        { why: 'Its resource is not set up for the product to log in to it.', count: 1, examples: ['root on bare'] },
      ],
    });
  });
});

describe('failed log-ins', () => {
  it.each([false, true])(
    'stay below three when the stored password is wrong, so that no account is locked (says nothing of the log-in: %s)',
    async (mute) => {
      const host = await hostOf(1);
      const target = targets.at(host.host);
      Object.assign(target, { locksAfter: 3, mute });
      target.passwords.set('user0', 'changed behind our back');
      const run = await start({ selection: { accountIds: idsOf(host) as never } });
      await pump(run);
      expect(target.failures.get('user0')).toBe(mute ? 2 : 1);
      expect(target.passwords.get('user0')).toBe('changed behind our back');
      const [account] = idsOf(host);
      if (!mute) {
        expect((await finish(run)).counts.refused).toBe(1);
        expect((await healthOf(account ?? '')).health).toBe('out-of-sync');
      } else expect((await itemsOf(run))[0]).toMatchObject({ state: 'in-doubt' });
    },
  );
});

describe('an account that signs in for others', () => {
  /** A host whose accounts are set by another one that the target refuses. */
  async function hostWith(loginWith: 'another account' | 'the account itself'): Promise<Host & { admin: string }> {
    const host = await hostOf(6);
    const admin = host.accounts.find(({ username }) => username === 'user5')?.id ?? '';
    await w.invoke(configureReset, await keeper.actor(), {
      resourceId: host.id as never,
      reset: { settings: { loginWith }, adminAccountId: admin as never, elevationAccountId: null },
    });
    targets.at(host.host).passwords.set('user5', 'changed behind our back');
    targets.at(host.host).locksAfter = 3;
    return { ...host, accounts: host.accounts.filter(({ id }) => id !== admin), admin };
  }

  it('is turned away once, however many accounts of the run wait for it, and is out of sync then', async () => {
    const host = await hostWith('another account');
    const ended = await finish(await start({ selection: { accountIds: idsOf(host) as never } }));
    expect(targets.at(host.host).failures.get('user5')).toBe(1);
    expect(ended.counts).toMatchObject({ refused: 5 });
    expect((await healthOf(host.admin)).health).toBe('out-of-sync');
    // The next run leaves it alone, until it is mended.
    const again = await start({ selection: { accountIds: idsOf(host) as never } });
    expect((await finish(again)).counts).toMatchObject({ skipped: 5 });
    expect((await itemsOf(again))[0]?.why).toContain('refuses the account that signs in');
    expect(targets.at(host.host).failures.get('user5')).toBe(1);
    for (const { username } of host.accounts)
      expect(targets.at(host.host).passwords.get(username)).toContain('First-word');
  });

  it('is turned away once by a check that needs it', async () => {
    const host = await hostWith('another account');
    targets.at(host.host).provesByOther = true;
    const run = await start({ kind: 'verify', selection: { accountIds: idsOf(host) as never } });
    expect((await finish(run)).counts).toMatchObject({ unreachable: 5 });
    expect((await itemsOf(run))[4]?.why).toContain('refused user5, which signs in for others');
    expect(targets.at(host.host).failures.get('user5')).toBe(1);
    expect((await healthOf(host.admin)).health).toBe('out-of-sync');
    expect((await healthOf(host.accounts[0]?.id ?? '')).health).toBe('unreachable');
  });

  it('is asked once to set what nobody else can', async () => {
    const host = await hostWith('the account itself');
    for (const { username } of host.accounts) targets.at(host.host).passwords.set(username, 'changed too');
    const ended = await finish(await start({ selection: { accountIds: idsOf(host) as never } }));
    expect(ended.counts).toMatchObject({ refused: 5 });
    expect(targets.at(host.host).failures.get('user5')).toBe(1);
    for (const { username } of host.accounts) expect(targets.at(host.host).failures.get(username)).toBe(1);
  });
});

describe('the check of every password', () => {
  it('runs as the product, asks each once, and shows each fault for what it is [PWD-05, XTR-02]', async () => {
    const [good, changed, away, moved, left] = await Promise.all([
      hostOf(1),
      hostOf(1),
      hostOf(1),
      hostOf(1),
      hostOf(1),
    ]);
    targets.at(changed.host).passwords.set('user0', 'changed behind our back');
    targets.at(away.host).reachable = false;
    targets.at(moved.host).otherKey = true;
    await w.sql(
      `update strongroom.account set exclusion_reason = 'broken', exclusion_owner_id = $2, exclusion_until = now() + interval '1 day' where resource_id = $1`,
      [left.id, keeper.id],
    );
    await w.composed.jobs.nightly({ organisationId: w.organisationId }, never);
    const { items } = await w.invoke(listRuns, await w.people.boss.actor(), { source: 'nightly' });
    const [run] = items;
    if (!run) throw new Error('no nightly run');
    expect(run).toMatchObject({ kind: 'verify', requestedBy: 'Strongroom' });
    await finish(run);
    const health = async ({ accounts }: Host) => (await healthOf(accounts[0]?.id ?? '')).health;
    expect(await Promise.all([good, changed, away, moved, left].map(health))).toEqual([
      'proven',
      'out-of-sync',
      'unreachable',
      'untrusted',
      'excluded',
    ]);
    expect(targets.at(left.host).asked).toBe(0);
    expect((await itemsOf(run)).map(({ name }) => name)).not.toContain(`user0 on ${left.host}`);
    await expect(w.invoke(readRun, await keeper.actor(), { runId: run.id })).rejects.toMatchObject({
      code: 'not-found',
    });
  });

  it('of a large estate is many runs, of which two are at work at a time, and asks nothing for the others', async () => {
    const hosts = await Promise.all([hostOf(1), hostOf(1), hostOf(1)]);
    const runs = [];
    for (const host of hosts)
      runs.push(await start({ kind: 'verify', selection: { accountIds: idsOf(host) as never } }));
    await w.sql(`update strongroom.reset_run set source = 'nightly' where id = any($1::uuid[])`, [
      runs.map(({ id }) => id),
    ]);
    const [first, second, third] = [...runs].sort((a, b) => (a.id < b.id ? -1 : 1));
    if (!first || !second || !third) throw new Error('no runs');
    await pump(third);
    expect(await itemsOf(third)).toMatchObject([{ state: 'waiting', tries: 0 }]);
    const [job] = await w.sql<{ later: boolean }>(
      `select run_at > now() + interval '20 s' as later from graphile_worker.jobs where key = $1`,
      [`run:${third.id}:0`],
    );
    expect(job?.later).toBe(true);
    expect((await finish(second)).counts.done).toBe(1);
    expect((await finish(third)).counts.done).toBe(1);
    expect((await finish(first)).counts.done).toBe(1);
  });

  it('is off when the setting says so, and planned again when the time changes [PWD-05]', async () => {
    const planned = async () =>
      (
        await w.sql<{ at: Date }>(`select run_at as at from graphile_worker.jobs where key = $1`, [
          `nightly:${w.organisationId}`,
        ])
      )[0]?.at;
    await setting({ nightlyCheck: false, nightlyCheckAt: '03:30' });
    expect((await planned())?.toISOString().slice(11, 16)).toBe('03:30');
    const before = (await w.invoke(listRuns, await w.people.boss.actor(), { source: 'nightly' })).total;
    await w.composed.jobs.nightly({ organisationId: w.organisationId }, never);
    expect((await w.invoke(listRuns, await w.people.boss.actor(), { source: 'nightly' })).total).toBe(before);
  });

  it('keeps to the local clock when summer time begins and ends', () => {
    const at = (now: string) => nextAt({ at: '02:30', timeZone: 'Europe/Berlin' }, new Date(now)).toISOString();
    expect(at('2026-01-10T12:00:00Z')).toBe('2026-01-11T01:30:00.000Z');
    expect(at('2026-07-10T12:00:00Z')).toBe('2026-07-11T00:30:00.000Z');
    // 2:30 is not there on 29 March 2026: the hour that is, or the next night, but never none.
    expect(new Date(at('2026-03-28T12:00:00Z')).getTime()).toBeLessThan(Date.parse('2026-03-30T03:00:00Z'));
  });
});
