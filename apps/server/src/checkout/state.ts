import { Problem } from '../platform/problem.ts';
import {
  begun,
  canCome,
  end,
  held,
  hourMs,
  onTurn,
  overlap,
  own,
  put,
  settle,
  type Asked,
  type Desk,
  type Seat,
  type State,
} from './queue.ts';

export { held, onTurn, settle, turnMs, type Asked, type Desk, type Ended, type Seat, type State } from './queue.ts';

// What people do about the requests for one password, and what each act makes of them: as pure as `queue.ts`.

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
    (x) => x.id !== id && (x.state === 'approved' || x.state === 'in-use') && overlap(x, one),
  );
  if (other)
    throw new Problem('not-that-state', {
      detail: 'Somebody else has this password for a part of that time. Reject it, and let them ask for another.',
    });
  const useBy =
    one.endsAt ?? (one.startsAt === null ? null : Math.max(one.startsAt, desk.now) + one.requestHours * hourMs);
  return put(desk, id, { state: 'approved', approvedHow, useBy });
}

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

/**
 * From which seats somebody decides on a request: their own place first. As a deputy not on what whom they stand in for asked, nor on anything
 * while they have the password themselves.
 */
export function seatsOf(desk: Desk, id: string, by: string): readonly Seat[] {
  const one = find(desk, id);
  const has = held(desk)?.requester === by;
  return desk.seats
    .filter((seat) => seat.by === by && (seat.place === by || (seat.place !== one.requester && !has)))
    .toSorted((a, b) => Number(b.place === by) - Number(a.place === by));
}
function mustDecide(desk: Desk, one: Asked, by: string): readonly Seat[] {
  if (one.requester === by) throw new Problem('not-yourself');
  const seats = seatsOf(desk, one.id, by);
  if (seats.length === 0) throw new Problem('not-your-role');
  return seats;
}

/** One approver's yes. The last that is needed makes the request good. Throws `not-yourself`, `not-your-role`, `not-that-state`. */
export function approve(desk: Desk, id: string, by: string): Desk {
  const one = find(desk, id);
  const seats = mustDecide(desk, one, by);
  must(one, 'waiting');
  if (one.agreed.some((seat) => seat.by === by))
    throw new Problem('not-that-state', { detail: 'You have approved this already. Another approver must as well.' });
  // Of several places one that leaves another to somebody else: who can approve at all has one, but for who holds the password meanwhile.
  const after = seats
    .filter(({ place }) => !one.agreed.some((seat) => seat.place === place))
    .map((seat) => ({ ...one, agreed: [...one.agreed, seat] }))
    .find((next) => canCome(desk, next));
  if (!after)
    throw new Problem('not-that-state', {
      detail: 'An approver and their deputy count once. Another approver must approve this.',
    });
  const { agreed } = after;
  const next = put(desk, id, { agreed });
  return agreed.length < one.approvalsNeeded ? next : settle(makeGood(next, id, 'people'));
}

/** One approver's no: it counts also after others said yes, until the password is checked out. */
export function reject(desk: Desk, id: string, by: string): Desk {
  const one = find(desk, id);
  mustDecide(desk, one, by);
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
