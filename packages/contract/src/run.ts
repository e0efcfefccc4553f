import { z } from 'zod';
import { call, Instant, listReply, PasswordText, Reason, Ticket } from './call.ts';
import { AccountId, AttemptId, ResourceGroupId, ResourceId, RunId } from './ids.ts';

export const RunKind = z.enum(['reset', 'verify']);
export type RunKind = z.infer<typeof RunKind>;
/** What caused a run. Those that are no person’s are the product’s own, by rules and settings. */
export const RunSource = z.enum(['person', 'schedule', 'nightly', 'expiry', 'share-removed', 'check-in']);
export type RunSource = z.infer<typeof RunSource>;
export const RunState = z.enum(['running', 'done', 'stopped']);
export type RunState = z.infer<typeof RunState>;

/**
 * What became of one account. `done`: set and proven by a log-in, or verified. `refused`: by the target, or because the right was missing.
 * `in-doubt`: the line broke after sending; both passwords are kept and the target is asked. `skipped`: there was nothing to ask.
 */
export const RunItemState = z.enum([
  'waiting',
  'running',
  'done',
  'refused',
  'unreachable',
  'untrusted',
  'in-doubt',
  'skipped',
  'needs-person',
]);
export type RunItemState = z.infer<typeof RunItemState>;

/** How many accounts are in each state. */
export const RunCounts = z.object({
  waiting: z.int(),
  running: z.int(),
  done: z.int(),
  refused: z.int(),
  unreachable: z.int(),
  untrusted: z.int(),
  'in-doubt': z.int(),
  skipped: z.int(),
  'needs-person': z.int(),
});
export type RunCounts = z.infer<typeof RunCounts>;

export const Run = z
  .object({
    id: RunId,
    kind: RunKind,
    /** In words, such as ‘Reset 12 accounts’. */
    title: z.string(),
    source: RunSource,
    /** The schedule or share that caused it. */
    sourceId: z.uuid().nullable(),
    requestedBy: z.string(),
    state: RunState,
    total: z.int(),
    counts: RunCounts,
    reason: z.string().nullable(),
    ticket: z.string().nullable(),
    startedAt: Instant,
    endedAt: Instant.nullable(),
  })
  .meta({ id: 'Run' });
export type Run = z.infer<typeof Run>;

export const RunItem = z
  .object({
    n: z.int(),
    /** Null when the account is gone. */
    accountId: AccountId.nullable(),
    resourceId: ResourceId.nullable(),
    /** As it was called when the run began; empty for what the asker could not see. */
    name: z.string(),
    state: RunItemState,
    why: z.string().nullable(),
    attemptId: AttemptId.nullable(),
    tries: z.int(),
    /** When it is tried again, where it is. */
    notBefore: Instant.nullable(),
    startedAt: Instant.nullable(),
    endedAt: Instant.nullable(),
  })
  .meta({ id: 'RunItem' });
export type RunItem = z.infer<typeof RunItem>;

/** The most accounts of one run. */
export const runLimit = 10_000;

const filter = z
  .record(
    z.string().max(80),
    z.union([z.string().max(1000), z.number(), z.boolean(), z.array(z.string().max(600)).max(20)]),
  )
  .default({});
/** Which accounts a run is for. `sign-in`: of each resource only the account that signs in on it, to test the settings. */
export const RunSelection = z.union([
  z.object({ accountIds: z.array(AccountId).min(1).max(runLimit) }),
  z.object({
    resourceIds: z.array(ResourceId).min(1).max(runLimit),
    accounts: z.enum(['all', 'sign-in']).default('all'),
  }),
  z.object({ groupId: ResourceGroupId, accounts: z.enum(['all', 'sign-in']).default('all') }),
  z.object({
    list: z.enum(['accounts', 'resources']),
    /** The list’s own filters, as its call takes them. */
    filter,
    /** Those of it that are left out. */
    except: z.array(z.uuid()).max(runLimit).default([]),
    accounts: z.enum(['all', 'sign-in']).default('all'),
  }),
]);
export type RunSelection = z.infer<typeof RunSelection>;

/** A password for each, or one for all: given, or drawn. */
export const RunPasswords = z.discriminatedUnion('is', [
  z.object({ is: z.literal('unique') }),
  z.object({ is: z.literal('common'), password: PasswordText }),
  z.object({ is: z.literal('common-random') }),
]);
export type RunPasswords = z.infer<typeof RunPasswords>;

export const startRunCall = call({
  name: 'run.start',
  method: 'POST',
  path: '/runs',
  scope: 'passwords',
  summary:
    'Resets or verifies the passwords of many accounts, several at a time: each is decided and recorded by itself, with the rights the asker has when its turn comes.',
  input: z.object({
    kind: RunKind,
    selection: RunSelection,
    passwords: RunPasswords.default({ is: 'unique' }),
    reason: Reason.optional(),
    ticket: Ticket.optional(),
  }),
  reply: Run,
});
export const previewRun = call({
  name: 'run.preview',
  method: 'POST',
  path: '/runs/preview',
  scope: 'read',
  summary: 'What a run would be for, and which accounts it would pass over, and why.',
  input: z.object({ kind: RunKind, selection: RunSelection }),
  reply: z.object({
    total: z.int(),
    /** How many of them would be asked. */
    asked: z.int(),
    skipped: z.array(
      z.object({
        why: z.string(),
        count: z.int(),
        /** Names of the first of them. */
        examples: z.array(z.string()),
      }),
    ),
  }),
});
/** The resources that settings would be given to: by their ids, or whatever the list of resources shows with these filters. */
export const ResourceSelection = z.union([
  z.object({ resourceIds: z.array(ResourceId).min(1).max(runLimit) }),
  z.object({ filter, except: z.array(z.uuid()).max(runLimit).default([]) }),
]);
export const previewReset = call({
  name: 'resource.preview-reset',
  method: 'POST',
  path: '/resources/reset/preview',
  scope: 'read',
  summary: 'Of how many resources reset settings would be overwritten, by type.',
  input: z.object({ selection: ResourceSelection }),
  reply: z.object({
    types: z.array(z.object({ type: z.string(), resources: z.int(), configured: z.int() })),
  }),
});
export const listRuns = call({
  name: 'run.list',
  method: 'GET',
  path: '/runs',
  scope: 'read',
  summary: 'One’s own runs, newest first; all of them, with the product’s own, for super administrators.',
  input: z.object({
    kind: RunKind.optional(),
    state: RunState.optional(),
    source: RunSource.optional(),
    sourceId: z.uuid().optional(),
    limit: z.coerce.number().int().min(1).max(500).default(100),
    offset: z.coerce.number().int().min(0).max(10_000).optional(),
    cursor: z.string().max(500).optional(),
  }),
  reply: listReply(Run),
});
export const readRun = call({
  name: 'run.read',
  method: 'GET',
  path: '/runs/:runId',
  scope: 'read',
  summary: 'How a run stands.',
  input: z.object({ runId: RunId }),
  reply: Run,
});
export const listRunItems = call({
  name: 'run.items',
  method: 'GET',
  path: '/runs/:runId/items',
  scope: 'read',
  summary: 'What became of each account of a run.',
  input: z.object({
    runId: RunId,
    state: RunItemState.optional(),
    limit: z.coerce.number().int().min(1).max(500).default(100),
    offset: z.coerce.number().int().min(0).max(10_000).default(0),
  }),
  reply: z.object({ items: z.array(RunItem), total: z.int() }),
});
export const stopRun = call({
  name: 'run.stop',
  method: 'POST',
  path: '/runs/:runId/stop',
  scope: 'passwords',
  summary: 'Begins with no further account. What is at work is brought to its end.',
  input: z.object({ runId: RunId }),
  reply: Run,
});
