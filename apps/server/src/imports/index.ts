// Files of resources and of users: taking them in, checking, importing, and undoing that.
// It owns `import_run`, `import_line` and `import_change`, and how a line becomes a thing. The file itself lies in files/,
// sealed; what was there before is changed through the contract's own calls.
import { sql } from 'kysely';
import type { Database } from '../platform/db.ts';
import type { OtherWork } from '../tasks/index.ts';
import { undoDays } from './import.queries.ts';
import type { ImportParts } from './parts.ts';
import { checkImport, runImport } from './run.ts';
import { undoImport } from './undo.ts';

export { importStreams } from './file.ts';
export { importEndpoints as importsEndpoints } from './imports.endpoints.ts';

/** How long the report of an import is kept; what happened stays in the audit trail. */
const reportDays = 90;

/** The kinds of task that imports are. */
export const importTasks = (parts: ImportParts): Readonly<Record<string, OtherWork>> => ({
  'import.check': (task, signal) => checkImport(parts, task, signal),
  'import.run': (task, signal) => runImport(parts, task, signal),
  'import.undo': (task, signal) => undoImport(parts, task, signal),
});

/** Lets go of the files of imports that can be undone no more, and of uploads nobody came back to; the sweep of files takes them away. */
export async function sweepImports(database: Database, organisationId: string): Promise<void> {
  await database.asOrganisation(organisationId, async (db) => {
    await sql`update import_run set file_id = null where file_id is not null
      and greatest(created_at, coalesce(ended_at, created_at)) < now() - make_interval(days => ${undoDays})`.execute(
      db,
    );
    await sql`delete from import_change c using import_run i where i.id = c.import_id and i.state <> 'undoing'
      and greatest(i.created_at, coalesce(i.ended_at, i.created_at)) < now() - make_interval(days => ${undoDays + 1})`.execute(
      db,
    );
    await sql`delete from import_run where created_at < now() - make_interval(days => ${reportDays}) and state not in ('running', 'undoing')`.execute(
      db,
    );
  });
}
