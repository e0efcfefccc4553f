import type { NoteSigner } from '@strongroom/audit-proof';
import { listAudit, readAuditEvent, readAuditSeal, type AuditEvent } from '@strongroom/contract';
import { sql } from 'kysely';
import type { z } from 'zod';
import { endpoint, type Endpoint } from '../authorise/index.ts';
import { containing, readPage } from '../platform/paging.ts';
import { Problem } from '../platform/problem.ts';
import { eventColumns, type EventRow } from './records.ts';

type Row = EventRow & { leaf: number | null };
const tables = sql`audit_event e left join audit_leaf l on l.event_id = e.id`;
const reply = (row: Row): z.input<typeof AuditEvent> => {
  const { tx: _, organisationId: _o, ...shown } = row;
  return { ...shown, at: row.at.toISOString() };
};

export const auditEndpoints = (signerOf: (organisationId: string) => NoteSigner): Endpoint[] => [
  endpoint(listAudit, {
    async run(grant, input) {
      const { organisationId } = grant.actor;
      const page = await readPage<Row>(grant.db, input, {
        select: sql`${eventColumns}, l.leaf`,
        from: sql`from ${tables} where e.organisation_id = ${organisationId}
          ${input.trail ? sql`and e.trail = ${input.trail}` : sql``} ${input.action ? sql`and e.action = ${input.action}` : sql``}
          ${input.actorId ? sql`and e.actor_id = ${input.actorId}` : sql``} ${input.objectId ? sql`and e.object_id = ${input.objectId}` : sql``}
          ${input.outcome ? sql`and e.outcome = ${input.outcome}` : sql``}
          ${input.from ? sql`and e.at >= ${input.from}::timestamptz` : sql``} ${input.until ? sql`and e.at < ${input.until}::timestamptz` : sql``}
          ${input.search ? sql`and lower(concat_ws(' ', e.actor_name, e.action, e.object_name, e.reason, e.ticket, e.address)) like ${containing(input.search)}` : sql``}`,
        id: sql`e.id`,
        first: '-at',
        // Ids grow with time, so the order of ids is the order of events and its index serves the list.
        orders: { at: { by: sql`e.id`, type: 'uuid' } },
      });
      return { ...page, items: page.rows.map(reply) };
    },
  }),
  endpoint(readAuditEvent, {
    async run(grant, input) {
      const { rows } =
        await sql<Row>`select ${eventColumns}, l.leaf from ${tables} where e.id = ${input.eventId}`.execute(grant.db);
      if (!rows[0]) throw new Problem('not-found');
      return reply(rows[0]);
    },
  }),
  endpoint(readAuditSeal, {
    async run(grant) {
      const last = await grant.db
        .selectFrom('auditCheckpoint')
        .select(['size', 'note', 'createdAt'])
        .orderBy('size', 'desc')
        .limit(1)
        .executeTakeFirst();
      const { rows } = await sql<{
        n: number;
      }>`select count(*)::int as n from audit_event e where not exists (select 1 from audit_leaf l where l.event_id = e.id)
        and e.tx >= coalesce((select tx from audit_cursor), 0)`.execute(grant.db);
      return {
        sealed: last?.size ?? 0,
        unsealed: rows[0]?.n ?? 0,
        checkpoint: last?.note ?? null,
        checkpointAt: last?.createdAt.toISOString() ?? null,
        publicKey: signerOf(grant.actor.organisationId).verifierKey,
      };
    },
  }),
];
