import { Problem } from '../platform/problem.ts';

// What becomes of the requests for one password. Nothing here touches a database or a clock: all of it can be explored by a test.

/** How long the first in line has a password to itself when it comes free. */
export const turnMs = 15 * 60_000;
const hourMs = 3_600_000;

export type Ended = 'checked-in' | 'time-out' | 'forced' | 'rejected' | 'void' | 'expired' | 'withdrawn';
export type State = 'waiting' | 'approved' | 'in-use' | 'checked-in' | 'rejected' | 'void' | 'expired' | 'withdrawn';

/** One request. Moments are milliseconds since 1970. */
export interface Asked {
  readonly id: string;
  /** Null once the user was deleted. */
  readonly requester: string | null;
  /** The requester was deleted, disabled or locked. */
  readonly gone: boolean;
  readonly kind: 'request' | 'emergency';
  readonly state: State;
  readonly startsAt: number | null;
  readonly endsAt: number | null;
  readonly approvalsNeeded: number;
  /** Who has approved it. */
  readonly agreed: readonly string[];
  readonly requestHours: number;
  /** 0 for until it is checked in. */
  readonly exclusiveHours: number;
  readonly voidAt: number;
  /** Null until the requester could have checked it out, where no window was asked for. */
  readonly useBy: number | null;
  /** Until when it is the requester's turn alone; in the past for one who has had it. */
  readonly turnUntil: number | null;
  readonly approvedHow: 'people' | 'automatic' | 'ticket' | 'exempt' | null;
  /** Of one in use: when it must be back; null for no such time. */
  readonly dueAt: number | null;
  readonly endedHow: Ended | null;
}

/** All that has to do with one password at a moment. */
export interface Desk {
  readonly now: number;
  /** In the order in which they were made; those that ended in this very act are still among them. */
  readonly requests: readonly Asked[];
  /** Access is controlled. */
  readonly controlled: boolean;
  /** Who can approve at this moment. */
  readonly approvers: readonly string[];
  /** It came back and is being reset for the first time: nobody gets it before that has ended, in whichever way. */
  readonly busy: boolean;
}

const open: readonly State[] = ['waiting', 'approved', 'in-use'];
const isOpen = (one: Asked): boolean => open.includes(one.state);
const begun = (one: Asked, now: number): boolean => one.startsAt === null || one.startsAt <= now;

/** Who has the password out. */
export const held = (desk: Desk): Asked | undefined => desk.requests.find((one) => one.state === 'in-use');
/** Whose turn it is alone. */
export const onTurn = (desk: Desk): Asked | undefined =>
  desk.requests.find((one) => one.state === 'approved' && one.turnUntil !== null && one.turnUntil > desk.now);
const own = (desk: Desk, userId: string): Asked | undefined =>
  desk.requests.find((one) => one.requester === userId && isOpen(one));

const put = (desk: Desk, id: string, change: Partial<Asked>): Desk => ({
  ...desk,
  requests: desk.requests.map((one) => (one.id === id ? { ...one, ...change } : one)),
});
const states: Readonly<Record<Ended, State>> = {
  'checked-in': 'checked-in',
  'time-out': 'checked-in',
  'forced': 'checked-in',
  'rejected': 'rejected',
  'void': 'void',
  'expired': 'expired',
  'withdrawn': 'withdrawn',
}; // prettier-ignore
const end = (desk: Desk, id: string, endedHow: Ended): Desk =>
  put(desk, id, { state: states[endedHow], endedHow, turnUntil: null });

/** Whether enough approvers are left who have not spoken yet. */
const canCome = (desk: Desk, one: Asked): boolean =>
  one.agreed.length + desk.approvers.filter((id) => id !== one.requester && !one.agreed.includes(id)).length >=
  one.approvalsNeeded;

/**
 * Brings everything to the moment: ends what is over, and gives the turn to the next in line. Doing it twice does nothing more, and
 * doing it late comes to the same but for the moment of turns.
 */
export function settle(desk: Desk): Desk {
  const { now } = desk;
  let after = desk;
  for (const one of desk.requests) {
    if (one.state === 'in-use') {
      if (one.dueAt !== null && one.dueAt <= now) after = end(after, one.id, 'time-out');
      else if (one.gone) after = end(after, one.id, 'forced');
    } else if (one.state === 'waiting' || one.state === 'approved') {
      const { state, useBy, voidAt, gone } = one;
      if (gone) after = end(after, one.id, 'withdrawn');
      else if (state === 'waiting' && (voidAt <= now || !desk.controlled || !canCome(desk, one)))
        after = end(after, one.id, 'void');
      else if (state === 'approved' && ((useBy !== null && useBy <= now) || !desk.controlled))
        after = end(after, one.id, 'expired');
    }
  }
  return nextTurn(after);
}

function nextTurn(desk: Desk): Desk {
  if (desk.busy || held(desk) || onTurn(desk)) return desk;
  const { now } = desk;
  const next = desk.requests.find((one) => one.state === 'approved' && one.turnUntil === null && begun(one, now));
  if (!next) return desk;
  const turnUntil = now + turnMs;
  return put(desk, next.id, { turnUntil, useBy: next.useBy ?? Math.max(turnUntil, now + next.requestHours * hourMs) });
}

export interface Asking {
  readonly id: string;
  readonly requester: string;
  readonly startsAt: number | null;
  readonly endsAt: number | null;
  readonly approvalsNeeded: number;
  readonly requestHours: number;
  readonly exclusiveHours: number;
  /** It is approved by itself. */
  readonly approvedHow: 'automatic' | 'ticket' | null;
}

/** Throws `not-that-state` for whoever has an open request already, and where nobody could approve it. */
export function ask(desk: Desk, asking: Asking): Desk {
  const { now } = desk;
  if (own(desk, asking.requester))
    throw new Problem('not-that-state', { detail: 'You have a request for this password already.' });
  const one: Asked = {
    ...asking,
    kind: 'request',
    gone: false,
    state: 'waiting',
    agreed: [],
    // Nobody can wait longer for an answer than for what was asked.
    voidAt: Math.min(now + asking.requestHours * hourMs, asking.endsAt ?? Infinity),
    useBy: null,
    turnUntil: null,
    dueAt: null,
    endedHow: null,
  };
  // A window far off has time until it begins.
  const voidAt = asking.startsAt === null ? one.voidAt : Math.max(one.voidAt, asking.startsAt);
  const after: Desk = { ...desk, requests: [...desk.requests, { ...one, voidAt }] };
  if (asking.approvedHow) return settle(makeGood(after, asking.id, asking.approvedHow));
  if (!canCome(after, one))
    throw new Problem('not-that-state', {
      detail: 'There are not enough others who could approve this. Ask whoever looks after the password.',
    });
  return after;
}

/** Throws `not-that-state` when its window is somebody else's. */
function makeGood(desk: Desk, id: string, approvedHow: Asked['approvedHow']): Desk {
  const one = find(desk, id);
  const other = desk.requests.find(
    (x) => x.id !== id && (x.state === 'approved' || x.state === 'in-use') && overlap(spanOf(x), spanOf(one)),
  );
  if (other)
    throw new Problem('not-that-state', {
      detail: 'Somebody else has this password for a part of that time. Reject it, and let them ask for another.',
    });
  const useBy =
    one.endsAt ?? (one.startsAt === null ? null : Math.max(one.startsAt, desk.now) + one.requestHours * hourMs);
  return put(desk, id, { state: 'approved', approvedHow, useBy });
}

/** The part of time that a request lays claim to; undefined for one that takes what comes. */
function spanOf(one: Asked): readonly [number, number] | undefined {
  if (one.state === 'in-use') return one.dueAt === null ? undefined : [-Infinity, one.dueAt];
  if (one.startsAt === null) return undefined;
  const most = one.exclusiveHours === 0 ? undefined : one.startsAt + one.exclusiveHours * hourMs;
  return [one.startsAt, one.endsAt ?? most ?? one.startsAt + one.requestHours * hourMs];
}
const overlap = (a: readonly [number, number] | undefined, b: readonly [number, number] | undefined): boolean =>
  a !== undefined && b !== undefined && a[0] < b[1] && b[0] < a[1];

function find(desk: Desk, id: string): Asked {
  const one = desk.requests.find((request) => request.id === id);
  if (!one) throw new Problem('not-that-state');
  return one;
}
const must = (one: Asked, ...states: State[]): void => {
  if (!states.includes(one.state))
    throw new Problem('not-that-state', { detail: `This request is ${words[one.state]}.` });
};
const words: Readonly<Record<State, string>> = {
  'waiting': 'waiting for approval',
  'approved': 'approved',
  'in-use': 'in use',
  'checked-in': 'over: the password was checked in',
  'rejected': 'rejected',
  'void': 'void: nobody answered it in time',
  'expired': 'over: the password was not checked out in time',
  'withdrawn': 'withdrawn',
}; // prettier-ignore

/** One approver's yes. The last that is needed makes the request good. Throws `not-yourself`, `not-your-role`, `not-that-state`. */
export function approve(desk: Desk, id: string, by: string): Desk {
  const one = find(desk, id);
  if (one.requester === by) throw new Problem('not-yourself');
  if (!desk.approvers.includes(by)) throw new Problem('not-your-role');
  must(one, 'waiting');
  if (one.agreed.includes(by))
    throw new Problem('not-that-state', { detail: 'You have approved this already. Another approver must as well.' });
  const agreed = [...one.agreed, by];
  const after = put(desk, id, { agreed });
  return agreed.length < one.approvalsNeeded ? after : settle(makeGood(after, id, 'people'));
}

/** One approver's no: it counts also after others said yes, until the password is checked out. */
export function reject(desk: Desk, id: string, by: string): Desk {
  const one = find(desk, id);
  if (one.requester === by) throw new Problem('not-yourself');
  if (!desk.approvers.includes(by)) throw new Problem('not-your-role');
  must(one, 'waiting', 'approved');
  return settle(end(desk, id, 'rejected'));
}

export function withdraw(desk: Desk, id: string): Desk {
  must(find(desk, id), 'waiting', 'approved');
  return settle(end(desk, id, 'withdrawn'));
}

const out = (desk: Desk): string => {
  const until = held(desk)?.dueAt ?? null;
  return until === null ? 'Somebody has it.' : `Somebody has it until ${new Date(until).toISOString()} at the latest.`;
};

/**
 * Takes the password for one's own approved request, or, for whoever need not ask (`exempt`), for none. It ends with the window that was
 * asked for, and before the next one that somebody else was given. Throws `checked-out` while somebody has it or it is somebody's turn, `in-use`
 * while it is being reset, `approval-required` without a request that is approved and whose window has begun.
 */
export function checkOut(desk: Desk, by: string, exempt: Asking | null): Desk {
  const { now } = desk;
  const mine = own(desk, by);
  if (mine?.state === 'in-use') throw new Problem('not-that-state', { detail: 'You have it checked out already.' });
  if (held(desk)) throw new Problem('checked-out', { detail: out(desk) });
  const turn = onTurn(desk);
  if (turn && turn.requester !== by)
    throw new Problem('checked-out', { detail: 'It is the turn of somebody who asked before. Wait a few minutes.' });
  if (desk.busy) throw new Problem('in-use', { detail: 'It is being reset after its last use. Wait a moment.' });
  if (mine?.state === 'approved' && begun(mine, now)) return take(desk, mine.id);
  if (exempt) {
    const before = mine ? end(desk, mine.id, 'withdrawn') : desk;
    return take(added(before, exempt, { kind: 'request', approvedHow: 'exempt' }), exempt.id);
  }
  if (mine?.state !== 'approved') throw new Problem('approval-required', waits(mine));
  throw new Problem('approval-required', {
    detail: `It is yours from ${new Date(mine.startsAt ?? now).toISOString()} on.`,
  });
}
const waits = (mine: Asked | undefined): { detail: string } | undefined =>
  mine && { detail: 'Your request is not approved yet.' };

/** An emergency: at once and without approval, in front of everybody who waits, but not past whoever has it. Throws `checked-out`, `not-that-state`. */
export function breakGlass(desk: Desk, asking: Asking): Desk {
  const mine = own(desk, asking.requester);
  if (mine?.state === 'in-use') throw new Problem('not-that-state', { detail: 'You have it checked out already.' });
  if (!desk.controlled)
    throw new Problem('not-that-state', { detail: 'Access to this is not controlled: there is nothing to break.' });
  if (held(desk))
    throw new Problem('checked-out', {
      detail: `${out(desk)} An approver can check it in for them, and then it is free.`,
    });
  const before = mine ? end(desk, mine.id, 'withdrawn') : desk;
  return take(added(before, asking, { kind: 'emergency', approvedHow: null }), asking.id);
}

const added = (desk: Desk, asking: Asking, as: Pick<Asked, 'kind' | 'approvedHow'>): Desk => ({
  ...desk,
  requests: [
    ...desk.requests,
    {
      ...asking,
      ...as,
      gone: false,
      state: 'approved',
      agreed: [],
      voidAt: desk.now + asking.requestHours * hourMs,
      useBy: null,
      turnUntil: null,
      dueAt: null,
      endedHow: null,
    },
  ],
});

function take(desk: Desk, id: string): Desk {
  const one = find(desk, id);
  const { now } = desk;
  const ends = desk.requests
    .filter((x) => x.id !== id && x.state === 'approved' && x.startsAt !== null && x.startsAt > now)
    .map((x) => x.startsAt ?? Infinity);
  if (one.exclusiveHours > 0) ends.push(now + one.exclusiveHours * hourMs);
  if (one.endsAt !== null) ends.push(one.endsAt);
  const after = put(desk, id, {
    state: 'in-use',
    dueAt: ends.length === 0 ? null : Math.min(...ends),
    useBy: null,
    turnUntil: null,
  });
  // Whoever else is approved is in line again, in the order of asking, and their time begins when it is their turn.
  return {
    ...after,
    requests: after.requests.map((x) =>
      x.id !== id && x.state === 'approved'
        ? { ...x, turnUntil: null, useBy: x.startsAt === null && x.endsAt === null ? null : x.useBy }
        : x,
    ),
  };
}

/** Gives it back. Throws `not-that-state` for whoever does not have it. */
export function checkIn(desk: Desk, by: string): Desk {
  const mine = own(desk, by);
  if (mine?.state !== 'in-use') throw new Problem('not-that-state', { detail: 'You do not have it checked out.' });
  return settle(end(desk, mine.id, 'checked-in'));
}

/** Takes it from whoever has it. Throws `not-that-state`. */
export function force(desk: Desk, id: string): Desk {
  must(find(desk, id), 'in-use');
  return settle(end(desk, id, 'forced'));
}
