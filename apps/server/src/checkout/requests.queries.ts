import type { AccessRequest } from '@strongroom/contract';
import { sql, type RawBuilder } from 'kysely';
import type { z } from 'zod';
import { controlOf, seats, seatsOfRequest, type Facts } from '../authorise/index.ts';
import type { OrganisationDb } from '../platform/db.ts';

type Reply = z.input<typeof AccessRequest>;

export interface RequestRow extends Omit<Reply, 'decisions' | 'reset' | 'review' | 'can' | Moments> {
  decisions: {
    by: string;
    userId: string | null;
    for: string | null;
    decision: 'approved' | 'rejected';
    comment: string;
    at: string;
  }[];
  resetState: 'due' | 'running' | 'done' | 'failed' | null;
  resetTries: number;
  resetNextAt: Date | null;
  resetWhy: string | null;
  reviewedAt: Date | null;
  reviewedBy: string | null;
  review: string | null;
  ownerId: string | null;
  approver: boolean;
  mayAgree: boolean;
  createdAt: Date;
  startsAt: Date | null;
  endsAt: Date | null;
  voidAt: Date;
  useBy: Date | null;
  approvedAt: Date | null;
  turnUntil: Date | null;
  checkedOutAt: Date | null;
  dueAt: Date | null;
  endedAt: Date | null;
}
type Moments =
  | 'createdAt'
  | 'startsAt'
  | 'endsAt'
  | 'voidAt'
  | 'useBy'
  | 'approvedAt'
  | 'turnUntil'
  | 'checkedOutAt'
  | 'dueAt'
  | 'endedAt';

const nobody = '00000000-0000-0000-0000-000000000000';

/** Requests as `x`, with their account `a` and resource `r` where those still are. */
export const requestTables = sql`access_request x left join account a on a.id = x.account_id left join resource r on r.id = a.resource_id`;

const deciding = seatsOfRequest('x', 'a');

/** The user can decide, at their own place on the list of those who approve or as a deputy. */
const isApprover = (userId: string | null): RawBuilder<boolean> =>
  sql<boolean>`exists (select from (${deciding}) s where s.user_id = ${userId ?? nobody})`;

/** There is a place that the user can still approve from. */
const mayAgree = (userId: string | null): RawBuilder<boolean> =>
  sql<boolean>`exists (select from (${deciding}) s where s.user_id = ${userId ?? nobody} and not exists (select from access_decision d
    where d.request_id = x.id and d.decision = 'approved' and d.user_id is not null and d.place_id = s.place_id))`;

/** The names of those whose deputy the user would decide as; none for an approver at their own place. */
const deputyOf = (userId: string | null): RawBuilder<string[]> =>
  sql<
    string[]
  >`(select case when bool_or(s.place_id = s.user_id) then '{}'::text[] else coalesce(array_agg(w.username order by lower(w.username)), '{}') end
    from (${deciding}) s join app_user w on w.id = s.place_id where s.user_id = ${userId ?? nobody})`;

/**
 * The requests that somebody has to do with: made, may approve, or of a resource of theirs. Gathered by their ids, each kind by an index of its own:
 * with `or` between them every request there ever was would be looked at.
 */
export const concerns = (facts: Facts, userId: string | null): RawBuilder<boolean> => {
  if (facts.superAdministrator) return sql<boolean>`true`;
  const me = sql`${userId ?? nobody}::uuid`;
  const decides = facts.permits.includes('manage-passwords')
    ? sql`union all select q.id from access_control_user p join access_control c on c.id = p.control_id
        join account b on b.id = c.account_id or (c.account_id is null and b.resource_id = c.resource_id
          and not exists (select from access_control n where n.account_id = b.id))
        join access_request q on q.account_id = b.id
      where p.user_id = ${me} and p.part = 'approver'
      union all select q.id from deputy d join access_control_user p on p.user_id = d.user_id and p.part = 'approver' join access_control c on c.id = p.control_id
        join account b on b.id = c.account_id or (c.account_id is null and b.resource_id = c.resource_id
          and not exists (select from access_control n where n.account_id = b.id))
        join lateral (${seats({ control: sql.ref('c.id'), account: sql.ref('b.id') })}) s on s.user_id = d.deputy_id and s.place_id = d.user_id
        join access_request q on q.account_id = b.id and q.requester_id is distinct from d.user_id
      where d.deputy_id = ${me}`
    : sql``;
  return sql<boolean>`x.id in (select q.id from access_request q where q.requester_id = ${me}
    union all select q.id from resource o join account b on b.resource_id = o.id join access_request q on q.account_id = b.id where o.owner_id = ${me}
    ${decides})`;
};

/** Waiting requests that the user can decide. What is cheap to ask comes first: most people are on no list. */
export const awaits = (facts: Facts, userId: string | null): RawBuilder<boolean> => {
  const me = sql`${userId ?? nobody}::uuid`;
  return facts.permits.includes('manage-passwords')
    ? sql<boolean>`(x.ended_at is null and x.state = 'waiting' and x.void_at > now() and x.requester_id is distinct from ${me}
        and exists (select from access_control_user p where p.control_id = ${controlOf('a')} and p.part = 'approver'
          and p.user_id in (select ${me} union all select d.user_id from deputy d where d.deputy_id = ${me}))
        and ${mayAgree(userId)} and not exists (select from access_decision d where d.request_id = x.id and d.user_id = ${me}))`
    : sql<boolean>`false`;
};

/** Emergencies that nobody has reviewed yet. */
export const unreviewed = sql<boolean>`(x.kind = 'emergency' and x.reviewed_at is null)`;

export const requestColumns = (userId: string | null): RawBuilder<unknown> => sql`
  x.id, x.account_id, x.account_name, r.id as resource_id, x.resource_name, x.requester_id, x.requester, x.kind, x.state, x.reason, x.ticket,
  x.created_at, x.starts_at, x.ends_at, x.approvals_needed, x.void_at, x.use_by, x.approved_at, x.approved_how, x.turn_until, x.checked_out_at,
  x.due_at, x.ended_at, x.ended_how, x.ended_by, x.ended_note, x.exclusive_hours, x.reset_state, x.reset_tries, x.reset_next_at, x.reset_why, x.reviewed_at,
  x.reviewed_by, x.review, r.owner_id, ${isApprover(userId)} as approver,
  ${mayAgree(userId)} as may_agree, ${deputyOf(userId)} as deputy_of,
  coalesce((select jsonb_agg(jsonb_build_object('by', d.username, 'userId', d.user_id, 'for', d.for_name, 'decision', d.decision, 'comment', d.comment, 'at', d.at) order by d.at)
    from access_decision d where d.request_id = x.id), '[]'::jsonb) as decisions,
  case when x.state = 'approved' then (select count(*)::int from access_request o where o.account_id = x.account_id and o.ended_at is null
    and (o.state = 'in-use' or (o.state = 'approved' and (o.turn_until > now() or (o.turn_until is null and (o.created_at, o.id) < (x.created_at, x.id))) and o.id <> x.id))) end as in_front,
  a.number as account_number, r.number as resource_number, (select u.number from app_user u where u.id = x.requester_id) as requester_number,
  coalesce((select u.full_name from app_user u where u.id = x.requester_id), x.requester) as requester_full_name`;

const iso = (date: Date | null): string | null => date?.toISOString() ?? null;

/** A row as the contract shows it, with what the asker may do. */
export function requestReply(row: RequestRow, facts: Facts, userId: string | null, keeper: boolean): Reply {
  const {
    decisions,
    resetState,
    resetTries,
    resetNextAt,
    resetWhy,
    reviewedAt,
    reviewedBy,
    review,
    ownerId,
    approver,
    mayAgree,
    deputyOf: standsFor,
    ...rest
  } = row;
  const mine = userId !== null && row.requesterId === userId;
  const decides = approver && !mine && facts.permits.includes('manage-passwords');
  const open = row.state === 'waiting' || row.state === 'approved';
  const spoke = decisions.some((one) => one.userId === userId);
  const can = {
    'access-request.approve': decides && mayAgree && row.state === 'waiting' && !spoke,
    'access-request.reject': decides && open,
    'access-request.withdraw': mine && open,
    'access-request.force-check-in':
      row.state === 'in-use' &&
      (decides || (facts.permits.includes('manage-passwords') && (keeper || ownerId === userId))),
    'access-request.review': decides && row.kind === 'emergency' && reviewedAt === null,
    'account.check-in': mine && row.state === 'in-use',
    'account.check-out':
      mine &&
      row.state === 'approved' &&
      row.inFront === 0 &&
      (row.startsAt === null || row.startsAt.getTime() <= Date.now()),
  };
  return {
    ...rest,
    createdAt: row.createdAt.toISOString(),
    voidAt: row.voidAt.toISOString(),
    startsAt: iso(row.startsAt),
    endsAt: iso(row.endsAt),
    useBy: iso(row.useBy),
    approvedAt: iso(row.approvedAt),
    turnUntil: iso(row.turnUntil),
    checkedOutAt: iso(row.checkedOutAt),
    dueAt: iso(row.dueAt),
    endedAt: iso(row.endedAt),
    decisions: decisions.map(({ userId: _, at, ...one }) => ({ ...one, at: new Date(at).toISOString() })),
    reset:
      resetState === null ? null : { state: resetState, tries: resetTries, nextAt: iso(resetNextAt), why: resetWhy },
    deputyOf: decides ? standsFor : [],
    review: reviewedAt === null ? null : { by: reviewedBy ?? '', at: reviewedAt.toISOString(), text: review ?? '' },
    can: Object.entries(can).flatMap(([name, is]) => (is ? [name] : [])),
  };
}

/** One request as it stands now. Throws when there is none: ask after the policy has found it. */
export async function readRequestReply(
  db: OrganisationDb,
  id: string,
  facts: Facts,
  userId: string | null,
): Promise<Reply> {
  const { rows } =
    await sql<RequestRow>`select ${requestColumns(userId)} from ${requestTables} where x.id = ${id}`.execute(db);
  if (!rows[0]) throw new Error('no such request');
  return requestReply(
    rows[0],
    facts,
    userId,
    facts.superAdministrator || facts.relation === 'manage' || facts.relation === 'owner',
  );
}
