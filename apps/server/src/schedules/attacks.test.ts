import {
  calls,
  createResource,
  createResourceGroup,
  deleteSchedule,
  deleteScheduleTemplate,
  listSchedules,
  listScheduleTemplates,
  readSchedule,
  readScheduleReport,
  resumeSchedule,
  runSchedule,
  saveScheduleTemplate,
  setSchedule,
  shareGroup,
  type ResourceGroupId,
  type UserId,
} from '@strongroom/contract';
import { randomUUID } from 'node:crypto';
import type { z } from 'zod';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { world, type Person, type World } from '../../test/world.ts';
import { Secret } from '../platform/secret.ts';
import { tick } from './index.ts';

let w: World;
let keeper: Person;
let other: Person;
beforeAll(async () => {
  w = await world();
  keeper = w.people.keeper;
  other = await w.add({ username: 'other', role: 'password-administrator' });
});
afterAll(() => w.close());

const common = 'One-For-All-9f!x7-Lantern';
type Input = Omit<z.input<typeof setSchedule.input>, 'groupId'>;
const weekly: Input = { when: { is: 'cron', pattern: '30 2 * * 1' }, timeZone: 'UTC', passwords: 'common' };
interface Made {
  readonly id: ResourceGroupId;
  readonly resourceId: string;
}
async function group(of: Person): Promise<Made> {
  const owner = await of.actor();
  const resource = await w.invoke(createResource, owner, {
    name: `host-${randomUUID().slice(0, 8)}`,
    type: 'Linux',
    dnsName: 'host.invalid',
    accounts: [{ username: 'root' }],
    reset: { settings: {} },
  });
  const { id } = await w.invoke(createResourceGroup, owner, { name: resource.name, resourceIds: [resource.id] });
  return { id, resourceId: resource.id };
}
const set = async (of: Person, groupId: ResourceGroupId, input: Partial<Input> = {}) =>
  w.invoke(setSchedule, await of.actor(), { groupId, ...weekly, ...input });
const failures: unknown[] = [];
const look = (now: Date): Promise<void> =>
  tick(
    { perform: w.perform, vault: w.vault, publicUrl: () => '' },
    w.organisationId,
    now,
    (error) => void failures.push(error),
  );
const stored = async (groupId: string) => {
  const [row] = await w.sql<{ id: string; sealed: Buffer; version: number }>(
    `select id, sealed, sealed_version as version from strongroom.reset_schedule where group_id = $1`,
    [groupId],
  );
  if (!row) throw new Error('no schedule');
  return row;
};
const giveManage = async (from: Person, groupId: ResourceGroupId, to: Person): Promise<unknown> =>
  w.invoke(shareGroup, await from.actor(), {
    groupId,
    set: [{ to: { kind: 'user', id: to.id as UserId }, permission: 'manage' }],
  });

describe('the one password of a schedule', () => {
  it('is sealed, is told to nobody, and comes to the accounts of the run', async () => {
    const { id, resourceId } = await group(keeper);
    const schedule = await set(keeper, id, { password: common });
    expect(schedule.passwordGivenAt).not.toBeNull();
    const shown = [
      schedule,
      await w.invoke(readSchedule, await w.people.boss.actor(), { groupId: id }),
      await w.invoke(listSchedules, await keeper.actor(), {}),
      await w.sql(`select * from strongroom.audit_event where object_id = $1`, [id]),
    ];
    expect(JSON.stringify(shown)).not.toContain(common);
    expect((await stored(id)).sealed.toString('latin1')).not.toContain(common);
    expect(
      (await w.sql(`select payload::text from graphile_worker._private_jobs`)).every(
        (row) => !JSON.stringify(row).includes(common),
      ),
    ).toBe(true);
    const run = await w.invoke(runSchedule, await keeper.actor(), { groupId: id });
    await w.composed.jobs.run(
      { organisationId: w.organisationId, runId: run.runId ?? '', pump: 0 },
      new AbortController().signal,
    );
    // The host cannot be reached from here: its candidate is kept, as abandoned.
    const [candidate] = await w.sql<{ account_id: string; version: number; sealed: Buffer }>(
      `select s.account_id, s.version, s.sealed from strongroom.secret s join strongroom.account a on a.id = s.account_id
       where a.resource_id = $1 and s.state = 'abandoned'`,
      [resourceId],
    );
    if (!candidate) throw new Error('nothing was staged');
    const place = { column: 'secret.sealed', rowId: candidate.account_id, version: candidate.version } as const;
    const ask = { actor: await keeper.actor(), action: 'account.reveal', objectId: candidate.account_id } as const;
    const opened = await w.perform(ask, (grant) => w.vault.open(grant, candidate.sealed, place));
    expect(opened.equals(new Secret(common))).toBe(true);
  });

  it('opens in its own row and version alone: moved to another group’s schedule it starts nothing', async () => {
    const [mine, theirs] = [await group(keeper), await group(other)];
    await set(keeper, mine.id, { password: common });
    await set(other, theirs.id, { password: 'Another-One-55!-Harbour' });
    const before = await stored(theirs.id);
    const { sealed } = await stored(mine.id);
    await w.sql(`update strongroom.reset_schedule set sealed = $2 where group_id = $1`, [theirs.id, sealed]);
    const run = async () => w.invoke(runSchedule, await other.actor(), { groupId: theirs.id });
    await expect(run()).rejects.toThrow();
    // A former password put back is refused as well.
    await w.sql(`update strongroom.reset_schedule set sealed = $2 where group_id = $1`, [theirs.id, before.sealed]);
    await set(other, theirs.id, { password: 'A-Third-One-77!-Quay' });
    await w.sql(`update strongroom.reset_schedule set sealed = $2 where group_id = $1`, [theirs.id, before.sealed]);
    await expect(run()).rejects.toThrow();
    expect(
      await w.sql(
        `select 1 from strongroom.reset_run r join strongroom.reset_schedule s on s.id = r.source_id where s.group_id = $1`,
        [theirs.id],
      ),
    ).toEqual([]);
    await w.invoke(deleteSchedule, await other.actor(), { groupId: theirs.id });
  });

  it('is nobody else’s to run with: whoever takes the schedule over gives one of their own', async () => {
    const { id } = await group(keeper);
    await giveManage(keeper, id, other);
    await set(keeper, id, { password: common });
    const asOther = await other.actor();
    await expect(w.invoke(runSchedule, asOther, { groupId: id })).rejects.toMatchObject({ code: 'not-that-state' });
    await expect(set(other, id)).rejects.toMatchObject({ code: 'input-invalid' });
    await w.sql(
      `update strongroom.reset_schedule set state = 'stopped', why = 'x', next_at = null where group_id = $1`,
      [id],
    );
    await expect(w.invoke(resumeSchedule, asOther, { groupId: id })).rejects.toMatchObject({ code: 'not-that-state' });
    // Whoever gave it may leave it as it is.
    const before = await stored(id);
    await set(keeper, id, { when: { is: 'never' } });
    expect((await stored(id)).sealed.equals(before.sealed)).toBe(true);
    await set(other, id, { password: 'Another-One-55!-Harbour' });
    expect((await stored(id)).version).toBe(before.version + 1);
    // With it goes what was sealed.
    await set(other, id, { passwords: 'unique' });
    expect((await stored(id)).sealed).toBeNull();
  });

  it('keeps the group’s policy, and is not given where it has no meaning', async () => {
    const { id } = await group(keeper);
    await expect(set(keeper, id, { password: 'short' })).rejects.toMatchObject({ code: 'password-weak' });
    await expect(set(keeper, id)).rejects.toMatchObject({ code: 'input-invalid' });
    await expect(set(keeper, id, { passwords: 'unique', password: common })).rejects.toMatchObject({
      code: 'input-invalid',
    });
    expect(await w.invoke(readSchedule, await keeper.actor(), { groupId: id })).toEqual({ schedule: null });
  });
});

describe('whoever must not', () => {
  it('neither reads, sets nor runs a schedule with less than ‘manage’ on its group, and learns nothing of it', async () => {
    const { id } = await group(keeper);
    await set(keeper, id, { passwords: 'unique' });
    const viewer = await w.add({ username: `viewer-${id}`, role: 'password-administrator' });
    await w.invoke(shareGroup, await keeper.actor(), {
      groupId: id,
      set: [{ to: { kind: 'user', id: viewer.id as UserId }, permission: 'modify' }],
    });
    for (const who of [viewer, other, w.people.nobody, w.people.foreign]) {
      const actor = await who.actor();
      await expect(w.invoke(readSchedule, actor, { groupId: id })).rejects.toMatchObject({ code: 'not-found' });
      await expect(w.invoke(runSchedule, actor, { groupId: id })).rejects.toMatchObject({ code: 'not-found' });
      await expect(w.invoke(setSchedule, actor, { groupId: id, ...weekly, passwords: 'unique' })).rejects.toMatchObject(
        { code: 'not-found' },
      );
    }
    // Who sees the group sees when, and nobody’s addresses.
    const [row] = (await w.invoke(listSchedules, await viewer.actor(), {})).items;
    expect(row).toMatchObject({ groupId: id, can: [] });
    expect(Object.keys(row ?? {})).not.toContain('tellBefore');
  });

  it('is not told by a report of accounts that they no longer see, nor by one of another group', async () => {
    const [mine, theirs] = [await group(keeper), await group(other)];
    await set(keeper, mine.id, { passwords: 'unique' });
    await set(other, theirs.id, { passwords: 'unique' });
    const run = await w.invoke(runSchedule, await keeper.actor(), { groupId: mine.id });
    const report = async (of: Person, groupId: ResourceGroupId) =>
      w.invoke(readScheduleReport, await of.actor(), { groupId, scheduleRunId: run.id });
    expect((await report(keeper, mine.id)).total).toBe(1);
    await expect(report(other, theirs.id)).rejects.toMatchObject({ code: 'not-found' });
    await w.sql(`update strongroom.resource set owner_id = $2 where id = $1`, [mine.resourceId, other.id]);
    expect(await report(keeper, mine.id)).toMatchObject({ items: [], total: 0 });
  });

  it('names as recipients only whom they may look up', async () => {
    const { id } = await group(keeper);
    const tell = (userId: string): Partial<Input> => ({
      passwords: 'unique',
      tellAfter: { users: [userId as UserId] },
    });
    await expect(set(keeper, id, tell(randomUUID()))).rejects.toMatchObject({ code: 'not-found' });
    await expect(set(keeper, id, tell(w.people.foreign.id))).rejects.toMatchObject({ code: 'not-found' });
    expect((await set(keeper, id, tell(other.id))).tellAfter.users.map((user) => user.name)).toEqual([
      'The other (other)',
    ]);
    await expect(
      w.invoke(saveScheduleTemplate, await keeper.actor(), {
        name: 'x',
        ...body,
        tellAfter: { users: [w.people.foreign.id as UserId] } as never,
      }),
    ).rejects.toMatchObject({ code: 'not-found' });
  });

  it('gets no more out of a schedule than the token carried that set it', async () => {
    const { id } = await group(keeper);
    const { actor } = await keeper.token(['read', 'manage']);
    await expect(w.invoke(setSchedule, actor, { groupId: id, ...weekly, passwords: 'unique' })).rejects.toMatchObject({
      code: 'scope-missing',
    });
    const { actor: able } = await keeper.token(['passwords']);
    const schedule = await w.invoke(setSchedule, able, { groupId: id, ...weekly, passwords: 'unique' });
    await look(new Date(Date.parse(schedule.nextAt ?? '') + 1000));
    expect(
      await w.sql(
        `select r.scopes from strongroom.reset_run r join strongroom.reset_schedule s on s.id = r.source_id where s.group_id = $1`,
        [id],
      ),
    ).toEqual([{ scopes: ['passwords'] }]);
    expect(failures).toEqual([]);
  });
});

const nobodyTold = { withAccess: false, users: [], userGroups: [], addresses: [] };
const body = {
  when: { is: 'monthly', day: 31, time: '23:00' },
  timeZone: 'Europe/Berlin',
  passwords: 'common',
  tellBeforeMinutes: 1440,
  tellBefore: { ...nobodyTold, withAccess: true },
  tellAfter: nobodyTold,
} as const;

describe('templates of schedules', () => {
  it('are kept and taken without any password, by whoever manages resources', async () => {
    const keep = {
      ...body,
      tellBefore: { ...nobodyTold, withAccess: true },
      tellAfter: { ...nobodyTold, addresses: ['team@example.org'] },
    };
    const kept = await w.invoke(saveScheduleTemplate, await keeper.actor(), { name: 'Month’s end', ...keep });
    expect(kept).toMatchObject({ name: 'Month’s end', createdBy: 'keeper', body: keep });
    expect(
      JSON.stringify(
        calls
          .find((call) => call.name === 'schedule-template.save')
          ?.input.safeParse({ name: 'x', ...keep, password: common }),
      ),
    ).not.toContain(common);
    await expect(
      w.invoke(saveScheduleTemplate, await keeper.actor(), { name: 'MONTH’S END', ...keep }),
    ).rejects.toMatchObject({ code: 'name-taken' });
    expect((await w.invoke(listScheduleTemplates, await other.actor(), {})).items.map((item) => item.id)).toEqual([
      kept.id,
    ]);
    await expect(w.invoke(listScheduleTemplates, await w.people.nobody.actor(), {})).rejects.toMatchObject({
      code: 'not-your-role',
    });
    expect((await w.invoke(listScheduleTemplates, await w.people.foreign.actor(), {})).items).toEqual([]);
    await w.invoke(deleteScheduleTemplate, await other.actor(), { scheduleTemplateId: kept.id });
    expect((await w.invoke(listScheduleTemplates, await keeper.actor(), {})).items).toEqual([]);
  });
});
