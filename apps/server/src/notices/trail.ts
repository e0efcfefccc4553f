import type { NoticeEvent } from '@strongroom/contract';
import { sql } from 'kysely';
import type { Action } from '../authorise/index.ts';
import type { OrganisationDb } from '../platform/db.ts';
import type { Occasion } from './recipients.ts';

/** Actions that open a password for somebody. */
const accesses: readonly Action[] = [
  'account.reveal',
  'account.reveal-former',
  'account.reveal-field',
  'account.open-url',
  'account.copy',
  'account.download-file',
  'account.download-field',
  'resource.copy',
];
/** Actions that may set another password; `changedBy` says when they did. */
const changes: readonly Action[] = [
  'account.change-password',
  'account.restore',
  'account.upload-file',
  'rotation.settle',
  'attempt.resolve',
];
/** Actions that change who has a password. */
const sharing: readonly Action[] = ['account.share', 'resource.share', 'resource-group.share', 'resource.transfer'];
const watched = [...accesses, ...changes, ...sharing];

/** An event of the trail that is worth telling. */
export interface Happened extends Occasion {
  readonly at: Date;
  readonly by: { readonly name: string; readonly reason: string | null; readonly ticket: string | null };
  /** A share was taken away. */
  readonly removed: boolean;
}

interface Row {
  id: string;
  tx: number;
  at: Date;
  action: Action;
  actorName: string;
  objectKind: string;
  objectId: string;
  reason: string | null;
  ticket: string | null;
  details: Readonly<Record<string, string>>;
  requestedBy: string | null;
}

/** Days after which nobody is told any more, as when the server stood still for so long. */
const newsDays = 7;
/** Most events that one round tells of. */
const eventsAtOnce = 200;
/** Transactions without news that are not worth a write. */
const unwritten = 100;
const nobody = '00000000-0000-0000-0000-000000000000';

/** Puts the cursor at the present where there is none: what happened before anybody asked for notices is not told. */
export const beginCursor = (db: OrganisationDb, organisationId: string): Promise<unknown> =>
  sql`insert into notice_cursor (organisation_id, tx, event_id)
    values (${organisationId}, pg_snapshot_xmin(pg_current_snapshot())::text::bigint, ${nobody}) on conflict do nothing`.execute(
    db,
  );

/**
 * Reads what happened since the cursor and moves it on, in one transaction with whatever is made of it: told and read stand
 * or fall together. As the sealer of the trail it takes only events older than every running transaction, as nothing can appear
 * among those any more (ADR 9). `more` says that it ended before the present.
 */
export async function readOn(
  db: OrganisationDb,
  organisationId: string,
  atOnce = eventsAtOnce,
): Promise<{ happened: Happened[]; more: boolean }> {
  const { rows: places } = await sql<{ tx: number; eventId: string; horizon: number; now: number }>`
    select c.tx, c.event_id, pg_snapshot_xmin(pg_current_snapshot())::text::bigint as horizon, pg_snapshot_xmax(pg_current_snapshot())::text::bigint as now
    from notice_cursor c where c.organisation_id = ${organisationId}`.execute(db);
  const place = places[0];
  if (!place) {
    await beginCursor(db, organisationId);
    return { happened: [], more: false };
  }
  // A cursor from the future: the database was moved to another cluster, whose numbers start anew. Telling begins at the present there.
  if (place.tx > place.now) {
    await moveTo(db, organisationId, place.horizon, nobody);
    return { happened: [], more: false };
  }
  const { rows } = await sql<Row>`
    select e.id, e.tx, e.at, e.action, e.actor_name, e.object_kind, e.object_id, e.reason, e.ticket, e.details, t.requested_by
    from audit_event e left join rotation_attempt t on e.object_kind = 'attempt' and t.id = e.object_id::uuid
    where e.tx >= ${place.tx} and e.tx < ${place.horizon} and (e.tx, e.id) > (${place.tx}, ${place.eventId}::uuid)
      and e.at > now() - make_interval(days => ${newsDays}::int) and e.outcome = 'done' and e.action = any(${watched}::text[])
      and e.object_kind in ('account', 'attempt', 'resource', 'resource-group')
    order by e.tx, e.id limit ${atOnce}`.execute(db);
  const last = rows.at(-1);
  const more = rows.length === atOnce && last !== undefined;
  // Where nothing happens nothing is written, or each round would write what the next one has to step over.
  if (more) await moveTo(db, organisationId, last.tx, last.id);
  else if (rows.length > 0 || place.horizon - place.tx > unwritten)
    await moveTo(db, organisationId, place.horizon, nobody);
  return { happened: rows.flatMap(read), more };
}

const moveTo = (db: OrganisationDb, organisationId: string, tx: number, eventId: string): Promise<unknown> =>
  db.updateTable('noticeCursor').set({ tx, eventId }).where('organisationId', '=', organisationId).execute();

function read(row: Row): Happened[] {
  const event = eventOf(row);
  if (event === undefined) return [];
  return [
    {
      id: row.id,
      event,
      kind: row.objectKind as Happened['kind'],
      objectId: row.objectId,
      at: row.at,
      by: {
        // The product carries a rotation out; who asked for it did it.
        name: row.requestedBy ?? row.actorName,
        reason: row.reason,
        ticket: row.ticket,
      },
      removed: event === 'share-changed' && Number(row.details['removed'] ?? 0) > 0,
    },
  ];
}

function eventOf({ action, details }: Row): NoticeEvent | undefined {
  if (accesses.includes(action)) return 'accessed';
  if (sharing.includes(action)) {
    const counts = [details['added'], details['changed'], details['removed']];
    return action === 'resource.transfer' || counts.some((count) => Number(count ?? 0) > 0)
      ? 'share-changed'
      : undefined;
  }
  if (action === 'rotation.settle') return details['state'] === 'promoted' ? 'changed' : undefined;
  if (action === 'attempt.resolve') return details['how'] === 'keep-candidate' ? 'changed' : undefined;
  // Changed on the target: the attempt's end tells whether it was.
  return details['where'] === 'target' ? undefined : 'changed';
}
