import {
  canonicalEvent,
  CompactTree,
  leafHash,
  originOf,
  signCheckpoint,
  type NoteSigner,
} from '@strongroom/audit-proof';
import { sql } from 'kysely';
import type { Database } from '../platform/db.ts';
import { eventColumns, recordOf, type EventRow } from './records.ts';

/** Most events one transaction seals. */
const batch = 5000;
const nobody = '00000000-0000-0000-0000-000000000000';

/**
 * Seals what is new in an organisation's trail: hashes it onto the tree and signs the new root. Runs apart from the
 * work, so that no lock and no signature sits on the hot path. Only events older than every running transaction are
 * taken: their order can no longer change. Of several nodes one seals at a time. Returns how many were sealed and the
 * new checkpoint, if any.
 */
export async function sealNew(
  database: Database,
  organisationId: string,
  signer: NoteSigner,
): Promise<{ sealed: number; checkpoint: string | undefined }> {
  return database.asOrganisation(organisationId, async (db) => {
    const lock = await sql<{
      held: boolean;
    }>`select pg_try_advisory_xact_lock(7272002, hashtext(${organisationId})) as held`.execute(db);
    if (!lock.rows[0]?.held) return { sealed: 0, checkpoint: undefined };
    const {
      rows: [at],
    } = await sql<{ tx: number | null; eventId: string | null; horizon: number; now: number }>`
      select c.tx, c.event_id, pg_snapshot_xmin(pg_current_snapshot())::text::bigint as horizon, pg_snapshot_xmax(pg_current_snapshot())::text::bigint as now
      from (select 1) one left join audit_cursor c on c.organisation_id = ${organisationId}`.execute(db);
    if (!at) return { sealed: 0, checkpoint: undefined };
    // A cursor from the future: the database was moved to another cluster, whose numbers start anew. Then whatever has no leaf is new.
    const moved = at.tx !== null && at.tx > at.now;
    const { rows: events } = await sql<EventRow>`
      select ${eventColumns} from audit_event e
      where not exists (select 1 from audit_leaf l where l.event_id = e.id)
        ${moved ? sql`` : sql`and e.tx >= ${at.tx ?? 0} and e.tx < ${at.horizon} and (e.tx, e.id) > (${at.tx ?? 0}, ${at.eventId ?? nobody}::uuid)`}
      order by e.tx, e.id limit ${batch}`.execute(db);
    if (events.length === 0) return { sealed: 0, checkpoint: undefined };
    const last = await db
      .selectFrom('auditCheckpoint')
      .select('edge')
      .orderBy('size', 'desc')
      .limit(1)
      .executeTakeFirst();
    const tree = last ? CompactTree.restore(last.edge) : new CompactTree();
    const leaves: { leaf: number; eventId: string; hash: Buffer }[] = [];
    for (const event of events) {
      const hash = leafHash(canonicalEvent(recordOf(event)));
      leaves.push({ leaf: tree.size, eventId: event.id, hash: Buffer.from(hash) });
      tree.append(hash);
    }
    await sql`insert into audit_leaf (organisation_id, leaf, event_id, hash)
      select ${organisationId}, * from unnest(${leaves.map((l) => l.leaf)}::bigint[], ${leaves.map((l) => l.eventId)}::uuid[], ${leaves.map((l) => l.hash)}::bytea[])`.execute(
      db,
    );
    const checkpoint = signCheckpoint({ origin: originOf(organisationId), size: tree.size, root: tree.root() }, signer);
    await db
      .insertInto('auditCheckpoint')
      .values({ organisationId, size: tree.size, note: checkpoint, edge: tree.serialise() })
      .execute();
    const newest = events.at(-1);
    const [tx, eventId] =
      moved && events.length < batch ? [at.horizon, nobody] : [moved ? at.tx : (newest?.tx ?? 0), newest?.id ?? nobody];
    await sql`insert into audit_cursor (organisation_id, tx, event_id) values (${organisationId}, ${tx}, ${eventId})
      on conflict (organisation_id) do update set tx = excluded.tx, event_id = excluded.event_id`.execute(db);
    return { sealed: events.length, checkpoint };
  });
}

export interface Sealer {
  /** Seals everything there is, now: before an export, and at a graceful stop. */
  sealAll(): Promise<void>;
  /** Stops the rounds and waits for the one at work. */
  stop(): Promise<void>;
}

/**
 * Seals every organisation's trail in rounds until stopped. A failed round is reported and repeated: events wait in the
 * trail meanwhile, and lose nothing. `onCheckpoint` gives each new checkpoint to witnesses outside the database.
 */
export function startSealer(parts: {
  readonly database: Database;
  readonly signerOf: (organisationId: string) => NoteSigner;
  organisationIds(): Promise<readonly string[]>;
  onCheckpoint(organisationId: string, checkpoint: string): void;
  onError(error: unknown): void;
  readonly everyMs: number;
}): Sealer {
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  let round: Promise<void> = Promise.resolve();

  async function sealAll(): Promise<void> {
    for (const id of await parts.organisationIds()) {
      for (;;) {
        const { sealed, checkpoint } = await sealNew(parts.database, id, parts.signerOf(id));
        if (checkpoint !== undefined) parts.onCheckpoint(id, checkpoint);
        if (sealed < batch) break;
      }
    }
  }
  function next(): void {
    if (stopped) return;
    timer = setTimeout(() => {
      round = sealAll().catch(parts.onError).finally(next);
    }, parts.everyMs);
    timer.unref();
  }
  next();
  return {
    sealAll: () => {
      const after = round.then(sealAll);
      round = after.catch(parts.onError);
      return after;
    },
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await round;
    },
  };
}
