import {
  checkImport,
  discardImport,
  listImportLines,
  listImports,
  openImport,
  readImport,
  runImport,
  undoImport,
  type ImportMapping,
} from '@strongroom/contract';
import { sql } from 'kysely';
import { endpoint, longEndpoint, type Endpoint, type Grant } from '../authorise/index.ts';
import { dropFile } from '../files/index.ts';
import { readPage } from '../platform/paging.ts';
import { Problem } from '../platform/problem.ts';
import { readFields, type DriverCatalogue } from '../resource/index.ts';
import { addTask, readTaskReply } from '../tasks/index.ts';
import { columnsFor } from './columns.ts';
import { beginning } from './file.ts';
import { importColumns, importReply, importTables, readImportRow, type ImportRow } from './import.queries.ts';
import { fileOf, lockImport, type ImportParts, type Planning } from './parts.ts';
import { requireMay } from './run.ts';

const importOf = (input: { importId: string }): string => input.importId;

export const importEndpoints = (parts: ImportParts): Endpoint[] => [
  endpoint(listImports, {
    async run(grant, input) {
      const page = await readPage<ImportRow>(grant.db, input, {
        select: importColumns,
        from: sql`from ${importTables} where i.user_id = ${grant.actor.userId} ${input.kind ? sql`and i.kind = ${input.kind}` : sql``}`,
        id: sql`i.id`,
        first: '-createdAt',
        orders: { createdAt: { by: sql`i.created_at`, type: 'timestamptz' } },
      });
      return { ...page, items: page.rows.map(importReply) };
    },
  }),
  endpoint(readImport, {
    object: importOf,
    run: async (grant) => importReply(await readImportRow(grant.db, grant.objectId)),
  }),
  longEndpoint(openImport, (perform, actor, input) => beginning(parts, perform, actor, input.importId)),
  endpoint(checkImport, {
    object: importOf,
    async run(grant, input) {
      const planning = await atRest(grant, ['uploaded', 'checked']);
      await requireMay(grant, planning);
      fileOf(planning);
      await requireColumns(grant, planning, input.mapping, parts.catalogue);
      await grant.db
        .updateTable('importRun')
        .set({
          mapping: JSON.stringify(input.mapping),
          options: JSON.stringify(input.options),
          state: 'uploaded',
          why: null,
        })
        .where('id', '=', grant.objectId)
        .execute();
      return begin(grant, planning, 'import.check', `Check ${planning.fileName}`, 0);
    },
  }),
  endpoint(runImport, {
    object: importOf,
    async run(grant) {
      const planning = await atRest(grant, ['checked']);
      await requireMay(grant, planning);
      fileOf(planning);
      await grant.db.deleteFrom('importLine').where('importId', '=', grant.objectId).execute();
      await grant.db
        .updateTable('importRun')
        .set({ state: 'running', lines: 0, created: 0, merged: 0, skipped: 0, why: null })
        .where('id', '=', grant.objectId)
        .execute();
      return begin(grant, planning, 'import.run', `Import ${planning.fileName}`, planning.lines);
    },
  }),
  endpoint(undoImport, {
    object: importOf,
    async run(grant) {
      const planning = await atRest(grant, ['done', 'failed']);
      const { undoUntil } = await readImportRow(grant.db, grant.objectId);
      if (undoUntil === null || undoUntil < new Date())
        throw new Problem('not-that-state', { detail: 'An import can be undone for seven days.' });
      const { rows } = await sql<{
        n: number;
      }>`select count(*)::int as n from import_change where import_id = ${grant.objectId}`.execute(grant.db);
      await grant.db.updateTable('importRun').set({ state: 'undoing' }).where('id', '=', grant.objectId).execute();
      return begin(grant, planning, 'import.undo', `Undo the import of ${planning.fileName}`, rows[0]?.n ?? 0);
    },
  }),
  endpoint(listImportLines, {
    object: importOf,
    async run(grant, input) {
      const from = sql`from import_line l where l.import_id = ${grant.objectId} ${input.outcome ? sql`and l.outcome = ${input.outcome}` : sql``}`;
      const [counted, read] = await Promise.all([
        sql<{ total: number }>`select count(*)::int as total ${from}`.execute(grant.db),
        sql<{
          line: number;
          outcome: 'created' | 'merged' | 'skipped';
          name: string;
          code: string | null;
          detail: string | null;
          objectId: string | null;
        }>`select l.line, l.outcome, l.name, l.code, l.detail, l.object_id ${from} order by l.line limit ${input.limit} offset ${input.offset}`.execute(
          grant.db,
        ),
      ]);
      return { items: read.rows, total: counted.rows[0]?.total ?? 0 };
    },
  }),
  endpoint(discardImport, {
    object: importOf,
    async run(grant) {
      const { fileId } = await atRest(grant, ['uploaded', 'checked', 'done', 'failed', 'undone']);
      await grant.db.deleteFrom('importRun').where('id', '=', grant.objectId).execute();
      if (fileId !== null) await dropFile(grant, fileId);
      return {};
    },
  }),
];

type Starting = 'import.check' | 'import.run' | 'import.undo' | 'import.discard';

/** Locks the import. Throws `not-that-state` while a task works on it, and in other states than these. */
async function atRest(grant: Grant<Starting>, states: readonly string[]): Promise<Planning> {
  const planning = await lockImport(grant.db, grant.objectId);
  const { state, taskId } = await readImportRow(grant.db, grant.objectId);
  const busy =
    taskId !== null &&
    (await grant.db
      .selectFrom('task')
      .select('id')
      .where('id', '=', taskId)
      .where('state', 'in', ['waiting', 'running'])
      .executeTakeFirst());
  if (busy || !states.includes(state)) throw new Problem('not-that-state');
  return planning;
}

/** Throws `input-invalid` for a mapping to what there is not, and for one without the columns that every line needs. */
async function requireColumns(
  grant: Grant,
  { kind }: Planning,
  mapping: ImportMapping,
  catalogue: DriverCatalogue,
): Promise<void> {
  const known = new Set(columnsFor(kind, await readFields(grant.db), catalogue).map((column) => column.key));
  const errors = Object.keys(mapping)
    .filter((key) => !known.has(key))
    .map((key) => ({ path: `mapping.${key}`, message: 'is nothing that a column can hold' }));
  const needed = kind === 'resource' ? ['resourceName', 'username'] : ['username', 'email'];
  for (const key of needed)
    if (mapping[key] === undefined) errors.push({ path: `mapping.${key}`, message: 'choose the column of it' });
  const columns = Object.values(mapping);
  if (new Set(columns).size < columns.length) errors.push({ path: 'mapping', message: 'holds a column twice' });
  if (errors.length > 0) throw new Problem('input-invalid', { errors });
}

async function begin(
  grant: Grant<'import.check' | 'import.run' | 'import.undo'>,
  { id }: Planning,
  kind: string,
  title: string,
  total: number,
) {
  const taskId = await addTask(grant, { kind, title, input: { importId: id }, total });
  await grant.db.updateTable('importRun').set({ taskId }).where('id', '=', id).execute();
  return {
    import: importReply(await readImportRow(grant.db, id)),
    task: await readTaskReply(grant.db, taskId),
  };
}
