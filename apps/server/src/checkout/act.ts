import type { Grant } from '../authorise/index.ts';
import { breaksReference, isDuplicate } from '../platform/db.ts';
import { Problem } from '../platform/problem.ts';
import { hold, keep, type Change, type Held, type NewRequest } from './desk.ts';
import { tell } from './mails.ts';
import type { Desk } from './state.ts';

export interface CheckoutParts {
  /** Where the console is reached, without a slash at the end. */
  publicUrl(): string;
}

/** What an act comes to: how the requests stand after it, and the one that is new. */
export interface Act {
  readonly desk: Desk;
  readonly added?: NewRequest;
  readonly comment?: string;
}

/**
 * Does something with the requests for a password, in the grant's transaction: takes hold of them, lets `work` say how they stand after it, writes
 * that down and tells whom it concerns. Every other request that changes with it leaves an event too. Throws `not-found` when the account is
 * gone, and what `work` throws.
 */
export async function act(
  grant: Grant,
  { publicUrl }: CheckoutParts,
  accountId: string,
  work: (held: Held) => Act | Promise<Act>,
): Promise<{ held: Held; desk: Desk; changes: Change[] }> {
  const { db, actor } = grant;
  const held = await hold(db, accountId, actor.userId);
  if (!held) throw new Problem('not-found');
  const { desk, added, comment } = await work(held);
  const by = { by: grant.actorName, ...(added ? { added } : {}) };
  const changes = await keep(db, actor.organisationId, held, desk, by).catch((error: unknown) => {
    // Past the lock of requests nobody comes here; should somebody, the index still lets one have it.
    if (isDuplicate(error)) throw new Problem('checked-out');
    // The user or the account was deleted at this very moment.
    if (breaksReference(error)) throw new Problem('not-found');
    throw error;
  });
  const told = await tell(db, actor.organisationId, publicUrl, held, desk, changes, {
    ...by,
    byId: actor.userId,
    ...(comment === undefined ? {} : { comment }),
  });
  if (told > 0) grant.note({ told });
  const name = `${held.accountName} on ${held.resourceName}`;
  for (const { before, after } of changes)
    // What is the actor's own is told by the event of the act.
    if (
      after.requester !== actor.userId &&
      after.id !== grant.objectId &&
      after.id !== added?.id &&
      before?.state !== after.state
    )
      grant.each({ kind: 'access-request', id: after.id, name }, { state: after.state, was: before?.state ?? 'new' });
  return { held, desk, changes };
}
