import type { AttemptState } from '@strongroom/contract';
import { sql } from 'kysely';
import type { Grant } from '../authorise/index.ts';
import type { Database } from '../platform/db.ts';
import { enqueue } from '../platform/jobs.ts';
import type { Secret } from '../platform/secret.ts';
import type { Vault } from '../vault/index.ts';
import { readReach, type ReachFacts } from './reach.ts';

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

/**
 * How long a worker may be silent before another takes its attempt up. Renewed three times in that time. It is also the
 * rest that a target gets after a crash: a command that was cut off may still be at work there.
 */
export const leaseMs = 15_000;
export const jobKey = (attemptId: string): string => `attempt:${attemptId}`;

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
    leasedUntil: Date | null;
    leased: boolean;
  }>`
    select t.state, t.account_id, t.base_version, t.next_version, t.next_refused, t.current_refused, t.leased_until,
      coalesce(t.leased_until > now(), false) as leased
    from rotation_attempt t where t.id = ${grant.objectId} for update`.execute(grant.db);
  const row = rows[0];
  if (!row || row.state === 'promoted' || row.state === 'rolled-back' || row.state === 'needs-person') {
    grant.nothingDone();
    return undefined;
  }
  if (row.leased && row.leasedUntil) {
    grant.nothingDone();
    await queue(grant, row.leasedUntil);
    return undefined;
  }
  const fresh = row.state === 'prepared';
  if (fresh) await move(grant, { state: 'applying' });
  await lease(grant, leaseMs);
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

async function lease(grant: Grant, ms: number): Promise<void> {
  await sql`update rotation_attempt set leased_until = now() + make_interval(secs => ${ms / 1000}) where id = ${grant.objectId}`.execute(
    grant.db,
  );
}
export const queue = (grant: Grant, runAt?: Date): Promise<void> =>
  enqueue(
    grant.db,
    'rotate',
    { organisationId: grant.actor.organisationId, attemptId: grant.objectId },
    { key: jobKey(grant.objectId), ...(runAt ? { runAt } : {}) },
  );

/** Says that a worker is still at the attempt. */
export async function renewLease(database: Database, organisationId: string, attemptId: string): Promise<void> {
  await database.asOrganisation(organisationId, (db) =>
    sql`update rotation_attempt set leased_until = now() + make_interval(secs => ${leaseMs / 1000}) where id = ${attemptId} and leased_until is not null`.execute(
      db,
    ),
  );
}

/**
 * Records what the reset command said. A hint for people; the verdict never rests on it. After `unknown` the target
 * rests before it is asked.
 */
export async function noteApplied(grant: Grant<'rotation.apply'>, said: string): Promise<void> {
  await move(grant, { state: said === 'done' ? 'applied' : 'applying' });
  grant.note({ state: said === 'done' ? 'applied' : 'applying', said });
  if (said !== 'unknown') return;
  await lease(grant, leaseMs);
  await queue(grant, new Date(Date.now() + leaseMs));
}

interface Change {
  readonly state: AttemptState;
  readonly why?: string | null;
  readonly nextTryAt?: Date | null;
  readonly ended?: boolean;
}
/** Moves the attempt to a state. */
export async function move(grant: Grant, change: Change): Promise<void> {
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
      ...(change.state === 'applying' || change.state === 'applied' ? {} : { leasedUntil: null }),
    })
    .where('id', '=', grant.objectId)
    .execute();
}
