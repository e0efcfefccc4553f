import {
  AuditFormatError,
  CompactTree,
  leafHash,
  readCheckpoint,
  verifyExport,
  type NoteSigner,
} from '@strongroom/audit-proof';
import { sql } from 'kysely';
import { isAction, lineOf } from '../authorise/index.ts';
import type { Database, OrganisationDb } from '../platform/db.ts';
import { exportTrail } from './export.ts';

/** What a look at a trail in the database gave. `seconds` is how long hashing and comparing took. */
export interface TrailReport {
  readonly intact: boolean;
  /** Events that checkpoints sign for, and checkpoints. */
  readonly events: number;
  readonly checkpoints: number;
  /** Checkpoints kept outside the database that were compared. */
  readonly kept: number;
  /** Events not sealed yet; they are sealed within a second while the server runs. */
  readonly unsealed: number;
  readonly seconds: number;
  /** What is wrong, one sentence each; empty when intact. */
  readonly problems: readonly string[];
  /** Index of the first event that is at fault, where it is known; with `lastBad` when only a range is. */
  readonly firstBad?: number | undefined;
  readonly lastBad?: number | undefined;
}

/** Leaves compared with their stored hashes at a time. */
const page = 2000;

/**
 * Verifies an organisation's trail where it lies: as the stand-alone verifiers do with an export, and what an export does not
 * show besides (stored leaf hashes, the tree's edge, events kept from being sealed, events put into another trail).
 * `kept` are checkpoints that a witness kept outside the database. Reads only. Throws when the database is away.
 */
export async function verifyTrail(
  database: Database,
  organisationId: string,
  signer: NoteSigner,
  kept: readonly string[],
): Promise<TrailReport> {
  const began = performance.now();
  const aside = await database.asOrganisation(organisationId, (db) => outsideTheExport(db));
  const problems: string[] = [];
  const base = { events: 0, checkpoints: 0, kept: 0, unsealed: aside.unsealed };
  let found: Partial<TrailReport> = {};
  if (aside.checkpoints === 0 && aside.leaves === 0) {
    if (kept.length > 0)
      problems.push('the database holds no checkpoint, but one was kept outside it: the trail was removed');
  } else {
    const verdict = await verifyExport(
      bytesOf(withLeaves(database, organisationId, problems)),
      signer.verifierKey,
      kept,
    ).catch((error: unknown) => {
      if (error instanceof AuditFormatError || error instanceof TypeError) return error;
      throw error;
    });
    if (verdict instanceof Error) problems.unshift(`the trail cannot be written out: ${verdict.message}`);
    else if (verdict.intact) found = { events: verdict.events, checkpoints: verdict.checkpoints, kept: verdict.kept };
    else {
      problems.unshift(verdict.problem);
      found = { events: verdict.proven, firstBad: verdict.first, lastBad: verdict.last };
    }
  }
  problems.push(...aside.problems);
  const seconds = (performance.now() - began) / 1000;
  return { ...base, ...found, intact: problems.length === 0, seconds, problems };
}

async function* bytesOf(lines: AsyncIterable<string>): AsyncGenerator<Uint8Array> {
  for await (const line of lines) yield Buffer.from(line);
}

/** Passes the export's lines on, and compares each event's hash with the one stored for its leaf. */
async function* withLeaves(database: Database, organisationId: string, problems: string[]): AsyncGenerator<string> {
  let from = 0;
  let hashes: Buffer[] = [];
  const compare = async (): Promise<void> => {
    const { rows } = await database.asOrganisation(organisationId, (db) =>
      sql<{ leaf: number; hash: Buffer }>`select leaf, hash from audit_leaf
        where leaf >= ${from} and leaf < ${from + hashes.length} order by leaf`.execute(db),
    );
    const bad = rows.find((row) => hashes[row.leaf - from]?.equals(row.hash) === false);
    if (bad && problems.length === 0) problems.push(`the stored hash of event ${bad.leaf} is not its event's`);
    from += hashes.length;
    hashes = [];
  };
  for await (const line of exportTrail(database, organisationId)) {
    const event = /^\{"index":\d+,"event":/.exec(line);
    if (event) hashes.push(Buffer.from(leafHash(line.slice(event[0].length, -2))));
    if (hashes.length === page) await compare();
    yield line;
  }
  await compare();
}

interface Aside {
  readonly leaves: number;
  readonly checkpoints: number;
  readonly unsealed: number;
  readonly problems: readonly string[];
}

/** What an export leaves out or does not carry, read in one snapshot. */
async function outsideTheExport(db: OrganisationDb): Promise<Aside> {
  const { rows } = await sql<{
    leaves: number;
    outside: number;
    checkpoints: number;
    last: string | null;
    edge: string | null;
    unsealed: number;
    passed: number;
    trails: { action: string; trail: string }[] | null;
  }>`
    with last as (select size, note, edge from audit_checkpoint order by size desc limit 1),
      cursor as (select tx, event_id from audit_cursor where tx <= pg_snapshot_xmax(pg_current_snapshot())::text::bigint),
      waiting as (select e.tx, e.id from audit_event e where not exists (select 1 from audit_leaf l where l.event_id = e.id))
    select (select count(*) from audit_leaf) as leaves,
      (select count(*) from audit_leaf where leaf < 0 or leaf >= coalesce((select size from last), 0)) as outside,
      (select count(*) from audit_checkpoint) as checkpoints,
      (select note from last) as last, (select edge from last) as edge,
      (select count(*) from waiting) as unsealed,
      (select count(*) from waiting w where w.tx > pg_snapshot_xmax(pg_current_snapshot())::text::bigint
        or exists (select 1 from cursor c where (w.tx, w.id) <= (c.tx, c.event_id))) as passed,
      (select json_agg(distinct jsonb_build_object('action', action, 'trail', trail)) from audit_event) as trails`.execute(
    db,
  );
  const facts = rows[0];
  if (!facts) throw new Error('the database answered nothing');
  const problems: string[] = [];
  if (facts.outside > 0) problems.push(`${facts.outside} leaves stand outside the tree that is signed`);
  if (facts.passed > 0)
    problems.push(
      `${facts.passed} events were never sealed though later ones were: they were put in, or changed, by hand`,
    );
  if (facts.last !== null && facts.edge !== null && !edgeFits(facts.edge, facts.last))
    problems.push('the stored edge of the tree is not that of the last checkpoint');
  const astray = facts.trails?.find(({ action, trail }) => isAction(action) && lineOf(action).trail !== trail);
  if (astray)
    problems.push(`events of ${astray.action} stand in the trail ‘${astray.trail}’, where they do not belong`);
  return { leaves: facts.leaves, checkpoints: facts.checkpoints, unsealed: facts.unsealed, problems };
}

function edgeFits(edge: string, note: string): boolean {
  try {
    const tree = CompactTree.restore(edge);
    const { size, root } = readCheckpoint(note);
    return tree.size === size && Buffer.from(tree.root()).equals(root);
  } catch (error) {
    if (error instanceof AuditFormatError) return false;
    throw error;
  }
}
