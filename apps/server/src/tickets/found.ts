import type { TicketUse } from '@strongroom/contract';
import { sql } from 'kysely';
import { ticketUseOf, type Ask, type Grant } from '../authorise/index.ts';
import type { Database } from '../platform/db.ts';

/** What was found of a ticket for one use. */
export interface Finding {
  readonly userId: string;
  readonly objectId: string;
  readonly use: TicketUse;
  readonly ticket: string;
  readonly verdict: 'allowed' | 'refused' | 'allowed-unchecked';
  /** Of a refused one, why: a sentence. */
  readonly why: string | undefined;
  readonly settingsVersion: number;
}

/** Writes down what was found, where the decision reads it. */
export async function writeFinding(grant: Grant<'ticket.settle'>, finding: Finding): Promise<void> {
  const { userId, objectId, use, ticket, verdict, why, settingsVersion } = finding;
  await sql`insert into ticket_check (organisation_id, user_id, object_id, use, ticket, verdict, why, settings_version)
    values (${grant.actor.organisationId}, ${userId}, ${objectId}, ${use}, ${ticket}, ${verdict}, ${why ?? null}, ${settingsVersion})
    on conflict (user_id, object_id, use, ticket) do update
      set verdict = excluded.verdict, why = excluded.why, settings_version = excluded.settings_version, at = now()`.execute(
    grant.db,
  );
}

/** Why the ticket of an ask that was just refused for it is not good, by what was found before; undefined where that is gone already. */
export async function whyRefused(
  database: Database,
  { actor, action, objectId, ticket }: Ask,
): Promise<string | undefined> {
  const use = ticketUseOf(action);
  if (use === undefined || ticket === undefined) return undefined;
  const found = await database.asOrganisation(actor.organisationId, (db) =>
    db
      .selectFrom('ticketCheck')
      .select('why')
      .where('userId', '=', actor.userId)
      .where('objectId', '=', objectId)
      .where('use', '=', use)
      .where('ticket', '=', ticket)
      .where('verdict', '=', 'refused')
      .executeTakeFirst(),
  );
  return found?.why ?? undefined;
}

/** Deletes what nobody reads any more: the trail has it. */
export async function tidyTicketChecks(database: Database, organisationId: string): Promise<void> {
  await database.asOrganisation(organisationId, async (db) => {
    await sql`delete from ticket_check where organisation_id = ${organisationId} and at < now() - interval '1 hour'`.execute(
      db,
    );
  });
}
