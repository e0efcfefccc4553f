import type { AttemptState } from '@strongroom/contract';
import { sql } from 'kysely';
import type { Grant } from '../authorise/index.ts';
import { enqueue } from '../platform/jobs.ts';
import { Problem } from '../platform/problem.ts';
import type { Secret } from '../platform/secret.ts';
import type { Vault } from '../vault/index.ts';
import { readReach, type ReachFacts } from './reach.ts';
import { verdict, type Evidence, type Verdict } from './verdict.ts';

/** An attempt with its passwords open. Lives in the worker's memory only. */
export interface Attempt {
  readonly id: string;
  readonly organisationId: string;
  readonly accountId: string;
  readonly username: string;
  readonly current: Secret;
  readonly next: Secret;
  /** True when this run is the first to touch the target: nothing can have been sent yet. */
  readonly fresh: boolean;
  readonly refused: { readonly next: boolean; readonly current: boolean };
  readonly reach: ReachFacts;
}

/** A command that was cut off may still be at work on the target: it is not asked before this time has gone by. */
const settleMs = 10_000;
/** When a target could not be asked: seconds until it is asked again. */
const backOff = [5, 15, 30, 60, 300, 900, 3600] as const;

const jobKey = (attemptId: string): string => `attempt:${attemptId}`;

/**
 * Takes up an attempt, and says `applying` before the first packet: whoever finds the attempt after a crash knows that
 * something may have been sent. Undefined when it has ended, needs a person, or must rest before the target is asked.
 */
export async function takeUp(grant: Grant<'rotation.apply'>, vault: Vault): Promise<Attempt | undefined> {
  const { organisationId } = grant.actor;
  const { rows } = await sql<{
    state: AttemptState;
    accountId: string;
    baseVersion: number;
    nextVersion: number;
    nextRefused: boolean;
    currentRefused: boolean;
    restMs: number;
  }>`
    select t.state, t.account_id, t.base_version, t.next_version, t.next_refused, t.current_refused,
      (${settleMs} - extract(epoch from now() - t.updated_at) * 1000)::int as rest_ms
    from rotation_attempt t where t.id = ${grant.objectId} for update`.execute(grant.db);
  const row = rows[0];
  if (!row || row.state === 'promoted' || row.state === 'rolled-back' || row.state === 'needs-person') {
    grant.nothingDone();
    return undefined;
  }
  const fresh = row.state === 'prepared';
  if (row.state === 'applying' && row.restMs > 0) {
    grant.nothingDone();
    await enqueue(
      grant.db,
      'rotate',
      { organisationId, attemptId: grant.objectId },
      { key: jobKey(grant.objectId), runAt: new Date(Date.now() + row.restMs) },
    );
    return undefined;
  }
  if (fresh) await move(grant, { state: 'applying' });
  grant.note({ state: fresh ? 'applying' : 'resumed' });
  const account = await grant.db
    .selectFrom('account')
    .select(['username'])
    .where('id', '=', row.accountId)
    .executeTakeFirstOrThrow();
  const open = async (version: number): Promise<Secret> => {
    const secret = await grant.db
      .selectFrom('secret')
      .select('sealed')
      .where('accountId', '=', row.accountId)
      .where('version', '=', version)
      .executeTakeFirstOrThrow();
    return vault.open(grant, secret.sealed, { column: 'secret.sealed', rowId: row.accountId, version });
  };
  return {
    id: grant.objectId,
    organisationId,
    accountId: row.accountId,
    username: account.username,
    fresh,
    current: await open(row.baseVersion),
    next: await open(row.nextVersion),
    refused: { next: row.nextRefused, current: row.currentRefused },
    reach: await readReach(grant, vault, row.accountId),
  };
}

/** Records what the reset command said. A hint for people; the verdict never rests on it. */
export async function noteApplied(grant: Grant<'rotation.apply'>, said: string): Promise<void> {
  await move(grant, { state: said === 'done' ? 'applied' : 'applying' });
  grant.note({ state: 'applied', said });
}

interface Change {
  readonly state: AttemptState;
  readonly why?: string | null;
  readonly nextTryAt?: Date | null;
  readonly ended?: boolean;
}
async function move(grant: Grant, change: Change): Promise<void> {
  const now = new Date();
  await grant.db
    .updateTable('rotationAttempt')
    .set({
      state: change.state,
      why: change.why ?? null,
      updatedAt: now,
      nextTryAt: change.nextTryAt ?? null,
      ...(change.state === 'applied' ? { appliedAt: now } : {}),
      ...(change.ended ? { endedAt: now } : {}),
    })
    .where('id', '=', grant.objectId)
    .execute();
}

/**
 * Ends the attempt as the evidence says. `wait` leaves it open and puts it in line again, later and later. Either
 * password stays readable to those entitled until the end.
 */
export async function settle(
  grant: Grant<'rotation.settle'>,
  evidence: Evidence,
  why: string | null,
): Promise<Verdict> {
  const { organisationId } = grant.actor;
  const attempt = await grant.db
    .selectFrom('rotationAttempt')
    .selectAll()
    .where('id', '=', grant.objectId)
    .forUpdate()
    .executeTakeFirstOrThrow();
  // Settled meanwhile by another node or a person: what they decided stands.
  if (['promoted', 'rolled-back', 'needs-person'].includes(attempt.state)) {
    grant.nothingDone();
    return attempt.state === 'promoted' ? 'commit' : attempt.state === 'rolled-back' ? 'abandon' : 'stuck';
  }
  const end = verdict(evidence);
  grant.note({ verdict: end, next: evidence.next, current: evidence.current });
  switch (end) {
    case 'commit':
      await promote(grant, attempt, 'rotation');
      grant.note({ state: 'promoted', version: attempt.nextVersion });
      break;
    case 'abandon':
      await rollBack(grant, attempt, why);
      await grant.db
        .updateTable('account')
        .set({
          provenAt: new Date(),
          provenBy: 'rotation',
          checkedAt: new Date(),
          checkResult: 'accepted',
          checkWhy: null,
        })
        .where('id', '=', attempt.accountId)
        .execute();
      grant.note({ state: 'rolled-back' });
      break;
    case 'stuck':
      await move(grant, { state: 'needs-person', why: why ?? 'The target refuses both the old and the new password.' });
      await grant.db
        .updateTable('account')
        .set({
          checkedAt: new Date(),
          checkResult: 'rejected',
          checkWhy: 'The target refuses both the old and the new password.',
        })
        .where('id', '=', attempt.accountId)
        .execute();
      grant.note({ state: 'needs-person' });
      break;
    case 'wait': {
      const seconds = backOff[Math.min(attempt.tries, backOff.length - 1)] ?? 3600;
      const nextTryAt = new Date(Date.now() + seconds * 1000);
      await move(grant, { state: 'unverified', why, nextTryAt });
      await grant.db
        .updateTable('rotationAttempt')
        .set((eb) => ({
          tries: eb('tries', '+', 1),
          nextRefused: attempt.nextRefused || evidence.next === 'rejected',
          currentRefused: attempt.currentRefused || evidence.current === 'rejected',
        }))
        .where('id', '=', grant.objectId)
        .execute();
      const untrusted = evidence.next === 'untrusted' || evidence.current === 'untrusted';
      await grant.db
        .updateTable('account')
        .set({ checkedAt: new Date(), checkResult: untrusted ? 'untrusted' : 'unreachable', checkWhy: why })
        .where('id', '=', attempt.accountId)
        .execute();
      await enqueue(
        grant.db,
        'rotate',
        { organisationId, attemptId: grant.objectId },
        { key: jobKey(grant.objectId), runAt: nextTryAt },
      );
      grant.note({ state: 'unverified', retryInSeconds: seconds });
    }
  }
  if (why !== null) grant.note({ why });
  return end;
}

interface Ends {
  readonly accountId: string;
  readonly baseVersion: number;
  readonly nextVersion: number;
}

async function promote(grant: Grant, attempt: Ends, provenBy: 'rotation' | null): Promise<void> {
  const { accountId } = attempt;
  await grant.db
    .updateTable('secret')
    .set({ state: 'former' })
    .where('accountId', '=', accountId)
    .where('state', '=', 'current')
    .execute();
  await grant.db
    .updateTable('secret')
    .set({ state: 'current' })
    .where('accountId', '=', accountId)
    .where('version', '=', attempt.nextVersion)
    .where('state', '=', 'candidate')
    .returning('version')
    .executeTakeFirstOrThrow();
  const now = new Date();
  await grant.db
    .updateTable('account')
    .set({
      secretVersion: attempt.nextVersion,
      changedAt: now,
      provenAt: provenBy && now,
      provenBy,
      checkedAt: provenBy && now,
      checkResult: provenBy && 'accepted',
      checkWhy: null,
    })
    .where('id', '=', accountId)
    .where('secretVersion', '=', attempt.baseVersion)
    .returning('id')
    .executeTakeFirstOrThrow();
  await grant.db
    .updateTable('rotationAttempt')
    .set({ state: 'promoted', why: null, updatedAt: now, endedAt: now, nextTryAt: null })
    .where('accountId', '=', accountId)
    .where('nextVersion', '=', attempt.nextVersion)
    .execute();
}

async function rollBack(grant: Grant, attempt: Ends, why: string | null): Promise<void> {
  await grant.db
    .updateTable('secret')
    .set({ state: 'abandoned' })
    .where('accountId', '=', attempt.accountId)
    .where('version', '=', attempt.nextVersion)
    .execute();
  const now = new Date();
  await grant.db
    .updateTable('rotationAttempt')
    .set({ state: 'rolled-back', why, updatedAt: now, endedAt: now, nextTryAt: null })
    .where('accountId', '=', attempt.accountId)
    .where('nextVersion', '=', attempt.nextVersion)
    .execute();
}

/** A person ends, or sends back to the target, an attempt that could not end by itself. */
export async function resolve(
  grant: Grant<'attempt.resolve'>,
  attemptId: string,
  how: 'ask-again' | 'keep-current' | 'keep-candidate',
): Promise<void> {
  const attempt = await grant.db
    .selectFrom('rotationAttempt')
    .selectAll()
    .where('id', '=', attemptId)
    .where('accountId', '=', grant.objectId)
    .forUpdate()
    .executeTakeFirst();
  if (!attempt) throw new Problem('not-found');
  if (attempt.state !== 'needs-person' && attempt.state !== 'unverified') throw new Problem('not-that-state');
  grant.note({ attempt: attemptId, how });
  switch (how) {
    case 'ask-again':
      await grant.db
        .updateTable('rotationAttempt')
        .set({
          state: 'unverified',
          nextRefused: false,
          currentRefused: false,
          tries: 0,
          updatedAt: new Date(),
          nextTryAt: new Date(),
        })
        .where('id', '=', attemptId)
        .execute();
      await enqueue(
        grant.db,
        'rotate',
        { organisationId: grant.actor.organisationId, attemptId },
        { key: jobKey(attemptId) },
      );
      break;
    case 'keep-current':
      await rollBack(grant, attempt, 'ended by a person');
      break;
    case 'keep-candidate':
      await promote(grant, attempt, null);
      break;
  }
}
