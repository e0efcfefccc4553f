import type { OrganisationDb } from '../platform/db.ts';
import { restrictionsOf } from './restrictions.ts';
import { readSettings } from './settings.ts';

/** What somebody is asked for before a password is opened; and, last, whether for a ticket before one is requested. */
export interface Asked {
  readonly reasonToReveal: boolean;
  readonly ticketToReveal: boolean;
  readonly ticketToRequest: boolean;
}

/**
 * What a user is asked for, by the organisation's settings and by what a connected ticketing system wants tickets for. For clients that ask people at
 * once, rather than after a refusal: what counts is what each decision reads for itself.
 */
export async function askedOf(db: OrganisationDb, userId: string): Promise<Asked> {
  const { reasonToReveal, ticketToReveal } = await readSettings(db);
  const ticketing = await db.selectFrom('ticketing').select('asks').where('isOn', '=', true).executeTakeFirst();
  const wants = (use: string): boolean => ticketing?.asks.includes(use) === true;
  const asked = {
    reasonToReveal,
    ticketToReveal: ticketToReveal || wants('retrieval'),
    ticketToRequest: wants('request'),
  };
  if (!asked.ticketToReveal && !asked.ticketToRequest) return asked;
  const user = await db.selectFrom('appUser').select('superAdministrator').where('id', '=', userId).executeTakeFirst();
  const exempt = user?.superAdministrator === true || (await restrictionsOf(db, userId)).ticketExempt;
  return exempt ? { reasonToReveal, ticketToReveal: false, ticketToRequest: false } : asked;
}
