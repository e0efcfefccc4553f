import {
  approveRequest,
  countRequests,
  forceCheckIn,
  listRequests,
  openRequestLink,
  readRequest,
  rejectRequest,
  reviewEmergency,
  withdrawRequest,
} from '@strongroom/contract';
import { sql, type RawBuilder } from 'kysely';
import { endpoint, type Endpoint, type Facts, type Grant } from '../authorise/index.ts';
import { containing, readPage } from '../platform/paging.ts';
import { Problem } from '../platform/problem.ts';
import { hashToken, newId } from '../platform/random.ts';
import { act, type Act, type CheckoutParts } from './act.ts';
import type { Held } from './desk.ts';
import {
  awaits,
  concerns,
  readRequestReply,
  requestColumns,
  requestReply,
  requestTables,
  unreviewed,
  type RequestRow,
} from './requests.queries.ts';
import * as state from './state.ts';

const requestOf = (input: { requestId: string }): string => input.requestId;
const userOf = (grant: Grant): string => {
  if (grant.actor.userId === null) throw new Problem('not-your-role');
  return grant.actor.userId;
};

/** Does something with a request of the grant, and shows it as it stands then. Throws `not-that-state` when its account is gone. */
async function change(grant: Grant, parts: CheckoutParts, facts: Facts, work: (held: Held) => Act | Promise<Act>) {
  const row = await grant.db
    .selectFrom('accessRequest')
    .select('accountId')
    .where('id', '=', grant.objectId)
    .executeTakeFirstOrThrow();
  if (row.accountId === null) throw new Problem('not-that-state', { detail: 'The account is gone.' });
  await act(grant, parts, row.accountId, work);
  return readRequestReply(grant.db, grant.objectId, facts, grant.actor.userId);
}

/** Writes down a decision, and whose deputy made it. A link that was followed must be the approver's own for this request; either decision uses it up. Throws `link-invalid`. */
async function decide(
  grant: Grant,
  decision: 'approved' | 'rejected',
  { control }: Held,
  place: string,
  { comment, token }: { comment: string; token?: string | undefined },
): Promise<void> {
  const userId = userOf(grant);
  const used = await sql<{
    hash: Buffer;
  }>`delete from access_link where request_id = ${grant.objectId} and user_id = ${userId} returning hash`.execute(
    grant.db,
  );
  if (token !== undefined && !used.rows.some(({ hash }) => hash.equals(hashToken(token))))
    throw new Problem('link-invalid');
  const absent = place === userId ? null : (control?.seats.find((seat) => seat.place === place)?.placeName ?? null);
  await sql`insert into access_decision (id, organisation_id, request_id, user_id, username, place_id, for_name, decision, comment)
    values (${newId()}, ${grant.actor.organisationId}, ${grant.objectId}, ${userId}, ${grant.actorName}, ${place}, ${absent}, ${decision}, ${comment})
    on conflict (request_id, user_id) do update set place_id = excluded.place_id, for_name = excluded.for_name, decision = excluded.decision,
      comment = excluded.comment, at = now()`.execute(grant.db);
  if (absent !== null) grant.note({ for: absent });
  if (comment !== '') grant.note({ comment });
}

/** Says in the event whose deputy the actor is in this, where they are no approver at a place of their own. */
function noteAbsent(grant: Grant, { desk, control }: Held): void {
  const by = userOf(grant);
  const [seat] = state.seatsOf(desk, grant.objectId, by);
  if (seat && seat.place !== by)
    grant.note({ for: control?.seats.find(({ place }) => place === seat.place)?.placeName ?? '' });
}

const orders = {
  createdAt: { by: sql`x.created_at`, type: 'timestamptz' },
  endedAt: { by: sql`coalesce(x.ended_at, 'infinity'::timestamptz)`, type: 'timestamptz' },
} as const;

/** What each view shows. */
const views = (facts: Facts, userId: string | null): Record<'approve' | 'mine' | 'in-use' | 'emergency' | 'all', RawBuilder<boolean>> => ({
  'approve': awaits(facts, userId),
  'mine': sql<boolean>`x.requester_id = ${userId}::uuid`,
  'in-use': sql<boolean>`x.ended_at is null and x.state in ('approved', 'in-use')`,
  'emergency': unreviewed,
  'all': sql<boolean>`true`,
}); // prettier-ignore

/** Requests for passwords: looking, deciding, forcing, reviewing. */
export const requestEndpoints = (parts: CheckoutParts): Endpoint[] => [
  endpoint(listRequests, {
    async run(grant, { view, accountId, state: only, search, ...ask }, facts) {
      const { userId } = grant.actor;
      const text = search === undefined || search === '' ? undefined : containing(search);
      const from = sql`from ${requestTables} where ${concerns(facts, userId)} and ${views(facts, userId)[view]}
        ${accountId === undefined ? sql`` : sql`and x.account_id = ${accountId}`}
        ${only === undefined ? sql`` : sql`and x.state = ${only}`}
        ${text === undefined ? sql`` : sql`and (lower(x.account_name || ' ' || x.resource_name || ' ' || x.requester || ' ' || coalesce(x.ticket, '')) like ${text})`}`;
      const page = await readPage<RequestRow>(grant.db, ask, {
        select: requestColumns(userId),
        from,
        id: sql`x.id`,
        orders,
        first: '-createdAt',
      });
      const { rows, ...rest } = page;
      return { ...rest, items: rows.map((row) => requestReply(row, facts, userId, facts.superAdministrator)) };
    },
  }),
  endpoint(countRequests, {
    async run(grant, _input, facts) {
      const { userId } = grant.actor;
      const count = (where: RawBuilder<boolean>) =>
        sql`(select count(*)::int from (select 1 from ${requestTables} where ${where} limit 1000) n)`;
      const mine = sql<boolean>`x.requester_id = ${userId}::uuid and x.ended_at is null`;
      const { rows } = await sql<{ approve: number; mine: number; ready: number; emergency: number }>`select
        ${count(awaits(facts, userId))} as approve, ${count(mine)} as mine,
        ${count(sql<boolean>`${mine} and x.state = 'approved' and x.turn_until > now()`)} as ready,
        ${count(sql<boolean>`${unreviewed} and x.requester_id is distinct from ${userId}::uuid and ${concerns(facts, userId)}`)} as emergency`.execute(
        grant.db,
      );
      return rows[0] ?? { approve: 0, mine: 0, ready: 0, emergency: 0 };
    },
  }),
  endpoint(openRequestLink, {
    async run(grant, { token }, facts) {
      const userId = userOf(grant);
      const found = await sql<{ requestId: string }>`select l.request_id from access_link l
        where l.hash = ${hashToken(token)} and l.user_id = ${userId}`.execute(grant.db);
      const id = found.rows[0]?.requestId;
      if (id === undefined) throw new Problem('link-invalid');
      const shown = await readRequestReply(grant.db, id, facts, userId);
      // Whoever is no approver any more, or whose request was answered meanwhile, has a link to nothing.
      if (shown.state !== 'waiting' || !shown.can.includes('access-request.approve')) throw new Problem('link-invalid');
      return shown;
    },
  }),
  endpoint(readRequest, {
    object: requestOf,
    run: (grant, _input, facts) => readRequestReply(grant.db, grant.objectId, facts, grant.actor.userId),
  }),
  endpoint(withdrawRequest, {
    object: requestOf,
    run: (grant, _input, facts) =>
      change(grant, parts, facts, ({ desk }) => ({ desk: state.withdraw(desk, grant.objectId) })),
  }),
  endpoint(approveRequest, {
    object: requestOf,
    reason: (input) => (input.comment === '' ? undefined : input.comment),
    run: (grant, input, facts) =>
      change(grant, parts, facts, async (held) => {
        const by = userOf(grant);
        const after = state.approve(held.desk, grant.objectId, by);
        const seat = after.requests.find(({ id }) => id === grant.objectId)?.agreed.find((one) => one.by === by);
        await decide(grant, 'approved', held, seat?.place ?? by, input);
        return { desk: after, comment: input.comment };
      }),
  }),
  endpoint(rejectRequest, {
    object: requestOf,
    reason: (input) => input.comment,
    run: (grant, input, facts) =>
      change(grant, parts, facts, async (held) => {
        const by = userOf(grant);
        const after = state.reject(held.desk, grant.objectId, by);
        await decide(grant, 'rejected', held, state.seatsOf(held.desk, grant.objectId, by)[0]?.place ?? by, input);
        return { desk: after, comment: input.comment };
      }),
  }),
  endpoint(forceCheckIn, {
    object: requestOf,
    reason: (input) => (input.comment === '' ? undefined : input.comment),
    run: (grant, { comment }, facts) =>
      change(grant, parts, facts, async (held) => {
        // Whoever looks after the password needs nobody's place for it.
        if (facts.relation === 'view') noteAbsent(grant, held);
        const desk = state.force(held.desk, grant.objectId);
        if (comment !== '')
          await sql`update access_request set ended_note = ${comment} where id = ${grant.objectId}`.execute(grant.db);
        return { desk, comment };
      }),
  }),
  endpoint(reviewEmergency, {
    object: requestOf,
    async run(grant, { review }, facts) {
      const { rows } =
        await sql`update access_request set reviewed_at = now(), reviewed_by = ${grant.actorName}, review = ${review}
        where id = ${grant.objectId} and kind = 'emergency' and reviewed_at is null returning id`.execute(grant.db);
      if (rows.length === 0)
        throw new Problem('not-that-state', { detail: 'This is no emergency, or it was reviewed already.' });
      grant.note({ review });
      const shown = await readRequestReply(grant.db, grant.objectId, facts, grant.actor.userId);
      if (shown.deputyOf.length > 0) grant.note({ for: shown.deputyOf.join(', ') });
      return shown;
    },
  }),
];
