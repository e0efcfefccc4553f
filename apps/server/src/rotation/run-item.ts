import type { RunItemState } from '@strongroom/contract';
import { sql } from 'kysely';
import type { OrganisationDb } from '../platform/db.ts';

/** Seconds until a target that could not be reached is asked again; after the last it is given up. A check comes again the next night. */
const backOff: Record<string, readonly number[]> = { reset: [5, 30, 120], verify: [5, 30] };

/** What one account of a run came to. */
export type Ending = Exclude<RunItemState, 'waiting' | 'running'>;

/** Ends the item of an attempt, in the transaction that ends the attempt. Of an attempt outside of runs there is none. */
export async function endItemOfAttempt(
  db: OrganisationDb,
  attemptId: string,
  state: Ending,
  why: string | null,
): Promise<void> {
  const { rows } = await sql<{ runId: string }>`
    update reset_run_item i set state = ${state}, why = ${why}, ended_at = now(), leased_until = null, not_before = null
    where i.attempt_id = ${attemptId} and i.state in ('running', 'in-doubt', 'needs-person') returning i.run_id`.execute(
    db,
  );
  // What comes late is counted in the run that has ended too.
  for (const { runId } of rows) await recount(db, runId);
}

/** Leaves an item whose attempt has not ended: what comes of it is written when the target has said. */
export const leaveInDoubt = (db: OrganisationDb, attemptId: string): Promise<unknown> =>
  sql`update reset_run_item i set state = 'in-doubt', leased_until = null,
      why = coalesce((select t.why from rotation_attempt t where t.id = i.attempt_id), 'It is not known which password works. Both are kept, and the target is asked.')
    where i.attempt_id = ${attemptId} and i.state = 'running'`.execute(db);

/** Writes the figures of a run that has ended anew. */
async function recount(db: OrganisationDb, runId: string): Promise<void> {
  await sql`update reset_run r set counts = ${countsOf(runId)} where r.id = ${runId} and r.state <> 'running'`.execute(
    db,
  );
}
/** The figures of a run, as one JSON object. */
export const countsOf = (runId: string) =>
  sql<Record<string, number>>`(select coalesce(jsonb_object_agg(c.state, c.n), '{}'::jsonb)
    from (select i.state, count(*)::int as n from reset_run_item i where i.run_id = ${runId} group by i.state) c)`;

/** Ends an item that has no attempt, or whose attempt is not what it came to. */
export async function endItem(
  db: OrganisationDb,
  item: { runId: string; n: number },
  state: Ending,
  why: string | null,
): Promise<void> {
  await sql`update reset_run_item set state = ${state}, why = ${why}, ended_at = now(), leased_until = null, not_before = null
    where run_id = ${item.runId} and n = ${item.n} and state = 'running'`.execute(db);
  await recount(db, item.runId);
}

/**
 * Passes over what waits in the same run for the same account to sign in, once the target has turned that away: asked again for each of
 * its accounts it would be locked.
 */
export async function passOverOthers(
  db: OrganisationDb,
  which: { attemptId: string } | { runId: string; n: number },
  state: 'refused' | 'unreachable',
  why: string | null,
): Promise<void> {
  const item =
    'attemptId' in which ? sql`i.attempt_id = ${which.attemptId}` : sql`i.run_id = ${which.runId} and i.n = ${which.n}`;
  await sql`update reset_run_item o set state = ${state}, why = ${why}, ended_at = now(), not_before = null
    from reset_run_item i where ${item} and o.run_id = i.run_id and o.via_account_id = i.via_account_id and o.state = 'waiting'`.execute(
    db,
  );
}

/** How often a run begins with an account in all. */
const mostTries = 4;
/** Puts the item of an attempt back in line, if its run goes on. False where it does not, or has begun with it often enough. */
export async function tryAgain(db: OrganisationDb, attemptId: string): Promise<boolean> {
  const { rows } =
    await sql`update reset_run_item i set state = 'waiting', tries = tries + 1, attempt_id = null, leased_until = null, why = null
    where i.attempt_id = ${attemptId} and i.state in ('running', 'in-doubt') and i.tries < ${mostTries - 1}
      and exists (select 1 from reset_run r where r.id = i.run_id and r.state = 'running') returning i.n`.execute(db);
  return rows.length > 0;
}

/** True when the attempt is of an item of a run, which sees to it that it is tried again. */
export async function isOfRun(db: OrganisationDb, attemptId: string): Promise<boolean> {
  const { rows } =
    await sql`select 1 from reset_run_item where attempt_id = ${attemptId} and state = 'running'`.execute(db);
  return rows.length > 0;
}

/**
 * Puts an item back whose target could not be reached, for later; gives it up after the last time. The run's other accounts on
 * the same target wait with it, and are given up with it: a host that is switched off is asked four times, not four times for each.
 */
export async function putOff(
  db: OrganisationDb,
  where: { attemptId: string } | { runId: string; n: number },
  why: string,
): Promise<void> {
  const which =
    'attemptId' in where ? sql`i.attempt_id = ${where.attemptId}` : sql`i.run_id = ${where.runId} and i.n = ${where.n}`;
  const found = await sql<{ runId: string; n: number; resourceId: string | null; tries: number; kind: string }>`
    select i.run_id, i.n, i.resource_id, i.tries, (select r.kind from reset_run r where r.id = i.run_id) as kind
    from reset_run_item i where ${which} and i.state = 'running' for update`.execute(db);
  const item = found.rows[0];
  if (!item) return;
  const tries = item.tries + 1;
  const seconds = backOff[item.kind]?.[item.tries];
  const others = sql`run_id = ${item.runId} and state = 'waiting' and resource_id = ${item.resourceId}`;
  if (seconds === undefined) {
    await sql`update reset_run_item set state = 'unreachable', why = ${why}, tries = ${tries}, ended_at = now(), leased_until = null, not_before = null
      where (run_id = ${item.runId} and n = ${item.n}) or (${others})`.execute(db);
    await recount(db, item.runId);
    return;
  }
  await sql`update reset_run_item set state = 'waiting', why = ${why}, tries = greatest(tries, ${tries}), attempt_id = null, leased_until = null,
      not_before = now() + make_interval(secs => ${seconds})
    where (run_id = ${item.runId} and n = ${item.n}) or (${others})`.execute(db);
}
