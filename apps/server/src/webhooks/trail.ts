import { sql } from 'kysely';
import type { OrganisationDb } from '../platform/db.ts';

/** An event of the trail, without what people wrote and what was noted. */
export interface Happened {
  readonly id: string;
  readonly tx: number;
  readonly at: Date;
  readonly action: string;
  readonly outcome: 'done' | 'refused' | 'failed';
  readonly actorKind: 'user' | 'system' | 'anonymous';
  readonly actorId: string | null;
  readonly actorName: string;
  readonly objectKind: string;
  readonly objectId: string | null;
  readonly objectName: string | null;
}

/** How far somebody has read: what comes behind this event of this transaction is new. */
export interface Place {
  readonly tx: number;
  readonly eventId: string;
}

/** Before the first event of a transaction. */
const nobody = '00000000-0000-0000-0000-000000000000';
/** Days after which nothing is told any more, as when the server stood still for so long. */
const newsDays = 7;

/** Where reading stands when everything that is there has been read: before the oldest transaction that still runs (ADR 9). */
export async function present(db: OrganisationDb): Promise<Place & { readonly now: number }> {
  const { rows } = await sql<{ tx: number; now: number }>`
    select pg_snapshot_xmin(pg_current_snapshot())::text::bigint as tx, pg_snapshot_xmax(pg_current_snapshot())::text::bigint as now`.execute(
    db,
  );
  const row = rows[0];
  if (!row) throw new Error('a database has transactions');
  return { tx: row.tx, eventId: nobody, now: row.now };
}

/**
 * The events behind a place, in the order of the trail. As the sealer of the trail it takes only events older than every running
 * transaction, as nothing can appear among those any more (ADR 9). `next` is where to go on; `more` says that it ended before the present.
 */
export async function eventsSince(
  db: OrganisationDb,
  from: Place,
  atOnce: number,
): Promise<{ happened: Happened[]; next: Place; more: boolean }> {
  const end = await present(db);
  // A place of the future: the database was moved to another cluster, whose numbers start anew. Reading begins at the present there.
  if (from.tx > end.now) return { happened: [], next: end, more: false };
  const { rows } = await sql<Happened>`
    select e.id, e.tx, e.at, e.action, e.outcome, e.actor_kind, e.actor_id, e.actor_name, e.object_kind, e.object_id, e.object_name
    from audit_event e where e.tx >= ${from.tx} and e.tx < ${end.tx} and (e.tx, e.id) > (${from.tx}, ${from.eventId}::uuid)
      and e.at > now() - make_interval(days => ${newsDays}::int)
    order by e.tx, e.id limit ${atOnce}`.execute(db);
  const last = rows.at(-1);
  const more = rows.length === atOnce && last !== undefined;
  return { happened: rows, next: more ? { tx: last.tx, eventId: last.id } : { tx: end.tx, eventId: nobody }, more };
}
