import type { Verified } from '@strongroom/driver-kit';
import { system, type Actor } from '../authorise/index.ts';
import type { OrganisationDb } from '../platform/db.ts';
import { Problem } from '../platform/problem.ts';
import type { Secret } from '../platform/secret.ts';
import { contact, raiseAlarm } from './contact.ts';
import { readReach, shownAs, type ReachFacts } from './reach.ts';
import { markSignInRefused, refusedSignIn } from './sign-in.ts';
import type { WorkerParts } from './worker-parts.ts';

/** What the target said of the stored password. */
export interface Checked {
  readonly result: Verified;
  /** One sentence for people; null when it was accepted. */
  readonly why: string | null;
  /** The account that signs in for it was turned away: asked again for the next one, it might be locked. */
  readonly signInRefused: boolean;
}

interface How<T> {
  /** As a person who may, or as the product itself in its nightly check. */
  readonly action: 'account.verify' | 'account.check';
  /** Done in the transaction that writes the result down. */
  alongside(db: OrganisationDb, checked: Checked): Promise<T>;
}

/**
 * Logs in with the stored password, once, and writes down what came of it. Two events: that somebody asked, and what the target
 * said. Throws `not-resettable`, and `not-that-state` where the service lets nobody prove a password.
 */
export async function verifyAndRecord<T>(
  parts: WorkerParts,
  actor: Actor,
  accountId: string,
  { action, alongside }: How<T>,
): Promise<T> {
  const { username, password, version, reach } = await parts.perform(
    { actor, action, objectId: accountId },
    async (grant) => {
      const account = await grant.db
        .selectFrom('account as a')
        .innerJoin('secret as s', (join) => join.onRef('s.accountId', '=', 'a.id').on('s.state', '=', 'current'))
        .select(['a.username', 's.sealed', 's.version'])
        .where('a.id', '=', accountId)
        .executeTakeFirstOrThrow();
      const facts = await readReach(grant, parts.vault, accountId);
      if (!facts.provable)
        throw new Problem('not-that-state', { detail: 'The service lets nobody prove a password by itself.' });
      const place = { column: 'secret.sealed', rowId: accountId, version: account.version } as const;
      const opened: Secret = await parts.vault.open(grant, account.sealed, place);
      return { username: account.username, password: opened, version: account.version, reach: facts };
    },
  );
  const line = contact(parts, actor.organisationId, reach);
  const result = await line.verify({ username, password });
  await raiseAlarm(parts, actor.organisationId, reach, line.offered());
  const signInRefused = line.signInRefused();
  const why = signInRefused ? refusedSignIn(reach) : sentences[result](reach, line.offered()?.fingerprint);
  const checked = { result, why, signInRefused };
  const record = {
    actor: system(actor.organisationId, actor.origin),
    action: 'account.record-proof',
    objectId: accountId,
  } as const;
  return parts.perform(record, async (grant) => {
    // Only while it is still the password that was tried: a change meanwhile made the answer one about the past.
    await grant.db
      .updateTable('account')
      .set({
        checkedAt: new Date(),
        checkResult: checked.result,
        checkWhy: checked.why,
        ...(result === 'accepted' ? { provenAt: new Date(), provenBy: 'verify' } : {}),
      })
      .where('id', '=', accountId)
      .where('secretVersion', '=', version)
      .execute();
    grant.note({ result: checked.result, version });
    if (signInRefused) await markSignInRefused(grant, accountId, reach.adminVersion);
    return alongside(grant.db, checked);
  });
}

const sentences: Record<Verified, (reach: ReachFacts, offered: string | undefined) => string | null> = {
  accepted: () => null,
  rejected: (reach) => `${shownAs(reach)} refused the stored password.`,
  unreachable: (reach) => `${shownAs(reach)} could not be reached.`,
  untrusted: (reach, offered) =>
    offered === undefined
      ? `${shownAs(reach)} could not prove that it is the one that is trusted. Nothing was sent.`
      : `The key of ${shownAs(reach)} is not the pinned one (offered ${offered}). Nothing was sent.`,
};
