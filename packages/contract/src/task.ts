import { z } from 'zod';
import { call, Instant, listReply, Reason, Ticket } from './call.ts';
import { AccountId, ResourceId, TaskId, UserId } from './ids.ts';

/** The calls that can be made for many things at once. Each takes one object by its id, and none carries a secret. */
export const BulkCall = z.enum([
  'resource.update',
  'resource.tag',
  'resource.configure-reset',
  'resource.share',
  'resource.transfer',
  'resource-group.change-members',
  'resource.delete',
  'account.update',
  'account.move',
  'account.share',
  'account.rotate',
  'account.verify',
  'account.delete',
  'resource.control-access',
  'account.control-access',
  'user.update',
  'user.invite',
  'user.lock',
  'user.enable',
  'user.disable',
  'user.delete',
]);
export type BulkCall = z.infer<typeof BulkCall>;

/** The lists that a selection may come from. */
export const BulkList = z.enum(['resources', 'accounts', 'users']);
export type BulkList = z.infer<typeof BulkList>;

/** The most things one task is for. */
export const bulkLimit = 10_000;

/** What a task is for: things by their ids, or whatever a list shows with these filters at this moment. */
export const Selection = z.union([
  z.object({
    ids: z
      .array(z.union([ResourceId, AccountId, UserId]))
      .min(1)
      .max(bulkLimit),
  }),
  z.object({
    list: BulkList,
    /** The list’s own filters, as its call takes them. */
    filter: z
      .record(
        z.string().max(80),
        z.union([z.string().max(1000), z.number(), z.boolean(), z.array(z.string().max(600)).max(20)]),
      )
      .default({}),
    /** Those of it that are left out. */
    except: z.array(z.uuid()).max(bulkLimit).default([]),
  }),
]);
export type Selection = z.infer<typeof Selection>;

export const TaskState = z.enum(['waiting', 'running', 'done', 'failed', 'cancelled']);
export type TaskState = z.infer<typeof TaskState>;

export const Task = z
  .object({
    id: TaskId,
    /** A call that is made for many, or `import.check`, `import.run` or `import.undo`. */
    kind: z.string(),
    /** In words, such as ‘Delete 12 resources’. */
    title: z.string(),
    state: TaskState,
    /** How many there are to do; 0 while that is not known. */
    total: z.int(),
    done: z.int(),
    failed: z.int(),
    /** Why it stopped before its end. */
    why: z.string().nullable(),
    /** The input that each call is made with, beside the id. */
    input: z.record(z.string(), z.unknown()),
    reason: z.string().nullable(),
    ticket: z.string().nullable(),
    /** What an import’s task works on. */
    importId: z.uuid().nullable(),
    createdAt: Instant,
    startedAt: Instant.nullable(),
    endedAt: Instant.nullable(),
  })
  .meta({ id: 'Task' });
export type Task = z.infer<typeof Task>;

export const TaskItem = z
  .object({
    n: z.int(),
    objectId: z.uuid().nullable(),
    /** What it was called when the task began; empty for what the asker could not see. */
    name: z.string(),
    state: z.enum(['waiting', 'done', 'failed']),
    /** The problem’s code, and more in words. */
    code: z.string().nullable(),
    detail: z.string().nullable(),
  })
  .meta({ id: 'TaskItem' });
export type TaskItem = z.infer<typeof TaskItem>;

export const startTask = call({
  name: 'task.start',
  method: 'POST',
  path: '/tasks',
  scope: 'manage',
  summary:
    'Makes one call for many things, as a task: each is decided and recorded by itself, with the rights the asker has when its turn comes.',
  input: z.object({
    call: BulkCall,
    selection: Selection,
    /** What the call takes beside the object’s id, its reason and its ticket. */
    input: z.record(z.string().max(80), z.unknown()).default({}),
    reason: Reason.optional(),
    ticket: Ticket.optional(),
  }),
  reply: Task,
});
export const listTasks = call({
  name: 'task.list',
  method: 'GET',
  path: '/tasks',
  scope: 'read',
  summary: 'One’s own tasks, newest first.',
  input: z.object({
    state: TaskState.optional(),
    limit: z.coerce.number().int().min(1).max(500).default(100),
    offset: z.coerce.number().int().min(0).max(10_000_000).optional(),
    cursor: z.string().max(500).optional(),
  }),
  reply: listReply(Task),
});
export const readTask = call({
  name: 'task.read',
  method: 'GET',
  path: '/tasks/:taskId',
  scope: 'read',
  summary: 'How a task stands.',
  input: z.object({ taskId: TaskId }),
  reply: Task,
});
export const listTaskItems = call({
  name: 'task.items',
  method: 'GET',
  path: '/tasks/:taskId/items',
  scope: 'read',
  summary: 'What became of each thing that a task is for.',
  input: z.object({
    taskId: TaskId,
    state: TaskItem.shape.state.optional(),
    limit: z.coerce.number().int().min(1).max(500).default(100),
    offset: z.coerce.number().int().min(0).max(10_000_000).default(0),
  }),
  reply: z.object({ items: z.array(TaskItem), total: z.int() }),
});
export const cancelTask = call({
  name: 'task.cancel',
  method: 'POST',
  path: '/tasks/:taskId/cancel',
  scope: 'manage',
  summary: 'Ends a task before its end. What is done stays done.',
  input: z.object({ taskId: TaskId }),
  reply: Task,
});
