import {
  breakGlass,
  endDeputy,
  forceCheckIn,
  readRequest,
  rejectRequest,
  setDeputy,
  withdrawRequest,
} from '@strongroom/contract';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { desk, type Desk as Real } from '../../test/requests.ts';
import { world, type Person, type World } from '../../test/world.ts';
import * as state from './state.ts';

let w: World;
const people: Record<string, Person> = {};
beforeAll(async () => {
  w = await world();
  for (const username of ['anna', 'ben', 'dora']) people[username] = await w.add({ username });
  for (const username of ['cleo', 'eric', 'fay'])
    people[username] = await w.add({ username, role: 'password-administrator' });
});
afterAll(() => w.close());

/** Numbers that look drawn, the same in every run of the same seed. */
function drawer(seed: number): (below: number) => number {
  let at = seed;
  return (below) => {
    at = (Math.imul(at, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((at / 2 ** 32) * below);
  };
}
const who = (name: string): Person => {
  const person = people[name];
  if (!person) throw new Error(name);
  return person;
};
const minute = 60_000;
const listed = ['cleo', 'eric'].map((name): state.Seat => ({ by: name, place: name }));
/** In the model only while `eric` has named them. */
const deputy: state.Seat = { by: 'fay', place: 'eric' };
const asking = (requester: string, approvalsNeeded: number): state.Asking => ({
  id: '',
  requester,
  startsAt: null,
  endsAt: null,
  approvalsNeeded,
  requestHours: 1,
  exclusiveHours: 1,
  approvedHow: null,
});

type Step = readonly [name: string, model: (desk: state.Desk) => state.Desk, real: (d: Real) => Promise<unknown>];

/** One thing that somebody may try, in the model and on the database. */
function step(draw: (below: number) => number, model: state.Desk, approvals: number): Step {
  const users = ['anna', 'ben', 'dora'];
  const user = users[draw(3)] ?? 'anna';
  const approver = ['cleo', 'eric', 'fay'][draw(3)] ?? 'cleo';
  // Whoever has no place is told of no request: see `not-found` below.
  const forcer = model.seats.some(({ by }) => by === approver) ? approver : 'cleo';
  const open = model.requests[draw(Math.max(1, model.requests.length))];
  const id = (open?.id ?? '') as never;
  const requester = open?.requester ?? user;
  const kinds: Step[] = [
    [`ask ${user}`, (m) => state.ask(m, asking(user, approvals)), (d) => d.ask(who(user))],
    [`check out ${user}`, (m) => state.checkOut(m, user, null), (d) => d.checkOut(who(user))],
    [`check in ${user}`, (m) => state.checkIn(m, user), (d) => d.checkIn(who(user))],
    ['wait', (m) => state.settle({ ...m, now: m.now + 15 * minute }), async (d) => (await d.elapse(15), d.look())],
  ];
  if (draw(12) === 0)
    kinds.push([
      `emergency ${user}`,
      (m) => state.breakGlass(m, asking(user, approvals)),
      async (d) => w.invoke(breakGlass, await who(user).actor(), { accountId: d.accountId, reason: 'there is a fire' }),
    ]);
  if (draw(4) === 0)
    kinds.push([
      'name or end a deputy',
      (m) => state.settle({ ...m, seats: m.seats.includes(deputy) ? listed : [...listed, deputy] }),
      async () => {
        const eric = await who('eric').actor();
        if (model.seats.includes(deputy)) return w.invoke(endDeputy, eric, {});
        const [beginsAt, endsAt] = [0, 60 * minute].map((ms) => new Date(Date.now() + ms).toISOString());
        return w.invoke(setDeputy, eric, {
          deputyId: who('fay').id as never,
          beginsAt: beginsAt ?? '',
          endsAt: endsAt ?? '',
        });
      },
    ]);
  if (open)
    kinds.push(
      [`approve ${requester}`, (m) => state.approve(m, id, approver), (d) => d.approve(who(approver), { id })],
      [`approve ${requester}`, (m) => state.approve(m, id, approver), (d) => d.approve(who(approver), { id })],
      [
        `reject ${requester}`,
        (m) => state.reject(m, id, approver),
        async () => w.invoke(rejectRequest, await who(approver).actor(), { requestId: id, comment: 'not now' }),
      ],
      [
        `withdraw ${requester}`,
        (m) => state.withdraw(m, id),
        async () => w.invoke(withdrawRequest, await who(requester).actor(), { requestId: id }),
      ],
      [
        `force ${requester}`,
        (m) => state.force(m, id),
        async () => w.invoke(forceCheckIn, await who(forcer).actor(), { requestId: id }),
      ],
    );
  const chosen = kinds[draw(kinds.length)];
  if (!chosen) throw new Error('nothing to do');
  return chosen;
}

it.each([
  [7, 1],
  [42, 2],
] as const)(
  'the database comes to the same as the model, whatever people do (seed %i, approvals %i)',
  async (seed, approvals) => {
    const draw = drawer(seed);
    await w.invoke(endDeputy, await who('eric').actor(), {});
    const d = await desk(w, w.people.keeper, {
      shared: [who('anna'), who('ben'), who('dora')],
      approvers: [who('cleo'), who('eric')],
      approvals,
      requestHours: 1,
      exclusiveHours: 1,
    });
    let model: state.Desk = { now: Date.now(), requests: [], controlled: true, seats: listed, busy: false };
    const past: string[] = [];
    for (let n = 0; n < 60; n++) {
      const [name, inModel, inReal] = step(draw, model, approvals);
      let expected: string | state.Desk;
      try {
        expected = inModel(model);
      } catch (error) {
        const { code } = error as { code: string };
        expected = code === 'not-your-role' ? 'not-found' : code;
      }
      const real = await inReal(d).then(
        () => 'done',
        (error: unknown) => (error as { code?: string }).code ?? String(error),
      );
      past.push(`${name}: ${real}`);
      expect(real, past.join('\n')).toBe(typeof expected === 'string' ? expected : 'done');
      if (typeof expected === 'string') continue;
      // What is new has the id that the database gave it; what ended is history, and must be so there too.
      const rows = await w.sql<{ id: string; state: string; requester: string; turn: boolean }>(
        `select id, state, requester, coalesce(turn_until > now(), false) as turn from strongroom.access_request where account_id = $1 and ended_at is null order by created_at, id`,
        [d.accountId],
      );
      for (const one of expected.requests)
        if (one.endedHow !== null && one.id !== '')
          expect(
            await w.invoke(readRequest, await who('cleo').actor(), { requestId: one.id as never }),
            past.join('\n'),
          ).toMatchObject({
            state: one.state,
            endedHow: one.endedHow,
          });
      const left = expected.requests.filter((one) => one.endedHow === null);
      model = {
        ...expected,
        requests: left.map((one, i) => ({ ...one, id: one.id === '' ? (rows[i]?.id ?? '') : one.id })),
      };
      expect(rows, past.join('\n')).toEqual(
        model.requests.map((one) => ({
          id: one.id,
          state: one.state,
          requester: one.requester,
          turn: state.onTurn(model)?.id === one.id,
        })),
      );
      const [lease] = await w.sql<{ n: number }>(
        `select count(*)::int as n from strongroom.lease where account_id = $1 and ended_at is null`,
        [d.accountId],
      );
      expect(lease?.n).toBe(state.held(model) ? 1 : 0);
    }
    expect(new Set(past).size).toBeGreaterThan(12);
  },
);
