import { sql } from 'kysely';
import { seats } from '../authorise/index.ts';
import type { OrganisationDb } from '../platform/db.ts';
import { newId } from '../platform/random.ts';
import { held, settle, type Asked, type Desk, type Ended, type Seat } from './state.ts';

/** A seat with the name of whose place it is. */
export interface NamedSeat extends Seat {
  readonly placeName: string;
}

/** How access to an account is controlled at this moment: its own control, else its resource's. */
export interface InForce {
  readonly id: string;
  readonly isOn: boolean;
  readonly approvals: number;
  readonly requestHours: number;
  readonly exclusiveHours: number;
  readonly resetAfter: boolean;
  readonly automatic: 'never' | 'always' | 'windows';
  readonly windows: readonly { from: number; to: number }[];
  readonly ticketApproves: boolean;
  /** Who can approve at this moment, deputies included. */
  readonly seats: readonly NamedSeat[];
  readonly excluded: boolean;
}

/** The requests for one password, held against everybody else who would change them. */
export interface Held {
  readonly accountId: string;
  readonly accountName: string;
  readonly resourceName: string;
  readonly control: InForce | undefined;
  /** As it was read. */
  readonly read: Desk;
  /** Brought to the moment. */
  readonly desk: Desk;
}

interface Row {
  id: string;
  requesterId: string | null;
  gone: boolean;
  kind: Asked['kind'];
  state: Asked['state'];
  startsAt: Date | null;
  endsAt: Date | null;
  approvalsNeeded: number;
  agreed: Seat[];
  requestHours: number;
  exclusiveHours: number;
  voidAt: Date;
  useBy: Date | null;
  turnUntil: Date | null;
  approvedHow: Asked['approvedHow'];
  dueAt: Date | null;
}
const ms = (date: Date | null): number | null => date?.getTime() ?? null;

/**
 * Takes hold of the requests for a password until the transaction ends: of two that want to change them one waits. Undefined when the
 * account is gone. `userId` is whom `excluded` is about.
 */
export async function hold(db: OrganisationDb, accountId: string, userId: string | null): Promise<Held | undefined> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`strongroom requests ${accountId}`}, 0))`.execute(db);
  const [account, control, requests] = await Promise.all([
    sql<{ accountName: string; resourceName: string; busy: boolean; now: Date }>`
      select a.username as account_name, r.name as resource_name, clock_timestamp() as now, exists (select from access_request x
        where x.account_id = a.id and x.reset_state in ('due', 'running') and x.reset_tries = 0) as busy
      from account a join resource r on r.id = a.resource_id where a.id = ${accountId}`.execute(db),
    sql<InForce>`select c.id, c.is_on, c.approvals, c.request_hours, c.exclusive_hours, c.reset_after, c.automatic, c.windows, c.ticket_approves,
        coalesce((select jsonb_agg(jsonb_build_object('by', s.user_id, 'place', s.place_id, 'placeName', w.username) order by s.place_id, s.user_id)
          from (${seats({ control: sql.ref('c.id') })}) s join app_user w on w.id = s.place_id), '[]'::jsonb) as seats,
        exists (select from access_control_user p where p.control_id = c.id and p.part = 'excluded' and p.user_id = ${userId}) as excluded
      from account a join access_control c on c.target_id in (a.id, a.resource_id) where a.id = ${accountId}
      order by c.account_id is null limit 1`.execute(db),
    sql<Row>`select x.id, x.requester_id, u.state is distinct from 'active' as gone, x.kind, x.state, x.starts_at, x.ends_at, x.approvals_needed,
        coalesce((select jsonb_agg(jsonb_build_object('by', d.user_id, 'place', d.place_id))
          from access_decision d where d.request_id = x.id and d.decision = 'approved' and d.user_id is not null), '[]'::jsonb) as agreed,
        x.request_hours, x.exclusive_hours, x.void_at, x.use_by, x.turn_until, x.approved_how, x.due_at
      from access_request x left join app_user u on u.id = x.requester_id
      where x.account_id = ${accountId} and x.ended_at is null order by x.created_at, x.id`.execute(db),
  ]);
  const found = account.rows[0];
  if (!found) return undefined;
  const inForce = control.rows[0];
  const read: Desk = {
    now: found.now.getTime(),
    requests: requests.rows.map(
      ({ requesterId, startsAt, endsAt, voidAt, useBy, turnUntil, dueAt, ...row }): Asked => ({
        ...row,
        requester: requesterId,
        startsAt: ms(startsAt),
        endsAt: ms(endsAt),
        voidAt: voidAt.getTime(),
        useBy: ms(useBy),
        turnUntil: ms(turnUntil),
        dueAt: ms(dueAt),
        endedHow: null,
      }),
    ),
    controlled: inForce?.isOn === true,
    seats: inForce?.isOn ? inForce.seats : [],
    busy: found.busy,
  };
  const { accountName, resourceName } = found;
  return { accountId, accountName, resourceName, control: inForce, read, desk: settle(read) };
}

/** What a new request is written down with, beside its state. */
export interface NewRequest {
  readonly id: string;
  readonly requester: string;
  readonly reason: string;
  readonly ticket: string | null;
}
/** A request that is not any more what it was. */
export interface Change {
  readonly before: Asked | undefined;
  readonly after: Asked;
}

const byHand: readonly Ended[] = ['checked-in', 'forced', 'rejected', 'withdrawn'];
const at = (moment: number | null): string | null => (moment === null ? null : new Date(moment).toISOString());

/**
 * Writes down what became of the requests, and the lease with them. `by` is who ended what ended now, and `added` the one that is new. Returns
 * what changed. Of something that came back and is to be reset, the reset is due from now on.
 */
export async function keep(
  db: OrganisationDb,
  organisationId: string,
  { accountId, accountName, resourceName, control, read }: Held,
  after: Desk,
  { by, added }: { by: string; added?: NewRequest },
): Promise<Change[]> {
  const known = new Map(read.requests.map((one) => [one.id, one]));
  const changes = after.requests
    .map((one): Change => ({ before: known.get(one.id), after: one }))
    .filter(({ before, after: now }) => before !== now);
  const now = at(after.now);
  const rows = changes.map(({ before, after: one }) => ({
    id: one.id,
    state: one.state,
    approved_how: one.approvedHow,
    use_by: at(one.useBy),
    turn_until: at(one.turnUntil),
    due_at: at(one.dueAt),
    ended_how: one.endedHow,
    approved: (before?.approvedHow ?? null) === null && one.approvedHow !== null,
    taken: one.state === 'in-use' && before?.state !== 'in-use',
    // What ends by itself has nobody who ended it.
    by: one.endedHow !== null && byHand.includes(one.endedHow) && !one.gone ? by : null,
  }));
  const fresh = changes.find(({ before }) => before === undefined)?.after;
  // What ends comes first: the database lets nobody have what somebody has, nor two requests of one person.
  const ofOthers = rows.filter(({ id }) => id !== fresh?.id);
  await sql`update lease l set ended_at = ${now}, ended_how = x.ended_how
    from jsonb_to_recordset(${JSON.stringify(ofOthers)}::jsonb) as x(id uuid, ended_how text)
    where l.request_id = x.id and l.ended_at is null and x.ended_how is not null`.execute(db);
  await write(db, accountId, ofOthers, now);
  if (fresh && added) {
    await sql`insert into access_request (id, organisation_id, account_id, account_name, resource_name, requester_id, requester, kind, reason, ticket,
        created_at, starts_at, ends_at, approvals_needed, request_hours, exclusive_hours, reset_after, void_at)
      values (${fresh.id}, ${organisationId}, ${accountId}, ${accountName}, ${resourceName}, ${fresh.requester}, ${added.requester}, ${fresh.kind},
        ${added.reason}, ${added.ticket}, ${now}, ${at(fresh.startsAt)}, ${at(fresh.endsAt)}, ${fresh.approvalsNeeded}, ${fresh.requestHours},
        ${fresh.exclusiveHours}, ${control?.resetAfter ?? false}, ${at(fresh.voidAt)})`.execute(db);
    await write(
      db,
      accountId,
      rows.filter(({ id }) => id === fresh.id),
      now,
    );
  }
  const taken = held(after);
  if (taken && known.get(taken.id)?.state !== 'in-use')
    await sql`insert into lease (id, organisation_id, account_id, user_id, request_id, began_at, until)
      values (${newId()}, ${organisationId}, ${accountId}, ${taken.requester}, ${taken.id}, ${now}, ${at(taken.dueAt)})`.execute(
      db,
    );
  return changes;
}

/** Writes how requests stand. */
async function write(
  db: OrganisationDb,
  accountId: string,
  rows: readonly object[],
  now: string | null,
): Promise<void> {
  if (rows.length === 0) return;
  await sql`update access_request r set state = x.state, approved_how = x.approved_how, use_by = x.use_by, turn_until = x.turn_until, due_at = x.due_at,
      approved_at = case when x.approved then ${now}::timestamptz else r.approved_at end,
      checked_out_at = case when x.taken then ${now}::timestamptz else r.checked_out_at end,
      ended_how = x.ended_how, ended_at = case when x.ended_how is not null then ${now}::timestamptz end,
      ended_by = case when x.ended_how is not null then x.by end,
      reset_state = case when x.state = 'checked-in' and (r.reset_after or ${missed(accountId)}) then 'due' end,
      reset_next_at = case when x.state = 'checked-in' and (r.reset_after or ${missed(accountId)}) then ${now}::timestamptz end
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as x(id uuid, state text, approved_how text, use_by timestamptz, turn_until timestamptz,
      due_at timestamptz, ended_how text, approved boolean, taken boolean, by text)
    where r.id = x.id`.execute(db);
}

/** In schedules' words: an account they passed over because somebody had it out. */
export const inUseWords = 'Somebody has it checked out. It is reset once it is back.';

/** A schedule passed the account over while it was out: that reset is made up for. */
const missed = (
  accountId: string,
) => sql`exists (select from reset_schedule_skip k join reset_schedule_run s on s.id = k.schedule_run_id
  where k.account_id = ${accountId} and k.why = ${inUseWords} and s.started_at >= r.checked_out_at)`;
