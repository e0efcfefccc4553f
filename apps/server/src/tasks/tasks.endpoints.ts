import {
  cancelTask,
  listTaskItems,
  listTasks,
  readTask,
  startTask,
  type BulkCall,
  type Selection,
} from '@strongroom/contract';
import { sql } from 'kysely';
import { z } from 'zod';
import { endpoint, longEndpoint, type Endpoint, type Grant } from '../authorise/index.ts';
import type { OrganisationDb } from '../platform/db.ts';
import { readPage } from '../platform/paging.ts';
import { Problem } from '../platform/problem.ts';
import { newId } from '../platform/random.ts';
import { bulkCalls, objectFor, titleOf } from './bulk.ts';
import type { FindEndpoint, TaskParts } from './parts.ts';
import { itemsOfIds, itemsOfList, type Item } from './selection.ts';
import { addTask, readTaskReply, taskReply, type TaskRow } from './task.queries.ts';

const taskOf = (input: { taskId: string }): string => input.taskId;

export const taskEndpoints = ({ find }: Pick<TaskParts, 'find'>): Endpoint[] => [
  longEndpoint(startTask, async (perform, actor, input) => {
    const { call, selection } = input;
    checkInput(find, call, input.input);
    if ('list' in selection && selection.list !== bulkCalls[call].list)
      throw invalid('selection.list', `is not a list of what ${call} is done to`);
    // Outside of the transaction: the pages of a list are calls of their own.
    const listed = 'list' in selection ? await itemsOfList(find, perform, actor, selection) : undefined;
    const ask = {
      actor,
      action: 'task.start',
      objectId: actor.organisationId,
      reason: input.reason,
      ticket: input.ticket,
    } as const;
    return perform(ask, async (grant, facts) => {
      const items =
        listed ?? (await itemsOfIds(grant.db, facts, actor.userId ?? '', bulkCalls[call].list, idsOf(selection)));
      if (call === 'resource.configure-reset') await requireOneType(grant.db, items);
      await requireNoSecretField(grant.db, input.input);
      const { reason, ticket } = input;
      return readTaskReply(grant.db, await start(grant, call, input.input, items, { reason, ticket }));
    });
  }),
  endpoint(listTasks, {
    async run(grant, input) {
      const page = await readPage<TaskRow>(grant.db, input, {
        select: sql`t.id, t.kind, t.title, t.state, t.total, t.done, t.failed, t.why, t.input, t.reason, t.ticket, t.created_at, t.started_at, t.ended_at`,
        from: sql`from task t where t.user_id = ${grant.actor.userId} ${input.state ? sql`and t.state = ${input.state}` : sql``}`,
        id: sql`t.id`,
        first: '-createdAt',
        orders: { createdAt: { by: sql`t.created_at`, type: 'timestamptz' } },
      });
      return { ...page, items: page.rows.map(taskReply) };
    },
  }),
  endpoint(readTask, { object: taskOf, run: (grant) => readTaskReply(grant.db, grant.objectId) }),
  endpoint(listTaskItems, {
    object: taskOf,
    async run(grant, input) {
      const from = sql`from task_item i where i.task_id = ${grant.objectId} ${input.state ? sql`and i.state = ${input.state}` : sql``}`;
      const [counted, read] = await Promise.all([
        sql<{ total: number }>`select count(*)::int as total ${from}`.execute(grant.db),
        sql<{
          n: number;
          objectId: string | null;
          name: string;
          state: 'waiting' | 'done' | 'failed';
          code: string | null;
          detail: string | null;
        }>`
          select i.n, i.object_id, i.name, i.state, i.code, i.detail ${from} order by i.n limit ${input.limit} offset ${input.offset}`.execute(
          grant.db,
        ),
      ]);
      return { items: read.rows, total: counted.rows[0]?.total ?? 0 };
    },
  }),
  endpoint(cancelTask, {
    object: taskOf,
    async run(grant) {
      // Whatever of it is at work ends first: it holds the row.
      const ended = await grant.db
        .updateTable('task')
        .set({ state: 'cancelled', endedAt: new Date() })
        .where('id', '=', grant.objectId)
        .where('state', 'in', ['waiting', 'running'])
        .executeTakeFirst();
      if (ended.numUpdatedRows === 0n) throw new Problem('not-that-state', { detail: 'The task has ended already.' });
      return readTaskReply(grant.db, grant.objectId);
    },
  }),
];

const idsOf = (selection: Selection): readonly string[] => ('ids' in selection ? selection.ids : []);
const invalid = (path: string, message: string): Problem =>
  new Problem('input-invalid', { errors: [{ path, message }] });

/** Writes a task for many down with its items, under a grant. Returns its id. Only calls of the list, with an input that was checked. */
export async function start(
  grant: Grant<'task.start' | 'import.apply'>,
  call: BulkCall,
  input: Record<string, unknown>,
  items: readonly Item[],
  why: { reason?: string | undefined; ticket?: string | undefined } = {},
): Promise<string> {
  const { organisationId } = grant.actor;
  const title = titleOf(call, items.length);
  const taskId = await addTask(grant, { kind: call, title, input, total: items.length, ...why });
  await sql`insert into task_item (organisation_id, task_id, n, object_id, name)
    select ${organisationId}, ${taskId}, (x.n - 1)::int, x.id, x.name
    from unnest(${items.map((item) => item.id)}::uuid[], ${items.map((item) => item.name)}::text[]) with ordinality as x(id, name, n)`.execute(
    grant.db,
  );
  if (grant.action === 'task.start') {
    grant.about({ kind: 'task', id: taskId, name: title });
    grant.note({ call, items: items.length });
  }
  return taskId;
}

/** Throws `input-invalid` for what the call does not take for many, and for what it would refuse of any of them. */
function checkInput(find: FindEndpoint, call: BulkCall, input: Record<string, unknown>): void {
  const { takes } = bulkCalls[call];
  for (const name of Object.keys(input))
    if (!takes.includes(name)) throw invalid(`input.${name}`, 'is not set for many at once');
  const parsed = find(call).call.input.safeParse({ ...input, ...objectFor(call, newId()) });
  if (!parsed.success)
    throw new Problem('input-invalid', {
      errors: parsed.error.issues.map((issue) => ({
        path: ['input', ...issue.path].join('.'),
        message: issue.message,
      })),
    });
}

/** RES-08: reset settings are of one resource type, whose driver reads them. */
async function requireOneType(db: OrganisationDb, items: readonly Item[]): Promise<void> {
  const seen = items.filter((item) => item.name !== '').map((item) => item.id);
  const { rows } = await sql<{ type: string }>`
    select distinct r.type from resource r where r.id = any(${seen}::uuid[]) order by r.type limit 3`.execute(db);
  if (rows.length > 1)
    throw invalid('selection', `must be of one type: these are ${rows.map((row) => row.type).join(', ')}`);
}

/** A task keeps its input as it is, so that nothing sealed may be in it. */
async function requireNoSecretField(db: OrganisationDb, input: Record<string, unknown>): Promise<void> {
  const ids = z.record(z.uuid(), z.unknown()).safeParse(input['fields']);
  if (!ids.success || Object.keys(ids.data).length === 0) return;
  const secret = await db
    .selectFrom('customField')
    .select('name')
    .where('id', 'in', Object.keys(ids.data))
    .where('kind', 'in', ['password', 'file'])
    .executeTakeFirst();
  if (secret) throw invalid('input.fields', `${secret.name} holds secrets, which are set one by one`);
}
