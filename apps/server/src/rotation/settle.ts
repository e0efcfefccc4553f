import type { AttemptState } from '@strongroom/contract';
import type { Grant } from '../authorise/index.ts';
import { verdictOnCandidate } from '../policies/index.ts';
import { Problem } from '../platform/problem.ts';
import { leaseMs, move, queue } from './attempt.ts';
import { endItemOfAttempt, isOfRun, passOverOthers, putOff, tryAgain } from './run-item.ts';
import { markSignInRefused } from './sign-in.ts';
import { verdict, type Evidence, type Verdict } from './verdict.ts';

/** When a target could not be asked: seconds until it is asked again. */
const backOff = [5, 15, 30, 60, 300, 900, 3600] as const;

/** So long nobody signs in where one more failed log-in might lock the account: pam_faillock(8) counts them over 900 s. */
const pauseSeconds = 960;

const setUnproven = 'Set. The service lets nobody prove it by a log-in.';

/** The verdict behind each state that an attempt does not leave by itself. */
const endings: Partial<Record<AttemptState, Verdict>> = {
  promoted: 'commit',
  'rolled-back': 'abandon',
  'needs-person': 'stuck',
};

/**
 * Ends the attempt as the evidence says. `wait` leaves it open and puts it in line again: later and later where the target
 * could not be asked, after a rest where it was left alone. Either password stays readable to those entitled until the end.
 */
export async function settle(
  grant: Grant<'rotation.settle'>,
  evidence: Evidence,
  why: string | null,
): Promise<Verdict> {
  const attempt = await grant.db
    .selectFrom('rotationAttempt')
    .selectAll()
    .where('id', '=', grant.objectId)
    .forUpdate()
    .executeTakeFirstOrThrow();
  // Settled meanwhile by another node or a person: what they decided stands, unless the target itself says otherwise.
  const ended = endings[attempt.state as AttemptState];
  if (ended && (ended === 'commit' || evidence.next !== 'accepted')) {
    grant.nothingDone();
    return ended;
  }
  const end = verdict(evidence);
  grant.note({ verdict: end, next: evidence.next, current: evidence.current });
  if (evidence.signInRefused !== undefined) {
    await markSignInRefused(grant, attempt.accountId, evidence.signInRefused);
    await passOverOthers(grant.db, { attemptId: grant.objectId }, 'refused', why);
  }
  switch (end) {
    case 'commit':
      await promote(grant, attempt, evidence.next === 'set' ? 'word' : 'rotation');
      await endItemOfAttempt(grant.db, grant.objectId, 'done', evidence.next === 'set' ? setUnproven : null);
      grant.note({ state: 'promoted', version: attempt.nextVersion });
      break;
    case 'abandon':
      await rollBack(grant, attempt, why);
      // A run begins anew with an account that a crash had cut off before its target took anything.
      if (!(evidence.cutOff && (await tryAgain(grant.db, grant.objectId))))
        await endItemOfAttempt(grant.db, grant.objectId, 'refused', why);
      if (evidence.current === 'accepted' || evidence.current === 'rejected')
        await grant.db
          .updateTable('account')
          .set({
            checkedAt: new Date(),
            checkResult: evidence.current,
            checkWhy: evidence.current === 'accepted' ? null : why,
            ...(evidence.current === 'accepted' ? { provenAt: new Date(), provenBy: 'rotation' } : {}),
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
      await endItemOfAttempt(grant.db, grant.objectId, 'needs-person', why);
      grant.note({ state: 'needs-person' });
      break;
    case 'wait': {
      const untrusted = evidence.next === 'untrusted' || evidence.current === 'untrusted';
      const asked = untrusted || evidence.next === 'unreachable' || evidence.current === 'unreachable';
      if (attempt.state === 'prepared' && (await isOfRun(grant.db, grant.objectId))) {
        await giveBack(grant, attempt, untrusted, why ?? 'It could not be reached.');
        break;
      }
      const seconds = evidence.pause
        ? pauseSeconds
        : asked
          ? (backOff[Math.min(attempt.tries, backOff.length - 1)] ?? 3600)
          : leaseMs / 1000;
      const nextTryAt = new Date(Date.now() + seconds * 1000);
      // Nothing was sent to the target of one that is `prepared`: it is sent then.
      const state = attempt.state === 'prepared' ? 'prepared' : 'unverified';
      await move(grant, { state, why, nextTryAt });
      await grant.db
        .updateTable('rotationAttempt')
        .set((eb) => ({
          tries: eb('tries', '+', 1),
          nextRefused: attempt.nextRefused || evidence.next === 'rejected',
          currentRefused: attempt.currentRefused || evidence.current === 'rejected',
        }))
        .where('id', '=', grant.objectId)
        .execute();
      if (asked)
        await grant.db
          .updateTable('account')
          .set({ checkedAt: new Date(), checkResult: untrusted ? 'untrusted' : 'unreachable', checkWhy: why })
          .where('id', '=', attempt.accountId)
          .execute();
      await queue(grant, nextTryAt);
      grant.note({ state, retryInSeconds: seconds });
    }
  }
  if (why !== null) grant.note({ why });
  return end;
}

/**
 * Ends an attempt of a run that could not be sent: the run tries the account again with another candidate, or gives it up. What its
 * target never heard of is in no doubt, and a candidate that waits for a host that is away would only be in the way.
 */
async function giveBack(grant: Grant, attempt: Ends, untrusted: boolean, why: string): Promise<void> {
  await rollBack(grant, attempt, why);
  if (untrusted) await endItemOfAttempt(grant.db, grant.objectId, 'untrusted', why);
  else await putOff(grant.db, { attemptId: grant.objectId }, why);
  await grant.db
    .updateTable('account')
    .set({ checkedAt: new Date(), checkResult: untrusted ? 'untrusted' : 'unreachable', checkWhy: why })
    .where('id', '=', attempt.accountId)
    .execute();
  grant.note({ state: 'rolled-back' });
}

interface Ends {
  readonly accountId: string;
  readonly baseVersion: number;
  readonly nextVersion: number;
  readonly startedAt: Date;
}

const checkResults = { rotation: 'accepted', word: 'unprovable' } as const;

async function promote(grant: Grant, attempt: Ends, by: 'rotation' | 'word' | null): Promise<void> {
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
    .where('state', 'in', ['candidate', 'abandoned'])
    .returning('version')
    .executeTakeFirstOrThrow();
  const verdict = await verdictOnCandidate(grant.db, accountId, attempt.startedAt);
  const now = new Date();
  await grant.db
    .updateTable('account')
    .set({
      ...verdict,
      secretVersion: attempt.nextVersion,
      provenAt: by === 'rotation' ? now : null,
      provenBy: by === 'rotation' ? by : null,
      checkedAt: by && now,
      checkResult: by && checkResults[by],
      checkWhy: by === 'word' ? setUnproven : null,
    })
    .where('id', '=', accountId)
    .where('secretVersion', '=', attempt.baseVersion)
    .returning('id')
    .executeTakeFirstOrThrow();
  await grant.db
    .updateTable('rotationAttempt')
    .set({ state: 'promoted', why: null, updatedAt: now, endedAt: now, nextTryAt: null, leasedUntil: null })
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
    .set({ state: 'rolled-back', why, updatedAt: now, endedAt: now, nextTryAt: null, leasedUntil: null })
    .where('accountId', '=', attempt.accountId)
    .where('nextVersion', '=', attempt.nextVersion)
    .execute();
}

/**
 * A person ends, or sends back to the target, an attempt that could not end by itself. Throws `not-that-state` for one
 * that is at work, and for keeping a candidate that was never sent.
 */
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
  const unsent = attempt.state === 'prepared' && attempt.nextTryAt !== null;
  if (attempt.state !== 'needs-person' && attempt.state !== 'unverified' && !unsent)
    throw new Problem('not-that-state');
  grant.note({ attempt: attemptId, how });
  switch (how) {
    case 'ask-again': {
      // A target that rests after a command that was cut off rests on, whoever asks.
      const rested = attempt.updatedAt.getTime() + leaseMs;
      const planned = attempt.state === 'unverified' ? (attempt.nextTryAt?.getTime() ?? 0) : 0;
      const at = new Date(Math.max(Date.now(), Math.min(planned, rested)));
      await grant.db
        .updateTable('rotationAttempt')
        .set({
          state: unsent ? 'prepared' : 'unverified',
          leasedUntil: null,
          nextRefused: false,
          currentRefused: false,
          tries: 0,
          updatedAt: new Date(),
          nextTryAt: at,
        })
        .where('id', '=', attemptId)
        .execute();
      await queue(grant, at, attemptId);
      break;
    }
    case 'keep-current':
      await rollBack(grant, attempt, 'ended by a person');
      await endItemOfAttempt(grant.db, attemptId, 'refused', 'The old password was kept by a person.');
      break;
    case 'keep-candidate':
      if (unsent) throw new Problem('not-that-state');
      await promote(grant, attempt, null);
      await endItemOfAttempt(grant.db, attemptId, 'done', 'The new password was kept by a person.');
      break;
  }
}
