import { BulkCall } from '@strongroom/contract';
import { sql } from 'kysely';
import { z } from 'zod';
import { system, type Actor, type Door, type Perform, type Scope } from '../authorise/index.ts';
import { isUnavailable, type OrganisationDb } from '../platform/db.ts';
import { Problem } from '../platform/problem.ts';
import { bulkCalls, objectFor } from './bulk.ts';
import type { TaskParts } from './parts.ts';

const noDoor: Door = { startSession: () => undefined, endSession: () => undefined };
const itemsAtOnce = 200;
/** Calls that wait for targets: so many wait at a time. */
const longAtOnce = 8;

/** A task at work. */
export interface Running {
  readonly id: string;
  readonly organisationId: string;
  readonly kind: string;
  readonly input: Record<string, unknown>;
  readonly reason: string | null;
  readonly ticket: string | null;
  /** The user who asked, with the scopes they had then: what the task's work is decided for. */
  readonly actor: Actor;
}

/** Another run of the task did it meanwhile, or the task was ended: the work is rolled back, and nothing is recorded of it. */
class Overtaken extends Error {}

/** Takes a task up, at its start or after a restart. Undefined when it has ended. */
export async function begin(perform: Perform, organisationId: string, taskId: string): Promise<Running | undefined> {
  return settle(perform, organisationId, async (db) => {
    const { rows } = await sql<{
      kind: string;
      input: Record<string, unknown>;
      reason: string | null;
      ticket: string | null;
      userId: string | null;
      scopes: Scope[] | null;
    }>`
      update task set state = 'running', started_at = coalesce(started_at, now())
      where id = ${taskId} and state in ('waiting', 'running') returning kind, input, reason, ticket, user_id, scopes`.execute(
      db,
    );
    const row = rows[0];
    if (!row) return undefined;
    const { userId, scopes, ...rest } = row;
    const origin = { requestId: taskId, address: null, client: 'task' };
    const actor: Actor = { kind: 'user', organisationId, userId, task: { id: taskId, scopes }, origin };
    return { id: taskId, organisationId, ...rest, actor };
  });
}

/** Bookkeeping of a task by the product itself. */
export const settle = <T>(
  perform: Perform,
  organisationId: string,
  work: (db: OrganisationDb) => Promise<T>,
): Promise<T> =>
  perform({ actor: system(organisationId), action: 'task.settle', objectId: organisationId }, (grant) =>
    work(grant.db),
  );

/** Ends a task that is still running. */
export const end = (perform: Perform, task: Running, state: 'done' | 'failed', why: string | null): Promise<unknown> =>
  settle(perform, task.organisationId, (db) =>
    db
      .updateTable('task')
      .set({ state, why, endedAt: new Date() })
      .where('id', '=', task.id)
      .where('state', '=', 'running')
      .execute(),
  );

interface Waiting {
  n: number;
  objectId: string;
}

/**
 * Makes the task's call for every item that still waits, each as a contract call of the user who asked. A call of one
 * transaction marks its item in that transaction: killed at any moment, it was done and marked or neither. Throws when the
 * database is away: the queue tries again, and goes on where this ended.
 */
export async function runItems(parts: TaskParts, task: Running, signal: AbortSignal): Promise<void> {
  const name = BulkCall.parse(task.kind);
  const { long } = bulkCalls[name];
  const { call, handle } = parts.find(task.kind);
  const shape = call.input instanceof z.ZodObject ? call.input.shape : {};
  const inputFor = (item: Waiting): Record<string, unknown> => ({
    ...task.input,
    ...objectFor(name, item.objectId),
    ...(task.reason !== null && 'reason' in shape ? { reason: task.reason } : {}),
    ...(task.ticket !== null && 'ticket' in shape ? { ticket: task.ticket } : {}),
  });
  const doOne = async (item: Waiting): Promise<void> => {
    try {
      if (long) {
        await handle(parts.perform, task.actor, inputFor(item), noDoor);
        await settle(parts.perform, task.organisationId, (db) => mark(db, task, item, 'done'));
      } else await handle(marking(parts.perform, task, item), task.actor, inputFor(item), noDoor);
    } catch (error) {
      if (error instanceof Overtaken) return;
      if (!(error instanceof Problem) && isUnavailable(error)) throw error;
      await settle(parts.perform, task.organisationId, (db) => mark(db, task, item, 'failed', error)).catch(
        (failure: unknown) => {
          if (!(failure instanceof Overtaken)) throw failure;
        },
      );
    }
  };
  for (let after = -1; ;) {
    const items = await settle(parts.perform, task.organisationId, (db) => waitingItems(db, task, after));
    if (items.length === 0) break;
    const queue = items.values();
    const lane = async (): Promise<void> => {
      for (const item of queue) {
        if (signal.aborted) return;
        await doOne(item);
      }
    };
    await Promise.all(Array.from({ length: long ? longAtOnce : 1 }, lane));
    // Taken up again at the next start.
    if (signal.aborted) return;
    after = items.at(-1)?.n ?? after;
  }
  await end(parts.perform, task, 'done', null);
}

/** None when the task has been ended. */
async function waitingItems(db: OrganisationDb, task: Running, after: number): Promise<Waiting[]> {
  const { rows } = await sql<Waiting>`
    select i.n, i.object_id from task_item i join task t on t.id = i.task_id and t.state = 'running'
    where i.task_id = ${task.id} and i.state = 'waiting' and i.n > ${after} order by i.n limit ${itemsAtOnce}`.execute(
    db,
  );
  return rows;
}

/** Performs as ever, and marks the item in the same transaction as the work. */
const marking =
  (perform: Perform, task: Running, item: Waiting): Perform =>
  (ask, work) =>
    perform(ask, async (grant, facts, also) => {
      const result = await work(grant, facts, also);
      await mark(grant.db, task, item, 'done');
      return result;
    });

/** Throws `Overtaken` when the item no longer waits, or the task no longer runs. */
async function mark(
  db: OrganisationDb,
  task: Running,
  item: Waiting,
  state: 'done' | 'failed',
  error?: unknown,
): Promise<void> {
  const [code, detail] = state === 'done' ? [null, null] : inWords(error);
  const { rows } = await sql<{ n: number }>`
    with marked as (
      update task_item i set state = ${state}, code = ${code}, detail = ${detail}
      where i.task_id = ${task.id} and i.n = ${item.n} and i.state = 'waiting'
        and exists (select 1 from task t where t.id = ${task.id} and t.state = 'running') returning i.n),
    counted as (
      update task t set done = done + ${state === 'done' ? 1 : 0}, failed = failed + ${state === 'failed' ? 1 : 0}
      where t.id = ${task.id} and exists (select 1 from marked) returning t.state)
    select m.n from marked m join counted c on c.state = 'running'`.execute(db);
  if (rows.length === 0) throw new Overtaken();
}

/** A failure's code and sentence, as the item's result shows it. */
function inWords(error: unknown): [string, string] {
  if (!(error instanceof Problem)) return ['internal', 'Something failed on our side. The log has the details.'];
  // Of settings a sentence that was written for the case says it all; the fields are for forms.
  const said = error.code === 'settings-invalid' && error.detail !== undefined;
  const faults = said ? [] : (error.errors ?? []);
  const told = faults.map((fault) => `${fault.path}: ${fault.message}`);
  return [error.code, [error.detail ?? error.message, ...told].join(' ').slice(0, 1000)];
}
