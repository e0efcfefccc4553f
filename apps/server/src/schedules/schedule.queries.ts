import { When, type Schedule, type ScheduleRow, type ScheduleRun } from '@strongroom/contract';
import { sql, type RawBuilder } from 'kysely';
import type { z } from 'zod';
import { abilities, factsOfRow, reachOf, type Facts } from '../authorise/index.ts';
import type { OrganisationDb } from '../platform/db.ts';
import { namesOfRecipients, recipientsIn } from './recipients.ts';

/** What is done with a schedule; all of it is asked of its group. */
const onSchedule = [
  'schedule.read',
  'schedule.set',
  'schedule.pause',
  'schedule.resume',
  'schedule.run',
  'schedule.delete',
] as const;

/** What everybody may see who sees the group. */
export interface RowInList {
  id: string;
  groupId: string;
  groupName: string;
  groupOwnerId: string;
  byCriteria: boolean;
  at: unknown;
  timeZone: string;
  passwords: ScheduleRow['passwords'];
  state: ScheduleRow['state'];
  why: string | null;
  nextAt: Date | null;
  runsAs: string | null;
}
export const listColumns: RawBuilder<unknown> = sql`s.id, s.group_id, g.name as group_name, g.owner_id as group_owner_id,
  g.kind = 'criteria' as by_criteria, s.at, s.time_zone, s.passwords, s.state, s.why, s.next_at, u.full_name as runs_as`;
export const listTables: RawBuilder<unknown> = sql`reset_schedule s join resource_group g on g.id = s.group_id
  left join app_user u on u.id = s.owner_id`;

export interface RunRow {
  id: string;
  scheduleId: string;
  dueAt: Date;
  source: ScheduleRun['source'];
  state: ScheduleRun['state'];
  why: string | null;
  runId: string | null;
  requestedBy: string;
  startedAt: Date;
  endedAt: Date | null;
  total: number;
  done: number;
  failed: number;
  skipped: number;
  told: number;
}
export const runColumns: RawBuilder<unknown> = sql`x.id, x.schedule_id, x.due_at, x.source, x.state, x.why, x.run_id, x.requested_by, x.started_at,
  x.ended_at, x.total, x.done, x.failed, x.skipped, x.told`;

type RunReply = z.input<typeof ScheduleRun>;
export const runReply = ({ scheduleId: _, dueAt, startedAt, endedAt, ...row }: RunRow): RunReply => ({
  ...row,
  id: row.id as RunReply['id'],
  runId: row.runId as RunReply['runId'],
  dueAt: dueAt.toISOString(),
  startedAt: startedAt.toISOString(),
  endedAt: endedAt?.toISOString() ?? null,
});

/** One run of a schedule. Undefined when it is none of this group's. */
export async function readRun(db: OrganisationDb, groupId: string, id: string): Promise<RunRow | undefined> {
  const { rows } =
    await sql<RunRow>`select ${runColumns} from reset_schedule_run x join reset_schedule s on s.id = x.schedule_id
    where x.id = ${id} and s.group_id = ${groupId}`.execute(db);
  return rows[0];
}

const stateAllows = (state: string, action: string): boolean =>
  action === 'schedule.pause' ? state === 'active' : action === 'schedule.resume' ? state !== 'active' : true;

/** Rows as the contract shows them, in their order: four statements, however many there are. */
export async function rowReplies(
  db: OrganisationDb,
  rows: readonly RowInList[],
  facts: Facts,
  userId: string | null,
): Promise<z.input<typeof ScheduleRow>[]> {
  const groups = rows.map((row) => row.groupId);
  const [reached, uses, lasts] = await Promise.all([
    reachOf(db, facts, userId, 'resource-group', groups),
    sql<{ groupId: string; n: number }>`select m.group_id, count(*)::int as n from resource_group_member m
      join account a on a.resource_id = m.resource_id join account_consumer c on c.account_id = a.id
      where m.group_id = any(${groups}::uuid[]) group by m.group_id`.execute(db),
    sql<RunRow>`select ${runColumns} from unnest(${rows.map((row) => row.id)}::uuid[]) w(id) join lateral (
      select * from reset_schedule_run r where r.schedule_id = w.id order by r.started_at desc, r.id desc limit 1) x on true`.execute(
      db,
    ),
  ]);
  const used = new Map(uses.rows.map((row) => [row.groupId, row.n]));
  const last = new Map(lasts.rows.map((row) => [row.scheduleId, row]));
  return rows.map(({ id, groupOwnerId, byCriteria, at, nextAt, groupId, ...row }) => {
    const ofRow = factsOfRow(facts, { owned: groupOwnerId === userId, byCriteria, edges: reached(groupId).edges });
    const newest = last.get(id);
    return {
      ...row,
      groupId: groupId as z.input<typeof ScheduleRow>['groupId'],
      when: When.parse(at),
      nextAt: nextAt?.toISOString() ?? null,
      usedBy: used.get(groupId) ?? 0,
      last: newest ? runReply(newest) : null,
      can: abilities(onSchedule, ofRow).filter((action) => stateAllows(row.state, action)),
    };
  });
}

interface WholeRow extends RowInList {
  sealedAt: Date | null;
  tellBeforeMinutes: number | null;
  tellBefore: unknown;
  tellAfter: unknown;
  tellAt: Date | null;
  createdAt: Date;
  updatedAt: Date;
  version: number;
}

/** The schedule of a group, for whoever manages it; null when it has none. */
export async function readScheduleReply(
  db: OrganisationDb,
  groupId: string,
  facts: Facts,
  userId: string | null,
): Promise<z.input<typeof Schedule> | null> {
  const { rows } =
    await sql<WholeRow>`select ${listColumns}, s.sealed_at, s.tell_before_minutes, s.tell_before, s.tell_after, s.tell_at,
      s.created_at, s.updated_at, s.version
    from ${listTables} where s.group_id = ${groupId}`.execute(db);
  const row = rows[0];
  if (!row) return null;
  const [shown] = await rowReplies(db, rows, facts, userId);
  if (!shown) return null;
  const [before, after] = [recipientsIn(row.tellBefore), recipientsIn(row.tellAfter)];
  const named = await namesOfRecipients(db, [before, after]);
  return {
    ...shown,
    passwordGivenAt: row.sealedAt?.toISOString() ?? null,
    tellBeforeMinutes: row.tellBeforeMinutes,
    tellBefore: named(before),
    tellAfter: named(after),
    tellAt: row.tellAt?.toISOString() ?? null,
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
    version: row.version,
  };
}
