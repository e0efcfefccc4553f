import type { TicketUse } from '@strongroom/contract';
import { sql } from 'kysely';
import type { Grant } from '../authorise/index.ts';
import type { Database } from '../platform/db.ts';

/** What was found of a ticket for one use. */
export interface Finding {
  readonly userId: string;
  readonly objectId: string;
  readonly use: TicketUse;
  readonly ticket: string;
  readonly verdict: 'allowed' | 'refused' | 'allowed-unchecked';
  readonly settingsVersion: number;
}

/** Writes down what was found, where the decision reads it. */
export async function writeFinding(grant: Grant<'ticket.settle'>, finding: Finding): Promise<void> {
  const { userId, objectId, use, ticket, verdict, settingsVersion } = finding;
  await sql`insert into ticket_check (organisation_id, user_id, object_id, use, ticket, verdict, settings_version)
    values (${grant.actor.organisationId}, ${userId}, ${objectId}, ${use}, ${ticket}, ${verdict}, ${settingsVersion})
    on conflict (user_id, object_id, use, ticket) do update
      set verdict = excluded.verdict, settings_version = excluded.settings_version, at = now()`.execute(grant.db);
}

/** Deletes what nobody reads any more: the trail has it. */
export async function tidyTicketChecks(database: Database, organisationId: string): Promise<void> {
  await database.asOrganisation(organisationId, async (db) => {
    await sql`delete from ticket_check where organisation_id = ${organisationId} and at < now() - interval '1 hour'`.execute(
      db,
    );
  });
}
