import type { Task } from '@strongroom/contract';
import { sql } from 'kysely';
import type { Action, Grant } from '../authorise/index.ts';
import type { OrganisationDb } from '../platform/db.ts';
import { enqueue } from '../platform/jobs.ts';
import { Problem } from '../platform/problem.ts';
import { newId } from '../platform/random.ts';
import type { z } from 'zod';

export interface TaskRow {
  id: string;
  kind: string;
  title: string;
  state: string;
  total: number;
  done: number;
  failed: number;
  why: string | null;
  input: unknown;
  reason: string | null;
  ticket: string | null;
  createdAt: Date;
  startedAt: Date | null;
  endedAt: Date | null;
}

/** A row as the API shows it. An import's task carries only which import. */
export function taskReply(row: TaskRow): z.input<typeof Task> {
  const input = (row.input ?? {}) as Record<string, unknown>;
  const importId = row.kind.startsWith('import.') ? String(input['importId']) : null;
  return {
    id: row.id as z.output<typeof Task>['id'],
    kind: row.kind,
    title: row.title,
    state: row.state as z.output<typeof Task>['state'],
    total: row.total,
    done: row.done,
    failed: row.failed,
    why: row.why,
    input: importId === null ? input : {},
    reason: row.reason,
    ticket: row.ticket,
    importId,
    createdAt: row.createdAt.toISOString(),
    startedAt: row.startedAt?.toISOString() ?? null,
    endedAt: row.endedAt?.toISOString() ?? null,
  };
}

/** Throws `not-found`. */
export async function readTaskReply(db: OrganisationDb, id: string): Promise<z.input<typeof Task>> {
  const row = await db
    .selectFrom('task')
    .select([
      'id',
      'kind',
      'title',
      'state',
      'total',
      'done',
      'failed',
      'why',
      'input',
      'reason',
      'ticket',
      'createdAt',
      'startedAt',
      'endedAt',
    ])
    .where('id', '=', id)
    .executeTakeFirst();
  if (!row) throw new Problem('not-found');
  return taskReply(row);
}

interface NewTask {
  readonly kind: string;
  readonly title: string;
  readonly input: Record<string, unknown>;
  readonly total: number;
  readonly reason?: string | undefined;
  readonly ticket?: string | undefined;
}

/** Writes a task down for the grant's actor, with the scopes they have now, and puts it in line. Returns its id. */
export async function addTask(
  grant: Grant<Extract<Action, 'task.start' | `import.${string}`>>,
  task: NewTask,
): Promise<string> {
  const { organisationId, userId, token } = grant.actor;
  const id = newId();
  const { input, reason = null, ticket = null, ...rest } = task;
  await grant.db
    .insertInto('task')
    .values({
      id,
      organisationId,
      userId,
      ...rest,
      input: JSON.stringify(input),
      scopes: scopesOf(grant) ?? (token ? [...token.scopes] : null),
      reason,
      ticket,
    })
    .execute();
  await enqueue(grant.db, 'task', { organisationId, taskId: id }, { key: `task:${id}` });
  return id;
}

/** A task that starts another one hands on no more than it has. */
const scopesOf = (grant: Grant): string[] | null => {
  const scopes = grant.actor.task?.scopes;
  return scopes ? [...scopes] : null;
};

/** Adds to what a task has got done, for its progress. */
export const countDone = (db: OrganisationDb, taskId: string, done: number, failed: number): Promise<unknown> =>
  sql`update task set done = done + ${done}, failed = failed + ${failed} where id = ${taskId}`.execute(db);
