import { sql } from 'kysely';
import { system, type Actor, type Perform, type Scope } from '../authorise/index.ts';
import type { OrganisationDb } from '../platform/db.ts';
import { enqueue } from '../platform/jobs.ts';
import { leaseMs } from './attempt.ts';
import { countsOf } from './run-item.ts';
import { enqueuePump } from './run-start.ts';
import { readLimits } from './run-limits.ts';

/** An account of a run whose turn it is. */
export interface Claimed {
  readonly runId: string;
  readonly n: number;
  readonly accountId: string;
  /** The attempt that a worker who died had staged. */
  readonly attemptId: string | null;
  readonly kind: 'reset' | 'verify';
  readonly asProduct: boolean;
  readonly reason: string | null;
  readonly ticket: string | null;
  readonly sealed: Buffer | null;
  /** Whom the work is decided for. */
  readonly actor: Actor;
}

/** Bookkeeping of runs by the product itself: it leaves no event, since each account's work leaves its own. */
export const keepBooks = <T>(
  perform: Perform,
  organisationId: string,
  work: (db: OrganisationDb) => Promise<T>,
): Promise<T> =>
  perform({ actor: system(organisationId), action: 'run.settle', objectId: organisationId }, (grant) => work(grant.db));

/**
 * Takes the next account of a run: the first that waits, whose time has come, and whose target has room; or one that a
 * worker left who died. Undefined when there is none at this moment. Nodes ask one after the other, so that limits hold for all of them together.
 */
export async function claim(db: OrganisationDb, organisationId: string, runId: string): Promise<Claimed | undefined> {
  await sql`select pg_advisory_xact_lock(hashtext('reset_run'), hashtext(${organisationId}))`.execute(db);
  const { atOnce, perResource } = await readLimits(db);
  const { rows } = await sql<Omit<Claimed, 'actor'> & { requestedById: string | null; scopes: Scope[] | null }>`
    with busy as materialized (
        select b.resource_id, b.via_account_id from reset_run_item b where b.organisation_id = ${organisationId} and b.state = 'running' and b.leased_until > now()),
      targets as materialized (
        select t.id, count(*) as n from (select resource_id as id from busy union all select via_account_id from busy) t where t.id is not null group by t.id),
      next as (
        select i.run_id, i.n from reset_run_item i
          left join targets r on r.id = i.resource_id left join targets v on v.id = i.via_account_id
        where i.run_id = ${runId} and i.account_id is not null and (
            (i.state = 'waiting' and (i.not_before is null or i.not_before <= now())) or (i.state = 'running' and i.leased_until <= now()))
          and coalesce(r.n, 0) < ${perResource} and coalesce(v.n, 0) < ${perResource} and (select count(*) from busy) < ${atOnce}
          and exists (select 1 from reset_run x where x.id = i.run_id and (x.state = 'running' or i.attempt_id is not null))
        order by i.n limit 1)
    update reset_run_item i set state = 'running', leased_until = now() + make_interval(secs => ${leaseMs / 1000}),
      started_at = coalesce(i.started_at, now()), not_before = null
    from next, reset_run x where i.run_id = next.run_id and i.n = next.n and x.id = i.run_id
    returning i.run_id, i.n, i.account_id, i.attempt_id, x.kind, x.as_product, x.reason, x.ticket, x.sealed, x.requested_by_id, x.scopes`.execute(
    db,
  );
  const row = rows[0];
  if (!row) return undefined;
  const { requestedById, scopes, ...rest } = row;
  const origin = { requestId: runId, address: null, client: 'run' };
  const actor: Actor = row.asProduct
    ? system(organisationId, origin)
    : { kind: 'user', organisationId, userId: requestedById, task: { id: runId, scopes }, origin };
  return { ...rest, actor };
}

/** Runs of one nightly check that are at work together: the second asks while the last targets of the first are waited for. */
const nightlyAtOnce = 2;

/**
 * Whether a run is one of many of a nightly check whose turn has not come. A large estate is checked in a hundred runs, and
 * there is room for fifty accounts: all of them asking for it every second would keep it from everybody.
 */
export async function waitsForOthers(db: OrganisationDb, runId: string): Promise<boolean> {
  const { rows } = await sql<{ waits: boolean }>`select (select count(*) from reset_run o
      where o.state = 'running' and o.source = 'nightly' and o.id < r.id) >= ${nightlyAtOnce} as waits
    from reset_run r where r.id = ${runId} and r.source = 'nightly' and r.state = 'running'`.execute(db);
  return rows[0]?.waits ?? false;
}

/** Says that a worker is still at these accounts. */
export async function renewItems(db: OrganisationDb, runId: string, items: readonly number[]): Promise<void> {
  await sql`update reset_run_item set leased_until = now() + make_interval(secs => ${leaseMs / 1000})
    where run_id = ${runId} and n = any(${[...items]}::int[]) and state = 'running'`.execute(db);
}

/** How long a run waits for accounts in doubt before it ends without them. Their outcome is written into it when it is known. */
const doubtSeconds = 300;

/** Ends a run whose accounts have all had their turn; puts the job in line again where some have not. */
export async function endOrGoOn(
  db: OrganisationDb,
  payload: { organisationId: string; runId: string; pump: number },
): Promise<void> {
  const { organisationId, runId } = payload;
  // An account that was deleted meanwhile has no turn any more.
  await sql`update reset_run_item set state = 'skipped', why = 'The account was deleted.', ended_at = now()
    where run_id = ${runId} and state = 'waiting' and account_id is null`.execute(db);
  const { rows } = await sql<{ state: string; open: number; seconds: number }>`
    select r.state, coalesce(o.open, 0) as open, greatest(1, least(30, coalesce(o.seconds, 1)))::float8 as seconds
    from reset_run r left join lateral (
      select count(*)::int as open, extract(epoch from min(coalesce(i.not_before, now())) - now()) as seconds
      from reset_run_item i where i.run_id = r.id and (i.state in ('waiting', 'running')
        or (i.state = 'in-doubt' and i.started_at > now() - make_interval(secs => ${doubtSeconds})))) o on true
    where r.id = ${runId} for update of r`.execute(db);
  const run = rows[0];
  if (!run) return;
  if (run.open > 0) {
    await enqueuePump(db, payload, new Date(Date.now() + run.seconds * 1000));
    return;
  }
  if (run.state !== 'running') return;
  await endRun(db, organisationId, runId, 'done');
}

/** Writes the end of a run, forgets its one password, and tells whoever waits for it. */
export async function endRun(
  db: OrganisationDb,
  organisationId: string,
  runId: string,
  state: 'done' | 'stopped',
): Promise<void> {
  const ended =
    await sql`update reset_run r set state = ${state}, ended_at = now(), sealed = null, counts = ${countsOf(runId)}
    where r.id = ${runId} and r.state = 'running' returning r.id`.execute(db);
  if (ended.rows.length > 0) await enqueue(db, 'run-ended', { organisationId, runId }, { key: `run-ended:${runId}` });
}
