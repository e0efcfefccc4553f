// Passwords that are opened only after somebody agreed, and by one person at a time.
// It owns controls of access, deputies of approvers, requests with their decisions, leases, turns, and the reset of what came back.
// It opens no secret: whether somebody has a password out is a fact that every decision reads in authorise/.
import type { Endpoint } from '../authorise/index.ts';
import type { CheckoutParts } from './act.ts';
import { checkoutEndpoints as accountCalls } from './checkout.endpoints.ts';
import { controlEndpoints } from './control.endpoints.ts';
import { deputyEndpoints } from './deputies.endpoints.ts';
import { requestEndpoints } from './requests.endpoints.ts';

export { afterRun, checkedOut, lookAfter } from './round.ts';
export { startRequests } from './rounds.ts';

/** Every call of this module. */
export const checkoutEndpoints = (parts: CheckoutParts): Endpoint[] => [
  ...accountCalls(parts),
  ...requestEndpoints(parts),
  ...controlEndpoints(),
  ...deputyEndpoints(parts),
];
