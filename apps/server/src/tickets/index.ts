// Tickets: whether the one that somebody gives for a use of a password is good, by the ticketing system the organisation has.
// It owns the settings, the rules that compare a ticket with what is known here, and the calls to the systems, which are made outside of any
// transaction and never for longer than the time limit.
// It decides nothing by itself: what was found is written down for a moment, where the decision reads it.
export { createDesk } from './desk.ts';
export { ticketingModuleEndpoints } from './own-module/module.endpoints.ts';
export { waitingModules } from './own-module/versions.ts';
export { ticketingEndpoints } from './ticketing.endpoints.ts';
export { tidyTicketChecks } from './found.ts';
export { endpointWithTickets, streamWithTickets, withTickets } from './with-tickets.ts';
