import type { AccessControl, ControlInput } from '@strongroom/contract';
import { sql, type RawBuilder } from 'kysely';
import type { z } from 'zod';
import { canApprove, type Grant } from '../authorise/index.ts';
import type { OrganisationDb } from '../platform/db.ts';
import { Problem } from '../platform/problem.ts';
import { newId } from '../platform/random.ts';
import { shownWindow, storedWindow, type Minutes } from './windows.ts';

type Reply = z.input<typeof AccessControl>;
type Given = z.output<typeof ControlInput>;
/** What a control is of. */
export type Of = { readonly resourceId: string } | { readonly accountId: string };

export interface ControlRow extends Omit<Reply, 'of' | 'on' | 'windows' | 'changedAt'> {
  id: string;
  isOn: boolean;
  windows: Minutes[];
  changedAt: Date;
}
/** Controls as `c` with the account `a` and the resource `r` they are of. */
export const controlTables = sql`access_control c left join account a on a.id = c.account_id join resource r on r.id = coalesce(c.resource_id, a.resource_id)`;
const people = (
  part: 'approver' | 'excluded',
): RawBuilder<unknown> => sql`coalesce((select jsonb_agg(jsonb_build_object('id', u.id, 'name', u.username
    ${part === 'approver' ? sql`, 'active', ${canApprove('u')}, 'program', u.kind <> 'person'` : sql``}) order by lower(u.username))
  from access_control_user p join app_user u on u.id = p.user_id where p.control_id = c.id and p.part = ${part}), '[]'::jsonb)`;
export const controlColumns = sql`c.id, r.id as resource_id, r.name as resource_name, c.account_id, a.username as account_name, c.is_on, c.approvals,
  c.request_hours, c.exclusive_hours, c.reset_after, c.automatic, c.windows, c.ticket_approves, c.changed_by, c.changed_at, c.version,
  ${people('approver')} as approvers, ${people('excluded')} as excluded`;

export const controlReply = ({ id: _, isOn, windows, changedAt, ...row }: ControlRow): Reply => ({
  ...row,
  of: row.accountId === null ? 'resource' : 'account',
  on: isOn,
  windows: windows.map(shownWindow),
  changedAt: changedAt.toISOString(),
});

/** The control of one thing itself; null where none was set. */
export async function readControl(db: OrganisationDb, targetId: string): Promise<Reply | null> {
  const { rows } =
    await sql<ControlRow>`select ${controlColumns} from ${controlTables} where c.target_id = ${targetId}`.execute(db);
  return rows[0] ? controlReply(rows[0]) : null;
}

const invalid = (path: string, message: string): Problem =>
  new Problem('input-invalid', { errors: [{ path: `control.${path}`, message }] });

/**
 * Sets the control of a thing, or takes it away. Throws `input-invalid` where it names whom it cannot or has too few approvers, `changed-meanwhile`,
 * and `not-yourself` for whoever would exclude themselves, or has a request open under it.
 */
export async function setControl(
  grant: Grant<'resource.control-access' | 'account.control-access'>,
  of: Of,
  given: Given | null,
  version: number | undefined,
): Promise<Reply | null> {
  const { db, objectId } = grant;
  const { organisationId, userId } = grant.actor;
  // Two that set the same control come one after the other.
  await sql`select pg_advisory_xact_lock(hashtextextended(${`strongroom control ${objectId}`}, 0))`.execute(db);
  const before = await readControl(db, objectId);
  if (version !== undefined && version !== (before?.version ?? 0)) throw new Problem('changed-meanwhile');
  await requireNoneOfOwn(grant, of);
  if (given === null) {
    if (before === null) return null;
    await db.deleteFrom('accessControl').where('targetId', '=', objectId).execute();
    grant.note({ was: summary(before), is: 'none' });
    return null;
  }
  if (
    userId !== null &&
    given.excludedIds.includes(userId as never) &&
    !before?.excluded.some((one) => one.id === userId)
  )
    throw new Problem('not-yourself', { detail: 'Nobody takes themselves out of asking. Ask another administrator.' });
  await requirePeople(db, given);
  if (given.automatic === 'windows' && given.windows.length === 0)
    throw invalid('windows', 'must name a part of the day');
  const windows = JSON.stringify(given.automatic === 'windows' ? given.windows.map(storedWindow) : []);
  const { rows } = await sql<{
    id: string;
  }>`insert into access_control (id, organisation_id, resource_id, account_id, is_on, approvals, request_hours,
      exclusive_hours, reset_after, automatic, windows, ticket_approves, changed_by)
    values (${newId()}, ${organisationId}, ${'resourceId' in of ? of.resourceId : null}, ${'accountId' in of ? of.accountId : null}, ${given.on}, ${given.approvals},
      ${given.requestHours}, ${given.exclusiveHours}, ${given.resetAfter}, ${given.automatic}, ${windows}::jsonb, ${given.ticketApproves}, ${grant.actorName})
    on conflict (target_id) do update set is_on = excluded.is_on, approvals = excluded.approvals, request_hours = excluded.request_hours,
      exclusive_hours = excluded.exclusive_hours, reset_after = excluded.reset_after, automatic = excluded.automatic, windows = excluded.windows,
      ticket_approves = excluded.ticket_approves, changed_by = excluded.changed_by, changed_at = now(), version = access_control.version + 1
    returning id`.execute(db);
  const id = rows[0]?.id;
  await sql`delete from access_control_user where control_id = ${id}`.execute(db);
  await sql`insert into access_control_user (organisation_id, control_id, user_id, part)
    select ${organisationId}::uuid, ${id}::uuid, x.id, 'approver' from unnest(${[...new Set(given.approverIds)]}::uuid[]) as x(id)
    union all select ${organisationId}::uuid, ${id}::uuid, x.id, 'excluded' from unnest(${[...new Set(given.excludedIds)]}::uuid[]) as x(id)`.execute(
    db,
  );
  const after = await readControl(db, objectId);
  if (after) grant.note({ was: before === null ? 'none' : summary(before), is: summary(after) });
  return after;
}

/** A control in a line of the trail. */
const summary = (control: Reply): string =>
  [
    control.on ? 'on' : 'off',
    `approvals ${control.approvals}`,
    `by ${control.approvers.map((one) => one.name).join(' ')}`,
    ...(control.excluded.length > 0 ? [`without asking ${control.excluded.map((one) => one.name).join(' ')}`] : []),
    `void after ${control.requestHours} h`,
    `exclusive ${control.exclusiveHours} h`,
    ...(control.resetAfter ? ['reset after'] : []),
    ...(control.automatic === 'never'
      ? []
      : [`automatic ${control.automatic} ${control.windows.map((w) => `${w.from}–${w.to}`).join(' ')}`.trim()]),
    ...(control.ticketApproves ? ['ticket approves'] : []),
  ]
    .join('; ')
    .slice(0, 1500);

/** Nobody changes the rules of a request that is theirs. */
async function requireNoneOfOwn(grant: Grant, of: Of): Promise<void> {
  const { userId } = grant.actor;
  const there =
    'accountId' in of
      ? sql`x.account_id = ${of.accountId}`
      : sql`x.account_id in (select a.id from account a where a.resource_id = ${of.resourceId})`;
  const { rows } =
    await sql`select 1 from access_request x where x.requester_id = ${userId} and x.ended_at is null and ${there} limit 1`.execute(
      grant.db,
    );
  if (rows.length > 0)
    throw new Problem('not-yourself', {
      detail:
        'You have a request or a password of your own under this control. Withdraw it or check it in first, or ask another administrator.',
    });
}

async function requirePeople(db: OrganisationDb, { on, approvals, approverIds, excludedIds }: Given): Promise<void> {
  const { rows } = await sql<{
    id: string;
    username: string;
    can: boolean;
  }>`select u.id, u.username, ${canApprove('u')} as can from app_user u
    where u.id = any(${[...approverIds, ...excludedIds]}::uuid[])`.execute(db);
  const known = new Map<string, { username: string; can: boolean }>(rows.map((row) => [row.id, row]));
  if (approverIds.some((id) => !known.has(id))) throw invalid('approverIds', 'names somebody who is not there');
  if (excludedIds.some((id) => !known.has(id))) throw invalid('excludedIds', 'names somebody who is not there');
  const cannot = approverIds.flatMap((id) => (known.get(id)?.can ? [] : [known.get(id)?.username ?? '']));
  const able = new Set(approverIds.filter((id) => known.get(id)?.can)).size;
  if (on && able < approvals)
    throw invalid(
      'approverIds',
      `must have ${approvals === 1 ? 'one' : 'two'} who can approve at this moment${cannot.length > 0 ? `; ${cannot.join(', ')} cannot` : ''}`,
    );
}
