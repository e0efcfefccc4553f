import type { AccessState } from '@strongroom/contract';
import { sql } from 'kysely';
import type { z } from 'zod';
import { leaseHolds, readFacts, type Facts, type Grant } from '../authorise/index.ts';
import type { OrganisationDb } from '../platform/db.ts';
import { Problem } from '../platform/problem.ts';

type State = z.input<typeof AccessState>;

/** What of access control a decision about an account depends on, as `authorise/facts.ts` reads it for one. */
export interface AccessFacts {
  readonly controlled: boolean;
  readonly excused: boolean;
  readonly lease: Facts['lease'];
  readonly seesCheckedOut: boolean;
}
export interface Access {
  readonly facts: AccessFacts;
  /** `can` is not in it: that is the policy's. Null where access is not controlled and nobody has it out. */
  readonly shown: Omit<State, 'can'> | null;
  /** The asker can take it at this moment, as far as others are concerned. */
  readonly free: boolean;
}

interface Row {
  id: string;
  controlled: boolean;
  excluded: boolean;
  approvals: number | null;
  owned: boolean;
  settings: Record<string, unknown> | null;
  leasedTo: string | null;
  holder: string | null;
  until: Date | null;
  requestId: string | null;
  state: 'waiting' | 'approved' | 'in-use' | 'checked-in' | 'rejected' | 'void' | 'expired' | 'withdrawn' | null;
  given: number | null;
  needed: number | null;
  useBy: Date | null;
  startsAt: Date | null;
  fresh: boolean | null;
  comment: string | null;
  turnOfOther: boolean;
  resetState: 'due' | 'running' | 'failed' | null;
  resetTries: number | null;
}

const iso = (date: Date | null): string | null => date?.toISOString() ?? null;
const nobody = '00000000-0000-0000-0000-000000000000';

/** Where the asker stands with each of a page's accounts, in one statement. */
export async function readAccess(
  db: OrganisationDb,
  facts: Facts,
  userId: string | null,
  ids: readonly string[],
): Promise<(id: string) => Access> {
  const me = userId ?? nobody;
  const { rows } =
    await sql<Row>`select a.id, coalesce(c.is_on, false) as controlled, c.approvals, r.owner_id = ${me}::uuid as owned,
      exists (select from access_control_user p where p.control_id = c.id and p.part = 'excluded' and p.user_id = ${me}::uuid) as excluded,
      (select jsonb_object_agg(name, value) from setting where name in ('ownersNeedNoApproval', 'administratorsSeeCheckedOut')) as settings,
      l.user_id as leased_to, u.username as holder, l.until,
      q.id as request_id, q.state, q.given, q.approvals_needed as needed, q.use_by, q.starts_at, q.ended_at > now() - interval '1 day' as fresh, q.comment,
      exists (select from access_request o where o.account_id = a.id and o.ended_at is null and o.state = 'approved' and o.turn_until > now()
        and o.requester_id is distinct from ${me}::uuid) as turn_of_other,
      z.reset_state, z.reset_tries
    from account a join resource r on r.id = a.resource_id
      left join lateral (select c.id, c.is_on, c.approvals from access_control c where c.target_id in (a.id, a.resource_id) order by c.account_id is null limit 1) c on true
      left join lease l on l.account_id = a.id and ${leaseHolds} left join app_user u on u.id = l.user_id
      left join lateral (select x.id, x.state, x.approvals_needed, x.use_by, x.starts_at, x.ended_at,
          (select count(*)::int from access_decision d where d.request_id = x.id and d.decision = 'approved') as given,
          (select nullif(d.comment, '') from access_decision d where d.request_id = x.id order by d.at desc limit 1) as comment
        from access_request x where x.account_id = a.id and x.requester_id = ${me}::uuid order by x.created_at desc, x.id desc limit 1) q on true
      left join lateral (select y.reset_state, y.reset_tries from access_request y where y.account_id = a.id and y.reset_state in ('due', 'running', 'failed')
        order by y.ended_at desc limit 1) z on true
    where a.id = any(${[...ids]}::uuid[])`.execute(db);
  const found = new Map(rows.map((row) => [row.id, accessOf(row, facts, userId)]));
  return (id) => found.get(id) ?? none;
}

const none: Access = {
  facts: { controlled: false, excused: false, lease: 'none', seesCheckedOut: false },
  shown: null,
  free: false,
};

function accessOf(row: Row, asker: Facts, userId: string | null): Access {
  const lease = row.leasedTo === null ? 'none' : row.leasedTo === userId ? 'mine' : 'another';
  const excused =
    row.excluded ||
    (row.settings?.['ownersNeedNoApproval'] === true && row.owned) ||
    (asker.excused && asker.superAdministrator);
  const facts: AccessFacts = {
    controlled: row.controlled,
    excused,
    lease,
    seesCheckedOut: row.settings?.['administratorsSeeCheckedOut'] === true,
  };
  const resetting = row.resetState !== null && row.resetState !== 'failed' && row.resetTries === 0;
  const free = lease === 'none' && !row.turnOfOther && !resetting;
  if (!row.controlled && lease === 'none') return { facts, shown: null, free };
  const own = row.state === 'waiting' || row.state === 'approved';
  const shown = {
    state: stateOf(row, facts, resetting),
    requestId: row.requestId,
    approvalsGiven: own ? (row.given ?? 0) : 0,
    approvalsNeeded: (own ? row.needed : row.approvals) ?? 1,
    holder: row.holder,
    dueAt: iso(row.until),
    useBy: row.state === 'approved' ? iso(row.useBy) : null,
    startsAt: own ? iso(row.startsAt) : null,
    note: row.state === 'rejected' && row.fresh ? row.comment : null,
  };
  return { facts, shown, free };
}

function stateOf(row: Row, { lease, excused, controlled }: AccessFacts, resetting: boolean): State['state'] {
  if (lease === 'mine') return 'mine';
  if (controlled && (row.state === 'waiting' || row.state === 'approved')) return row.state;
  if (lease === 'another') return 'in-use';
  if (resetting) return 'resetting';
  if (row.resetState !== null) return 'reset-failed';
  // Whoever need not ask may take it for themselves alone at any time.
  if (excused) return 'approved';
  if (row.fresh && (row.state === 'rejected' || row.state === 'void' || row.state === 'expired')) return row.state;
  return 'request';
}

/**
 * Throws `checked-out` or `approval-required` where one of a resource's passwords is not the actor's to take at this moment: each account may be
 * controlled by itself, whatever its resource is.
 */
export async function requireReleased(grant: Grant, resourceId: string): Promise<void> {
  const { db, actor, action, objectId } = grant;
  const [{ facts }, accounts] = await Promise.all([
    readFacts(db, { actor, action, objectId }),
    db.selectFrom('account').select('id').where('resourceId', '=', resourceId).execute(),
  ]);
  const ids = accounts.map(({ id }) => id);
  const access = await readAccess(db, facts, actor.userId, ids);
  for (const { controlled, excused, lease } of ids.map((id) => access(id).facts)) {
    if (lease === 'another') throw new Problem('checked-out');
    if (controlled && !excused && lease !== 'mine') throw new Problem('approval-required');
  }
}

/** What the asker can do next about access, of what the policy lets them do. */
export function accessCan(may: readonly string[], { facts, shown, free }: Access): string[] {
  if (shown === null) return [];
  const open = shown.state === 'waiting' || shown.state === 'approved';
  const begun = shown.startsAt === null || Date.parse(shown.startsAt) <= Date.now();
  const can: Readonly<Record<string, boolean>> = {
    'account.request': facts.controlled && !facts.excused && !open && facts.lease !== 'mine',
    'account.check-out': facts.controlled && free && (facts.excused || (shown.state === 'approved' && begun)),
    'account.check-in': facts.lease === 'mine',
    'account.break-glass': facts.controlled && facts.lease === 'none' && !facts.excused,
  };
  return may.filter((action) => can[action] === true);
}
