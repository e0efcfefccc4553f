import { Problem } from '../platform/problem.ts';
import { readFacts, type Read } from './facts.ts';
import type { Grant } from './grant.ts';
import { obliging, refusal, type Action } from './policy.ts';

/**
 * Asks the policy about a second object of the same work, such as where a thing is moved to: by the line of `action`, for
 * the grant's actor, in its transaction. Every id that an input names beside the object itself goes through here.
 * Throws the refusal. A reason and a ticket are the grant's own affair and taken as given.
 */
export async function requireAlso(grant: Grant, action: Action, objectId: string): Promise<Read> {
  const read = await readFacts(grant.db, { actor: grant.actor, action, objectId });
  const refused = refusal(action, obliging(read.facts));
  if (refused) throw new Problem(refused);
  return read;
}
