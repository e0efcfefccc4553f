import { ImportMapping, ImportOptions, type Import, type ImportId, type TaskId } from '@strongroom/contract';
import { sql } from 'kysely';
import type { z } from 'zod';
import type { OrganisationDb } from '../platform/db.ts';
import { Problem } from '../platform/problem.ts';

/** How long an import can be undone, and its file is kept. */
export const undoDays = 7;

export interface ImportRow {
  id: string;
  kind: 'resource' | 'user';
  state: string;
  fileName: string;
  fileId: string | null;
  mapping: unknown;
  options: unknown;
  taskId: string | null;
  lines: number;
  created: number;
  merged: number;
  skipped: number;
  why: string | null;
  createdAt: Date;
  endedAt: Date | null;
  undoneAt: Date | null;
  undoUntil: Date | null;
}

// A run or an undoing whose task was ended is at work no more, whatever the import's own row says.
export const importColumns = sql`i.id, i.kind, i.file_name, i.file_id, i.mapping, i.options, i.task_id, i.lines, i.created, i.merged, i.skipped, i.why,
  i.created_at, i.ended_at, i.undone_at,
  case when i.state in ('running', 'undoing') and t.state in ('failed', 'cancelled') then 'failed' else i.state end as state,
  case when i.state in ('done', 'failed') or i.state in ('running', 'undoing') and t.state in ('failed', 'cancelled')
    then coalesce(i.ended_at, t.ended_at, i.created_at) + make_interval(days => ${undoDays}) end as undo_until`;
export const importTables = sql`import_run i left join task t on t.id = i.task_id`;

/** A row as the API shows it. */
export function importReply(row: ImportRow): z.input<typeof Import> {
  return {
    id: row.id as ImportId,
    kind: row.kind,
    state: row.state as z.output<typeof Import>['state'],
    fileName: row.fileName,
    mapping: ImportMapping.parse(row.mapping),
    options: ImportOptions.parse(row.options),
    taskId: row.taskId as TaskId | null,
    lines: row.lines,
    created: row.created,
    merged: row.merged,
    skipped: row.skipped,
    why: row.why,
    createdAt: row.createdAt.toISOString(),
    endedAt: row.endedAt?.toISOString() ?? null,
    undoneAt: row.undoneAt?.toISOString() ?? null,
    undoUntil: row.undoUntil !== null && row.undoUntil > new Date() ? row.undoUntil.toISOString() : null,
    fileKept: row.fileId !== null,
  };
}

/** Throws `not-found`. */
export async function readImportRow(db: OrganisationDb, id: string): Promise<ImportRow> {
  const { rows } = await sql<ImportRow>`select ${importColumns} from ${importTables} where i.id = ${id}`.execute(db);
  if (!rows[0]) throw new Problem('not-found');
  return rows[0];
}
