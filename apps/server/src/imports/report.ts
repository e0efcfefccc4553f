import { sql } from 'kysely';
import { statement, type OrganisationDb } from '../platform/db.ts';
import type { LineResult } from './line.ts';

/** Something an import did, as its undoing needs it: made when `before` is absent, else how the call before it is taken back. */
export interface Change {
  readonly kind: string;
  readonly objectId: string;
  readonly before?: UndoCall;
}

/** A call of the contract that takes another one back. Never has a secret in it. */
export interface UndoCall {
  readonly call: string;
  readonly input: Record<string, unknown>;
  /** The version of the password that the import made: only while it is the current one is it taken back. */
  readonly secretVersion?: number;
  /** The version that the import made, where the call takes none: only while it is the current one is it taken back. */
  readonly version?: number;
  /** The version before: once it is back, what the import did before that can be taken back too. */
  readonly since?: number;
}

const insertLines =
  statement<never>(`insert into import_line (organisation_id, import_id, line, outcome, name, code, detail, object_id)
  select organisation_id, import_id, line, outcome, name, code, detail, object_id from jsonb_populate_recordset(null::import_line, $1::jsonb)`);

/** Writes down what became of lines, and counts them. */
export async function writeLines(
  db: OrganisationDb,
  organisationId: string,
  importId: string,
  results: readonly LineResult[],
): Promise<void> {
  const rows = results.map(({ objectId, ...one }) => ({
    organisation_id: organisationId,
    import_id: importId,
    object_id: objectId,
    ...one,
  }));
  await insertLines.run(db, [JSON.stringify(rows)]);
  const count = (outcome: string): number => results.filter((one) => one.outcome === outcome).length;
  await sql`update import_run set lines = lines + ${results.length}, created = created + ${count('created')},
    merged = merged + ${count('merged')}, skipped = skipped + ${count('skipped')} where id = ${importId}`.execute(db);
}

const insertChanges =
  statement<never>(`insert into import_change (organisation_id, import_id, n, kind, object_id, before)
  select x.organisation_id, x.import_id, x.n + coalesce((select max(c.n) from import_change c where c.import_id = $2::uuid), 0), x.kind, x.object_id, x.before
  from jsonb_populate_recordset(null::import_change, $1::jsonb) x`);

/** Writes down what there is to undo, in the order it was done. */
export async function writeChanges(
  db: OrganisationDb,
  organisationId: string,
  importId: string,
  changes: readonly Change[],
): Promise<void> {
  if (changes.length === 0) return;
  const rows = changes.map(({ kind, objectId, before = null }, i) => ({
    organisation_id: organisationId,
    import_id: importId,
    n: i + 1,
    kind,
    object_id: objectId,
    before,
  }));
  await insertChanges.run(db, [JSON.stringify(rows), importId]);
}
