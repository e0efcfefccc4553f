// Who may do what, and the one door through which everything happens.
// It owns the policy table, the facts a decision reads, grants, and the writing of the audit trail.
// It does no domain work and opens no secret.
export { endpoint, longEndpoint, type Door, type Endpoint } from './endpoint.ts';
export { explainEndpoints } from './explain.endpoints.ts';
export { factsOfRow, readFacts, visibleTo, type Ask, type Sealed } from './facts.ts';
export { nowhere, stranger, system, type Actor, type Grant, type Origin } from './grant.ts';
export { foresee, performer, type Perform } from './perform.ts';
export { abilities, isAction, lineOf, policy, type Action, type Facts, type Role } from './policy.ts';
