import {
  changePassword,
  controlAccount,
  copyAccount,
  copyResource,
  createResource,
  createResourceGroup,
  deleteAccount,
  deleteResource,
  deleteUser,
  disableUser,
  explainAccess,
  forceCheckIn,
  listScheduleRuns,
  moveAccount,
  readRequest,
  requestAccount,
  restoreVersion,
  revealAccount,
  revealAccountField,
  revealFormer,
  revealKey,
  rotateAccount,
  runSchedule,
  setSchedule,
  shareResource,
  startRunCall,
  tryScript,
  updateSettings,
  type Call,
} from '@strongroom/contract';
import type { z } from 'zod';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { desk, type Desk } from '../../test/requests.ts';
import { fakeTargets, type Targets } from '../../test/targets.ts';
import { world, type Person, type World } from '../../test/world.ts';

let w: World;
let targets: Targets;
let keeper: Person;
let anna: Person;
let ben: Person;
let cleo: Person;
const never = new AbortController().signal;

beforeAll(async () => {
  targets = fakeTargets();
  w = await world({ outpost: targets.outpost });
  keeper = w.people.keeper;
  [anna, ben] = [await w.add({ username: 'anna' }), await w.add({ username: 'ben' })];
  cleo = await w.add({ username: 'cleo', role: 'password-administrator' });
});
afterAll(() => w.close());

const lent = (change: Partial<Parameters<typeof desk>[2]> = {}): Promise<Desk> =>
  desk(w, keeper, { shared: [anna, ben], approvers: [cleo], ...change });
/** Ben has it. */
async function inUse(d: Desk, who: Person = ben) {
  const request = await d.ask(who);
  await d.approve(cleo, request);
  await d.checkOut(who);
  return request;
}
const code = async (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'done',
    (error: unknown) => (error as { code?: string }).code ?? String(error),
  );
const setting = async (changes: z.input<typeof updateSettings.input>) =>
  w.invoke(updateSettings, await w.people.privileged.actor(), changes);

describe('past a control, and past whoever has a password out', () => {
  /** Every way to a password, or to put one in its place, that an owner has. */
  const ways = async (d: Desk, to: string): Promise<[Call<string, z.ZodType, z.ZodType>, object][]> => {
    const { accountId, resourceId } = d;
    return [
      [revealAccount, { accountId }],
      [revealFormer, { accountId, version: 1 }],
      [revealAccountField, { accountId, fieldId: accountId }],
      [revealKey, { accountId }],
      [changePassword, { accountId, password: 'Brand-new-1-word!' }],
      [restoreVersion, { accountId, version: 1 }],
      [copyAccount, { accountId, resourceIds: [to] }],
      [moveAccount, { accountId, resourceId: to }],
      [copyResource, { resourceId, inherit: { accounts: true } }],
      [tryScript, { accountId }],
    ];
  };

  it('no way leads, for owners and super administrators neither', async () => {
    const d = await lent();
    const { id: to } = await w.invoke(createResource, await keeper.actor(), {
      name: 'elsewhere',
      type: 'Linux',
      accounts: [],
    });
    for (const [call, input] of await ways(d, to)) {
      const parsed = call.input.safeParse(input);
      expect(parsed.error?.issues, call.name).toBeUndefined();
      for (const who of [keeper, w.people.boss])
        expect(await code(w.invoke(call, await who.actor(), input)), `${call.name} by ${who.username}`).toBe(
          'approval-required',
        );
    }
    const request = await inUse(d);
    for (const [call, input] of await ways(d, to))
      for (const who of [keeper, w.people.boss])
        expect(await code(w.invoke(call, await who.actor(), input)), `${call.name} by ${who.username}`).toBe(
          'checked-out',
        );
    for (const [call, input] of [
      [rotateAccount, { accountId: d.accountId }],
      [deleteAccount, { accountId: d.accountId }],
      [deleteResource, { resourceId: d.resourceId }],
    ] as const)
      expect(
        await code(w.invoke(call as Call<string, z.ZodType, z.ZodType>, await keeper.actor(), input)),
        call.name,
      ).toBe('checked-out');
    // A program is no other way.
    for (const who of [keeper, anna])
      expect(
        await code(
          w.invoke(revealAccount, (await who.token(['read', 'passwords', 'manage'])).actor, { accountId: d.accountId }),
        ),
      ).toBe('checked-out');
    // Whoever has it, has it by every door, and until it is taken back.
    expect(
      await code(w.invoke(revealAccount, (await ben.token(['passwords'])).actor, { accountId: d.accountId })),
    ).toBe('done');
    await w.invoke(forceCheckIn, await cleo.actor(), { requestId: request.id });
    expect(
      await code(w.invoke(revealAccount, (await ben.token(['passwords'])).actor, { accountId: d.accountId })),
    ).toBe('approval-required');
  });

  it('holds where only one of a resource’s accounts is controlled, and for a run that was started before', async () => {
    const d = await lent({ targets });
    const run = await w.invoke(startRunCall, await keeper.actor(), {
      kind: 'reset',
      selection: { accountIds: [d.accountId] },
    });
    await inUse(d);
    await w.composed.jobs.run({ organisationId: w.organisationId, runId: run.id, pump: 0 }, never);
    const [item] = await w.sql<{ state: string; why: string }>(
      `select state, why from strongroom.reset_run_item where run_id = $1`,
      [run.id],
    );
    expect(item).toMatchObject({
      state: 'skipped',
      why: expect.stringContaining('checked this password out') as unknown,
    });
    expect(targets.at(d.host).passwords.get('root')).toBe('First-word-1');
  });

  it('nobody takes themselves out of asking, nor changes the rules of a request of their own', async () => {
    const d = await lent();
    expect(await code(d.control({ excludedIds: [keeper.id] as never }))).toBe('not-yourself');
    const request = await d.ask(keeper);
    expect(await code(d.control({ on: false }))).toBe('not-yourself');
    expect(await code(d.control(null))).toBe('not-yourself');
    expect(await code(d.control({ automatic: 'always' }))).toBe('not-yourself');
    // By the resource's control neither, which would count were the account's taken away.
    expect(await code(d.approve(keeper, request))).toBe('not-yourself');
    expect(await code(w.invoke(controlAccount, await anna.actor(), { accountId: d.accountId, control: null }))).toBe(
      'not-found',
    );
    // Another administrator may.
    expect(
      await code(w.invoke(controlAccount, await w.people.boss.actor(), { accountId: d.accountId, control: null })),
    ).toBe('done');
  });

  it('a share that ends, a user who is disabled or deleted, and an account that is deleted end it', async () => {
    const d = await lent();
    const request = await inUse(d);
    await w.invoke(shareResource, await keeper.actor(), {
      resourceId: d.resourceId,
      remove: [{ kind: 'user', id: ben.id }] as never,
    });
    expect(await code(d.reveal(ben))).toBe('not-found');
    await w.invoke(forceCheckIn, await cleo.actor(), { requestId: request.id });

    const gone = await w.add({ username: 'gone' });
    const other = await lent({ shared: [gone, anna] });
    const theirs = await inUse(other, gone);
    const next = await other.ask(anna);
    await other.approve(cleo, next);
    await w.invoke(disableUser, await w.people.boss.actor(), { userId: gone.id as never });
    await other.look();
    expect(await w.invoke(readRequest, await cleo.actor(), { requestId: theirs.id })).toMatchObject({
      state: 'checked-in',
      endedHow: 'forced',
    });
    await other.checkOut(anna);
    await other.checkIn(anna);

    const leaver = await w.add({ username: 'leaver' });
    const third = await lent({ shared: [leaver, anna] });
    const left = await inUse(third, leaver);
    await w.invoke(deleteUser, await w.people.boss.actor(), { userId: leaver.id as never });
    await third.look();
    const kept = await w.invoke(readRequest, await cleo.actor(), { requestId: left.id });
    expect(kept).toMatchObject({ state: 'checked-in', requester: 'leaver', requesterId: null });
    const waiting = await third.ask(anna);
    await w.invoke(deleteResource, await keeper.actor(), { resourceId: third.resourceId });
    await third.look();
    expect(await w.invoke(readRequest, await anna.actor(), { requestId: waiting.id })).toMatchObject({
      state: 'void',
      accountId: null,
    });
  });

  it('whoever has no share, or another organisation, learns nothing of it', async () => {
    const d = await lent();
    const request = await d.ask(anna);
    for (const who of [w.people.nobody, w.people.foreign]) {
      expect(
        await code(w.invoke(requestAccount, await who.actor(), { accountId: d.accountId, reason: 'please' })),
      ).toBe('not-found');
      expect(await code(w.invoke(readRequest, await who.actor(), { requestId: request.id }))).toBe('not-found');
      expect(await code(d.approve(who, request))).toBe('not-found');
    }
    // Whoever lost the role is no approver any more, though still on the list.
    await w.sql(`update strongroom.app_user set role = 'password-user' where id = $1`, [cleo.id]);
    expect(await code(d.approve(cleo, request))).toBe('not-found');
    await w.sql(`update strongroom.app_user set role = 'password-administrator' where id = $1`, [cleo.id]);
    expect((await d.approve(cleo, request)).state).toBe('approved');
  });

  it('settings exempt owners and super administrators, and let administrators look beside whoever has it', async () => {
    const d = await lent();
    expect(await code(d.reveal(keeper))).toBe('approval-required');
    await setting({ ownersNeedNoApproval: true, superAdministratorsNeedNoApproval: true });
    expect(await code(d.reveal(keeper))).toBe('done');
    expect(await code(d.reveal(w.people.boss))).toBe('done');
    expect(await code(d.reveal(anna))).toBe('approval-required');
    // Need not ask, but must wait.
    const request = await inUse(d);
    expect(await code(d.reveal(keeper))).toBe('checked-out');
    await setting({ administratorsSeeCheckedOut: true });
    expect(await code(d.reveal(keeper))).toBe('done');
    expect(await code(d.reveal(anna))).toBe('checked-out');
    expect(
      await code(
        w.invoke(changePassword, await keeper.actor(), { accountId: d.accountId, password: 'Brand-new-1-word!' }),
      ),
    ).toBe('checked-out');
    await w.invoke(forceCheckIn, await cleo.actor(), { requestId: request.id });
    // Whoever need not ask may still take it for themselves alone.
    expect(await d.checkOut(keeper)).toMatchObject({ state: 'in-use', approvedHow: 'exempt' });
    await d.checkIn(keeper);
    await setting({
      ownersNeedNoApproval: false,
      superAdministratorsNeedNoApproval: false,
      administratorsSeeCheckedOut: false,
    });
  });

  it('a scheduled reset passes it over, says so, and is made up for once it is back [ACW-06]', async () => {
    const d = await lent({ targets });
    const owner = await keeper.actor();
    const { id: groupId } = await w.invoke(createResourceGroup, owner, { name: 'lent', resourceIds: [d.resourceId] });
    await w.invoke(setSchedule, owner, { groupId, when: { is: 'never' }, timeZone: 'UTC', passwords: 'unique' });
    const request = await inUse(d);
    await w.invoke(runSchedule, owner, { groupId });
    const [run] = (await w.invoke(listScheduleRuns, owner, { groupId })).items;
    expect(run).toMatchObject({ total: 1 });
    const events = (await w.audit('schedule.run')).filter((row) => row.object_id === d.accountId);
    expect(events.at(-1)?.details['skipped']).toBe('Somebody has it checked out. It is reset once it is back.');
    expect(targets.at(d.host).passwords.get('root')).toBe('First-word-1');
    expect(await d.checkIn(ben)).toMatchObject({ reset: { state: 'due' } });
    await d.look();
    const [made] = await w.sql<{ id: string }>(
      `select reset_run_id as id from strongroom.access_request where id = $1`,
      [request.id],
    );
    await w.composed.jobs.run({ organisationId: w.organisationId, runId: made?.id ?? '', pump: 0 }, never);
    await w.composed.jobs['run-ended']({ organisationId: w.organisationId, runId: made?.id ?? '' }, never);
    expect(targets.at(d.host).passwords.get('root')).not.toBe('First-word-1');
  });

  it('is named as a condition where access is explained', async () => {
    const d = await lent();
    const shown = await w.invoke(explainAccess, await w.people.boss.actor(), {
      userId: anna.id as never,
      action: 'account.reveal',
      objectId: d.accountId,
    } as never);
    expect(JSON.stringify(shown)).toMatch(/access to it is controlled/);
  });
});
