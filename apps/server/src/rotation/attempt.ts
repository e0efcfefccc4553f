import type { AttemptState } from '@strongroom/contract';
import type { Reset } from '@strongroom/driver-kit';
import { sql } from 'kysely';
import type { Grant } from '../authorise/index.ts';
import type { Database } from '../platform/db.ts';
import { enqueue } from '../platform/jobs.ts';
import { Problem } from '../platform/problem.ts';
import type { Secret } from '../platform/secret.ts';
import type { Vault } from '../vault/index.ts';
import { readReach, type ReachFacts } from './reach.ts';
import { endItemOfAttempt } from './run-item.ts';

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
 * How long a worker may be silent before another takes its attempt up, and how often it says that it is there. Their
 * difference is the least rest that a target gets after a crash: a command that was cut off may still be at work there.
 * passwd and chpasswd wait up to 15 s for the password files to be free (lckpwdf(3)), sudo and su take a few seconds more.
 */
export const leaseMs = 24_000;
export const renewEveryMs = 4_000;

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
    nextTryAt: Date | null;
    early: boolean;
  }>`
    select t.state, t.account_id, t.base_version, t.next_version, t.next_refused, t.current_refused, t.leased_until,
      coalesce(t.leased_until > now(), false) as leased, t.next_try_at, coalesce(t.next_try_at > now(), false) as early
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
  if (row.early && row.nextTryAt) {
    // Put in line by a start, or a second time: a target that waits is not asked before its time.
    grant.nothingDone();
    await queue(grant, row.nextTryAt);
    return undefined;
  }
  const fresh = row.state === 'prepared';
  const reach = await readReach(grant, vault, row.accountId).catch((error: unknown) => {
    if (error instanceof Problem && error.code === 'not-resettable') return undefined;
    throw error;
  });
  if (!reach) {
    // Somebody took the settings away meanwhile. Without them nothing can be asked, so a person must say.
    const why = 'The resource is no longer set up for the product to log in to it.';
    await move(grant, { state: 'needs-person', why });
    await endItemOfAttempt(grant.db, grant.objectId, 'needs-person', why);
    grant.note({ state: 'needs-person', why });
    return undefined;
  }
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
    reach,
  };
}

async function lease(grant: Grant, ms: number): Promise<void> {
  await sql`update rotation_attempt set leased_until = now() + make_interval(secs => ${ms / 1000}) where id = ${grant.objectId}`.execute(
    grant.db,
  );
}
/** Puts an attempt in line for a time; one that is in line already is moved. */
export const queue = (grant: Grant, runAt: Date, attemptId: string = grant.objectId): Promise<void> =>
  enqueue(
    grant.db,
    'rotate',
    { organisationId: grant.actor.organisationId, attemptId },
    { key: `attempt:${attemptId}`, runAt },
  );

/**
 * Says that a worker is still at the attempt. It never waits: who holds the row is bringing the attempt on at that moment, and
 * renewals that waited for it would take one connection after the other.
 */
export async function renewLease(database: Database, organisationId: string, attemptId: string): Promise<void> {
  await database.asOrganisation(organisationId, (db) =>
    sql`update rotation_attempt set leased_until = now() + make_interval(secs => ${leaseMs / 1000}) where id = (
      select id from rotation_attempt where id = ${attemptId} and leased_until is not null for update skip locked)`.execute(
      db,
    ),
  );
}

/**
 * Records what the reset command said. A hint for people; the verdict never rests on it. After `unknown` the target
 * rests before it is asked. When nothing can have been sent the attempt is `prepared` again, and the same candidate is
 * sent once the target can be reached and trusted.
 */
export async function noteApplied(
  grant: Grant<'rotation.apply'>,
  said: Reset['is'],
  { fresh }: Pick<Attempt, 'fresh'>,
): Promise<void> {
  // One that was taken up again may have been sent by whoever was at it before.
  const unsent = fresh && (said === 'unreachable' || said === 'untrusted');
  const state = said === 'done' ? 'applied' : unsent ? 'prepared' : 'applying';
  await move(grant, { state });
  grant.note({ state, said });
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
