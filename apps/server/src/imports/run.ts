import type { Row } from '@strongroom/tabular';
import { sql } from 'kysely';
import type { Facts, Grant } from '../authorise/index.ts';
import { requireAlso } from '../authorise/index.ts';
import { readStored } from '../files/index.ts';
import { isUnavailable, type OrganisationDb } from '../platform/db.ts';
import { Problem } from '../platform/problem.ts';
import { countDone, settle, start, type Running } from '../tasks/index.ts';
import { inWords, type LineResult, type Planned } from './line.ts';
import { merge } from './merge.ts';
import { fileOf, lockImport, type ImportParts, type Planning } from './parts.ts';
import { writeChanges, writeLines, type Change } from './report.ts';
import { planResources } from './resource-lines.ts';
import { emptyBook, type Book, type NewPair } from './resource-new.ts';
import { writeResources } from './resource-write.ts';
import { rowsOf } from './source.ts';
import { addPerson, planUsers, type NewPerson } from './user-lines.ts';

type Working = 'import.check' | 'import.apply';
/** Lines of one transaction. */
const linesAtOnce = 250;
/** Statistics are brought up to date after so many lines, so that the plans of the rest fit what is there. */
const analyseAfter: readonly number[] = [1_000, 10_000, 50_000];

/** Another run of the same import was there first. */
class Overtaken extends Error {}

interface Work {
  readonly parts: ImportParts;
  readonly task: Running;
  readonly action: Working;
  readonly importId: string;
  /** Lines that are written down. */
  lines: number;
  /** In a check what would be there by now; in a run only which resources this import made. */
  readonly book: Book;
  readonly users: Set<string>;
}

/** The task that tries a whole file, changing nothing. Answers as `OtherWork`. */
export const checkImport = (
  parts: ImportParts,
  task: Running,
  signal: AbortSignal,
): Promise<string | null | undefined> => work(parts, task, 'import.check', signal);

/** The task that takes a file in. Taken up again after a stop, it goes on after the last line that is written down. */
export const runImport = (parts: ImportParts, task: Running, signal: AbortSignal): Promise<string | null | undefined> =>
  work(parts, task, 'import.apply', signal);

async function work(
  parts: ImportParts,
  task: Running,
  action: Working,
  signal: AbortSignal,
): Promise<string | null | undefined> {
  const importId = String(task.input['importId']);
  const ask = { actor: task.actor, action, objectId: importId } as const;
  try {
    let planning: Planning | undefined;
    let last = -1;
    const book = emptyBook();
    const file = await readStored(
      parts,
      ask,
      async (grant) => {
        planning = await lockImport(grant.db, importId);
        if (action === 'import.check') await forget(grant.db, importId, task.id);
        else {
          const { rows } = await sql<{ last: number | null; ids: string[] | null }>`select
          (select max(line) from import_line where import_id = ${importId}) as last,
          (select array_agg(object_id::text) from import_change where import_id = ${importId} and kind = 'resource' and before is null) as ids`.execute(
            grant.db,
          );
          last = rows[0]?.last ?? -1;
          for (const id of rows[0]?.ids ?? []) book.made.add(id);
        }
        return fileOf(planning);
      },
      importId,
    );
    if (!planning) throw new Error('the import was not read');
    const lines = action === 'import.check' ? 0 : planning.lines;
    const going: Work = { parts, task, action, importId, lines, book, users: new Set() };
    let header = planning.options.headerRow;
    let batch: Row[] = [];
    for await (const row of rowsOf(file)) {
      if (signal.aborted) return null;
      if (header) {
        header = false;
        continue;
      }
      if (row.line <= last) continue;
      batch.push(row);
      if (batch.length < linesAtOnce) continue;
      await takeBatch(going, batch);
      batch = [];
    }
    if (batch.length > 0) await takeBatch(going, batch);
    if (signal.aborted) return null;
    await finish(going, planning);
    return undefined;
  } catch (error) {
    if (error instanceof Overtaken) return null;
    if (!(error instanceof Problem)) throw error;
    // The whole of it was refused, or the file cannot be read on: what was taken in stays, and can be undone.
    const why = inWords(error);
    await settle(parts.perform, task.organisationId, (db) =>
      db
        .updateTable('importRun')
        .set(action === 'import.check' ? { why } : { state: 'failed', why, endedAt: new Date() })
        .where('id', '=', importId)
        .where('taskId', '=', task.id)
        // Not what another run of the same task has ended meanwhile.
        .where('state', '=', action === 'import.check' ? 'uploaded' : 'running')
        .execute(),
    );
    return why;
  }
}

/** A check begins from the start, also after a stop. */
async function forget(db: OrganisationDb, importId: string, taskId: string): Promise<void> {
  await db.updateTable('task').set({ done: 0, failed: 0 }).where('id', '=', taskId).execute();
  await db.deleteFrom('importLine').where('importId', '=', importId).execute();
  await db
    .updateTable('importRun')
    .set({ lines: 0, created: 0, merged: 0, skipped: 0, why: null })
    .where('id', '=', importId)
    .execute();
}

/** Takes lines in together; should the database refuse them, one by one, so that a bad line costs only itself. */
async function takeBatch(going: Work, rows: readonly Row[]): Promise<void> {
  try {
    await take(going, rows);
  } catch (error) {
    if (error instanceof Overtaken || error instanceof Problem || isUnavailable(error)) throw error;
    if (rows.length > 1) {
      for (const row of rows) await takeBatch(going, [row]);
      return;
    }
    const [row] = rows;
    if (!row) return;
    const detail = 'Something failed on our side. The log has the details.';
    await inTransaction(going, (grant) =>
      report(grant, going, [
        { line: row.line, outcome: 'skipped', name: '', code: 'internal', detail, objectId: null },
      ]),
    );
    going.lines++;
  }
  const { lines, parts, task, action } = going;
  const before = lines - rows.length;
  if (action === 'import.apply' && analyseAfter.some((mark) => before < mark && lines >= mark))
    await analyse(parts, task);
}

const analyse = (parts: ImportParts, task: Running): Promise<unknown> =>
  settle(parts.perform, task.organisationId, (db) => sql`select strongroom.analyze_lists()`.execute(db));

/** One transaction of the import's work, with the rights its user has now. Throws `Overtaken` when lines were written by somebody else. */
function inTransaction<T>(
  going: Work,
  run: (grant: Grant<Working>, facts: Facts, planning: Planning) => Promise<T>,
): Promise<T> {
  const { parts, task, action, importId } = going;
  const ask = { actor: task.actor, action, objectId: importId };
  return parts.perform<Working, T>(ask, async (grant, facts) => {
    const planning = await lockImport(grant.db, importId);
    if (planning.lines !== going.lines) throw new Overtaken();
    await requireMay(grant, planning);
    if (action === 'import.check') grant.nothingDone();
    return run(grant, facts, planning);
  });
}

/** Throws unless the user may import such things, at this moment. */
export async function requireMay(
  grant: Grant<Working | 'import.run' | 'import.upload' | 'import.undo'>,
  { kind }: Pick<Planning, 'kind'>,
): Promise<void> {
  const { organisationId } = grant.actor;
  await requireAlso(grant, kind === 'user' ? 'user.import' : 'resource.import', organisationId);
}

type Make = NewPair | NewPerson;
const plan = (
  grant: Grant<Working>,
  facts: Facts,
  { mapping, options, kind }: Planning,
  going: Work,
  rows: readonly Row[],
): Promise<Planned<Make>[]> => {
  const check = going.action === 'import.check';
  if (kind === 'user') return planUsers(grant.db, { mapping, options }, check ? going.users : new Set(), rows);
  const book = check ? going.book : { ...emptyBook(), made: going.book.made };
  const { catalogue } = going.parts;
  return planResources(grant.db, facts, grant.actor.userId ?? '', { mapping, options, catalogue }, book, rows);
};

async function take(going: Work, rows: readonly Row[]): Promise<void> {
  if (going.action === 'import.check') {
    await inTransaction(going, async (grant, facts, planning) => {
      const planned = await plan(grant, facts, planning, going, rows);
      await report(grant, going, planned.map(foreseen));
    });
    going.lines += rows.length;
    return;
  }
  // What was there is changed first, call by call; what is new is made with the report, all together.
  const merged = new Map<number, LineResult>();
  // What a new account's line also asked of its resource, and was refused.
  const refused = new Map<number, Pick<LineResult, 'code' | 'detail'>>();
  const first = await inTransaction(going, async (grant, facts, planning) => {
    const planned = await plan(grant, facts, planning, going, rows);
    if (!planned.some((one) => one.is !== 'skip' && (one.is === 'merge' || one.steps.length > 0)))
      return { done: await apply(grant, facts, going, planned, merged, refused) };
    grant.nothingDone();
    return { planned, fileName: planning.fileName };
  });
  if ('planned' in first) {
    const { perform, find } = going.parts;
    const reason = `import of ${first.fileName}`.slice(0, 500);
    const mergeParts = { perform, find, actor: going.task.actor, importId: going.importId, reason };
    for (const one of first.planned) {
      if (one.is === 'merge') merged.set(one.line, await merge(mergeParts, one));
      else if (one.is === 'create' && one.steps.length > 0) {
        const objectId = one.steps[0]?.objectId ?? '';
        const { code, detail } = await merge(mergeParts, { ...one, is: 'merge', objectId });
        refused.set(one.line, { code, detail });
      }
    }
    await inTransaction(going, async (grant, facts, planning) =>
      apply(grant, facts, going, await plan(grant, facts, planning, going, rows), merged, refused),
    );
  }
  going.lines += rows.length;
}

/** Makes what is new and writes down what became of every line. */
async function apply(
  grant: Grant<Working>,
  facts: Facts,
  going: Work,
  planned: readonly Planned<Make>[],
  merged: ReadonlyMap<number, LineResult>,
  refused: ReadonlyMap<number, Pick<LineResult, 'code' | 'detail'>>,
): Promise<void> {
  if (!isApplying(grant)) throw new Error('a check makes nothing');
  const results = new Map<number, LineResult>(merged);
  const changes: Change[] = [];
  const pairs: { line: number; make: NewPair }[] = [];
  for (const one of planned) {
    if (results.has(one.line)) continue;
    if (one.is !== 'create') {
      results.set(one.line, foreseen(one));
      continue;
    }
    if ('account' in one.make) {
      pairs.push({ line: one.line, make: one.make });
      results.set(one.line, { ...foreseen(one), ...refused.get(one.line), objectId: one.make.account.id });
      continue;
    }
    try {
      const change = await addPerson(grant, facts, one.line, one.make);
      changes.push(change);
      results.set(one.line, { ...foreseen(one), objectId: change.objectId });
    } catch (error) {
      if (!(error instanceof Problem) || error.code === 'name-taken') throw error;
      results.set(one.line, { ...foreseen(one), outcome: 'skipped', code: error.code, detail: inWords(error) });
    }
  }
  if (pairs.length > 0) changes.push(...(await writeResources(grant, going.parts.vault, pairs)));
  await writeChanges(grant.db, grant.actor.organisationId, going.importId, changes);
  const all = [...results.values()];
  await report(grant, going, all);
  for (const change of changes) if (change.kind === 'resource') going.book.made.add(change.objectId);
  grant.about({ kind: 'import', id: going.importId });
  grant.note({ lines: all.length, made: changes.length });
}

const isApplying = (grant: Grant<Working>): grant is Grant<'import.apply'> => grant.action === 'import.apply';

/** What a line comes to, as planned. */
function foreseen(one: Planned<Make>): LineResult {
  const { line, name } = one;
  if (one.is === 'skip') return { line, name, outcome: 'skipped', code: one.code, detail: one.detail, objectId: null };
  const outcome = one.is === 'create' ? 'created' : 'merged';
  const objectId = one.is === 'merge' ? one.objectId : null;
  return { line, name, outcome, code: null, detail: one.detail ?? null, objectId };
}

async function report(grant: Grant<Working>, going: Work, results: readonly LineResult[]): Promise<void> {
  const { organisationId } = grant.actor;
  await writeLines(grant.db, organisationId, going.importId, results);
  const failed = results.filter((one) => one.outcome === 'skipped').length;
  await countDone(grant.db, going.task.id, results.length - failed, failed);
}

/** Ends the import, and sets off what follows: fresh statistics, and the set-up links of new users. */
async function finish(going: Work, planning: Planning): Promise<void> {
  const { parts, task, action, importId } = going;
  if (action === 'import.apply') await analyse(parts, task);
  const ask = { actor: task.actor, action, objectId: importId };
  await parts.perform<Working, void>(ask, async (grant) => {
    const state = action === 'import.check' ? 'checked' : 'done';
    const endedAt = action === 'import.check' ? null : new Date();
    await grant.db.updateTable('importRun').set({ state, endedAt }).where('id', '=', importId).execute();
    if (!isApplying(grant) || planning.kind !== 'user' || !planning.options.invite) return;
    const { rows } = await sql<{ id: string; name: string }>`
      select l.object_id as id, l.name from import_line l where l.import_id = ${importId} and l.outcome = 'created' order by l.line`.execute(
      grant.db,
    );
    if (rows.length > 0) await start(grant, 'user.invite', {}, rows);
  });
}
