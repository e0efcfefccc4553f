// Password policies, and what they say of each account: whether its password keeps the one that applies, and when it expires.
// It owns `password_policy`, `policy_sweep` and the verdict columns of `account`.
// It shows no password to anybody, and changes none.
export { policyEndpoints } from './policies.endpoints.ts';
export { addBuiltInPolicies, defaultOf, readPolicies, type PolicyRow } from './rows.ts';
export { recoverSweeps, runSweep } from './sweep.ts';
export { startJudging, verdictOn, verdictOnCandidate, verdictsOn } from './verdict.ts';
