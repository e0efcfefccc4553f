import type { HostKey, Reset, Verified } from '@strongroom/driver-kit';
import { system, type Actor } from '../authorise/index.ts';
import type { Secret } from '../platform/secret.ts';
import { noteApplied, renewEveryMs, takeUp, type Attempt } from './attempt.ts';
import { contact, raiseAlarm, type Contact } from './contact.ts';
import { shownAs } from './reach.ts';
import { settle } from './settle.ts';
import { refusedSignIn } from './sign-in.ts';
import type { Evidence, Verdict } from './verdict.ts';
import type { WorkerParts } from './worker-parts.ts';

/** Attempts that this process is at. */
const atWork = new Map<string, Promise<unknown>>();

/**
 * Brings one attempt on its way: reset, probe, settle. No transaction is open while we talk to the target. Run again
 * after a crash it sends nothing that was sent before: it asks the target which password works.
 */
export async function runAttempt(
  parts: WorkerParts,
  organisationId: string,
  attemptId: string,
): Promise<Verdict | undefined> {
  // The queue hands one out a second time when the database was lost under the first: leases are lost with it.
  for (let first = atWork.get(attemptId); first; first = atWork.get(attemptId)) await first.catch(() => undefined);
  const work = takeAndBringOn(parts, organisationId, attemptId);
  atWork.set(attemptId, work);
  try {
    return await work;
  } finally {
    atWork.delete(attemptId);
  }
}

async function takeAndBringOn(
  parts: WorkerParts,
  organisationId: string,
  attemptId: string,
): Promise<Verdict | undefined> {
  const actor = system(organisationId);
  const attempt = await parts.perform({ actor, action: 'rotation.apply', objectId: attemptId }, (grant) =>
    takeUp(grant, parts.vault),
  );
  if (!attempt) return undefined;
  const renewing = setInterval(() => {
    // A lease that is not renewed only means that another worker asks the target too: the verdict rests on its answers.
    parts.renewLease(organisationId, attemptId).catch(() => undefined);
  }, renewEveryMs);
  try {
    return await bringOn(parts, actor, attempt);
  } finally {
    clearInterval(renewing);
  }
}

async function bringOn(parts: WorkerParts, actor: Actor, attempt: Attempt): Promise<Verdict | undefined> {
  const { organisationId } = attempt;
  const line = contact(parts, organisationId, attempt.reach);
  let said: Reset | undefined;
  // Where nobody can prove a password, doubt ends only by setting the same candidate once more.
  if (attempt.fresh || !attempt.reach.provable) {
    said = await line.reset(attempt, line.via);
    const word = said.is;
    await parts.perform({ actor, action: 'rotation.apply', objectId: attempt.id }, (grant) =>
      noteApplied(grant, word, attempt),
    );
    // The command may still be at work on the target: asked now, it could answer for a moment that is about to pass.
    if (word === 'unknown') return undefined;
  }
  const seen = attempt.reach.provable ? await gather(line, attempt, said) : byWord(attempt, said);
  const evidence: Evidence = said === undefined ? { ...seen, cutOff: true } : seen;
  await raiseAlarm(parts, organisationId, attempt.reach, line.offered());
  const why = explain(said, evidence, attempt, line.offered());
  return parts.perform({ actor, action: 'rotation.settle', objectId: attempt.id }, (grant) =>
    settle(grant, evidence, why),
  );
}

/**
 * Where the service lets nobody prove a password, its answer to the reset is all there is. `done` is taken at its word, but
 * proves nothing. A refusal settles only what was never sent before: after doubt the candidate may be in force already.
 */
function byWord(attempt: Attempt, said: Reset | undefined): Evidence {
  switch (said?.is) {
    case 'done':
      return { next: 'set', current: 'untried' };
    case 'refused':
      return { next: attempt.fresh ? 'unsent' : 'untried', current: 'untried' };
    case 'untrusted':
    case 'unreachable':
      return { next: 'untried', current: said.is };
    case 'unknown':
    case undefined:
      return { next: 'untried', current: 'untried' };
  }
}

/** Asks the target, unless it cannot be asked. */
async function gather(line: Contact, attempt: Attempt, said: Reset | undefined): Promise<Evidence> {
  // Nothing was sent, so nothing is in doubt; and a host that cannot be reached or trusted is not asked twice in one breath.
  if (said?.is === 'unreachable' || said?.is === 'untrusted') return { next: 'untried', current: said.is };
  const byItself = line.via === undefined && said?.is === 'refused';
  // What ended before the target let anybody in was about the log-in, not the candidate: the target never heard of that, and
  // it is not tried. One failed log-in, where three may lock the account.
  const unheard = said?.is === 'refused' && line.reached() !== undefined && line.reached() !== 'in';
  const evidence: Evidence = unheard
    ? {
        next: 'unsent',
        current: byItself && line.reached() === 'turned-away' ? 'rejected' : 'untried',
        ...(byItself ? {} : turnedAway(line, attempt)),
      }
    : await probe(line, attempt, said?.is === 'refused' || attempt.refused.next ? 'current' : 'next', byItself);
  // It says that it did and shows that it did not: some targets hand a change on in their own time.
  if (said?.is === 'done' && evidence.current === 'accepted') return { ...evidence, current: 'untried' };
  if ((evidence.next !== 'rejected' && evidence.next !== 'unsent') || evidence.current !== 'rejected') return evidence;
  // Both refused, and another account can set passwords: it sets the candidate that is already stored, never a new one.
  // One that the target is known to refuse is not asked for each account that it would set.
  if (!attempt.reach.admin || attempt.reach.elevatesItself || attempt.reach.adminRefused) return evidence;
  const again = await line.reset(attempt, attempt.reach.admin);
  if (again.is === 'refused') return { ...evidence, ...turnedAway(line, attempt) };
  if (again.is === 'unknown') return { ...evidence, next: 'untried' };
  return again.is === 'done' ? { ...evidence, next: await verify(line, attempt, attempt.next) } : evidence;
}

/** Whether the target turned away the account that signs in for others. */
const turnedAway = (line: Contact, { reach }: Attempt): Pick<Evidence, 'signInRefused'> =>
  line.reached() === 'turned-away' ? { signInRefused: reach.adminVersion } : {};

const verify = (line: Contact, attempt: Attempt, password: Secret): Promise<Verified> =>
  line.verify({ username: attempt.username, password });

/**
 * Asks the target which password works, the likelier first, and stops at the first that does: a failed log-in may lock
 * the account. A candidate that it refused before is offered once more only when it now refuses the current password:
 * then something has changed since.
 */
async function probe(
  line: Contact,
  attempt: Attempt,
  likelier: 'next' | 'current',
  signedInItself = false,
): Promise<Evidence> {
  const { refused } = attempt;
  const ask = (which: 'next' | 'current'): Promise<Verified> =>
    refused[which] ? Promise.resolve('rejected') : verify(line, attempt, attempt[which]);
  const first = await ask(likelier);
  // A host that cannot be reached or trusted is not asked a second time in the same breath.
  if (likelier === 'next') return { next: first, current: first === 'rejected' ? await ask('current') : 'untried' };
  if (first !== 'rejected') return { next: 'untried', current: first };
  // The reset signed in with the same password: if it was turned away too, a third log-in may lock the account. Later, then.
  if (signedInItself && !attempt.reach.admin) return { next: 'untried', current: first, pause: true };
  const changed = refused.next && !refused.current;
  return { next: changed ? await verify(line, attempt, attempt.next) : await ask('next'), current: first };
}

/** One sentence for people; null when all went well. Whatever the target wrote is cleaned of the passwords that were at hand. */
function explain(
  said: Reset | undefined,
  evidence: Evidence,
  attempt: Attempt,
  offered: HostKey | undefined,
): string | null {
  if (evidence.next === 'accepted' || evidence.next === 'set') return null;
  const target = shownAs(attempt.reach);
  if (offered)
    return `The key of ${target} is not the pinned one (offered ${offered.fingerprint}). Nothing was sent. Compare the keys on the resource’s page.`;
  if (evidence.next === 'untrusted' || evidence.current === 'untrusted')
    return `${target} could not prove that it is the one that is trusted. Nothing was sent.`;
  if (evidence.next === 'unreachable' || evidence.current === 'unreachable')
    return `${target} could not be reached. Both passwords are kept, and it is asked again.`;
  if (evidence.current === 'untried' && said?.is === 'done')
    return 'The target said that it took the new password, but does not accept it yet. Both are kept, and it is asked again.';
  if (evidence.next === 'unsent' && evidence.current === 'untried' && evidence.signInRefused !== undefined)
    return refusedSignIn(attempt.reach);
  if (evidence.next === 'unsent')
    return evidence.current === 'rejected'
      ? 'The target refused the stored password, so that nothing was changed.'
      : clean(`The target refused the change: ${said?.is === 'refused' ? said.why : 'it gave no reason'}`, attempt);
  if (evidence.pause === true)
    return 'The target refused the stored password. So that no log-in too many locks the account, the new one is tried in a quarter of an hour.';
  if (evidence.next === 'untried' && evidence.current === 'untried')
    return 'Whether the target took the new password is not known. Both are kept, and the same one is set again.';
  if (evidence.next === 'untried' && evidence.current === 'rejected')
    return 'The line broke after sending. Both passwords are kept, and the target is asked which one works.';
  if (evidence.current === 'accepted') {
    if (said?.is === 'refused') return clean(`The target refused the change: ${said.why}`, attempt);
    return 'The target did not take the new password. The old one still works.';
  }
  return 'The target refuses both the old and the new password.';
}

function clean(text: string, attempt: Attempt): string {
  const secrets = [
    attempt.current,
    attempt.next,
    attempt.reach.admin?.password,
    attempt.reach.admin?.privateKey,
    attempt.reach.elevation?.password,
  ].flatMap((secret) => (secret ? [secret.expose()] : []));
  return secrets
    .filter((secret) => secret !== '')
    .reduce((clean, secret) => clean.replaceAll(secret, '[secret]'), text)
    .slice(0, 500);
}
