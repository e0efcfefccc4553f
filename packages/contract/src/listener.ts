import { z } from 'zod';
import { call, Empty, Instant, largestNumber, Line, listInput, listReply } from './call.ts';
import { AccountId, ListenerId, ListenerRunId } from './ids.ts';

/**
 * What follows a new password: a script or program, a module in TypeScript or JavaScript, or a call to a web address.
 */
export const ListenerKind = z.enum(['script', 'module', 'webhook']);
export type ListenerKind = z.infer<typeof ListenerKind>;

/** One argument, passed as it stands. */
const Argument = z
  .string()
  .max(1000)
  .regex(/^[^\0\r\n]*$/, 'must be one line of text');
const common = {
  /** The types of resource that it follows, by name; none for all of them. */
  resourceTypes: z.array(Line(100).min(1)).max(200),
  /** Further arguments, in this order, as they stand. */
  arguments: z.array(Argument).max(50),
  /** After so many seconds it is ended, with everything that it started. */
  timeLimitSeconds: z.int().min(1).max(3600).default(60),
};
/** How a script gets what it is told: as JSON on its standard input, in a file that it alone may read, or as arguments that every user of the server sees. */
export const HandOver = z.enum(['stdin', 'environment-file', 'arguments']);
export type HandOver = z.infer<typeof HandOver>;
/** A web address without a user name, a password or a fragment. */
const WebAddress = z
  .string()
  .max(1000)
  .regex(/^https:\/\/[^\s@#]+$/, 'must be https://, without user name, password or #');

/** What a listener does. */
export const ListenerSpec = z
  .discriminatedUnion('kind', [
    z.object({
      kind: z.literal('script'),
      ...common,
      /** The program that runs it, with its own arguments, such as `/usr/bin/python3`, `-u`; none when the file runs by itself. */
      preCommand: z.array(Argument.min(1)).max(20).default([]),
      handOver: HandOver.default('stdin'),
    }),
    z.object({
      kind: z.literal('module'),
      ...common,
      /** Whether it may start other programs, which the limits on the module itself do not bind. */
      mayStartPrograms: z.boolean().default(false),
    }),
    z.object({
      kind: z.literal('webhook'),
      ...common,
      url: WebAddress,
      /** Whether the old and new password are in what is sent. */
      sendsPasswords: z.boolean().default(false),
    }),
  ])
  .meta({ id: 'ListenerSpec' });
export type ListenerSpec = z.infer<typeof ListenerSpec>;

/** A file that comes with a listener: at most 512 KiB. */
export const ListenerFileInput = z.object({
  name: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/, 'must be a plain file name'),
  base64: z
    .base64()
    .min(1)
    .max(Math.ceil((512 * 1024) / 3) * 4),
});
export type ListenerFileInput = z.infer<typeof ListenerFileInput>;
export const ListenerFile = z
  .object({
    name: z.string(),
    bytes: z.int(),
    /** SHA-256 of the file, in hexadecimal, as `sha256sum` shows it. */
    sha256: z.string(),
  })
  .meta({ id: 'ListenerFile' });
export type ListenerFile = z.infer<typeof ListenerFile>;

/** `waiting`: a second administrator must approve it. `replaced`: it was edited before anybody decided. */
export const ListenerVersionState = z.enum(['waiting', 'approved', 'refused', 'replaced']);
export type ListenerVersionState = z.infer<typeof ListenerVersionState>;

/** One version of a listener. It is never changed: an edit makes another. */
export const ListenerVersion = z
  .object({
    version: z.int(),
    name: z.string(),
    note: z.string(),
    spec: ListenerSpec,
    file: ListenerFile.nullable(),
    /** A second file, such as a script that a module runs. */
    companion: ListenerFile.nullable(),
    /** SHA-256 over all of it; what is approved is this. */
    hash: z.string(),
    state: ListenerVersionState,
    author: z.string(),
    createdAt: Instant,
    decidedBy: z.string().nullable(),
    decidedAt: Instant.nullable(),
    /** Why it was refused. */
    why: z.string().nullable(),
  })
  .meta({ id: 'ListenerVersion' });
export type ListenerVersion = z.infer<typeof ListenerVersion>;

/**
 * How far a run is. `refused`: it was not run, as it is not what was approved. `skipped`: it was turned off or deleted meanwhile.
 * `in-doubt`: the server stopped while it ran, and nobody knows how it ended.
 */
export const ListenerRunState = z.enum([
  'waiting',
  'running',
  'done',
  'failed',
  'timed-out',
  'refused',
  'skipped',
  'in-doubt',
]);
export type ListenerRunState = z.infer<typeof ListenerRunState>;

export const Listener = z
  .object({
    id: ListenerId,
    name: z.string(),
    kind: ListenerKind,
    resourceTypes: z.array(z.string()),
    /** Turned on. It runs when a version was approved, too. */
    on: z.boolean(),
    /** The approved version that runs; null when none was approved yet. */
    runs: z.int().nullable(),
    newest: z.int(),
    newestState: ListenerVersionState,
    /** Whoever asks may decide about the newest version. */
    mayDecide: z.boolean(),
    createdBy: z.string(),
    changedBy: z.string(),
    changedAt: Instant,
    /** Who approved the version that runs. */
    approvedBy: z.string().nullable(),
    lastRun: z.object({ state: ListenerRunState, at: Instant }).nullable(),
  })
  .meta({ id: 'Listener' });
export type Listener = z.infer<typeof Listener>;

const ofListener = z.object({ listenerId: ListenerId });
const body = z.object({
  name: Line(120).min(1),
  note: z.string().trim().max(2000).default(''),
  spec: ListenerSpec,
  /** The script, program or module. */
  file: ListenerFileInput.nullable().default(null),
  companion: ListenerFileInput.nullable().default(null),
});
/** A listener, and the secret that its calls are signed with: shown this once. Null for what makes no calls. */
const WithSecret = z.object({ listener: Listener, secret: z.string().nullable() });

export const listListeners = call({
  name: 'listener.list',
  method: 'GET',
  path: '/reset-listeners',
  scope: 'read',
  summary: 'What follows new passwords: scripts, modules and webhooks, and how far their approval is.',
  input: listInput(['name', 'changedAt']),
  reply: listReply(Listener),
});
export const readListener = call({
  name: 'listener.read',
  method: 'GET',
  path: '/reset-listeners/:listenerId',
  scope: 'read',
  summary: 'One listener with its versions, newest first.',
  input: ofListener,
  reply: z.object({ listener: Listener, versions: z.array(ListenerVersion) }),
});
export const readListenerFile = call({
  name: 'listener.read-file',
  method: 'GET',
  path: '/reset-listeners/:listenerId/file',
  scope: 'administer',
  summary: 'The script of one version as it is stored, in base64. Recorded.',
  input: ofListener.extend({
    listenerVersion: z.coerce.number().int().min(1).max(largestNumber),
    which: z.enum(['file', 'companion']).default('file'),
  }),
  reply: ListenerFile.extend({ base64: z.string() }),
  secret: true,
});
export const createListener = call({
  name: 'listener.create',
  method: 'POST',
  path: '/reset-listeners',
  scope: 'administer',
  summary: 'Adds a listener. It does not run before another administrator has approved it.',
  input: body,
  reply: WithSecret,
  secret: true,
});
export const updateListener = call({
  name: 'listener.update',
  method: 'PUT',
  path: '/reset-listeners/:listenerId',
  scope: 'administer',
  summary:
    'Makes a new version, which waits for another administrator; until then the approved one runs on. Files that are left out stay.',
  input: ofListener.extend(body.shape).extend({
    /** The newest version when the edit was begun. */
    newest: z.int().min(1).max(largestNumber),
    withoutCompanion: z.boolean().default(false),
  }),
  reply: WithSecret,
  secret: true,
});
export const approveListener = call({
  name: 'listener.approve',
  method: 'POST',
  path: '/reset-listeners/:listenerId/approve',
  summary: 'Approves the newest version, named by its hash: it runs from now on. Not for those who made or edited it.',
  input: ofListener.extend({ hash: z.string().max(100) }),
  reply: Listener,
});
export const refuseListener = call({
  name: 'listener.refuse',
  method: 'POST',
  path: '/reset-listeners/:listenerId/refuse',
  summary: 'Refuses the newest version. An approved one before it runs on.',
  input: ofListener.extend({ hash: z.string().max(100), why: z.string().trim().min(3).max(500) }),
  reply: Listener,
});
export const switchListener = call({
  name: 'listener.switch',
  method: 'POST',
  path: '/reset-listeners/:listenerId/switch',
  scope: 'administer',
  summary: 'Turns a listener on or off. On, it still runs only what was approved.',
  input: ofListener.extend({ on: z.boolean() }),
  reply: Listener,
});
export const renewListenerSecret = call({
  name: 'listener.renew-secret',
  method: 'POST',
  path: '/reset-listeners/:listenerId/secret',
  scope: 'administer',
  summary: 'Draws another secret for the signatures of a webhook; the former ends at once.',
  input: ofListener,
  reply: z.object({ secret: z.string() }),
  secret: true,
});
export const deleteListener = call({
  name: 'listener.delete',
  method: 'DELETE',
  path: '/reset-listeners/:listenerId',
  scope: 'administer',
  summary: 'Deletes a listener with its versions and runs.',
  input: ofListener,
  reply: Empty,
});

/** One time that a listener ran, or was to run. */
export const ListenerRun = z
  .object({
    id: ListenerRunId,
    listenerId: ListenerId,
    listener: z.string(),
    /** The version that ran; null before it did. */
    version: z.int().nullable(),
    /** Run by hand with made-up values. */
    test: z.boolean(),
    /** Null for a test, and for an account that whoever asks does not see. */
    account: z.object({ id: AccountId, name: z.string() }).nullable(),
    state: ListenerRunState,
    why: z.string().nullable(),
    /** The exit code of a process, or the status of a web server’s answer. */
    exitCode: z.int().nullable(),
    tries: z.int(),
    createdAt: Instant,
    startedAt: Instant.nullable(),
    endedAt: Instant.nullable(),
    nextTryAt: Instant.nullable(),
  })
  .meta({ id: 'ListenerRun' });
export type ListenerRun = z.infer<typeof ListenerRun>;
/** A run with what it wrote: the first 64 KiB, without the passwords it was given. Null where the account is not seen. */
export const ListenerRunWithOutput = ListenerRun.extend({ output: z.string().nullable() }).meta({
  id: 'ListenerRunWithOutput',
});

export const testListener = call({
  name: 'listener.test',
  method: 'POST',
  path: '/reset-listeners/:listenerId/test',
  scope: 'administer',
  summary: 'Runs the approved version with made-up values. Follow it by its run.',
  input: ofListener,
  reply: ListenerRun,
});
export const listListenerRuns = call({
  name: 'listener.runs',
  method: 'GET',
  path: '/listener-runs',
  scope: 'read',
  summary: 'What became of each listener after each new password, newest first.',
  input: listInput(['createdAt']).extend({
    listenerId: ListenerId.optional(),
    state: ListenerRunState.optional(),
  }),
  reply: listReply(ListenerRun),
});
export const readListenerRun = call({
  name: 'listener.read-run',
  method: 'GET',
  path: '/listener-runs/:listenerRunId',
  scope: 'read',
  summary: 'One run with what the listener wrote.',
  input: z.object({ listenerRunId: ListenerRunId }),
  reply: ListenerRunWithOutput,
});
export const retryListenerRun = call({
  name: 'listener.retry',
  method: 'POST',
  path: '/listener-runs/:listenerRunId/retry',
  scope: 'administer',
  summary: 'Runs a listener once more for the same new password, as long as that is still the account’s present one.',
  input: z.object({ listenerRunId: ListenerRunId }),
  reply: ListenerRun,
});

/** Something that waits for a second administrator. */
export const Approval = z
  .object({
    kind: z.enum(['listener', 'ticketing-module']),
    /** Of a listener; of the module, its version. */
    id: z.uuid(),
    /** Of a listener; of the module, its file. */
    name: z.string(),
    version: z.int(),
    /** An approved version of it runs meanwhile. */
    edit: z.boolean(),
    author: z.string(),
    at: Instant,
    /** Whoever asks may decide; otherwise they made or edited it themselves. */
    mayDecide: z.boolean(),
  })
  .meta({ id: 'Approval' });
export type Approval = z.infer<typeof Approval>;
export const listApprovals = call({
  name: 'approval.list',
  method: 'GET',
  path: '/approvals',
  scope: 'read',
  summary: 'What waits for a second administrator, oldest first.',
  input: Empty,
  reply: z.object({
    items: z.array(Approval),
    /** Those of them that whoever asks may decide. */
    mine: z.int(),
  }),
});
