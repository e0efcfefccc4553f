import { checkTicket } from '@strongroom/contract';
import { longEndpoint, type Endpoint } from '../authorise/index.ts';
import { Problem } from '../platform/problem.ts';

const unlooked = 'It could not be checked; the organisation lets people go on with such a ticket.';

/**
 * Whether a ticket would do to open an account's password. The policy asks for it as it does of a reveal, so that the very same check is made on the
 * way here and counts for the reveal that follows; the work itself is nothing. What was found not to do is an answer. What nobody could look at is
 * neither good nor bad: that is refused with `ticket-unchecked`, as the reveal would be.
 */
export const checkTicketEndpoint: Endpoint = longEndpoint(
  checkTicket,
  async (perform, actor, { accountId, ticket, reason }) => {
    const ask = { actor, action: checkTicket.name, objectId: accountId, ticket, reason } as const;
    try {
      return await perform(ask, (_grant, { ticketVerdict }) =>
        Promise.resolve({ good: true, why: ticketVerdict === 'allowed-unchecked' ? unlooked : null }),
      );
    } catch (error) {
      if (error instanceof Problem && error.code === 'ticket-refused')
        return { good: false, why: error.detail ?? error.message };
      throw error;
    }
  },
);
