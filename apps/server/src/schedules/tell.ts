import { sql } from 'kysely';
import { system, type Facts, type Grant, type Perform } from '../authorise/index.ts';
import { queueMail } from '../mail/index.ts';
import type { OrganisationDb } from '../platform/db.ts';
import { readersOf, recipientsIn, toldOf, type Reader } from './recipients.ts';
import { lineColumns, linesOf, type Line } from './run.ts';
import { holdSchedule } from './schedules.ts';
import { counted, linesMost, listed, momentIn } from './words.ts';

export interface TellParts {
  readonly perform: Perform;
  /** Where the console is reached, without a slash at the end. */
  publicUrl(): string;
}

const pageOf = (publicUrl: string, groupId: string): string => `${publicUrl}/resources/groups/${groupId}/rotation`;

interface About {
  readonly groupId: string;
  readonly groupName: string;
  readonly timeZone: string;
}
async function about(
  db: OrganisationDb,
  groupId: string,
): Promise<About & { tellBefore: unknown; tellAfter: unknown }> {
  const { rows } = await sql<About & { tellBefore: unknown; tellAfter: unknown }>`
    select s.group_id, g.name as group_name, s.time_zone, s.tell_before, s.tell_after
    from reset_schedule s join resource_group g on g.id = s.group_id where s.group_id = ${groupId}`.execute(db);
  if (!rows[0]) throw new Error('the group has no schedule');
  return rows[0];
}

/** Tells people of the next run of a group, once: mails are put in line in the transaction that notes it. False when there was nothing to tell. */
export function tellBefore(
  { perform, publicUrl }: TellParts,
  organisationId: string,
  groupId: string,
  now: Date,
): Promise<boolean> {
  const ask = { actor: system(organisationId), action: 'schedule.tell', objectId: groupId } as const;
  return perform(ask, async (grant, facts) => {
    const { db } = grant;
    const held = await holdSchedule(db, groupId);
    const nextAt = held?.nextAt ?? null;
    if (!held || held.tellAt === null || held.tellAt > now || nextAt === null || nextAt <= now) {
      grant.nothingDone();
      return false;
    }
    const schedule = await about(db, groupId);
    const readers = await readersOf(db, groupId, recipientsIn(schedule.tellBefore));
    let told = 0;
    for (const reader of readers) {
      const { names, total } = await accountsOf(db, facts, reader, groupId);
      if (total === 0 && !reader.always) continue;
      await queueMail(db, {
        to: reader.email,
        subject: `Passwords will be reset: ${schedule.groupName}`,
        about: 'schedule',
        text: [
          `The passwords of ${counted(total, 'account')} in the group ‘${schedule.groupName}’ will be reset on ${momentIn(nextAt, reader.timeZone ?? schedule.timeZone)}.`,
          listed(names, total),
          'Whoever uses one of them needs the new one after that. You can read it in Strongroom.',
          pageOf(publicUrl(), groupId),
        ].join('\n\n'),
      });
      told++;
    }
    await db.updateTable('resetSchedule').set({ tellAt: null }).where('id', '=', held.id).execute();
    grant.note({ due: nextAt.toISOString(), told });
    return true;
  });
}

/** The accounts of a group that a reader is told of: the first by name, and how many there are. */
async function accountsOf(
  db: OrganisationDb,
  facts: Facts,
  reader: Reader,
  groupId: string,
): Promise<{ names: string[]; total: number }> {
  const { rows } = await sql<{
    name: string;
    total: number;
  }>`select a.username || ' on ' || r.name as name, count(*) over ()::int as total
    from resource_group_member m join resource r on r.id = m.resource_id join account a on a.resource_id = r.id
    where m.group_id = ${groupId} and ${toldOf(facts, reader)} order by lower(r.name), lower(a.username) limit ${linesMost}`.execute(
    db,
  );
  return { names: rows.map((row) => row.name), total: rows[0]?.total ?? 0 };
}

interface Ending {
  id: string;
  groupId: string;
  runId: string;
}

/**
 * Ends the schedule's part of a run that has ended, and mails its report. Does nothing for a run that no schedule started, and
 * nothing a second time.
 */
export async function afterRun(
  { perform, publicUrl }: TellParts,
  { organisationId, runId }: { organisationId: string; runId: string },
): Promise<void> {
  const actor = system(organisationId);
  const ending = await perform({ actor, action: 'schedule.settle', objectId: organisationId }, async (grant) => {
    const { rows } =
      await sql<Ending>`select x.id, s.group_id, x.run_id from reset_schedule_run x join reset_schedule s on s.id = x.schedule_id
      where x.run_id = ${runId} and x.state = 'running'`.execute(grant.db);
    return rows[0];
  });
  if (!ending) return;
  await perform({ actor, action: 'schedule.finish', objectId: ending.groupId }, (grant, facts) =>
    finish(grant, facts, ending, publicUrl()),
  );
}

async function finish(
  grant: Grant<'schedule.finish'>,
  facts: Facts,
  { id, groupId, runId }: Ending,
  publicUrl: string,
): Promise<void> {
  const { db } = grant;
  const { rows } = await sql<{ dueAt: Date; startedAt: Date }>`select due_at, started_at from reset_schedule_run
    where id = ${id} and state = 'running' for update`.execute(db);
  const run = rows[0];
  if (!run) {
    grant.nothingDone();
    return;
  }
  const all = { done: 0, failed: 0, skipped: 0, waiting: 0 };
  const counts = await sql<{ outcome: Line['outcome']; n: number }>`select x.outcome, count(*)::int as n
    from ${linesOf(id, runId, sql<boolean>`true`)} group by x.outcome`.execute(db);
  for (const { outcome, n } of counts.rows) all[outcome] = n;
  const schedule = await about(db, groupId);
  const readers = await readersOf(db, groupId, recipientsIn(schedule.tellAfter));
  let told = 0;
  for (const reader of readers) {
    const lines = await reportFor(db, facts, reader, id, runId);
    if (lines.total === 0 && !reader.always) continue;
    await queueMail(db, {
      to: reader.email,
      subject: `${lines.failed > 0 ? `${counted(lines.failed, 'password')} not reset` : 'Passwords were reset'}: ${schedule.groupName}`,
      about: 'schedule',
      text: [
        `The reset of the group ‘${schedule.groupName}’ of ${momentIn(run.dueAt, reader.timeZone ?? schedule.timeZone)} has ended: ${lines.done} reset, ${lines.failed} failed, ${lines.skipped} left out${lines.waiting > 0 ? `, ${lines.waiting} not begun` : ''}.`,
        listed(lines.words, lines.total),
        pageOf(publicUrl, groupId),
      ].join('\n\n'),
    });
    told++;
  }
  // What was not begun before somebody stopped the run was not reset either.
  await sql`update reset_schedule_run set state = 'done', ended_at = now(), done = ${all.done}, failed = ${all.failed + all.waiting},
    skipped = ${all.skipped}, told = ${told} where id = ${id}`.execute(db);
  grant.note({ run: runId, done: all.done, failed: all.failed + all.waiting, skipped: all.skipped, told });
}

interface Report extends Record<Line['outcome'], number> {
  readonly words: string[];
  readonly total: number;
}

const outcomes: Record<Line['outcome'], string> = {
  done: 'reset',
  failed: 'FAILED',
  skipped: 'left out',
  waiting: 'not begun',
};

/** What a reader is told of a run: failures first, then what was left out, then what was reset. */
async function reportFor(db: OrganisationDb, facts: Facts, reader: Reader, id: string, runId: string): Promise<Report> {
  const from = linesOf(id, runId, toldOf(facts, reader));
  const [{ rows: counts }, { rows }] = await Promise.all([
    sql<{
      outcome: Line['outcome'];
      n: number;
    }>`select x.outcome, count(*)::int as n from ${from} group by x.outcome`.execute(db),
    sql<Line>`select ${lineColumns} from ${from}
      order by array_position(array['failed', 'waiting', 'skipped', 'done'], x.outcome), lower(r.name), lower(a.username) limit ${linesMost}`.execute(
      db,
    ),
  ]);
  const report = { done: 0, failed: 0, skipped: 0, waiting: 0 };
  for (const { outcome, n } of counts) report[outcome] = n;
  const words = rows.map(({ username, resourceName, outcome, why, usedBy }) =>
    [
      `${username} on ${resourceName}: ${outcomes[outcome]}`,
      why === null || outcome === 'done' ? '' : ` – ${why}`,
      usedBy > 0 && outcome === 'done'
        ? ` (used by ${counted(usedBy, 'program')}: see that each has the new password)`
        : '',
    ].join(''),
  );
  return { ...report, words, total: counts.reduce((sum, { n }) => sum + n, 0) };
}

/** Tells whose schedule was stopped, and the group's owner. */
export async function tellStopped(
  db: OrganisationDb,
  groupId: string,
  ownerId: string | null,
  why: string,
  publicUrl: string,
): Promise<void> {
  const { rows } = await sql<{ email: string; name: string }>`select distinct u.email, g.name from resource_group g
    join app_user u on u.id = g.owner_id or u.id = ${ownerId}::uuid
    where g.id = ${groupId} and u.state = 'active' and u.kind = 'person' and u.email <> ''`.execute(db);
  for (const { email, name } of rows)
    await queueMail(db, {
      to: email,
      subject: `Schedule stopped: ${name}`,
      about: 'schedule',
      text: [
        `The schedule that resets the passwords of the group ‘${name}’ was stopped, and nothing was reset. ${why}`,
        'Somebody who manages the group can let it go on with their own rights.',
        pageOf(publicUrl, groupId),
      ].join('\n\n'),
    });
}
