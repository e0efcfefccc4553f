// Who may do what, and the one door through which everything happens.
// It owns the policy table, roles and what they allow, the hold that ownership and shares give, the facts a decision reads, grants,
// and the writing of the audit trail. It does no domain work and opens no secret.
export { requireAlsoAll } from './also-all.ts';
export { requireAlso } from './also.ts';
export { endpoint, longEndpoint, parseInput, type Door, type Endpoint } from './endpoint.ts';
export { factsOfRow, readFacts, type Ask, type Sealed } from './facts.ts';
export { nowhere, scopesOf, stranger, system, type Actor, type Grant, type Origin } from './grant.ts';
export { holdOf, ladder, rungs, type Edge, type Permission, type Relation, type Rung } from './hold.ts';
export { foresee, performer, ticketToCheck, type Perform } from './perform.ts';
export {
  builtInRoles,
  permissions,
  permits,
  permitsOf,
  permitsOfRole,
  type BuiltInRole,
  type Permit,
  type Role,
} from './permissions.ts';
export {
  abilities,
  derive,
  isAction,
  lineOf,
  policy,
  refusal,
  ticketUseOf,
  type Action,
  type Facts,
  type Scope,
} from './policy.ts';
export type { StreamAsk, StreamEndpoint, StreamReply } from './stream.ts';
export { leaseHolds } from './lease.ts';
export { canApprove, controlOf, seats, seatsOfRequest } from './seats.ts';
export { heldAccounts, reachOf, seesAccount, seesGroup, seesResource, type Reached } from './reach.ts';
export { readSight, resourcesSeen, seenAccount, seenOnResource, seenResource, someSeen, type Sight } from './sight.ts';
