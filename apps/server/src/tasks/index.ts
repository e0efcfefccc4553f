// Long work: one call made for many things, as a job that shows progress and keeps a result for each.
// It owns `task` and `task_item`, their endpoints and the running of them. Imports write their progress here too.
// It decides nothing: every item goes through the contract's own call, for the user who asked.
import { enqueue } from '../platform/jobs.ts';
import { sql } from 'kysely';
import type { Database } from '../platform/db.ts';
import type { TaskParts } from './parts.ts';
import { begin, end, runItems, type Running } from './run.ts';

export type { FindEndpoint } from './parts.ts';
export { settle, type Running } from './run.ts';
export { addTask, countDone, readTaskReply } from './task.queries.ts';
export { start, taskEndpoints as tasksEndpoints } from './tasks.endpoints.ts';

/**
 * What does the work of a kind of task that is no list of items. Answers undefined at its end, why it failed, or null when it
 * is not at its end: because the server stops, or because another run of the same task goes on.
 */
export type OtherWork = (task: Running, signal: AbortSignal) => Promise<string | null | undefined>;

/** The job: runs a task to its end, or as far as it comes before the server stops. */
export async function runTask(
  parts: TaskParts,
  others: Readonly<Record<string, OtherWork>>,
  { organisationId, taskId }: { organisationId: string; taskId: string },
  signal: AbortSignal,
): Promise<void> {
  const task = await begin(parts.perform, organisationId, taskId);
  if (!task) return;
  const other = others[task.kind];
  if (!other) return runItems(parts, task, signal);
  const why = await other(task, signal);
  if (why !== null) await end(parts.perform, task, why === undefined ? 'done' : 'failed', why ?? null);
}

/** How long a task that has ended is shown; what it did stays in the audit trail. */
const keptDays = 90;
/** Takes away tasks that ended long ago. */
export async function sweepTasks(database: Database, organisationId: string): Promise<void> {
  await database.asOrganisation(organisationId, async (db) => {
    await sql`delete from task where ended_at < now() - make_interval(days => ${keptDays})`.execute(db);
  });
}

/** Puts tasks back in line that a stopped server left in the middle. Call it at start. */
export async function recoverTasks(database: Database): Promise<number> {
  const { rows } = await sql<{ id: string; organisationId: string }>`
    select id, organisation_id from strongroom.unfinished_tasks()`.execute(database.anyone);
  for (const { id, organisationId } of rows)
    await database.asOrganisation(organisationId, (db) =>
      enqueue(db, 'task', { organisationId, taskId: id }, { key: `task:${id}` }),
    );
  return rows.length;
}
