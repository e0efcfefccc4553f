import type { AuditRecord } from '@strongroom/audit-proof';
import { sql } from 'kysely';

/** An event as the database gives it. */
export interface EventRow {
  id: string;
  organisationId: string;
  tx: number;
  at: Date;
  trail: 'resource' | 'user' | 'task';
  actorKind: 'user' | 'system' | 'anonymous';
  actorId: string | null;
  actorName: string;
  action: string;
  objectKind: string;
  objectId: string | null;
  objectName: string | null;
  outcome: 'done' | 'refused' | 'failed';
  reason: string | null;
  ticket: string | null;
  requestId: string | null;
  address: string | null;
  client: string | null;
  details: Record<string, string>;
}

export const eventColumns = sql`e.id, e.organisation_id, e.tx, e.at, e.trail, e.actor_kind, e.actor_id, e.actor_name, e.action, e.object_kind, e.object_id,
  e.object_name, e.outcome, e.reason, e.ticket, e.request_id, e.address, e.client, e.details`;

/** What of an event is hashed: everything but the transaction number, which means nothing outside this database, and the trail, which the action tells. */
export function recordOf(row: EventRow): AuditRecord {
  const {
    id,
    organisationId,
    at,
    actorKind,
    actorId,
    actorName,
    action,
    objectKind,
    objectId,
    objectName,
    outcome,
    reason,
    ticket,
    requestId,
    address,
    client,
  } = row;
  // The plugin that turns names into camel case must not reach into what was noted: details are read as text.
  return {
    id,
    organisationId,
    at: at.toISOString(),
    actorKind,
    actorId,
    actorName,
    action,
    objectKind,
    objectId,
    objectName,
    outcome,
    reason,
    ticket,
    requestId,
    address,
    client,
    details: row.details,
  };
}
