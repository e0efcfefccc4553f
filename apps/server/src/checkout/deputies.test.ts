import {
  countRequests,
  deleteUser,
  disableUser,
  endDeputy,
  forceCheckIn,
  listApprovers,
  listRequests,
  openRequestLink,
  readDeputy,
  readRequest,
  rejectRequest,
  reviewEmergency,
  breakGlass,
  setDeputy,
  updateSettings,
} from '@strongroom/contract';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { desk, type Desk } from '../../test/requests.ts';
import { world, type Person, type World } from '../../test/world.ts';

let w: World;
let anna: Person;
let cleo: Person;
let eric: Person;
let dora: Person;
let finn: Person;
const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

beforeAll(async () => {
  w = await world();
  const manager = (username: string) => w.add({ username, role: 'password-administrator' });
  anna = await w.add({ username: 'anna' });
  [cleo, eric] = [await manager('cleo'), await manager('eric')];
  [dora, finn] = [await manager('dora'), await manager('finn')];
  await w.invoke(updateSettings, await w.people.boss.actor(), {
    mail: { host: 'mail.example', port: 25, security: 'none', from: 'strongroom@example.org' },
  });
});
afterAll(() => w.close());
beforeEach(async () => {
  await w.sql('delete from strongroom.deputy');
  await w.sql('delete from strongroom.mail_outbox');
});

const at = (fromNow: number): string => new Date(Date.now() + fromNow).toISOString();
const name = async (absent: Person, deputy: Person, more: { beginsAt?: string; endsAt?: string; note?: string } = {}) =>
  w.invoke(setDeputy, await absent.actor(), {
    deputyId: deputy.id as never,
    beginsAt: at(0),
    endsAt: at(dayMs),
    ...more,
  });
const end = async (absent: Person) => w.invoke(endDeputy, await absent.actor(), {});
const shown = async (who: Person) => w.invoke(readDeputy, await who.actor(), {});
const lent = (change: Partial<Parameters<typeof desk>[2]> = {}): Promise<Desk> =>
  desk(w, w.people.keeper, { shared: [anna, dora, cleo], approvers: [cleo], ...change });
const see = async (who: Person, { id }: { id: string }) =>
  w.invoke(readRequest, await who.actor(), { requestId: id as never });
const waits = async (who: Person, { id }: { id: string }): Promise<boolean> =>
  (await w.invoke(listRequests, await who.actor(), { view: 'approve', limit: 100 })).items.some((one) => one.id === id);
const mails = async (to: Person): Promise<{ subject: string; body: string }[]> =>
  w.sql('select subject, body from strongroom.mail_outbox where to_address = $1 order by id', [
    `${to.username}@example.org`,
  ]);
const code = async (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'done',
    (error: unknown) => (error as { code?: string }).code ?? String(error),
  );
/** What trying to approve comes to. Whoever cannot decide it is not shown it among what waits either. */
async function tries(d: Desk, who: Person, request: { id: string }): Promise<string> {
  const listed = await waits(who, request);
  const counted = (await w.invoke(countRequests, await who.actor(), {})).approve > 0;
  const came = await code(d.approve(who, request));
  expect([who.username, came, listed]).toEqual([who.username, came, came === 'done']);
  if (listed) expect(counted).toBe(true);
  return came;
}

describe('a deputy', () => {
  it('is named for a time, changed and ended; they and the trail know', async () => {
    expect(await shown(cleo)).toEqual({ own: null, of: [], can: ['deputy.set'] });
    const named = await name(cleo, dora, { note: 'on holiday' });
    expect(named).toMatchObject({ user: 'cleo', deputy: 'dora', note: 'on holiday', now: true, active: true });
    expect(await shown(cleo)).toMatchObject({ own: named, can: ['deputy.set', 'deputy.end'] });
    expect((await shown(dora)).of).toEqual([named]);
    expect((await mails(dora)).map(({ subject }) => subject)).toEqual(['cleo named you as deputy']);
    expect((await mails(dora))[0]?.body).toContain('on holiday');
    // Changing the end alone leaves the beginning as it was.
    const longer = await name(cleo, dora, { beginsAt: named.beginsAt, endsAt: at(2 * dayMs) });
    expect(longer.beginsAt).toBe(named.beginsAt);
    await name(cleo, finn);
    expect((await mails(dora)).at(-1)?.subject).toBe('You are not the deputy of cleo any more');
    expect((await shown(dora)).of).toEqual([]);
    await end(cleo);
    await end(cleo);
    expect((await shown(cleo)).own).toBeNull();
    expect((await mails(finn)).map(({ subject }) => subject)).toEqual([
      'cleo named you as deputy',
      'You are not the deputy of cleo any more',
    ]);
    const events = [...(await w.audit('deputy.set')), ...(await w.audit('deputy.end'))];
    expect(events.map((row) => [row.object_id, row.outcome])).toEqual([
      ...[cleo, dora, cleo, dora, cleo, finn, dora, cleo, finn].map((one) => [one.id, 'done']),
    ]);
    expect(events[0]?.details).toMatchObject({ was: 'none', is: expect.stringContaining('dora from') as unknown });
    // One whose time is over is told of no more.
    await name(cleo, dora);
    await w.sql(
      `update strongroom.deputy set begins_at = now() - interval '2 hours', ends_at = now() - interval '1 second'`,
    );
    expect([(await shown(cleo)).own, (await shown(dora)).of]).toEqual([null, []]);
  });

  it('is another active person who may manage passwords, for ninety days at most', async () => {
    const program = await w.add({ username: 'program', role: 'password-administrator', kind: 'api' });
    const disabled = await w.add({ username: 'disabled', role: 'password-administrator' });
    await w.sql(`update strongroom.app_user set state = 'disabled' where id = $1`, [disabled.id]);
    for (const who of [cleo, anna, program, disabled, w.people.foreign])
      expect([who.username, await code(name(cleo, who))]).toEqual([who.username, 'input-invalid']);
    const offered = await w.invoke(listApprovers, await cleo.actor(), { part: 'deputy', limit: 100 });
    const names = offered.items.map((one) => one.name);
    expect(names).toContain('dora');
    for (const one of ['cleo', 'anna', 'program', 'disabled']) expect(names).not.toContain(one);
    for (const [beginsAt, endsAt] of [
      [at(0), at(90 * dayMs + hourMs)],
      [at(dayMs), at(hourMs)],
      [at(-2 * dayMs), at(-dayMs)],
      [at(400 * dayMs), at(401 * dayMs)],
    ] as const)
      expect(await code(name(cleo, dora, { beginsAt, endsAt }))).toBe('input-invalid');
    expect(await code(name(cleo, dora, { endsAt: at(90 * dayMs - hourMs) }))).toBe('done');
    expect(await code(name(anna, dora))).toBe('not-your-role');
    const token = await cleo.token(['read', 'passwords', 'manage', 'administer']);
    for (const [call, input] of [
      [setDeputy, { deputyId: dora.id, beginsAt: at(0), endsAt: at(dayMs) }],
      [endDeputy, {}],
      [readDeputy, {}],
    ] as const)
      expect(await code(w.invoke(call as typeof readDeputy, token.actor, input as never))).toBe('scope-missing');
  });

  it('decides beside the absent, wherever those approve, from the mail too, and the trail says for whom', async () => {
    const d = await lent();
    const before = await d.ask(anna);
    expect(await tries(d, dora, before)).toBe('not-found');
    await name(cleo, dora);
    // What waited already is theirs as well.
    expect(await see(dora, before)).toMatchObject({
      deputyOf: ['cleo'],
      can: ['access-request.approve', 'access-request.reject'],
    });
    const approved = await d.approve(dora, before, { comment: 'go ahead' });
    expect(approved).toMatchObject({ state: 'approved', decisions: [{ by: 'dora', for: 'cleo' }] });
    expect((await w.audit('access-request.approve')).at(-1)).toMatchObject({
      actor_name: 'dora',
      details: { for: 'cleo', comment: 'go ahead' },
    });
    await d.checkOut(anna);
    await w.invoke(forceCheckIn, await dora.actor(), { requestId: before.id });
    expect((await w.audit('access-request.force-check-in')).at(-1)?.details['for']).toBe('cleo');

    const next = await d.ask(anna);
    expect((await mails(cleo)).map(({ subject }) => subject)).toContain(`anna asks for root on ${d.host}`);
    const mail = (await mails(dora)).at(-1);
    expect(mail).toMatchObject({ subject: `anna asks for root on ${d.host}` });
    expect(mail?.body).toContain('You are asked as deputy of cleo.');
    const token = /approve#(\S+)/.exec(mail?.body ?? '')?.[1] ?? '';
    expect(await w.invoke(openRequestLink, await dora.actor(), { token })).toMatchObject({ id: next.id });
    // The absent keep their right.
    expect(await see(cleo, next)).toMatchObject({ deputyOf: [] });
    await w.invoke(rejectRequest, await dora.actor(), { requestId: next.id, comment: 'not today', token });
    expect((await see(anna, next)).decisions).toMatchObject([{ by: 'dora', for: 'cleo', decision: 'rejected' }]);

    const emergency = await w.invoke(breakGlass, await anna.actor(), {
      accountId: d.accountId,
      reason: 'there is a fire',
    });
    expect((await mails(dora)).at(-1)?.subject).toContain('EMERGENCY');
    await d.checkIn(anna);
    await w.invoke(reviewEmergency, await dora.actor(), { requestId: emergency.id, review: 'there was' });
    expect((await w.audit('access-request.review')).at(-1)?.details['for']).toBe('cleo');

    // Over at the very moment it is ended.
    const last = await d.ask(anna);
    await end(cleo);
    expect(await tries(d, dora, last)).toBe('not-found');
    expect((await w.invoke(listRequests, await dora.actor(), { accountId: d.accountId })).items).toEqual([]);
    expect(await tries(d, cleo, last)).toBe('done');
  });

  it('gains nothing before its time, after it, nor without the role, and names no deputy further', async () => {
    const d = await lent();
    const request = await d.ask(anna);
    const cannot = async () => expect(await tries(d, dora, request)).toBe('not-found');
    await name(cleo, dora, { beginsAt: at(hourMs) });
    await cannot();
    await name(cleo, dora);
    await w.sql(
      `update strongroom.deputy set begins_at = now() - interval '2 hours', ends_at = now() - interval '1 second'`,
    );
    await cannot();
    await name(cleo, dora);
    await w.sql(`update strongroom.app_user set role = 'password-user' where id = $1`, [dora.id]);
    await cannot();
    expect((await shown(cleo)).own).toMatchObject({ active: false });
    await w.sql(`update strongroom.app_user set role = 'password-administrator' where id = $1`, [dora.id]);
    await w.sql(`update strongroom.app_user set state = 'locked' where id = $1`, [dora.id]);
    expect(await waits(cleo, request)).toBe(true);
    expect(await code(d.approve(dora, request))).toBe('signed-out');
    await w.sql(`update strongroom.app_user set state = 'active' where id = $1`, [dora.id]);
    // Who may not approve any more has nothing to leave to a deputy.
    await w.sql(`update strongroom.app_user set role = 'password-user' where id = $1`, [cleo.id]);
    await cannot();
    await w.sql(`update strongroom.app_user set role = 'password-administrator' where id = $1`, [cleo.id]);
    // The deputy's own deputy.
    await name(dora, finn);
    expect(await tries(d, finn, request)).toBe('not-found');
    // Whoever need not ask.
    await d.control({ excludedIds: [dora.id] as never });
    await cannot();
    await d.control();
    expect(await tries(d, dora, request)).toBe('done');
  });

  it('decides nothing about what they asked for, nor as deputy about what the absent asked for, nor while they have it', async () => {
    const d = await lent({ approvers: [cleo, eric] });
    await name(cleo, dora);
    const own = await d.ask(dora);
    expect(await tries(d, dora, own)).toBe('not-yourself');
    expect((await mails(dora)).map(({ subject }) => subject)).not.toContain(`dora asks for root on ${d.host}`);
    const ofAbsent = await d.ask(cleo);
    expect(await tries(d, dora, ofAbsent)).toBe('not-found');
    expect(await code(see(dora, ofAbsent))).toBe('not-found');
    expect((await mails(dora)).map(({ subject }) => subject)).not.toContain(`cleo asks for root on ${d.host}`);
    // As the deputy of another approver they may, and on the list themselves.
    await name(eric, dora);
    expect(await see(dora, ofAbsent)).toMatchObject({ deputyOf: ['eric'] });
    expect(await tries(d, dora, ofAbsent)).toBe('done');
    expect((await see(cleo, ofAbsent)).decisions).toMatchObject([{ by: 'dora', for: 'eric' }]);
    // While dora has it out, she decides in nobody's place; what waits for her is not void for that.
    await d.approve(eric, own);
    await d.checkOut(cleo);
    await d.checkIn(cleo);
    await d.checkOut(dora);
    const third = await d.ask(anna);
    expect(await tries(d, dora, third)).toBe('not-found');
    await d.look(true);
    await d.checkIn(dora);
    expect(await tries(d, dora, third)).toBe('done');
    // On the list they speak for themselves, of whoever they may be the deputy.
    const listed = await lent({ approvers: [cleo, dora] });
    const fourth = await listed.ask(cleo);
    expect(await tries(listed, dora, fourth)).toBe('done');
    expect((await see(cleo, fourth)).decisions).toMatchObject([{ by: 'dora', for: null }]);
  });

  it('and the absent count once, and so does a person at two places, where two must approve', async () => {
    const d = await lent({ approvers: [cleo, eric], approvals: 2 });
    await name(cleo, dora);
    const request = await d.ask(anna);
    expect(await tries(d, dora, request)).toBe('done');
    expect(await tries(d, cleo, request)).toBe('not-that-state');
    expect(await tries(d, dora, request)).toBe('not-that-state');
    // A second place of the same person is none.
    await name(eric, dora);
    expect(await tries(d, dora, request)).toBe('not-that-state');
    expect((await see(anna, request)).state).toBe('waiting');
    expect(await tries(d, eric, request)).toBe('done');
    expect(await see(anna, request)).toMatchObject({
      state: 'approved',
      decisions: [
        { by: 'dora', for: 'cleo' },
        { by: 'eric', for: null },
      ],
    });
  });

  it('keeps a request from being void that nobody else can approve, until they cannot either', async () => {
    const absent = await w.add({ username: 'absent', role: 'password-administrator' });
    const stands = await w.add({ username: 'stands', role: 'password-administrator' });
    const d = await lent({ approvers: [absent] });
    await name(absent, stands);
    await w.invoke(disableUser, await w.people.boss.actor(), { userId: absent.id as never });
    const first = await d.ask(anna);
    await d.look(true);
    expect((await see(anna, first)).state).toBe('waiting');
    expect(await tries(d, stands, first)).toBe('done');
    await d.checkOut(anna);
    await d.checkIn(anna);
    const second = await d.ask(anna);
    await w.invoke(deleteUser, await w.people.boss.actor(), { userId: stands.id as never });
    await d.look(true);
    expect((await see(anna, second)).state).toBe('void');
    expect(await code(d.ask(anna))).toBe('not-that-state');
    // What was decided keeps the names.
    expect((await see(anna, first)).decisions).toMatchObject([{ by: 'stands', for: 'absent' }]);
    // Two places of one person are no two approvals: nobody is left to give the second.
    const two = await lent({ approvers: [cleo, eric], approvals: 2 });
    const third = await two.ask(anna);
    await name(cleo, dora);
    await name(eric, dora);
    await w.sql(`update strongroom.app_user set state = 'disabled' where id = any($1::uuid[])`, [[cleo.id, eric.id]]);
    await two.look(true);
    expect((await see(anna, third)).state).toBe('void');
    await w.sql(`update strongroom.app_user set state = 'active' where id = any($1::uuid[])`, [[cleo.id, eric.id]]);
  });
});
