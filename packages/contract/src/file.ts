import { z } from 'zod';
import { call, Empty, Instant, largestNumber, Line, Reason, Ticket } from './call.ts';
import { AccountId, FieldId, ResourceId } from './ids.ts';

/** What is known of a stored file without opening it: its name, and how many bytes its content has. */
export const StoredFile = z.object({ name: z.string(), size: z.int(), storedAt: Instant }).meta({ id: 'StoredFile' });
export type StoredFile = z.infer<typeof StoredFile>;

/** The file of one file field of a resource or an account. */
export const FieldFile = StoredFile.extend({ fieldId: FieldId }).meta({ id: 'FieldFile' });
export type FieldFile = z.infer<typeof FieldFile>;

/**
 * A call of which one side is bytes, not JSON. An upload sends its input in path and query, and the file's bytes as they
 * are as its body; it answers with JSON. A download sends its input in path and JSON body, and answers with the bytes.
 */
export interface FileCall<N extends string, I extends z.ZodType, R extends z.ZodType> {
  /** Also the policy action and the audit event. */
  readonly name: N;
  readonly method: 'PUT' | 'POST';
  /** Below `/api/v1`, with `:name` for what the input takes from the path. */
  readonly path: string;
  /** The scope a program's token needs. */
  readonly scope: 'passwords' | 'manage';
  readonly summary: string;
  readonly input: I;
  /** What an upload answers; null for a download. */
  readonly answer: R;
}
const fileCall = <const N extends string, I extends z.ZodType, R extends z.ZodType>(
  c: FileCall<N, I, R>,
): FileCall<N, I, R> => c;

/** The longest name of a file, in characters; more than file systems take in bytes is the receiver's to shorten. */
const named = { name: Line(255).min(1) };
const why = { reason: Reason.optional(), ticket: Ticket.optional() };

export const uploadAccountFile = fileCall({
  name: 'account.upload-file',
  method: 'PUT',
  path: '/accounts/:accountId/file',
  scope: 'passwords',
  summary: 'Stores a file as the account’s secret, as a new version; the one before stays in the history.',
  input: z.object({ accountId: AccountId, ...named, ...why }),
  answer: z.object({ version: z.int(), file: StoredFile }),
});
export const downloadAccountFile = fileCall({
  name: 'account.download-file',
  method: 'POST',
  path: '/accounts/:accountId/file',
  scope: 'passwords',
  summary: 'Opens the account’s file, or a former one. Audited with reason before the first byte is sent.',
  input: z.object({
    accountId: AccountId,
    /** Left out: the current one. */
    version: z.coerce.number().int().min(1).max(largestNumber).optional(),
    ...why,
  }),
  answer: z.null(),
});
export const uploadAccountField = fileCall({
  name: 'account.upload-field',
  method: 'PUT',
  path: '/accounts/:accountId/fields/:fieldId/file',
  scope: 'manage',
  summary: 'Stores a file in a file field of an account, in place of the one that was there.',
  input: z.object({ accountId: AccountId, fieldId: FieldId, ...named }),
  answer: z.object({ file: FieldFile }),
});
export const downloadAccountField = fileCall({
  name: 'account.download-field',
  method: 'POST',
  path: '/accounts/:accountId/fields/:fieldId/file',
  scope: 'passwords',
  summary: 'Opens the file of a file field of an account, under the rules of a reveal.',
  input: z.object({ accountId: AccountId, fieldId: FieldId, ...why }),
  answer: z.null(),
});
export const uploadResourceFile = fileCall({
  name: 'resource.upload-file',
  method: 'PUT',
  path: '/resources/:resourceId/fields/:fieldId/file',
  scope: 'manage',
  summary: 'Stores a file in a file field of a resource, in place of the one that was there.',
  input: z.object({ resourceId: ResourceId, fieldId: FieldId, ...named }),
  answer: z.object({ file: FieldFile }),
});
export const downloadResourceFile = fileCall({
  name: 'resource.download-file',
  method: 'POST',
  path: '/resources/:resourceId/fields/:fieldId/file',
  scope: 'passwords',
  summary: 'Opens the file of a file field of a resource, under the rules of a reveal.',
  input: z.object({ resourceId: ResourceId, fieldId: FieldId, ...why }),
  answer: z.null(),
});
export const removeResourceFile = call({
  name: 'resource.remove-file',
  method: 'DELETE',
  path: '/resources/:resourceId/fields/:fieldId/file',
  scope: 'manage',
  summary: 'Takes the file of a file field of a resource away.',
  input: z.object({ resourceId: ResourceId, fieldId: FieldId }),
  reply: Empty,
});
export const removeAccountField = call({
  name: 'account.remove-field',
  method: 'DELETE',
  path: '/accounts/:accountId/fields/:fieldId/file',
  scope: 'manage',
  summary: 'Takes the file of a file field of an account away.',
  input: z.object({ accountId: AccountId, fieldId: FieldId }),
  reply: Empty,
});
/** The calls that carry files of accounts and resources. */
export const fileCalls = [
  uploadAccountFile,
  downloadAccountFile,
  uploadAccountField,
  downloadAccountField,
  uploadResourceFile,
  downloadResourceFile,
] as const;
