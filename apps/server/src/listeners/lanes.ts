import { sql } from 'kysely';
import type { Grant } from '../authorise/index.ts';
import { enqueue } from '../platform/jobs.ts';

/**
 * Listeners at work at once, of one organisation on all nodes: few beside what the queue runs at once, so that resets never wait for
 * listeners that take their time.
 */
export const lanes = 6;

/** Runs that are due: their time has come, and none before them is about the same account. */
const due = sql`from listener_run x where x.state = 'waiting' and x.next_try_at <= now() and not exists (
  select 1 from listener_run e where e.listener_id = x.listener_id and e.account_id = x.account_id and e.id < x.id
    and e.state in ('waiting', 'running'))`;
const atWork = sql`(select count(*)::int from listener_run where state = 'running')`;

/** Puts as many lanes in line as there is work and room for. Asked again and again, so that nothing waits for a job that was lost. */
export async function openLanes(grant: Grant<'listener.plan'>): Promise<void> {
  const { rows } = await sql<{ due: number; busy: number }>`
    select (select count(*)::int from (select 1 ${due} limit ${lanes}) d) as due, ${atWork} as busy`.execute(grant.db);
  const { organisationId } = grant.actor;
  const wanted = Math.min(rows[0]?.due ?? 0, lanes - (rows[0]?.busy ?? 0));
  for (let lane = 0; lane < wanted; lane++)
    await enqueue(grant.db, 'listener', { organisationId, lane }, { key: `listener:${organisationId}:${lane}` });
}

/** The run that a lane takes up next; each lane begins at another, so that they do not all reach for the first. Undefined when there is none, or enough are at work. */
export async function nextRun(grant: Grant<'listener.plan'>, lane: number): Promise<string | undefined> {
  grant.nothingDone();
  const { rows } = await sql<{ id: string }>`
    select x.id ${due} and ${atWork} < ${lanes} order by x.id limit ${lanes}`.execute(grant.db);
  return rows[lane % Math.max(1, rows.length)]?.id;
}
