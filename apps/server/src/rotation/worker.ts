import type { HostKey, Login, Reset, Verified } from '@strongroom/driver-kit';
import { system, type Actor, type Perform } from '../authorise/index.ts';
import type { Secret } from '../platform/secret.ts';
import type { Vault } from '../vault/index.ts';
import { noteApplied, renewEveryMs, takeUp, type Attempt } from './attempt.ts';
import { keepOffered, pinHostKey } from './host-keys.ts';
import type { Outpost, Route } from './outpost.ts';
import { readReach, type ReachFacts } from './reach.ts';
import { settle } from './settle.ts';
import type { Evidence, Verdict } from './verdict.ts';

/** Told when a host offers another key than the pinned one: the alarm that reaches operators beside the trail. */
export type HostKeyAlarm = (alarm: { resourceName: string; host: string; offered: string }) => void;

export interface WorkerParts {
  readonly perform: Perform;
  readonly vault: Vault;
  readonly outpost: Outpost;
  readonly onHostKeyChanged: HostKeyAlarm;
  /** Says that this worker is still at an attempt, so that no other takes it up. */
  renewLease(organisationId: string, attemptId: string): Promise<void>;
}

/** A way to one target: what to ask of it goes through the outpost. */
interface Contact {
  verify(login: Login): Promise<Verified>;
  /** Signed in as `via`, or as the account itself. */
  reset(attempt: Attempt, via: Login | undefined): Promise<Reset>;
  /** The account that signs in, where the settings say that accounts do not do so themselves. */
  readonly via: Login | undefined;
  /** The key that was offered and is not the pinned one. */
  offered(): HostKey | undefined;
}

/**
 * A way to the target. The key of a first contact is pinned before anything secret is sent; another key than the
 * pinned one ends the contact there. No transaction is open while we talk.
 */
function contact(parts: WorkerParts, organisationId: string, reach: ReachFacts): Contact {
  let offered: HostKey | undefined;
  const ask = { actor: system(organisationId), action: 'resource.pin-host-key', objectId: reach.resourceId } as const;
  const route: Route = { ...reach, pin: (key) => parts.perform(ask, (grant) => pinHostKey(grant, key)) };
  const { loginWith } = reach.settings as { loginWith?: unknown };
  const via = loginWith === 'another account' ? reach.admin : undefined;
  return {
    via,
    offered: () => offered,
    async verify(login) {
      const contacted = await parts.outpost.verify(route, login, via);
      offered = contacted.offered ?? offered;
      return contacted.said;
    },
    async reset(attempt, signsIn) {
      const { username, current, next } = attempt;
      const admin = signsIn ?? { username, password: current };
      const elevation = reach.elevatesItself ? { username, password: current } : reach.elevation;
      const contacted = await parts.outpost.reset(route, admin, { username, current }, next, elevation);
      offered = contacted.offered ?? offered;
      return contacted.said;
    },
  };
}

/** Keeps the key that a host offered instead of the pinned one, and raises the alarm. */
async function raiseAlarm(parts: WorkerParts, organisationId: string, reach: ReachFacts, line: Contact): Promise<void> {
  const offered = line.offered();
  if (!offered) return;
  await parts.perform(
    { actor: system(organisationId), action: 'resource.alarm-host-key', objectId: reach.resourceId },
    (grant) => keepOffered(grant, offered),
  );
  parts.onHostKeyChanged({ resourceName: reach.resourceName, host: reach.host, offered: offered.fingerprint });
}

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
  if (attempt.fresh) {
    said = await line.reset(attempt, line.via);
    const word = said.is;
    await parts.perform({ actor, action: 'rotation.apply', objectId: attempt.id }, (grant) => noteApplied(grant, word));
    // The command may still be at work on the target: asked now, it could answer for a moment that is about to pass.
    if (word === 'unknown') return undefined;
  }
  const evidence = await gather(line, attempt, said);
  await raiseAlarm(parts, organisationId, attempt.reach, line);
  const why = explain(said, evidence, attempt, line.offered());
  return parts.perform({ actor, action: 'rotation.settle', objectId: attempt.id }, (grant) =>
    settle(grant, evidence, why),
  );
}

/** Asks the target, unless it cannot be asked. */
async function gather(line: Contact, attempt: Attempt, said: Reset | undefined): Promise<Evidence> {
  // Nothing was sent, so nothing is in doubt; and a host that cannot be reached or trusted is not asked twice in one breath.
  if (said?.is === 'unreachable' || said?.is === 'untrusted') return { next: 'untried', current: said.is };
  const evidence = await probe(line, attempt, said?.is === 'refused' || attempt.refused.next ? 'current' : 'next');
  // It says that it did and shows that it did not: some targets hand a change on in their own time.
  if (said?.is === 'done' && evidence.current === 'accepted') return { ...evidence, current: 'untried' };
  if (evidence.next !== 'rejected' || evidence.current !== 'rejected') return evidence;
  // Both refused, and another account can set passwords: it sets the candidate that is already stored, never a new one.
  if (!attempt.reach.admin || attempt.reach.elevatesItself) return evidence;
  const again = await line.reset(attempt, attempt.reach.admin);
  if (again.is === 'unknown') return { ...evidence, next: 'untried' };
  return again.is === 'done' ? { ...evidence, next: await verify(line, attempt, attempt.next) } : evidence;
}

const verify = (line: Contact, attempt: Attempt, password: Secret): Promise<Verified> =>
  line.verify({ username: attempt.username, password });

/**
 * Asks the target which password works, the likelier first, and stops at the first that does: a failed log-in may lock
 * the account. A candidate that it refused before is offered once more only when it now refuses the current password:
 * then something has changed since.
 */
async function probe(line: Contact, attempt: Attempt, likelier: 'next' | 'current'): Promise<Evidence> {
  const { refused } = attempt;
  const ask = (which: 'next' | 'current'): Promise<Verified> =>
    refused[which] ? Promise.resolve('rejected') : verify(line, attempt, attempt[which]);
  const first = await ask(likelier);
  // A host that cannot be reached or trusted is not asked a second time in the same breath.
  if (likelier === 'next') return { next: first, current: first === 'rejected' ? await ask('current') : 'untried' };
  if (first !== 'rejected') return { next: 'untried', current: first };
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
  if (evidence.next === 'accepted') return null;
  if (offered)
    return `The host key of ${attempt.reach.host} is not the pinned one (offered ${offered.fingerprint}). Nothing was sent. Compare the keys on the resource’s page.`;
  if (evidence.next === 'untrusted' || evidence.current === 'untrusted')
    return `The host key of ${attempt.reach.host} is not the pinned one. Nothing was sent.`;
  if (evidence.next === 'unreachable' || evidence.current === 'unreachable')
    return `${attempt.reach.host} could not be reached. Both passwords are kept, and it is asked again.`;
  if (evidence.current === 'untried' && said?.is === 'done')
    return 'The target said that it took the new password, but does not accept it yet. Both are kept, and it is asked again.';
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
    attempt.reach.elevation?.password,
  ].flatMap((secret) => (secret ? [secret.expose()] : []));
  return secrets
    .filter((secret) => secret !== '')
    .reduce((clean, secret) => clean.replaceAll(secret, '[secret]'), text)
    .slice(0, 500);
}

export interface Checked {
  readonly result: Verified;
  readonly why: string | null;
}

/** Logs in with the stored password, now. Two events: that somebody asked, and what the target said. */
export async function verifyNow(
  parts: WorkerParts,
  actor: Actor,
  accountId: string,
): Promise<{ checked: Checked; version: number }> {
  const ask = await parts.perform({ actor, action: 'account.verify', objectId: accountId }, async (grant) => {
    const account = await grant.db
      .selectFrom('account as a')
      .innerJoin('secret as s', (join) => join.onRef('s.accountId', '=', 'a.id').on('s.state', '=', 'current'))
      .select(['a.username', 's.sealed', 's.version'])
      .where('a.id', '=', accountId)
      .executeTakeFirstOrThrow();
    const password = await parts.vault.open(grant, account.sealed, {
      column: 'secret.sealed',
      rowId: accountId,
      version: account.version,
    });
    return {
      username: account.username,
      password,
      version: account.version,
      reach: await readReach(grant, parts.vault, accountId),
    };
  });
  const line = contact(parts, actor.organisationId, ask.reach);
  const result = await line.verify({ username: ask.username, password: ask.password });
  await raiseAlarm(parts, actor.organisationId, ask.reach, line);
  return {
    checked: { result, why: sentences[result](ask.reach.host, line.offered()?.fingerprint) },
    version: ask.version,
  };
}

const sentences: Record<Verified, (host: string, offered: string | undefined) => string | null> = {
  accepted: () => null,
  rejected: (host) => `${host} refused the stored password.`,
  unreachable: (host) => `${host} could not be reached.`,
  untrusted: (host, offered) =>
    `The host key of ${host} is not the pinned one${offered === undefined ? '' : ` (offered ${offered})`}. Nothing was sent.`,
};
