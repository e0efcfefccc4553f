import {
  addConsumer,
  createResource,
  createResourceGroup,
  createUserGroup,
  deleteSchedule,
  listSchedules,
  listScheduleRuns,
  pauseSchedule,
  previewSchedule,
  readCalendar,
  readSchedule,
  readScheduleReport,
  resumeSchedule,
  runSchedule,
  setSchedule,
  rotateAccount,
  shareGroup,
  shareResource,
  type AccountId,
  type ResourceGroupId,
  type Schedule,
  type UserId,
} from '@strongroom/contract';
import { randomUUID } from 'node:crypto';
import type { z } from 'zod';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { world, type Person, type World } from '../../test/world.ts';
import { startScheduler, tick } from './index.ts';

let w: World;
let keeper: Person;
let other: Person;
beforeAll(async () => {
  w = await world();
  keeper = w.people.keeper;
  other = await w.add({ username: 'other', role: 'password-administrator' });
});
afterAll(() => w.close());

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
type Input = Omit<z.input<typeof setSchedule.input>, 'groupId'>;
const daily: Input = {
  when: { is: 'days', every: 1, from: '2026-01-01', time: '02:30' },
  timeZone: 'UTC',
  passwords: 'unique',
};

interface Group {
  id: ResourceGroupId;
  name: string;
  resources: { id: string; name: string }[];
}
/** A group of somebody’s with resources of two accounts each, of which the first of each host can be reset. */
async function group(of: Person, hosts = 1): Promise<Group> {
  const owner = await of.actor();
  const name = `group-${randomUUID().slice(0, 8)}`;
  const resources = [];
  for (let i = 0; i < hosts; i++)
    resources.push(
      await w.invoke(createResource, owner, {
        name: `${name}-host-${i}`,
        type: 'Linux',
        dnsName: 'host.invalid',
        accounts: [{ username: 'root' }, { username: 'app' }],
        reset: { settings: {} },
      }),
    );
  const { id } = await w.invoke(createResourceGroup, owner, { name, resourceIds: resources.map((r) => r.id) });
  return { id, name, resources };
}
const set = async (of: Person, groupId: string, input: Partial<Input> = {}): Promise<Schedule> =>
  w.invoke(setSchedule, await of.actor(), { groupId: groupId as ResourceGroupId, ...daily, ...input });
const read = async (of: Person, groupId: string): Promise<Schedule> => {
  const { schedule } = await w.invoke(readSchedule, await of.actor(), { groupId: groupId as ResourceGroupId });
  if (!schedule) throw new Error('no schedule');
  return schedule;
};
const runsOf = async (of: Person, groupId: string) =>
  (await w.invoke(listScheduleRuns, await of.actor(), { groupId: groupId as ResourceGroupId })).items;
const parts = (inUse?: Parameters<typeof tick>[0]['inUse']) => ({
  perform: w.perform,
  vault: w.vault,
  publicUrl: () => 'https://vault.example',
  ...(inUse ? { inUse } : {}),
});
const failures: unknown[] = [];
const look = (now: Date | string, inUse?: Parameters<typeof tick>[0]['inUse']): Promise<void> =>
  tick(parts(inUse), w.organisationId, new Date(now), (error) => void failures.push(error));
/** A moment after the next run of a schedule. */
const after = (schedule: { nextAt: string | null }, ms = 1000): Date =>
  new Date(Date.parse(schedule.nextAt ?? '') + ms);
const mailsTo = (to: string) =>
  w.sql<{ subject: string; body: string }>(
    `select subject, body from strongroom.mail_outbox where to_address = $1 and about = 'schedule' order by id`,
    [to],
  );
/** Ends a run as the engine does: each account as said by its name, all others reset. */
async function endRun(runId: string | null, states: Record<string, string> = {}): Promise<void> {
  for (const [name, state] of Object.entries(states))
    await w.sql(
      `update strongroom.reset_run_item set state = $3, why = 'the target said no' where run_id = $1 and name like $2 and state = 'waiting'`,
      [runId, `${name}%`, state],
    );
  await w.sql(`update strongroom.reset_run_item set state = 'done' where run_id = $1 and state = 'waiting'`, [runId]);
  await w.sql(`update strongroom.reset_run set state = 'done', ended_at = now() where id = $1`, [runId]);
  await w.composed.jobs['run-ended'](
    { organisationId: w.organisationId, runId: runId ?? '' },
    new AbortController().signal,
  );
}
/** Takes a schedule out of the other tests’ way. */
const away = async (of: Person, groupId: string): Promise<void> =>
  void (await w.invoke(deleteSchedule, await of.actor(), { groupId: groupId as ResourceGroupId }));

describe('a schedule', () => {
  it('starts one run for one due time, however many nodes look at once, with the rights of whoever set it', async () => {
    const { id, name } = await group(keeper);
    const before = await set(keeper, id);
    await Promise.all(Array.from({ length: 4 }, () => look(after(before))));
    const [run, ...others] = await runsOf(keeper, id);
    expect(others).toEqual([]);
    expect(run).toMatchObject({
      state: 'running',
      source: 'due',
      dueAt: before.nextAt,
      total: 2,
      requestedBy: 'keeper',
    });
    expect(
      await w.sql(`select requested_by, source, title, total from strongroom.reset_run where id = $1`, [run?.runId]),
    ).toEqual([{ requested_by: 'keeper', source: 'schedule', title: `Reset by the schedule of ${name}`, total: 2 }]);
    // The next is a day later; looking again finds nothing.
    expect(Date.parse((await read(keeper, id)).nextAt ?? '') - Date.parse(before.nextAt ?? '')).toBe(day);
    await look(after(before, 5 * minute));
    expect((await runsOf(keeper, id)).length).toBe(1);
    const [event] = (await w.audit('schedule.run')).filter((row) => row.object_id === id);
    expect(event).toMatchObject({
      outcome: 'done',
      actor_name: 'keeper',
      details: { due: before.nextAt, source: 'due' },
    });
    await endRun(run?.runId ?? '');
    await away(keeper, id);
  });

  it('makes up one run after an outage, and goes on with the time after it', async () => {
    const { id } = await group(keeper);
    const before = await set(keeper, id);
    const back = after(before, 5 * day + hour);
    await look(back);
    await look(after({ nextAt: back.toISOString() }, minute));
    const runs = await runsOf(keeper, id);
    expect(runs.map(({ source, dueAt }) => ({ source, dueAt }))).toEqual([{ source: 'made-up', dueAt: before.nextAt }]);
    expect(Date.parse((await read(keeper, id)).nextAt ?? '')).toBe(Date.parse(before.nextAt ?? '') + 6 * day);
    // While that run is at work the next time is left out, and says so.
    await look(after(before, 6 * day));
    expect((await runsOf(keeper, id))[0]).toMatchObject({
      state: 'refused',
      why: 'The run before was still at work.',
      runId: null,
    });
    await away(keeper, id);
  });

  it('leaves out what is in use, what has an open attempt and what cannot be reset, each with its reason and an event', async () => {
    const { id, resources, name } = await group(keeper, 3);
    const accounts = await w.sql<{ id: string; username: string; resource_id: string }>(
      `select id, username, resource_id from strongroom.account where resource_id = any($1::uuid[])`,
      [resources.map((r) => r.id)],
    );
    const of = (host: number, username: string): string =>
      accounts.find((a) => a.resource_id === resources[host]?.id && a.username === username)?.id ?? '';
    await w.sql(`update strongroom.resource set reset = null where id = $1`, [resources[1]?.id]);
    await w.invoke(rotateAccount, await keeper.actor(), { accountId: of(2, 'root') as never });
    const lent = of(0, 'app');
    const schedule = await set(keeper, id);
    await look(after(schedule), (_db, ids) =>
      Promise.resolve(new Map(ids.filter((one) => one === lent).map((one) => [one, 'auditor has it checked out.']))),
    );
    const [run] = await runsOf(keeper, id);
    const report = await w.invoke(readScheduleReport, await keeper.actor(), {
      groupId: id,
      scheduleRunId: run?.id as never,
    });
    const lines = Object.fromEntries(
      report.items.map((line) => [`${line.username} ${line.resourceName.slice(-1)}`, [line.outcome, line.why]]),
    );
    expect(lines).toEqual({
      'root 0': ['waiting', null],
      'app 0': ['skipped', 'auditor has it checked out.'],
      'root 1': ['skipped', expect.stringContaining('not set up')],
      'app 1': ['skipped', expect.stringContaining('not set up')],
      'root 2': ['skipped', expect.stringContaining('not finished')],
      'app 2': ['waiting', null],
    });
    const events = (await w.audit('schedule.run')).filter((row) => accounts.some((a) => a.id === row.object_id));
    expect(new Map(events.map((row) => [row.object_id, row.details['skipped']])).get(lent)).toBe(
      'auditor has it checked out.',
    );
    expect(events.length).toBe(4);
    await endRun(run?.runId ?? '', { 'root on': 'refused' });
    expect((await runsOf(keeper, id))[0]).toMatchObject({ state: 'done', total: 6, done: 1, failed: 1, skipped: 4 });
    expect(name).not.toBe('');
    await away(keeper, id);
  });

  it('tells people before and after, each once and of what reaches them, and addresses of all', async () => {
    const { id, name, resources } = await group(keeper, 2);
    const seer = await w.add({ username: `seer-${name}`, email: 'seer@example.org' });
    const named = await w.add({ username: `named-${name}`, email: 'named@example.org' });
    const member = await w.add({ username: `member-${name}`, email: 'member@example.org' });
    const both = await w.add({ username: `both-${name}`, email: 'both@example.org' });
    await w.add({ username: `blind-${name}`, email: 'blind@example.org' });
    await w.invoke(shareResource, await keeper.actor(), {
      resourceId: resources[0]?.id as never,
      set: [{ to: { kind: 'user', id: seer.id as UserId }, permission: 'view' }],
    });
    const userGroup = await w.invoke(createUserGroup, await w.people.admin.actor(), { name: `team-${name}` });
    await w.sql(
      `insert into strongroom.user_group_member (organisation_id, user_group_id, user_id) values ($1, $2, $3)`,
      [w.organisationId, userGroup.id, member.id],
    );
    await w.invoke(shareResource, await keeper.actor(), {
      resourceId: resources[1]?.id as never,
      set: [{ to: { kind: 'user-group', id: userGroup.id }, permission: 'view' }],
    });
    const [used] = await w.sql<{ id: AccountId }>(
      `select id from strongroom.account where resource_id = $1 and username = 'root'`,
      [resources[0]?.id],
    );
    if (used) await w.invoke(addConsumer, await keeper.actor(), { accountId: used.id, name: 'Billing' });
    const told = {
      withAccess: true,
      users: [named.id as UserId, both.id as UserId, w.people.boss.id as UserId],
      userGroups: [userGroup.id],
      addresses: ['team@example.org', 'BOTH@example.org'],
    };
    const schedule = await set(keeper, id, { tellBeforeMinutes: 90, tellBefore: told, tellAfter: told });
    const tellAt = Date.parse(schedule.nextAt ?? '') - 90 * minute;
    expect(schedule.tellAt).toBe(new Date(tellAt).toISOString());
    await look(new Date(tellAt - minute));
    expect(await mailsTo('team@example.org')).toEqual([]);
    await Promise.all([look(new Date(tellAt + minute)), look(new Date(tellAt + minute))]);
    await look(new Date(tellAt + 2 * minute));
    const everybody = [
      'seer@example.org',
      'both@example.org',
      'member@example.org',
      'team@example.org',
      'keeper@example.org',
      'boss@example.org',
    ];
    for (const to of everybody)
      expect([to, (await mailsTo(to)).map((mail) => mail.subject)]).toEqual([to, [`Passwords will be reset: ${name}`]]);
    for (const to of ['blind@example.org', 'named@example.org', 'BOTH@example.org'])
      expect([to, await mailsTo(to)]).toEqual([to, []]);
    const [forMember] = await mailsTo('member@example.org');
    expect(forMember?.body).toContain('host-1');
    expect(forMember?.body).not.toContain('host-0');
    for (const to of ['both@example.org', 'boss@example.org'])
      expect((await mailsTo(to))[0]?.body).toContain('4 accounts');
    const [forSeer] = await mailsTo('seer@example.org');
    const [forTeam] = await mailsTo('team@example.org');
    expect(forSeer?.body).toContain(`root on ${name}-host-0`);
    expect(forSeer?.body).not.toContain('host-1');
    expect(forSeer?.body).toContain('2 accounts');
    expect(forTeam?.body).toContain(`root on ${name}-host-1`);
    expect(forTeam?.body).toContain(`https://vault.example/resources/groups/${id}/rotation`);

    await look(after(schedule));
    const [run] = await runsOf(keeper, id);
    await endRun(run?.runId ?? '', { [`root on ${name}-host-1`]: 'refused' });
    await w.composed.jobs['run-ended'](
      { organisationId: w.organisationId, runId: run?.runId ?? '' },
      new AbortController().signal,
    );
    for (const to of everybody) expect([to, (await mailsTo(to)).length]).toEqual([to, 2]);
    const [, reportForSeer] = await mailsTo('seer@example.org');
    const [, reportForTeam] = await mailsTo('team@example.org');
    expect(reportForSeer).toMatchObject({ subject: `Passwords were reset: ${name}` });
    expect(reportForSeer?.body).toContain('2 reset, 0 failed, 0 left out');
    expect(reportForSeer?.body).not.toContain('host-1');
    expect(reportForSeer?.body).toContain('host-0: reset (used by 1 program');
    expect(reportForTeam).toMatchObject({ subject: `1 password not reset: ${name}` });
    expect(reportForTeam?.body).toContain(`root on ${name}-host-1: FAILED – the target said no`);
    expect((await runsOf(keeper, id))[0]).toMatchObject({ told: 6, done: 3, failed: 1 });
    await away(keeper, id);
  });

  it('tells an address of nothing that whoever set it does not see: a resource that was given away stays theirs who have it', async () => {
    const { id, name, resources } = await group(keeper, 2);
    const addresses = [`mine-${name}@example.org`];
    const schedule = await set(keeper, id, {
      tellBeforeMinutes: 90,
      tellBefore: { addresses },
      tellAfter: { addresses },
    });
    // Whoever transfers it takes it out of their groups; a race, or a group of somebody who had a share, leaves it in.
    await w.sql(`update strongroom.resource set owner_id = $2 where id = $1`, [resources[1]?.id, other.id]);
    await look(new Date(Date.parse(schedule.tellAt ?? '') + minute));
    await look(after(schedule));
    const [run] = await runsOf(keeper, id);
    await endRun(run?.runId ?? '');
    const mails = await mailsTo(addresses[0] ?? '');
    expect(mails).toHaveLength(2);
    for (const { body } of mails) {
      expect(body).toContain('host-0');
      expect(body).not.toContain('host-1');
    }
    await away(keeper, id);
  });

  it('stops, visibly, when whose rights it runs with lost them, and goes on with those of somebody else', async () => {
    const { id } = await group(keeper);
    const to = { kind: 'user', id: other.id as UserId } as const;
    await w.invoke(shareGroup, await keeper.actor(), { groupId: id, set: [{ to, permission: 'manage' }] });
    const schedule = await set(other, id);
    expect(schedule).toMatchObject({ runsAs: 'The other', state: 'active' });
    await w.invoke(shareGroup, await keeper.actor(), { groupId: id, remove: [to] });
    await look(after(schedule));
    const stopped = await read(keeper, id);
    expect(stopped).toMatchObject({
      state: 'stopped',
      nextAt: null,
      why: expect.stringContaining('does not manage the group') as string,
    });
    expect(stopped.last).toMatchObject({ state: 'refused', runId: null });
    expect((await mailsTo('keeper@example.org')).at(-1)?.subject).toContain('Schedule stopped');
    const refused = (await w.audit('schedule.run')).filter((row) => row.object_id === id);
    expect(refused.map((row) => [row.outcome, row.actor_name, row.details.code])).toEqual([
      ['refused', 'other', 'not-found'],
    ]);
    expect((await w.invoke(resumeSchedule, await keeper.actor(), { groupId: id })).runsAs).toBe('The keeper');
    // One whose user is gone, or may not sign in, is no better.
    await w.sql(`update strongroom.reset_schedule set owner_id = null where group_id = $1`, [id]);
    await look(new Date());
    expect(await read(keeper, id)).toMatchObject({
      state: 'stopped',
      why: expect.stringContaining('no longer there') as string,
      runsAs: null,
    });
    await away(keeper, id);
  });

  it('rests while it is paused and does not make up what was due then', async () => {
    const { id } = await group(keeper);
    const schedule = await set(keeper, id);
    const paused = await w.invoke(pauseSchedule, await keeper.actor(), { groupId: id });
    expect(paused).toMatchObject({ state: 'paused', nextAt: null });
    expect(paused.can).toContain('schedule.resume');
    expect(paused.can).not.toContain('schedule.pause');
    await look(after(schedule));
    expect(await runsOf(keeper, id)).toEqual([]);
    await expect(w.invoke(pauseSchedule, await keeper.actor(), { groupId: id })).rejects.toMatchObject({
      code: 'not-that-state',
    });
    const resumed = await w.invoke(resumeSchedule, await keeper.actor(), { groupId: id });
    expect(Date.parse(resumed.nextAt ?? '')).toBeGreaterThan(Date.now());
    await away(keeper, id);
  });

  it('runs by hand for whoever asks, and not while a run of it is at work', async () => {
    const { id } = await group(keeper);
    await set(keeper, id, { when: { is: 'never' } });
    expect(await read(keeper, id)).toMatchObject({ nextAt: null, state: 'active' });
    const run = await w.invoke(runSchedule, await keeper.actor(), { groupId: id });
    expect(run).toMatchObject({ source: 'by-hand', state: 'running', total: 2 });
    await expect(w.invoke(runSchedule, await keeper.actor(), { groupId: id })).rejects.toMatchObject({
      code: 'not-that-state',
    });
    await endRun(run.runId);
    expect((await runsOf(keeper, id))[0]).toMatchObject({ id: run.id, state: 'done', done: 2 });
    await away(keeper, id);
  });

  it('is looked after by a clock that is wrong for a while, and by nodes whose clocks differ, once for each time', async () => {
    const { id } = await group(keeper);
    const schedule = await set(keeper, id);
    await look(after(schedule, 400 * day));
    await endRun((await runsOf(keeper, id))[0]?.runId ?? '');
    await look(after(schedule, hour));
    await look(after(schedule, -30 * minute));
    await look(after(schedule, hour));
    expect((await runsOf(keeper, id)).map((run) => run.dueAt)).toEqual([schedule.nextAt]);
    await look(after(schedule, day));
    expect((await runsOf(keeper, id)).map((run) => Date.parse(run.dueAt) - Date.parse(schedule.nextAt ?? ''))).toEqual([
      day,
      0,
    ]);
    await away(keeper, id);
  });

  it('takes no part of a run back when it cannot be started: the time is tried again', async () => {
    const { id } = await group(keeper);
    const schedule = await set(keeper, id);
    const known = failures.length;
    // The database goes away in the middle of the transaction.
    const gone = Object.assign(new Error('Connection terminated'), { code: '57P01' });
    await expect(look(after(schedule), () => Promise.reject(gone))).rejects.toThrow('Connection terminated');
    expect(await runsOf(keeper, id)).toEqual([]);
    expect((await read(keeper, id)).nextAt).toBe(schedule.nextAt);
    await look(after(schedule, minute));
    expect((await runsOf(keeper, id)).map((run) => run.state)).toEqual(['running']);
    expect(failures.length).toBe(known);
    // What fails on our side is written down, and does not stand in the way of the next time.
    await endRun((await runsOf(keeper, id))[0]?.runId ?? '');
    await look(after(schedule, day), () => Promise.reject(new Error('a fault of ours')));
    expect(failures.slice(known)).toEqual([expect.objectContaining({ message: 'a fault of ours' })]);
    expect((await runsOf(keeper, id))[0]).toMatchObject({
      state: 'failed',
      why: expect.stringContaining('on our side') as string,
    });
    expect(Date.parse((await read(keeper, id)).nextAt ?? '')).toBe(Date.parse(schedule.nextAt ?? '') + 2 * day);
    await away(keeper, id);
  });
});

describe('the scheduler', () => {
  it('looks by itself, at every organisation, and ends what it is at when it is stopped', async () => {
    const { id } = await group(keeper);
    const schedule = await set(keeper, id);
    const faults: unknown[] = [];
    const options = {
      everyMs: 20,
      organisationIds: () => Promise.resolve([w.otherOrganisationId, w.organisationId]),
      onError: (error: unknown) => void faults.push(error),
    };
    const scheduler = startScheduler(parts(), { ...options, now: () => after(schedule) });
    await expect.poll(async () => (await runsOf(keeper, id)).length, { timeout: 10_000 }).toBe(1);
    await scheduler.stop();
    expect(faults).toEqual([]);
    await away(keeper, id);
  });
});

describe('the page of all schedules', () => {
  it('lists with next time and last result those whose group one sees, and shows what comes in a calendar', async () => {
    const mine = await group(keeper);
    const theirs = await group(other);
    await set(keeper, mine.id, { timeZone: 'Europe/Berlin' });
    await set(other, theirs.id, { when: { is: 'monthly', day: 31, time: '12:00' } });
    await w.invoke(runSchedule, await keeper.actor(), { groupId: mine.id });
    const list = await w.invoke(listSchedules, await keeper.actor(), {});
    const row = list.items.find((item) => item.groupId === mine.id);
    expect(row).toMatchObject({
      groupName: mine.name,
      last: { source: 'by-hand', state: 'running' },
      can: expect.arrayContaining(['schedule.run', 'schedule.pause']) as string[],
    });
    expect(list.items.some((item) => item.groupId === theirs.id)).toBe(false);
    expect((await w.invoke(listSchedules, await keeper.actor(), { search: mine.name })).total).toBe(1);
    expect((await w.invoke(listSchedules, await keeper.actor(), { search: mine.name, state: 'paused' })).total).toBe(0);
    expect((await w.invoke(listSchedules, await w.people.nobody.actor(), {})).items).toEqual([]);
    const all = await w.invoke(listSchedules, await w.people.boss.actor(), { sort: '-groupName', limit: 1 });
    expect(all.items.length).toBe(1);
    expect(
      (await w.invoke(listSchedules, await w.people.boss.actor(), { sort: '-groupName', cursor: all.nextCursor ?? '' }))
        .items.length,
    ).toBe(all.total - 1);

    const calendar = await w.invoke(readCalendar, await keeper.actor(), {});
    const ofMine = calendar.items.filter((item) => item.groupId === mine.id);
    expect([59, 60, 61]).toContain(ofMine.length);
    expect(calendar.items.some((item) => item.groupId === theirs.id)).toBe(false);
    expect(calendar.items.map((item) => item.at)).toEqual([...calendar.items.map((item) => item.at)].sort());
    const boss = await w.invoke(readCalendar, await w.people.boss.actor(), { days: 92 });
    expect(boss.items.filter((item) => item.groupId === theirs.id).length).toBe(3);
    expect(boss.more).toBe(false);
    await away(keeper, mine.id);
    await away(other, theirs.id);
  });

  it('says when a schedule would be due before it is kept', async () => {
    const { times } = await w.invoke(previewSchedule, await keeper.actor(), {
      when: { is: 'cron', pattern: '30 2 * * 1' },
      timeZone: 'UTC',
    });
    expect(times.length).toBe(5);
    expect(times.every((at) => new Date(at).getUTCDay() === 1)).toBe(true);
    for (const wrong of [
      { is: 'cron', pattern: '* * * * *' },
      { is: 'once', date: '2020-01-01', time: '00:00' },
    ] as const)
      await expect(
        w.invoke(previewSchedule, await keeper.actor(), { when: wrong, timeZone: 'UTC' }),
      ).rejects.toMatchObject({ code: 'input-invalid' });
    await expect(
      w.invoke(previewSchedule, await keeper.actor(), { when: { is: 'never' }, timeZone: 'Mars/Olympus' }),
    ).rejects.toMatchObject({ code: 'input-invalid' });
  });
});
