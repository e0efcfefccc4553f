// What becomes of the requests for one password as time goes by. Nothing here touches a database or a clock: all of it can be explored by a test.

/** How long the first in line has a password to itself when it comes free. */
export const turnMs = 15 * 60_000;
export const hourMs = 3_600_000;

export type Ended = 'checked-in' | 'time-out' | 'forced' | 'rejected' | 'void' | 'expired' | 'withdrawn';
export type State = 'waiting' | 'approved' | 'in-use' | 'checked-in' | 'rejected' | 'void' | 'expired' | 'withdrawn';

/** Somebody who can decide, and whose place on the list of approvers they do it from: their own, or that of whom they are the deputy. */
export interface Seat {
  readonly by: string;
  readonly place: string;
}

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
  /** Who has approved it, and from which place. */
  readonly agreed: readonly Seat[];
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
  readonly seats: readonly Seat[];
  /** It came back and is being reset for the first time: nobody gets it before that has ended, in whichever way. */
  readonly busy: boolean;
}

const open: readonly State[] = ['waiting', 'approved', 'in-use'];
const isOpen = (one: Asked): boolean => open.includes(one.state);
/** The window that was asked for has come. */
export const begun = (one: Asked, now: number): boolean => one.startsAt === null || one.startsAt <= now;

/** Who has the password out. */
export const held = (desk: Desk): Asked | undefined => desk.requests.find((one) => one.state === 'in-use');
/** Whose turn it is alone. */
export const onTurn = (desk: Desk): Asked | undefined =>
  desk.requests.find((one) => one.state === 'approved' && one.turnUntil !== null && one.turnUntil > desk.now);
/** The open request of a user. */
export const own = (desk: Desk, userId: string): Asked | undefined =>
  desk.requests.find((one) => one.requester === userId && isOpen(one));

/** Changes one request. */
export const put = (desk: Desk, id: string, change: Partial<Asked>): Desk => ({
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
/** Ends one request. */
export const end = (desk: Desk, id: string, endedHow: Ended): Desk =>
  put(desk, id, { state: states[endedHow], endedHow, turnUntil: null });

/** Seats from which somebody else can still approve: of people who have not spoken, at places nobody has spoken from. A deputy of the requester has none for it. */
const left = (desk: Desk, one: Asked): readonly Seat[] =>
  desk.seats.filter(
    ({ by, place }) =>
      by !== one.requester &&
      place !== one.requester &&
      !one.agreed.some((seat) => seat.by === by || seat.place === place),
  );

/**
 * Whether enough approvers are left: each approval takes another person and another place. Counting both apart is exact as long as no more than two
 * are needed: one person can hold two places, and one place be open to two people, but two seats that share neither are there unless all share one.
 */
export const canCome = (desk: Desk, one: Asked): boolean => {
  const seats = left(desk, one);
  const pairs = Math.min(new Set(seats.map(({ by }) => by)).size, new Set(seats.map(({ place }) => place)).size);
  return one.agreed.length + pairs >= one.approvalsNeeded;
};

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

/** The part of time that a request lays claim to; undefined for one that takes what comes. */
function spanOf(one: Asked): readonly [number, number] | undefined {
  if (one.state === 'in-use') return one.dueAt === null ? undefined : [-Infinity, one.dueAt];
  if (one.startsAt === null) return undefined;
  const most = one.exclusiveHours === 0 ? undefined : one.startsAt + one.exclusiveHours * hourMs;
  return [one.startsAt, one.endsAt ?? most ?? one.startsAt + one.requestHours * hourMs];
}
const meet = (a: readonly [number, number] | undefined, b: readonly [number, number] | undefined): boolean =>
  a !== undefined && b !== undefined && a[0] < b[1] && b[0] < a[1];

/** Two requests lay claim to the same moment. */
export const overlap = (a: Asked, b: Asked): boolean => meet(spanOf(a), spanOf(b));
