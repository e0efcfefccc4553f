import {
  breakGlass,
  countRequests,
  forceCheckIn,
  listRequests,
  openRequestLink,
  readRequest,
  rejectRequest,
  reviewEmergency,
  updateSettings,
  type AccessRequest,
} from '@strongroom/contract';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { desk, type Desk } from '../../test/requests.ts';
import { fakeTargets, type Targets } from '../../test/targets.ts';
import { world, type Person, type World } from '../../test/world.ts';

let w: World;
let targets: Targets;
let keeper: Person;
let anna: Person;
let ben: Person;
let cleo: Person;
let eric: Person;
const never = new AbortController().signal;

beforeAll(async () => {
  targets = fakeTargets();
  w = await world({ outpost: targets.outpost });
  keeper = w.people.keeper;
  [anna, ben] = [await w.add({ username: 'anna' }), await w.add({ username: 'ben' })];
  [cleo, eric] = [
    await w.add({ username: 'cleo', role: 'password-administrator' }),
    await w.add({ username: 'eric', role: 'password-administrator' }),
  ];
  await w.invoke(updateSettings, await w.people.boss.actor(), {
    mail: { host: 'mail.example', port: 25, security: 'none', from: 'strongroom@example.org' },
  });
});
afterAll(() => w.close());
beforeEach(() => w.sql('delete from strongroom.mail_outbox'));

const lent = (change: Partial<Parameters<typeof desk>[2]> = {}): Promise<Desk> =>
  desk(w, keeper, { shared: [anna, ben], approvers: [cleo, eric], ...change });
const mails = async (to: Person): Promise<{ subject: string; body: string }[]> =>
  w.sql('select subject, body from strongroom.mail_outbox where to_address = $1 order by id', [
    `${to.username}@example.org`,
  ]);
const see = async (who: Person, request: { id: string }): Promise<AccessRequest> =>
  w.invoke(readRequest, await who.actor(), { requestId: request.id as never });
/** Runs the resets that the rounds began, to their end. */
async function reset(d: Desk): Promise<void> {
  await d.look();
  const runs = await w.sql<{ id: string }>(
    `select r.id from strongroom.reset_run r join strongroom.reset_run_item i on i.run_id = r.id where i.account_id = $1 and r.source = 'check-in' and r.state = 'running'`,
    [d.accountId],
  );
  for (const { id } of runs) {
    for (let turn = 0; turn < 8; turn++) {
      await w.composed.jobs.run({ organisationId: w.organisationId, runId: id, pump: 0 }, never);
      await w.sql(`update strongroom.reset_run_item set not_before = null where run_id = $1`, [id]);
    }
    await w.composed.jobs['run-ended']({ organisationId: w.organisationId, runId: id }, never);
  }
}

describe('a password under control', () => {
  it('is asked for, approved from the mail, checked out, used by one alone, checked in and reset', async () => {
    const d = await lent({ resetAfter: true, targets });
    expect(await d.access(anna)).toMatchObject({ state: 'request', can: ['account.request', 'account.break-glass'] });
    await expect(d.reveal(anna)).rejects.toMatchObject({ code: 'approval-required' });
    await expect(d.reveal(keeper)).rejects.toMatchObject({ code: 'approval-required' });
    await expect(d.checkOut(anna)).rejects.toMatchObject({ code: 'approval-required' });
    const request = await d.ask(anna);
    expect(request).toMatchObject({ state: 'waiting', reason: 'disk is full', can: ['access-request.withdraw'] });
    expect(await d.access(anna)).toMatchObject({ state: 'waiting' });
    await expect(d.ask(anna)).rejects.toMatchObject({ code: 'not-that-state' });

    // Two approvers are told, each with a link of their own; the other's opens nothing.
    const [mail] = await mails(cleo);
    expect(mail?.subject).toBe(`anna asks for root on ${d.host}`);
    expect(mail?.body).toContain('disk is full');
    expect(await mails(anna)).toEqual([]);
    const token = /approve#(\S+)/.exec(mail?.body ?? '')?.[1] ?? '';
    await expect(w.invoke(openRequestLink, await eric.actor(), { token })).rejects.toMatchObject({
      code: 'link-invalid',
    });
    expect(await w.invoke(openRequestLink, await cleo.actor(), { token })).toMatchObject({ id: request.id });
    await expect(d.approve(eric, request, { token })).rejects.toMatchObject({ code: 'link-invalid' });
    const approved = await d.approve(cleo, request, { token, comment: 'go ahead' });
    expect(approved).toMatchObject({
      state: 'approved',
      approvedHow: 'people',
      decisions: [{ by: 'cleo', comment: 'go ahead' }],
    });
    await expect(w.invoke(openRequestLink, await cleo.actor(), { token })).rejects.toMatchObject({
      code: 'link-invalid',
    });
    expect((await mails(anna)).map((one) => one.subject)).toEqual([`Approved: root on ${d.host}`]);

    await expect(d.reveal(anna)).rejects.toMatchObject({ code: 'approval-required' });
    expect(await d.access(anna)).toMatchObject({
      state: 'approved',
      can: ['account.check-out', 'account.break-glass'],
    });
    const out = await d.checkOut(anna);
    expect(out).toMatchObject({ id: request.id, state: 'in-use' });
    expect(await d.reveal(anna)).toBe('First-word-1');
    expect(await d.access(anna)).toMatchObject({ state: 'mine', can: ['account.check-in'] });
    expect(await d.access(ben)).toMatchObject({ state: 'in-use', holder: 'anna' });
    for (const who of [ben, keeper, w.people.boss])
      await expect(d.reveal(who)).rejects.toMatchObject({ code: 'checked-out' });

    expect(await d.checkIn(anna)).toMatchObject({ state: 'checked-in', reset: { state: 'due' } });
    await expect(d.reveal(anna)).rejects.toMatchObject({ code: 'approval-required' });
    expect(await d.access(ben)).toMatchObject({ state: 'resetting' });
    await reset(d);
    expect((await see(anna, request)).reset).toMatchObject({ state: 'done', tries: 1 });
    expect(targets.at(d.host).passwords.get('root')).not.toBe('First-word-1');
    expect(await d.access(ben)).toMatchObject({ state: 'request' });
    expect((await w.audit('account.check-out')).at(-1)).toMatchObject({
      outcome: 'done',
      details: { request: request.id },
    });
  });

  it('needs two different approvers where two are asked for; nobody approves their own; one no is enough', async () => {
    const d = await lent({ approvals: 2, approvers: [cleo, eric, keeper] });
    const own = await d.ask(keeper);
    await expect(d.approve(keeper, own)).rejects.toMatchObject({ code: 'not-yourself' });
    const request = await d.ask(anna);
    expect(await d.approve(cleo, request)).toMatchObject({ state: 'waiting' });
    await expect(d.approve(cleo, request)).rejects.toMatchObject({ code: 'not-that-state' });
    await expect(d.approve(ben, request)).rejects.toMatchObject({ code: 'not-found' });
    expect(await d.approve(eric, request)).toMatchObject({ state: 'approved' });
    expect(
      await w.invoke(rejectRequest, await eric.actor(), { requestId: request.id, comment: 'not today' }),
    ).toMatchObject({
      state: 'rejected',
      endedBy: 'eric',
    });
    expect(await d.access(anna)).toMatchObject({ state: 'rejected' });
    await expect(d.checkOut(anna)).rejects.toMatchObject({ code: 'approval-required' });
    const counts = await w.invoke(countRequests, await cleo.actor(), {});
    expect(counts.approve).toBeGreaterThanOrEqual(1);
    const { items } = await w.invoke(listRequests, await cleo.actor(), { view: 'approve', accountId: d.accountId });
    expect(items.map((one) => one.id)).toEqual([own.id]);
    expect((await w.invoke(listRequests, await ben.actor(), {})).items).toEqual([]);
  });

  it('is had by exactly one of two hundred who check it out at the same moment [ACW-02]', async () => {
    const many = await Promise.all(Array.from({ length: 20 }, (_, i) => w.add({ username: `many${String(i)}` })));
    const d = await lent({ shared: many, excludedIds: many.map((one) => one.id) as never });
    const tries = await Promise.allSettled(Array.from({ length: 200 }, (_, i) => d.checkOut(many[i % 20] ?? anna)));
    expect(tries.filter((one) => one.status === 'fulfilled')).toHaveLength(1);
    const codes = tries.flatMap((one) => (one.status === 'rejected' ? [(one.reason as { code?: string }).code] : []));
    // The one who has it asked ten times.
    expect(codes.filter((code) => code === 'checked-out')).toHaveLength(190);
    expect(codes.filter((code) => code === 'not-that-state')).toHaveLength(9);
    expect(await w.sql(`select 1 from strongroom.lease where account_id = $1`, [d.accountId])).toHaveLength(1);
  }, 30_000);

  it('goes from one to the next in the order of asking, voids, expires, and comes back when its time is over', async () => {
    const d = await lent({ exclusiveHours: 1, requestHours: 2 });
    const [first, second] = [await d.ask(anna), await d.ask(ben)];
    const third = await d.ask(keeper);
    await d.approve(cleo, third);
    await d.approve(cleo, second);
    await d.approve(cleo, first);
    await expect(d.checkOut(anna)).rejects.toMatchObject({ code: 'checked-out' });
    await d.checkOut(keeper);
    expect(await see(ben, second)).toMatchObject({ inFront: 2, useBy: null });
    await d.elapse(61);
    // Over is over, whether or not anybody has written it down.
    await expect(d.reveal(keeper)).rejects.toMatchObject({ code: 'approval-required' });
    await w.sql('delete from strongroom.mail_outbox');
    await d.look();
    expect(await see(keeper, third)).toMatchObject({ state: 'checked-in', endedHow: 'time-out', endedBy: null });
    expect((await mails(anna)).map((one) => one.subject)).toEqual([`Your turn: root on ${d.host}`]);
    await expect(d.checkOut(ben)).rejects.toMatchObject({ code: 'checked-out' });
    await d.elapse(16);
    await d.look();
    await d.checkOut(ben);
    expect(await see(anna, first)).toMatchObject({ state: 'approved', turnUntil: null });
    await d.elapse(61);
    await d.look();
    await d.elapse(121);
    await d.look();
    expect(await see(anna, first)).toMatchObject({ state: 'expired' });
    const late = await d.ask(ben);
    await d.elapse(121);
    await d.look();
    expect(await see(ben, late)).toMatchObject({ state: 'void' });
  });

  it('is approved by itself always or in a window, and kept for a window to come', async () => {
    const always = await lent({ automatic: 'always' });
    expect(await always.ask(anna)).toMatchObject({ state: 'approved', approvedHow: 'automatic' });
    expect((await mails(cleo)).at(-1)?.subject).toContain('without asking you');
    const now = new Date();
    const clock = (minutes: number): string => new Date(now.getTime() + minutes * 60_000).toISOString().slice(11, 16);
    const inside = await lent({ automatic: 'windows', windows: [{ from: clock(-60), to: clock(60) }] });
    expect(await inside.ask(anna)).toMatchObject({ state: 'approved' });
    const outside = await lent({ automatic: 'windows', windows: [{ from: clock(60), to: clock(120) }] });
    const waits = await outside.ask(anna, { startsAt: later(120), endsAt: later(180) });
    expect(waits).toMatchObject({ state: 'waiting' });
    await outside.approve(cleo, waits);
    await expect(outside.checkOut(anna)).rejects.toMatchObject({ code: 'approval-required' });
    const other = await outside.ask(ben, { startsAt: later(150), endsAt: later(200) });
    await expect(outside.approve(cleo, other)).rejects.toMatchObject({ code: 'not-that-state' });
    await outside.elapse(125);
    await outside.look();
    expect((await outside.checkOut(anna)).dueAt).not.toBeNull();
  });
  const later = (minutes: number): string => new Date(Date.now() + minutes * 60_000).toISOString();

  it('is taken in an emergency with a reason, told to all approvers at once, and reviewed by another [ACW-07]', async () => {
    const d = await lent();
    const input = { accountId: d.accountId, reason: 'the plant is on fire' };
    await expect(w.invoke(breakGlass, await anna.actor(), { ...input, reason: 'too short' })).rejects.toMatchObject({
      code: 'input-invalid',
    });
    const glass = await w.invoke(breakGlass, await anna.actor(), input);
    expect(await d.reveal(anna)).toBe('First-word-1');
    for (const who of [cleo, eric])
      expect((await mails(who)).at(-1)).toMatchObject({ subject: `EMERGENCY: anna opened root on ${d.host}` });
    // Not past whoever has it: that is checked in first.
    await expect(w.invoke(breakGlass, await ben.actor(), input)).rejects.toMatchObject({ code: 'checked-out' });
    expect(await w.invoke(forceCheckIn, await eric.actor(), { requestId: glass.id, comment: 'enough' })).toMatchObject({
      state: 'checked-in',
      endedHow: 'forced',
      endedBy: 'eric',
      endedNote: 'enough',
    });
    await expect(d.reveal(anna)).rejects.toMatchObject({ code: 'approval-required' });
    expect((await mails(anna)).at(-1)?.body).toContain('enough');
    const { items } = await w.invoke(listRequests, await cleo.actor(), { view: 'emergency' });
    expect(items.map((one) => one.id)).toContain(glass.id);
    await expect(
      w.invoke(reviewEmergency, await anna.actor(), { requestId: glass.id, review: 'fine' }),
    ).rejects.toMatchObject({ code: 'not-yourself' });
    expect(
      await w.invoke(reviewEmergency, await cleo.actor(), { requestId: glass.id, review: 'there was a fire' }),
    ).toMatchObject({
      review: { by: 'cleo', text: 'there was a fire' },
    });
    expect(
      (await w.invoke(listRequests, await cleo.actor(), { view: 'emergency' })).items.map((one) => one.id),
    ).not.toContain(glass.id);
  });

  it('tells the approvers who agreed when the reset after it fails, and tries again, later and later', async () => {
    const d = await lent({ resetAfter: true, targets });
    const request = await d.ask(anna);
    await d.approve(cleo, request);
    await d.checkOut(anna);
    await d.checkIn(anna);
    targets.at(d.host).refuses = true;
    await w.sql('delete from strongroom.mail_outbox');
    await reset(d);
    expect((await see(cleo, request)).reset).toMatchObject({ state: 'failed', tries: 1 });
    expect(await d.access(anna)).toMatchObject({ state: 'reset-failed' });
    expect((await mails(cleo)).map((one) => one.subject)).toEqual([`Not reset after check-in: root on ${d.host}`]);
    expect(await mails(eric)).toEqual([]);
    expect((await w.audit('lease.reset-failed')).at(-1)?.details['tries']).toBe('1');
    await d.elapse(1);
    await reset(d);
    expect((await see(cleo, request)).reset).toMatchObject({ state: 'failed', tries: 2 });
    const [pause] = await w.sql<{ s: number }>(
      `select extract(epoch from reset_next_at - now())::int as s from strongroom.access_request where id = $1`,
      [request.id],
    );
    expect(pause?.s).toBeGreaterThan(240);
    targets.at(d.host).refuses = false;
    await d.elapse(6);
    await reset(d);
    expect((await see(cleo, request)).reset).toMatchObject({ state: 'done' });
    expect(await mails(eric)).toEqual([]);
  });
});
