import type { TicketUse } from '@strongroom/contract';
import {
  lineOf,
  system,
  ticketToCheck,
  type Ask,
  type Endpoint,
  type Perform,
  type StreamEndpoint,
} from '../authorise/index.ts';
import type { Database } from '../platform/db.ts';
import { Problem } from '../platform/problem.ts';
import type { Vault } from '../vault/index.ts';
import type { Answer, Desk, Ready } from './desk.ts';
import { whyRefused, writeFinding, type Finding } from './found.ts';
import { Altered } from './own-module/approved.ts';
import { readOwn, type OwnAndNames } from './own.ts';
import { misfit } from './rules.ts';
import { makeReady } from './ready.ts';
import { readStored, type StoredTicketing } from './settings.ts';

export interface TicketParts {
  readonly database: Database;
  readonly vault: Vault;
  readonly desk: Desk;
}

/**
 * `perform`, with the ticket of an ask looked at first where the decision depends on it. The ticketing system is asked between two
 * transactions, never inside of one, and only for whoever would be allowed if the ticket is good. Throws `ticket-refused` and
 * `ticket-unchecked` as `perform` does, with a sentence more.
 */
export const withTickets =
  (perform: Perform, parts: TicketParts): Perform =>
  async (ask, work) => {
    const use = await ticketToCheck(parts.database, ask);
    const why = use === undefined ? undefined : await check(perform, parts, ask, use);
    try {
      return await perform(ask, work);
    } catch (error) {
      const ours = error instanceof Problem && (error.code === 'ticket-refused' || error.code === 'ticket-unchecked');
      if (!ours || error.detail !== undefined) throw error;
      // A ticket that was refused a moment ago was not asked about anew.
      const detail = why ?? (error.code === 'ticket-refused' ? await whyRefused(parts.database, ask) : undefined);
      throw detail === undefined ? error : new Problem(error.code, { detail, cause: error });
    }
  };

/** An endpoint whose work has tickets looked at, whichever door it comes through. */
export const endpointWithTickets = ({ call, handle }: Endpoint, parts: TicketParts): Endpoint => ({
  call,
  handle: (perform, ...rest) => handle(withTickets(perform, parts), ...rest),
});

/** The same for a stream. */
export const streamWithTickets = ({ handle, ...stream }: StreamEndpoint, parts: TicketParts): StreamEndpoint => ({
  ...stream,
  handle: (ask) => handle({ ...ask, perform: withTickets(ask.perform, parts) }),
});

interface Prepared {
  readonly known: OwnAndNames;
  readonly set: StoredTicketing;
  /** `Altered`: the module is not what was approved. */
  readonly ready: Ready | Altered;
}

/** Asks the system and writes down what it said. Gives why the ticket is not good, or could not be checked. */
async function check(perform: Perform, parts: TicketParts, ask: Ask, use: TicketUse): Promise<string | undefined> {
  const { ticket, objectId, actor } = ask;
  const { userId, organisationId } = actor;
  if (ticket === undefined || userId === null) return undefined;
  const kind = lineOf(ask.action).on === 'resource' ? 'resource' : 'account';
  const product = system(organisationId, actor.origin);
  const prepared = await perform(
    { actor: product, action: 'ticket.check', objectId: organisationId },
    async (grant): Promise<Prepared | string> => {
      const known = await readOwn(grant.db, { userId, kind, objectId, use, reason: ask.reason });
      const set = await readStored(grant.db);
      if (!set?.on || !known) return 'The settings were changed at this moment. Try again.';
      const ready = await makeReady(grant, parts.vault, known.own).catch((error: unknown) => {
        if (error instanceof Altered) return error;
        throw error;
      });
      return ready ? { known, set, ready } : 'Nothing is stored that signs in to the ticketing system.';
    },
  );
  if (typeof prepared === 'string') return prepared;
  const { known, set, ready } = prepared;
  const began = Date.now();
  const { verdict, why }: Judged =
    ready instanceof Altered ? { why: ready.message } : judged(ready, known, await parts.desk.ask(ready, ticket));
  await perform(
    { actor: product, action: 'ticket.settle', objectId: organisationId, ticket, reason: ask.reason },
    async (grant) => {
      grant.about({ kind, id: objectId, name: known.objectName });
      grant.note({ use, for: known.username, system: set.system, milliseconds: Date.now() - began });
      if (!(ready instanceof Altered) && ready.module) grant.note({ module: ready.module.version });
      grant.note({ verdict: verdict ?? 'no answer', ...(why === undefined ? {} : { why }) });
      const settingsVersion = set.version;
      if (verdict) await writeFinding(grant, { userId, objectId, use, ticket, verdict, why, settingsVersion });
    },
  );
  return why;
}

interface Judged {
  readonly verdict?: Finding['verdict'];
  readonly why?: string;
}

/** The verdict on a ticket; none where it could not be checked and that refuses. */
function judged({ ticketing }: Ready, { own }: OwnAndNames, answer: Answer): Judged {
  if (answer.is === 'failed')
    return { why: answer.why, ...(ticketing.whenDown === 'allow' ? { verdict: 'allowed-unchecked' } : {}) };
  if (answer.is === 'not-found') return { verdict: 'refused', why: 'There is no such ticket.' };
  if (answer.closed) return { verdict: 'refused', why: 'It is closed.' };
  if (answer.ticket.misfit !== undefined) return { verdict: 'refused', why: answer.ticket.misfit };
  const why = misfit(ticketing, answer.ticket.fields, own);
  return why === undefined ? { verdict: 'allowed' } : { verdict: 'refused', why };
}
