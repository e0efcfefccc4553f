import { z } from 'zod';
import { call, Empty, Instant, Line, listReply } from './call.ts';
import type { FileCall } from './file.ts';
import { ImportId, PolicyId, TaskId } from './ids.ts';
import { Task } from './task.ts';

/** What the lines of a file become. */
export const ImportKind = z.enum(['resource', 'user']);
export type ImportKind = z.infer<typeof ImportKind>;

/**
 * What a column may hold, beside the organisation’s own fields (`resource-field:ID`, `account-field:ID`) and the reset
 * settings of the line’s type: `reset.` and the path of a setting in the type’s schema (`reset.port`, `reset.prompts.su`),
 * `reset.adminUsername` and `reset.elevationUsername` for the accounts by their log-in names.
 */
export const importFields = {
  resource: [
    'resourceName',
    'username',
    'password',
    'type',
    'dnsName',
    'description',
    'department',
    'location',
    'domain',
    'url',
    'policy',
    'notes',
    'accountPolicy',
    'tags',
    'groups',
  ],
  user: [
    'username',
    'fullName',
    'email',
    'role',
    'department',
    'location',
    'phone',
    'mobile',
    'language',
    'timeZone',
    'secondFactor',
  ],
} as const;

/** Which column (from 0) holds which field. Only a resource’s name and its account’s are needed; of a user the name. */
export const ImportMapping = z.record(
  z.string().regex(/^([a-zA-Z]{1,40}|(resource|account)-field:[0-9a-f-]{36}|reset(\.[a-zA-Z]{1,40}){1,3})$/),
  z.int().min(0).max(999),
);
export type ImportMapping = z.infer<typeof ImportMapping>;

export const ImportOptions = z.object({
  /** The first line names the columns. */
  headerRow: z.boolean().default(true),
  /** Lines of what is there already change it; otherwise they are skipped. Empty cells change nothing. */
  overwrite: z.boolean().default(false),
  /** For resources whose line names none. */
  type: Line(80).min(1).default('Linux'),
  policyId: PolicyId.nullable().default(null),
  /** For users whose line names none. */
  role: z.string().max(80).default('password-user'),
  /** Send each new user a set-up link, after the import. */
  invite: z.boolean().default(true),
});
export type ImportOptions = z.infer<typeof ImportOptions>;

export const ImportState = z.enum(['uploaded', 'checked', 'running', 'done', 'failed', 'undoing', 'undone']);
export type ImportState = z.infer<typeof ImportState>;

/** What became of a line; after a check, what would become of it. */
export const LineOutcome = z.enum(['created', 'merged', 'skipped']);
export type LineOutcome = z.infer<typeof LineOutcome>;

export const Import = z
  .object({
    id: ImportId,
    kind: ImportKind,
    state: ImportState,
    fileName: z.string(),
    mapping: ImportMapping,
    options: ImportOptions,
    /** The task that checks, runs or undoes it, or did last. */
    taskId: TaskId.nullable(),
    /** lines = created + merged + skipped. After a check: what would be. */
    lines: z.int(),
    created: z.int(),
    merged: z.int(),
    skipped: z.int(),
    why: z.string().nullable(),
    createdAt: Instant,
    endedAt: Instant.nullable(),
    undoneAt: Instant.nullable(),
    /** Until when it can be undone; null when it cannot. */
    undoUntil: Instant.nullable(),
    /** The file is still there, so that its skipped lines can be had. */
    fileKept: z.boolean(),
  })
  .meta({ id: 'Import' });
export type Import = z.infer<typeof Import>;

/** How the file was read, and its beginning. Cells of a column that holds passwords read ••••. */
export const ImportFile = z.object({
  format: z.enum(['csv', 'xlsx']),
  encoding: z.string().nullable(),
  separator: z.string().nullable(),
  sheet: z.string().nullable(),
  header: z.array(z.string()),
  rows: z.array(z.array(z.string())),
});
export type ImportFile = z.infer<typeof ImportFile>;

export const ImportLine = z
  .object({
    line: z.int(),
    outcome: LineOutcome,
    name: z.string(),
    code: z.string().nullable(),
    detail: z.string().nullable(),
    /** The account or user it made or changed. */
    objectId: z.uuid().nullable(),
  })
  .meta({ id: 'ImportLine' });
export type ImportLine = z.infer<typeof ImportLine>;

const one = z.object({ importId: ImportId });

const fileCall = <const N extends string, I extends z.ZodType, R extends z.ZodType>(
  c: FileCall<N, I, R>,
): FileCall<N, I, R> => c;
export const uploadImport = fileCall({
  name: 'import.upload',
  method: 'POST',
  path: '/imports',
  scope: 'manage',
  summary: 'Takes in a CSV, TSV or XLSX file to import. It is kept sealed, and nothing is imported yet.',
  input: z.object({ kind: ImportKind, name: Line(255).min(1) }),
  answer: Import,
});
export const downloadSkippedLines = fileCall({
  name: 'import.download-skipped',
  method: 'POST',
  path: '/imports/:importId/skipped',
  scope: 'manage',
  summary: 'Gives the skipped lines as they came, each with why, as a CSV file to be mended and imported.',
  input: one,
  answer: z.null(),
});
export const openImport = call({
  name: 'import.open',
  method: 'GET',
  path: '/imports/:importId/file',
  scope: 'manage',
  summary: 'The beginning of an uploaded file, and which column seems to be which.',
  input: one,
  reply: z.object({ file: ImportFile, guess: ImportMapping }),
});
export const listImports = call({
  name: 'import.list',
  method: 'GET',
  path: '/imports',
  scope: 'read',
  summary: 'One’s own imports, newest first.',
  input: z.object({
    kind: ImportKind.optional(),
    limit: z.coerce.number().int().min(1).max(500).default(100),
    offset: z.coerce.number().int().min(0).max(10_000_000).optional(),
    cursor: z.string().max(500).optional(),
  }),
  reply: listReply(Import),
});
export const readImport = call({
  name: 'import.read',
  method: 'GET',
  path: '/imports/:importId',
  scope: 'read',
  summary: 'How an import stands.',
  input: one,
  reply: Import,
});
export const checkImport = call({
  name: 'import.check',
  method: 'POST',
  path: '/imports/:importId/check',
  scope: 'manage',
  summary: 'Sets which column is which and tries the whole file as a task, without changing anything.',
  input: one.extend({ mapping: ImportMapping, options: ImportOptions }),
  reply: z.object({ import: Import, task: Task }),
});
export const runImport = call({
  name: 'import.run',
  method: 'POST',
  path: '/imports/:importId/run',
  scope: 'manage',
  summary: 'Takes in the file as it was checked, as a task.',
  input: one,
  reply: z.object({ import: Import, task: Task }),
});
export const listImportLines = call({
  name: 'import.lines',
  method: 'GET',
  path: '/imports/:importId/lines',
  scope: 'read',
  summary: 'What became of each line; after a check, what would.',
  input: one.extend({
    outcome: LineOutcome.optional(),
    limit: z.coerce.number().int().min(1).max(500).default(100),
    offset: z.coerce.number().int().min(0).max(10_000_000).default(0),
  }),
  reply: z.object({ items: z.array(ImportLine), total: z.int() }),
});
export const undoImport = call({
  name: 'import.undo',
  method: 'POST',
  path: '/imports/:importId/undo',
  scope: 'manage',
  summary:
    'Takes an import back within seven days, as a task: what it made goes, what it changed gets its former values. What was changed since is left and listed.',
  input: one,
  reply: z.object({ import: Import, task: Task }),
});
export const discardImport = call({
  name: 'import.discard',
  method: 'DELETE',
  path: '/imports/:importId',
  scope: 'manage',
  summary: 'Deletes the uploaded file and the report of an import. What it made stays.',
  input: one,
  reply: Empty,
});
