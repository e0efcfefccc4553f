import { sql } from 'kysely';
import type { Action } from '../authorise/index.ts';
import type { OrganisationDb } from '../platform/db.ts';

/** A password that is another since an event of the trail. */
export interface NewPassword {
  readonly eventId: string;
  readonly at: Date;
  readonly accountId: string;
  readonly accountName: string;
  readonly resourceType: string;
  readonly oldVersion: number | null;
  readonly newVersion: number;
}

/** Actions that may set another password; the statement says when they did. */
const changes: readonly Action[] = ['account.change-password', 'account.restore', 'rotation.settle', 'attempt.resolve'];
/** Most events that one round reads. */
const eventsAtOnce = 500;
/** Days after which nothing follows any more, as when the server stood still for so long. */
const newsDays = 7;
const nobody = '00000000-0000-0000-0000-000000000000';

/**
 * Reads which passwords are new since the cursor and moves it on, in one transaction with the runs that are made of them. As the sealer of
 * the trail it takes only events older than every running transaction, as nothing can appear among those any more (ADR 9).
 */
export async function readOn(
  db: OrganisationDb,
  organisationId: string,
): Promise<{ changed: NewPassword[]; more: boolean }> {
  await sql`insert into listener_cursor (organisation_id, tx, event_id)
    values (${organisationId}, pg_snapshot_xmin(pg_current_snapshot())::text::bigint, ${nobody}) on conflict do nothing`.execute(
    db,
  );
  const { rows: places } = await sql<{ tx: number; eventId: string; horizon: number; now: number }>`
    select c.tx, c.event_id, pg_snapshot_xmin(pg_current_snapshot())::text::bigint as horizon, pg_snapshot_xmax(pg_current_snapshot())::text::bigint as now
    from listener_cursor c where c.organisation_id = ${organisationId}`.execute(db);
  const place = places[0];
  if (!place) throw new Error('the cursor of listeners is gone');
  const moveTo = (tx: number, eventId: string): Promise<unknown> =>
    db.updateTable('listenerCursor').set({ tx, eventId }).where('organisationId', '=', organisationId).execute();
  // A cursor from the future: the database was moved to another cluster, whose numbers start anew.
  if (place.tx > place.now) {
    await moveTo(place.horizon, nobody);
    return { changed: [], more: false };
  }
  const { rows: events } = await sql<{ id: string; tx: number }>`
    select e.id, e.tx from audit_event e
    where e.tx >= ${place.tx} and e.tx < ${place.horizon} and (e.tx, e.id) > (${place.tx}, ${place.eventId}::uuid)
      and e.at > now() - make_interval(days => ${newsDays}::int) and e.outcome = 'done' and e.action = any(${changes}::text[])
    order by e.tx, e.id limit ${eventsAtOnce}`.execute(db);
  const last = events.at(-1);
  const more = events.length === eventsAtOnce && last !== undefined;
  if (more) await moveTo(last.tx, last.id);
  else await moveTo(place.horizon, nobody);
  return {
    changed: await newPasswords(
      db,
      events.map(({ id }) => id),
    ),
    more,
  };
}

/**
 * Of those events, the ones after which a password was another: set in the vault, or promoted after a reset. What was there before is the
 * highest earlier version that was ever in force.
 */
async function newPasswords(db: OrganisationDb, eventIds: readonly string[]): Promise<NewPassword[]> {
  if (eventIds.length === 0) return [];
  const { rows } = await sql<NewPassword>`
    with told as (
      select e.id, e.tx, e.at, coalesce(t.account_id, case when e.object_kind = 'account' then e.object_id::uuid end) as account_id,
        coalesce(t.next_version, (e.details ->> 'version')::int) as new_version
      from audit_event e left join rotation_attempt t
        on t.id = case when e.object_kind = 'attempt' then e.object_id::uuid when e.action = 'attempt.resolve' then (e.details ->> 'attempt')::uuid end
      where e.id = any(${[...eventIds]}::uuid[]) and case e.action
        when 'rotation.settle' then e.details ->> 'state' = 'promoted'
        when 'attempt.resolve' then e.details ->> 'how' = 'keep-candidate'
        else e.details ->> 'where' = 'local' end)
    select told.id as event_id, told.at, a.id as account_id, a.username || ' on ' || r.name as account_name, r.type as resource_type, told.new_version,
      (select max(o.version) from secret o where o.account_id = a.id and o.version < told.new_version and o.state = 'former' and o.file_id is null) as old_version
    from told join account a on a.id = told.account_id join resource r on r.id = a.resource_id
      join secret s on s.account_id = a.id and s.version = told.new_version and s.file_id is null and s.state in ('current', 'former')
    order by told.tx, told.id`.execute(db);
  return rows;
}
