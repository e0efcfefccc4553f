import { canonicalEvent, exportLines, type SealedEvent } from '@strongroom/audit-proof';
import { sql } from 'kysely';
import type { Database } from '../platform/db.ts';
import { eventColumns, recordOf, type EventRow } from './records.ts';

const page = 2000;

/** The events of a trail in the order of their leaves, a page in memory at a time. The trail only grows, so pages need no common transaction. */
async function* sealedEvents(database: Database, organisationId: string): AsyncGenerator<SealedEvent> {
  for (let from = 0; ; from += page) {
    const { rows } = await database.asOrganisation(organisationId, (db) =>
      sql<
        EventRow & { leaf: number }
      >`select l.leaf, ${eventColumns} from audit_leaf l join audit_event e on e.id = l.event_id
        where l.leaf >= ${from} and l.leaf < ${from + page} order by l.leaf`.execute(db),
    );
    for (const row of rows) yield { index: row.leaf, event: canonicalEvent(recordOf(row)) };
    if (rows.length < page) {
      // Rows may be missing in the middle because somebody removed them: go on to the last leaf all the same.
      const more = await database.asOrganisation(organisationId, (db) =>
        sql<{ more: boolean }>`select exists (select 1 from audit_leaf where leaf >= ${from + page}) as more`.execute(
          db,
        ),
      );
      if (!more.rows[0]?.more) return;
    }
  }
}

async function* checkpoints(database: Database, organisationId: string, last: number): AsyncGenerator<string> {
  let size = -1;
  for (;;) {
    const rows = await database.asOrganisation(organisationId, (db) =>
      db
        .selectFrom('auditCheckpoint')
        .select(['size', 'note'])
        .where('size', '>', size)
        .where('size', '<=', last)
        .orderBy('size')
        .limit(page)
        .execute(),
    );
    for (const row of rows) yield row.note;
    if (rows.length < page) return;
    size = rows.at(-1)?.size ?? size;
  }
}

/** The sealed trail of an organisation as the lines of docs/audit-format.md. Throws when nothing has been sealed yet. */
export async function* exportTrail(
  database: Database,
  organisationId: string,
  now: Date = new Date(),
): AsyncGenerator<string> {
  // Where the export ends is settled before the first page: a checkpoint made meanwhile would sign for events already passed.
  const { name, last } = await database.asOrganisation(organisationId, (db) =>
    db
      .selectFrom('organisation')
      .select([
        'name',
        (from) =>
          from
            .selectFrom('auditCheckpoint')
            .select((of) => of.fn.max('size').as('n'))
            .as('last'),
      ])
      .where('id', '=', organisationId)
      .executeTakeFirstOrThrow(),
  );
  yield* exportLines({
    organisationId,
    organisationName: name,
    exportedAt: now.toISOString(),
    events: sealedEvents(database, organisationId),
    checkpoints: checkpoints(database, organisationId, last ?? -1),
  });
}
