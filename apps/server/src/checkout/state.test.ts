import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Problem } from '../platform/problem.ts';
import {
  approve,
  ask,
  breakGlass,
  checkIn,
  checkOut,
  force,
  held,
  onTurn,
  reject,
  settle,
  turnMs,
  withdraw,
  type Asked,
  type Desk,
  type Ended,
  type Seat,
} from './state.ts';

const hour = 3_600_000;
/** The clock goes in steps of a turn, so that every limit below is met exactly. */
const step = turnMs;

interface Setting {
  readonly title: string;
  readonly approvals: 1 | 2;
  readonly seats: readonly Seat[];
  readonly exclusiveHours: number;
  readonly automatic: boolean;
}
/** On the list of approvers: each at their own place. */
const listed = (...names: string[]): Seat[] => names.map((name) => ({ by: name, place: name }));
/** `dora` is the deputy of `ben`, and so may be `eric` of `cleo`. */
const doraForBen: Seat = { by: 'dora', place: 'ben' };
const ericForCleo: Seat = { by: 'eric', place: 'cleo' };
/** `anna` and `ben` use the password; `cleo` approves, and so may `ben`; `dora` owns it and need not ask. */
const settings: readonly Setting[] = [
  { title: 'one approval', approvals: 1, seats: listed('ben', 'cleo'), exclusiveHours: 0.5, automatic: false },
  { title: 'two approvals', approvals: 2, seats: listed('cleo', 'eric'), exclusiveHours: 0.5, automatic: false },
  { title: 'by itself, without a time limit', approvals: 1, seats: listed('cleo'), exclusiveHours: 0, automatic: true },
  { title: 'one approval, with a deputy', approvals: 1, seats: [...listed('ben', 'cleo'), doraForBen], exclusiveHours: 0.5, automatic: false },
  { title: 'two approvals, with deputies', approvals: 2, seats: [...listed('ben', 'cleo'), doraForBen, ericForCleo], exclusiveHours: 0.5, automatic: false },
]; // prettier-ignore
const users = ['anna', 'ben'];

interface Move {
  readonly name: string;
  readonly by: string;
  run(desk: Desk): Desk;
}
/** Everything that anybody can try at a moment, whether or not it is allowed. */
function moves(setting: Setting, desk: Desk): Move[] {
  const asking = (requester: string, startsAt: number | null = null, endsAt: number | null = null) => ({
    id: `${requester}-${startsAt === null ? '' : 'window'}-new`,
    requester,
    startsAt,
    endsAt,
    approvalsNeeded: setting.approvals,
    requestHours: 0.5,
    exclusiveHours: setting.exclusiveHours,
    approvedHow: setting.automatic ? ('automatic' as const) : null,
  });
  const all: Move[] = [
    { name: 'clock', by: '', run: (d) => settle({ ...d, now: d.now + step }) },
    { name: 'busy', by: '', run: (d) => settle({ ...d, busy: !d.busy && !held(d) }) },
  ];
  for (const by of users) {
    const window = asking(by, desk.now + step, desk.now + 3 * step);
    all.push(
      { name: 'ask', by, run: (d) => ask(d, asking(by)) },
      { name: 'ask for later', by, run: (d) => ask(d, window) },
      { name: 'check out', by, run: (d) => checkOut(d, by, null) },
      { name: 'check in', by, run: (d) => checkIn(d, by) },
    );
  }
  all.push(
    { name: 'emergency', by: 'anna', run: (d) => breakGlass(d, asking('anna')) },
    { name: 'check out', by: 'dora', run: (d) => checkOut(d, 'dora', asking('dora')) },
    { name: 'check in', by: 'dora', run: (d) => checkIn(d, 'dora') },
    {
      name: 'disabled',
      by: 'ben',
      run: (d) => settle({ ...d, requests: d.requests.map((x) => (x.requester === 'ben' ? { ...x, gone: true } : x)) }),
    },
  );
  for (const { id } of desk.requests) {
    for (const by of new Set(setting.seats.map((seat) => seat.by)))
      all.push(
        { name: 'approve', by, run: (d) => approve(d, id, by) },
        { name: 'reject', by, run: (d) => reject(d, id, by) },
      );
    all.push(
      { name: 'approve', by: 'anna', run: (d) => approve(d, id, 'anna') },
      { name: 'withdraw', by: '', run: (d) => withdraw(d, id) },
      { name: 'force', by: 'cleo', run: (d) => force(d, id) },
    );
  }
  return all;
}

/** The state without what has ended, with moments as distances from now and ids by their place: two that cannot be told apart are one. */
function keyOf(desk: Desk): string {
  const at = (moment: number | null): number | null =>
    moment === null ? null : Math.max(-1, Math.round((moment - desk.now) / step));
  return JSON.stringify([
    desk.busy,
    desk.requests.map((x) => [
      x.requester, x.state, x.kind, at(x.startsAt), at(x.endsAt), x.agreed, at(x.voidAt), at(x.useBy), at(x.turnUntil), at(x.dueAt),
    ]),
  ]); // prettier-ignore
}
const isOpen = (one: Asked): boolean => one.endedHow === null;
/** What is left when an act is over: requests that ended are history. */
function rest(desk: Desk): Desk {
  const requests = desk.requests
    .filter(isOpen)
    .map((one, i) => ({ ...one, id: `${i}`, agreed: one.agreed.toSorted((a, b) => (a.by < b.by ? -1 : 1)) }));
  return { ...desk, requests };
}

function check(before: Desk, move: Move, after: Desk): void {
  const open = after.requests.filter(isOpen);
  const using = open.filter((one) => one.state === 'in-use');
  if (using.length > 1) throw new Error('two have it');
  for (const one of before.requests)
    if (!after.requests.some((x) => x.id === one.id)) throw new Error('a request was lost');
  for (const one of open) {
    if (one.agreed.some(({ by, place }) => by === one.requester || place === one.requester))
      throw new Error('approved by the requester, or from their place');
    for (const kind of ['by', 'place'] as const)
      if (new Set(one.agreed.map((seat) => seat[kind])).size < one.agreed.length) throw new Error('counted twice');
    const heard = before.requests.find((x) => x.id === one.id)?.agreed.length ?? 0;
    for (const { by, place } of one.agreed.slice(heard))
      if (by !== place && held(before)?.requester === by) throw new Error('decided as deputy by who has it');
    if ((one.state === 'in-use' || one.state === 'approved') && one.kind === 'request')
      if (one.approvedHow === null || (one.approvedHow === 'people' && one.agreed.length < one.approvalsNeeded))
        throw new Error('not enough agreed');
    if (one.dueAt !== null && one.dueAt < after.now) throw new Error('held past its time');
  }
  if (new Set(open.map((one) => one.requester)).size < open.length) throw new Error('two requests of one person');
  const turns = open.filter((one) => one.turnUntil !== null && one.turnUntil > after.now);
  if (turns.length > 1 || (turns.length > 0 && using.length > 0)) throw new Error('two turns, or a turn while in use');
  // Whoever comes to have it had the turn, or nobody had it.
  const [taken] = using;
  const was = taken && before.requests.find((x) => x.id === taken.id);
  if (taken && was?.state !== 'in-use' && taken.kind === 'request') {
    const turn = onTurn(before);
    if (turn && turn.requester !== taken.requester) throw new Error('out of turn');
    if (before.busy) throw new Error('taken while it was being reset');
    if (taken.startsAt !== null && taken.startsAt > after.now) throw new Error('before its window');
    if (held(before)) throw new Error('taken while somebody had it');
  }
  // A turn that begins is that of the first in line.
  const [given] = turns;
  if (given && before.requests.find((x) => x.id === given.id)?.turnUntil !== given.turnUntil) {
    const first = after.requests.find(
      (x) =>
        x.state === 'approved' &&
        (x.id === given.id || x.turnUntil === null) &&
        (x.startsAt === null || x.startsAt <= after.now),
    );
    if (first?.id !== given.id) throw new Error('not the first in line');
  }
  // Nothing more to do is the very same desk.
  if (settle(after) !== after) throw new Error(`${move.name}: not settled`);
}

function explore(setting: Setting): { states: number; steps: number; endings: Set<Ended>; refusals: Set<string> } {
  const start: Desk = { now: 0, requests: [], controlled: true, seats: setting.seats, busy: false };
  const seen = new Map([[keyOf(start), start]]);
  const line = [start];
  const endings = new Set<Ended>();
  const refusals = new Set<string>();
  let steps = 0;
  let nth = 0;
  for (const desk of line) {
    for (const move of moves(setting, desk)) {
      let after: Desk;
      try {
        after = move.run(desk);
      } catch (error) {
        if (!(error instanceof Problem)) throw error;
        refusals.add(`${move.name}: ${error.code}`);
        continue;
      }
      steps++;
      check(desk, move, after);
      for (const one of after.requests) if (one.endedHow) endings.add(one.endedHow);
      const next = rest(after);
      const key = keyOf(next);
      if (seen.has(key)) continue;
      seen.set(key, next);
      line.push(next);
    }
    // Left alone, everything comes to an end but what has no time limit.
    if (nth++ % 16 > 0) continue;
    let late = settle({ ...desk, busy: false });
    for (let i = 0; i < 24; i++) late = settle({ ...late, now: late.now + step });
    if (late.requests.some((one) => isOpen(one) && !(one.state === 'in-use' && one.dueAt === null)))
      if (!late.requests.some((one) => one.state === 'in-use' && one.dueAt === null)) throw new Error('waits for ever');
  }
  return { states: seen.size, steps, endings, refusals };
}

describe('the states of requests', () => {
  // Most moves are refused; what each refusal costs is its stack, which nobody reads.
  const { stackTraceLimit } = Error;
  beforeAll(() => {
    Error.stackTraceLimit = 0;
  });
  afterAll(() => {
    Error.stackTraceLimit = stackTraceLimit;
  });

  it.each(settings)('are explored to the last: $title', (setting) => {
    const { states, steps, endings, refusals } = explore(setting);
    expect(states).toBeGreaterThan(100);
    expect(steps).toBeGreaterThan(states);
    const all: Ended[] = ['checked-in', 'forced', 'rejected', 'expired', 'withdrawn'];
    for (const one of all) expect(endings).toContain(one);
    if (!setting.automatic) expect(endings).toContain('void');
    if (setting.exclusiveHours > 0) expect(endings).toContain('time-out');
    for (const one of ['check out: checked-out', 'check out: approval-required', 'check out: in-use'])
      expect(refusals).toContain(one);
    if (setting.seats.some(({ by }) => by === 'ben')) expect(refusals).toContain('approve: not-yourself');
    // As the deputy of whoever asks, and from a place that has spoken already.
    if (setting.seats.includes(doraForBen) && setting.approvals === 1)
      expect(refusals).toContain('approve: not-your-role');
  });

  const quiet: Desk = { now: 0, requests: [], controlled: true, seats: listed('cleo'), busy: false };
  const asking = (requester: string, more: Partial<Parameters<typeof ask>[1]> = {}) => ({
    id: requester,
    requester,
    startsAt: null,
    endsAt: null,
    approvalsNeeded: 1,
    requestHours: 4,
    exclusiveHours: 8,
    approvedHow: null,
    ...more,
  });
  const state = (desk: Desk, id: string) => desk.requests.find((one) => one.id === id)?.state;

  it('serves those who wait in the order in which they asked, whatever order they were approved in', () => {
    let desk = quiet;
    for (const who of ['anna', 'ben', 'dora']) desk = ask(desk, asking(who));
    desk = approve(desk, 'anna', 'cleo');
    desk = checkOut(desk, 'anna', null);
    for (const who of ['dora', 'ben']) desk = approve(desk, who, 'cleo');
    desk = checkIn(desk, 'anna');
    expect(onTurn(desk)?.id).toBe('ben');
    expect(() => checkOut(desk, 'dora', null)).toThrow(new Problem('checked-out').message);
    // The turn goes by: it is the next one's, and the first may still come while nobody's turn it is.
    desk = settle({ ...desk, now: desk.now + turnMs });
    expect(onTurn(desk)?.id).toBe('dora');
    desk = settle({ ...desk, now: desk.now + turnMs });
    expect(onTurn(desk)).toBeUndefined();
    expect(state(checkOut(desk, 'ben', null), 'ben')).toBe('in-use');
  });

  it('lets nobody’s time run out while somebody else has it', () => {
    let desk = ask(ask(quiet, asking('anna')), asking('ben'));
    desk = approve(approve(desk, 'anna', 'cleo'), 'ben', 'cleo');
    desk = checkOut(desk, 'anna', null);
    desk = settle({ ...desk, now: 7 * hour });
    expect(state(desk, 'ben')).toBe('approved');
    desk = settle({ ...desk, now: 8 * hour });
    expect(state(desk, 'anna')).toBe('checked-in');
    expect(onTurn(desk)?.id).toBe('ben');
  });

  it('keeps windows apart, and gives a password back before one begins', () => {
    const window = { startsAt: 2 * hour, endsAt: 4 * hour };
    let desk = ask(ask(quiet, asking('anna', window)), asking('ben', { startsAt: 3 * hour, endsAt: 5 * hour }));
    desk = approve(desk, 'anna', 'cleo');
    expect(() => approve(desk, 'ben', 'cleo')).toThrow(Problem);
    desk = approve(ask(desk, asking('dora')), 'dora', 'cleo');
    expect(() => checkOut(desk, 'anna', null)).toThrow(Problem);
    desk = checkOut(desk, 'dora', null);
    expect(held(desk)?.dueAt).toBe(2 * hour);
    desk = settle({ ...desk, now: 2 * hour });
    expect(onTurn(desk)?.id).toBe('anna');
    desk = checkOut(desk, 'anna', null);
    expect(held(desk)?.dueAt).toBe(4 * hour);
  });

  it('counts a person once, and an approver and their deputy once', () => {
    const two = { approvalsNeeded: 2 };
    const fromPlaces = (seats: readonly Seat[], ...who: string[]) =>
      who.reduce((desk, by) => approve(desk, 'anna', by), ask({ ...quiet, seats }, asking('anna', two)));
    const seats = [...listed('ben', 'cleo'), doraForBen, ericForCleo];
    expect(state(fromPlaces(seats, 'dora', 'eric'), 'anna')).toBe('approved');
    expect(state(fromPlaces(seats, 'dora', 'cleo'), 'anna')).toBe('approved');
    for (const [first, second] of [
      ['dora', 'ben'],
      ['ben', 'dora'],
      ['dora', 'dora'],
    ] as const)
      expect(() => fromPlaces(seats, first, second)).toThrow(Problem);
    // One person at two places is not enough, and takes the place that leaves another to somebody else.
    const doraForCleo = { by: 'dora', place: 'cleo' };
    expect(() => fromPlaces([doraForBen, doraForCleo])).toThrow('no longer possible');
    const chosen = fromPlaces([doraForCleo, doraForBen, ericForCleo], 'dora');
    expect(chosen.requests[0]?.agreed).toEqual([doraForBen]);
    expect(state(approve(chosen, 'anna', 'eric'), 'anna')).toBe('approved');
    // On the list themselves, they speak for themselves.
    expect(fromPlaces([doraForBen, ...listed('dora', 'cleo')], 'dora').requests[0]?.agreed).toEqual(listed('dora'));
  });

  it('lets nobody decide as the deputy of whoever asks, nor while they have the password', () => {
    const seats = [...listed('ben', 'cleo'), doraForBen];
    expect(() => approve(ask({ ...quiet, seats }, asking('ben')), 'ben', 'dora')).toThrow(
      new Problem('not-your-role').message,
    );
    // As the deputy of another they may.
    const both = [...seats, { by: 'dora', place: 'cleo' }];
    expect(state(approve(ask({ ...quiet, seats: both }, asking('ben')), 'ben', 'dora'), 'ben')).toBe('approved');
    expect(() => reject(ask({ ...quiet, seats }, asking('dora')), 'dora', 'dora')).toThrow(
      new Problem('not-yourself').message,
    );
    const has = ask(checkOut({ ...quiet, seats }, 'dora', asking('dora')), asking('anna'));
    for (const act of [approve, reject])
      expect(() => act(has, 'anna', 'dora')).toThrow(new Problem('not-your-role').message);
    expect(state(approve(checkIn(has, 'dora'), 'anna', 'dora'), 'anna')).toBe('approved');
  });

  it('voids what nobody is left to approve', () => {
    const desk = ask(quiet, asking('anna'));
    expect(state(settle({ ...desk, seats: [] }), 'anna')).toBe('void');
    expect(() => ask(quiet, asking('cleo'))).toThrow('no longer possible');
  });
});
