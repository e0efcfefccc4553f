import { setTimeout as pause } from 'node:timers/promises';
import { sql } from 'kysely';
import { system, type Grant, type Perform } from '../authorise/index.ts';
import type { Database, OrganisationDb } from '../platform/db.ts';
import { enqueue } from '../platform/jobs.ts';
import type { Vault } from '../vault/index.ts';
import { pageOf, type Page, type Sweep } from './pages.ts';
import { defaultOf, readPolicies, type PolicyRow } from './rows.ts';
import { expiryOf, judge, startJudging, type Verdict } from './verdict.ts';

export interface SweepParts {
  readonly perform: Perform;
  readonly vault: Vault;
}

/** How long a sweep that has ended is shown; what it did stays in the trail. */
const keptDays = 30;
/** A sweep names so many resources at most. */
const resourcesNamed = 5000;
const barrierPauseMs = 100;
const leastPauseMs = 5;
/** A sweep rests so many times as long as it worked, the wait for its own commit included: where the disk is slow, it rests longer. */
const restsPerWork = 1;

/** One at a time in a process: each takes half of what a processor can give. */
let atWork: Promise<unknown> = Promise.resolve();

/**
 * Judges accounts anew after a change of policies, or of what applies where: batch after batch, resting as long as it worked,
 * so that people are served meanwhile. Cut off, it goes on where it was. A secret is opened to be compared and leaves nothing but the verdict.
 */
export function runSweep(
  parts: SweepParts,
  { organisationId, sweepId }: { organisationId: string; sweepId: string },
  signal: AbortSignal,
): Promise<void> {
  const work = atWork.then(() => goThrough(parts, organisationId, sweepId, signal));
  atWork = work.catch(() => undefined);
  return work;
}

async function goThrough(
  { perform, vault }: SweepParts,
  organisationId: string,
  sweepId: string,
  signal: AbortSignal,
): Promise<void> {
  const ask = { actor: system(organisationId), action: 'policy.evaluate', objectId: organisationId } as const;
  while (!(await perform(ask, (grant) => begin(grant, sweepId)))) await pause(barrierPauseMs, undefined, { signal });
  for (;;) {
    if (signal.aborted) throw new Error('the server is stopping');
    const began = performance.now();
    if (await perform(ask, (grant) => batch(grant, vault, sweepId))) return;
    await pause(Math.max(leastPauseMs, restsPerWork * (performance.now() - began)));
  }
}

/** Waits until nobody is left who read what was before the change. False when that takes too long: ask again. */
async function begin(grant: Grant<'policy.evaluate'>, sweepId: string): Promise<boolean> {
  grant.nothingDone();
  const { organisationId } = grant.actor;
  const { rows } = await sql<{
    free: boolean;
  }>`select strongroom.await_judges(${organisationId}) as free`.execute(grant.db);
  if (rows[0]?.free !== true) return false;
  const sweep = await readSweep(grant.db, sweepId);
  if (sweep?.state !== 'waiting') return true;
  // A group of few resources is gone through by them; a large one by looking at every account.
  if (sweep.because === 'group')
    await sql`update policy_sweep set ids = x.ids from (select coalesce(array_agg(m.resource_id), '{}') as ids from resource_group_member m where m.group_id = ${sweep.groupId}) x
      where id = ${sweepId} and cardinality(x.ids) <= ${resourcesNamed}`.execute(grant.db);
  await sql`update policy_sweep s set state = 'running', started_at = now(), total = case
      when s.because = 'accounts' then cardinality(s.ids)
      when s.ids is not null then (select count(*)::int from account a where a.resource_id = any(s.ids))
      when s.because = 'group' then (select count(*)::int from account a join resource_group_member m on m.resource_id = a.resource_id where m.group_id = s.group_id)
      else (select count(*)::int from account) end where s.id = ${sweepId}`.execute(grant.db);
  return true;
}

const readSweep = async (db: OrganisationDb, id: string): Promise<Sweep | undefined> =>
  (
    await sql<Sweep>`select id, because, state, policy_id, group_id, ids, opens, position, cursor from policy_sweep where id = ${id} for update`.execute(
      db,
    )
  ).rows[0];

/** Judges the next accounts. True when there are no more, or another sweep has taken over. */
async function batch(grant: Grant<'policy.evaluate'>, vault: Vault, sweepId: string): Promise<boolean> {
  const { db } = grant;
  await startJudging(db);
  const sweep = await readSweep(db, sweepId);
  if (sweep?.state !== 'running') {
    grant.nothingDone();
    return true;
  }
  const policies = await readPolicies(db);
  const page = await pageOf(db, grant.actor.organisationId, sweep);
  const { changes, judged, unopened } = await judgePage(grant, vault, sweep, policies, page);
  const changed = await store(db, changes);
  const last = page.rows.at(-1)?.id ?? null;
  await sql`update policy_sweep set seen = seen + ${page.rows.length}, judged = judged + ${judged}, changed = changed + ${changed}, position = ${page.position},
      cursor = ${page.cursor}, state = ${page.ended ? 'done' : 'running'}, ended_at = case when ${page.ended} then now() end where id = ${sweepId}`.execute(
    db,
  );
  if (page.ended)
    await sql`delete from policy_sweep where ended_at < now() - make_interval(days => ${keptDays})`.execute(db);
  if (judged === 0) grant.nothingDone();
  const policy = policies.find((one) => one.id === sweep.policyId);
  if (policy) grant.about({ kind: 'policy', id: policy.id, name: policy.name });
  grant.note({
    sweep: sweepId,
    judged,
    changed,
    opened: sweep.opens ? judged - unopened : 0,
    unopened,
    first: page.rows[0]?.id ?? '',
    last: last ?? '',
  });
  return page.ended;
}

interface Change extends Verdict {
  readonly id: string;
  /** The password that was looked at: the verdict is of no other. */
  readonly version: number;
}

async function judgePage(
  grant: Grant<'policy.evaluate'>,
  vault: Vault,
  sweep: Sweep,
  policies: readonly PolicyRow[],
  page: Page,
): Promise<{ changes: Change[]; judged: number; unopened: number }> {
  const byId = new Map(policies.map((policy) => [policy.id, policy]));
  const changes: Change[] = [];
  let judged = 0;
  let unopened = 0;
  for (const row of page.rows) {
    const policy = byId.get(row.appliedId ?? '') ?? defaultOf(policies);
    if (sweep.policyId !== null && policy.id !== sweep.policyId) continue;
    judged++;
    let verdict: Verdict = {
      compliance: row.compliance,
      complianceWhy: row.complianceWhy,
      expiresAt: row.compliance === null ? null : expiryOf(policy, row.changedAt),
    };
    if (sweep.opens)
      if (row.sealed === null || row.isFile)
        // What is uploaded later is judged then; a file never.
        verdict = judge(policy, null, row.username, row.changedAt);
      else {
        const place = { column: 'secret.sealed', rowId: row.id, version: row.version } as const;
        // One that was damaged must not keep all others from being judged.
        const password = await vault.open(grant, row.sealed, place).catch(() => undefined);
        if (password === undefined) unopened++;
        verdict =
          password === undefined
            ? { compliance: 'unknown', complianceWhy: [], expiresAt: expiryOf(policy, row.changedAt) }
            : judge(policy, password, row.username, row.changedAt);
      }
    const same =
      verdict.compliance === row.compliance &&
      verdict.expiresAt?.getTime() === row.expiresAt?.getTime() &&
      verdict.complianceWhy.join('\n') === row.complianceWhy.join('\n');
    if (!same) changes.push({ id: row.id, version: row.version, ...verdict });
  }
  return { changes, judged, unopened };
}

/** Writes what is different. A password that was changed meanwhile was judged with its change. */
async function store(db: OrganisationDb, changes: readonly Change[]): Promise<number> {
  if (changes.length === 0) return 0;
  const rows = changes.map((one) => ({ ...one, expiresAt: one.expiresAt?.toISOString() ?? null }));
  const { numAffectedRows } = await sql`update account a set compliance = x.compliance,
      compliance_why = array(select jsonb_array_elements_text(x."complianceWhy")), expires_at = x."expiresAt"
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) x(id uuid, version int, compliance text, "complianceWhy" jsonb, "expiresAt" timestamptz)
    where a.id = x.id and a.secret_version = x.version`.execute(db);
  return Number(numAffectedRows ?? 0);
}

/** Puts sweeps in line that wait, or that a stopped server left in the middle. Call it at start. */
export async function recoverSweeps(database: Database): Promise<number> {
  const { rows } = await sql<{ id: string; organisationId: string }>`
    select id, organisation_id from strongroom.unfinished_sweeps()`.execute(database.anyone);
  for (const { id, organisationId } of rows)
    await database.asOrganisation(organisationId, (db) =>
      enqueue(db, 'judge', { organisationId, sweepId: id }, { key: `judge:${id}` }),
    );
  return rows.length;
}
