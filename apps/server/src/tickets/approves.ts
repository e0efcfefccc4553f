import type { Facts } from '../authorise/index.ts';

/**
 * Whether the ticket of a request for access may take the place of the approvers: the system itself said that it is good. One that is let
 * through because the system is away approves nothing.
 */
export const ticketApproves = (facts: Facts): boolean => facts.ticketVerdict === 'allowed';
