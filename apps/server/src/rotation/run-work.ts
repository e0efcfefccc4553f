import { isUnavailable } from '../platform/db.ts';
import { Problem } from '../platform/problem.ts';
import type { DriverCatalogue } from '../resource/index.ts';
import { leaseMs, renewEveryMs } from './attempt.ts';
import { claim, endOrGoOn, keepBooks, renewItems, waitsForOthers, type Claimed } from './run-claim.ts';
import { endItem, leaveInDoubt, passOverOthers, putOff, type Ending } from './run-item.ts';
import { enqueuePump, lanesOfPump } from './run-start.ts';
import { stage } from './stage.ts';
import { verifyAndRecord } from './verify.ts';
import { runAttempt } from './worker.ts';
import type { WorkerParts } from './worker-parts.ts';

/** How long one job of the queue is at a run before it puts itself in line again: the queue takes back what it misses for hours. */
const turnMs = 10 * 60_000;
/** How long a run of a nightly check waits before it looks whether its turn has come. */
const waitMs = 30_000;

/**
 * A job of a run: brings accounts on their way, a few at a time, until none is left whose turn it is. Several such jobs share a run, on
 * whichever nodes there are. Killed at any moment it leaves each account waiting, or with an attempt that is settled by asking the target.
 */
export async function runPump(
  parts: WorkerParts,
  catalogue: DriverCatalogue,
  payload: { organisationId: string; runId: string; pump: number },
  signal: AbortSignal,
): Promise<void> {
  const { organisationId, runId } = payload;
  const waits = await keepBooks(parts.perform, organisationId, async (db) => {
    const before = await waitsForOthers(db, runId);
    if (before) await enqueuePump(db, payload, new Date(Date.now() + waitMs));
    return before;
  });
  if (waits) return;
  const until = Date.now() + turnMs;
  const atWork = new Set<number>();
  const renewing = setInterval(() => {
    if (atWork.size > 0)
      // A lease that runs out means that another worker takes the account up: attempts and log-ins stand that.
      keepBooks(parts.perform, organisationId, (db) => renewItems(db, runId, [...atWork])).catch(() => undefined);
  }, renewEveryMs);
  const lanes: Promise<void>[] = [];
  const lane = async (): Promise<void> => {
    for (let first = true; !signal.aborted && Date.now() < until; first = false) {
      const item = await keepBooks(parts.perform, organisationId, (db) => claim(db, organisationId, runId));
      if (!item) return;
      // One after the other, as long as there is room: where there is none one question is enough.
      if (first && lanes.length < lanesOfPump) lanes.push(lane());
      atWork.add(item.n);
      try {
        await bringOn(parts, catalogue, organisationId, item);
      } finally {
        atWork.delete(item.n);
      }
    }
  };
  try {
    lanes.push(lane());
    const ended: PromiseSettledResult<void>[] = [];
    // More come while the first are at work.
    while (ended.length < lanes.length) ended.push(...(await Promise.allSettled(lanes.slice(ended.length))));
    const failed = ended.find((one) => one.status === 'rejected');
    if (failed) throw failed.reason;
  } finally {
    clearInterval(renewing);
  }
  await keepBooks(parts.perform, organisationId, (db) => endOrGoOn(db, payload));
}

async function bringOn(
  parts: WorkerParts,
  catalogue: DriverCatalogue,
  organisationId: string,
  item: Claimed,
): Promise<void> {
  try {
    if (item.kind === 'verify') await verifyOne(parts, item);
    else await resetOne(parts, catalogue, organisationId, item);
  } catch (error) {
    if (!(error instanceof Problem) && isUnavailable(error)) throw error;
    if (error instanceof Problem && error.code === 'changed-meanwhile') return;
    const [state, why] = inWords(error);
    await keepBooks(parts.perform, organisationId, (db) => endItem(db, item, state, why));
  }
}

async function resetOne(
  parts: WorkerParts,
  catalogue: DriverCatalogue,
  organisationId: string,
  item: Claimed,
): Promise<void> {
  const attemptId = item.attemptId ?? (await stageItem(parts, catalogue, item));
  await runAttempt(parts, organisationId, attemptId);
  // The attempt ended the item with itself, or put it off; where it did neither, the target is asked again by and by.
  await keepBooks(parts.perform, organisationId, (db) => leaveInDoubt(db, attemptId));
}

/** Stages the attempt and ties it to the item, in one transaction, as the user whose run it is. */
function stageItem(parts: WorkerParts, catalogue: DriverCatalogue, item: Claimed): Promise<string> {
  const { actor, accountId: objectId, reason, ticket } = item;
  const action = item.asProduct ? 'account.rotate-due' : 'account.rotate';
  const ask = {
    actor,
    action,
    objectId,
    ...(reason === null ? {} : { reason }),
    ...(ticket === null ? {} : { ticket }),
  } as const;
  return parts.perform(ask, async (grant) => {
    const given = item.sealed
      ? await parts.vault.open(grant, item.sealed, { column: 'reset_run.sealed', rowId: item.runId, version: 1 })
      : undefined;
    // In line for the case that this worker dies; a worker that lives is long done by then.
    const attemptId = await stage(grant, parts.vault, catalogue, given, new Date(Date.now() + 2 * leaseMs));
    grant.note({ run: item.runId });
    const tied = await grant.db
      .updateTable('resetRunItem')
      .set({ attemptId })
      .where('runId', '=', item.runId)
      .where('n', '=', item.n)
      .where('state', '=', 'running')
      .where('attemptId', 'is', null)
      .executeTakeFirst();
    // Another worker has taken the account up meanwhile: what we staged is rolled back, and theirs stands.
    if (tied.numUpdatedRows === 0n) throw new Problem('changed-meanwhile');
    return attemptId;
  });
}

async function verifyOne(parts: WorkerParts, item: Claimed): Promise<void> {
  await verifyAndRecord(parts, item.actor, item.accountId, {
    action: item.asProduct ? 'account.check' : 'account.verify',
    async alongside(db, { result, why, signInRefused }) {
      if (signInRefused) {
        await endItem(db, item, 'unreachable', why);
        await passOverOthers(db, { runId: item.runId, n: item.n }, 'unreachable', why);
      } else if (result === 'unreachable')
        await putOff(db, { runId: item.runId, n: item.n }, why ?? 'It could not be reached.');
      else await endItem(db, item, verified[result], why);
    },
  });
}
const verified: Record<'accepted' | 'rejected' | 'untrusted', Ending> = {
  accepted: 'done',
  rejected: 'refused',
  untrusted: 'untrusted',
};

/** What a refusal of ours means for the account, with a sentence. */
function inWords(error: unknown): [Ending, string] {
  if (!(error instanceof Problem)) return ['refused', 'Something failed on our side. The log has the details.'];
  const faults = (error.errors ?? []).map((fault) => fault.message);
  const why = [error.detail ?? error.message, ...faults].join(' ').slice(0, 1000);
  if (error.code === 'not-found') return ['refused', 'It is not there, or you may not see it.'];
  // A session of a run lives as long as the run does: it was stopped, or its user is none any more.
  if (error.code === 'signed-out') return ['skipped', 'The run was stopped, or its user may not sign in any more.'];
  return [
    error.code === 'not-resettable' || error.code === 'in-use' || error.code === 'checked-out' ? 'skipped' : 'refused',
    why,
  ];
}
