import { breakGlass, checkIn, checkOut, requestAccount } from '@strongroom/contract';
import { sql } from 'kysely';
import { endpoint, type Endpoint, type Facts, type Grant } from '../authorise/index.ts';
import type { OrganisationDb } from '../platform/db.ts';
import { Problem } from '../platform/problem.ts';
import { newId } from '../platform/random.ts';
import { act, type CheckoutParts } from './act.ts';
import type { Held, InForce, NewRequest } from './desk.ts';
import { readRequestReply } from './requests.queries.ts';
import * as state from './state.ts';
import { within } from './windows.ts';

const accountOf = (input: { accountId: string }): string => input.accountId;
const userOf = (grant: Grant): string => {
  if (grant.actor.userId === null) throw new Problem('not-your-role');
  return grant.actor.userId;
};

const reply = (grant: Grant, id: string, facts: Facts) => readRequestReply(grant.db, id, facts, grant.actor.userId);

async function timeZoneOf(db: OrganisationDb): Promise<string> {
  const { rows } = await sql<{
    zone: string;
  }>`select value #>> '{}' as zone from setting where name = 'timeZone'`.execute(db);
  return rows[0]?.zone ?? 'UTC';
}

/** Whether a request is approved by itself at this moment. A ticket counts where a ticketing system found it good. */
async function byItself(
  db: OrganisationDb,
  control: InForce,
  facts: Facts,
  now: number,
): Promise<'automatic' | 'ticket' | null> {
  if (control.ticketApproves && facts.ticketGiven && facts.ticketVerdict === 'allowed') return 'ticket';
  if (control.automatic === 'always') return 'automatic';
  if (control.automatic === 'never') return null;
  return within(control.windows, await timeZoneOf(db), new Date(now)) ? 'automatic' : null;
}

const asking = (
  control: InForce,
  requester: string,
  window: { startsAt: number | null; endsAt: number | null },
): state.Asking => ({
  id: newId(),
  requester,
  ...window,
  approvalsNeeded: control.approvals,
  requestHours: control.requestHours,
  exclusiveHours: control.exclusiveHours,
  approvedHow: null,
});
const noWindow = { startsAt: null, endsAt: null };

/** The control, of an account to which access is controlled. Throws `not-that-state`. */
function controlOf({ control }: Held): InForce {
  if (!control?.isOn)
    throw new Problem('not-that-state', {
      detail: 'Access to this is not controlled: whoever has a share of it opens it.',
    });
  return control;
}

/** The window that was asked for. Throws `input-invalid` for one that is over, ends before it begins or lies more than a year ahead. */
function windowOf(input: { startsAt?: string | undefined; endsAt?: string | undefined }, now: number) {
  const moment = (text: string | undefined): number | null => (text === undefined ? null : Date.parse(text));
  const endsAt = moment(input.endsAt);
  const asked = moment(input.startsAt);
  // A beginning that is past is no window to come.
  const startsAt = asked !== null && asked <= now ? null : asked;
  const fault = (path: string, message: string): Problem =>
    new Problem('input-invalid', { errors: [{ path, message }] });
  if (endsAt !== null && endsAt <= Math.max(now, startsAt ?? now))
    throw fault('endsAt', 'must come after now and after the beginning');
  const yearMs = 366 * 24 * 3_600_000;
  if (Math.max(startsAt ?? 0, endsAt ?? 0) > now + yearMs)
    throw fault(endsAt === null ? 'startsAt' : 'endsAt', 'must lie within a year');
  return { startsAt, endsAt };
}

/** Asking for a password, taking it, giving it back, and taking it in an emergency. */
export const checkoutEndpoints = (parts: CheckoutParts): Endpoint[] => [
  endpoint(requestAccount, {
    object: accountOf,
    reason: (input) => input.reason,
    ticket: (input) => input.ticket,
    async run(grant, input, facts) {
      const by = userOf(grant);
      const added: NewRequest = {
        id: newId(),
        requester: grant.actorName,
        reason: input.reason,
        ticket: input.ticket ?? null,
      };
      await act(grant, parts, grant.objectId, async (held) => {
        const control = controlOf(held);
        if (facts.excused)
          throw new Problem('not-that-state', { detail: 'You need not ask for this password: open it.' });
        const { now } = held.desk;
        const approvedHow = await byItself(grant.db, control, facts, now);
        const one = { ...asking(control, by, windowOf(input, now)), id: added.id, approvedHow };
        return { desk: state.ask(held.desk, one), added };
      });
      const made = await reply(grant, added.id, facts);
      grant.note({ request: added.id, state: made.state, ...(made.approvedHow ? { approved: made.approvedHow } : {}) });
      return made;
    },
  }),
  endpoint(checkOut, {
    object: accountOf,
    reason: (input) => input.reason,
    ticket: (input) => input.ticket,
    async run(grant, input, facts) {
      const by = userOf(grant);
      const { desk } = await act(grant, parts, grant.objectId, (held) => {
        const control = controlOf(held);
        if (!facts.excused) return { desk: state.checkOut(held.desk, by, null) };
        const exempt = asking(control, by, noWindow);
        const added = {
          id: exempt.id,
          requester: grant.actorName,
          reason: input.reason ?? '',
          ticket: input.ticket ?? null,
        };
        return { desk: state.checkOut(held.desk, by, exempt), added };
      });
      return taken(grant, desk, facts);
    },
  }),
  endpoint(checkIn, {
    object: accountOf,
    async run(grant, _input, facts) {
      const by = userOf(grant);
      const { changes } = await act(grant, parts, grant.objectId, (held) => ({ desk: state.checkIn(held.desk, by) }));
      const id = changes.find(({ after }) => after.requester === by && after.endedHow === 'checked-in')?.after.id;
      if (id === undefined) throw new Error('nothing was checked in');
      grant.note({ request: id });
      return reply(grant, id, facts);
    },
  }),
  endpoint(breakGlass, {
    object: accountOf,
    reason: (input) => input.reason,
    ticket: (input) => input.ticket,
    async run(grant, input, facts) {
      const by = userOf(grant);
      const { desk } = await act(grant, parts, grant.objectId, (held) => {
        const one = asking(controlOf(held), by, noWindow);
        const added = { id: one.id, requester: grant.actorName, reason: input.reason, ticket: input.ticket ?? null };
        return { desk: state.breakGlass(held.desk, one), added };
      });
      return taken(grant, desk, facts);
    },
  }),
];

function taken(grant: Grant, desk: state.Desk, facts: Facts) {
  const one = state.held(desk);
  if (!one) throw new Error('nothing was checked out');
  grant.note({ request: one.id, until: one.dueAt === null ? 'checked in' : new Date(one.dueAt).toISOString() });
  return reply(grant, one.id, { ...facts, lease: 'mine' });
}
