import { z } from 'zod';
import { call, Flag, Line, Reason, Ticket } from './call.ts';
import { FieldFile } from './file.ts';
import { AccountId, FieldId, ResourceId } from './ids.ts';

/** `date-time` values are instants in UTC; `password` values are sealed; a `file` is uploaded by itself. */
export const FieldKind = z.enum(['text', 'number', 'password', 'date-time', 'file']);
export type FieldKind = z.infer<typeof FieldKind>;
export const FieldBelongsTo = z.enum(['resource', 'account']);
export type FieldBelongsTo = z.infer<typeof FieldBelongsTo>;

/** How many fields resources may have, and accounts. */
export const fieldsAtMost = 20;

export const Field = z
  .object({
    id: FieldId,
    belongsTo: FieldBelongsTo,
    /** Its place among the fields, from 1. */
    slot: z.int(),
    name: z.string(),
    kind: FieldKind,
    description: z.string(),
    /** For text: the values one may choose from; empty for any. */
    options: z.array(z.string()),
    required: z.boolean(),
    /** For a file: the resource types that have it. */
    types: z.array(z.string()),
    /** How many values are stored; null unless asked for by somebody who may change fields. */
    values: z.int().nullable(),
    version: z.int(),
  })
  .meta({ id: 'Field' });
export type Field = z.infer<typeof Field>;

export const listFields = call({
  name: 'field.list',
  method: 'GET',
  path: '/fields',
  scope: 'read',
  summary: 'The organisation’s own fields of resources and accounts, in their order.',
  input: z.object({ belongsTo: FieldBelongsTo.optional(), counts: Flag.default(false) }),
  reply: z.object({ items: z.array(Field) }),
});
const options = z.array(Line(200).min(1)).max(200);
const types = z.array(Line(80).min(1)).max(200);
export const createField = call({
  name: 'field.create',
  method: 'POST',
  path: '/fields',
  scope: 'administer',
  summary: 'Adds a field to every resource or account; at most twenty each.',
  input: z.object({
    belongsTo: FieldBelongsTo,
    name: Line(80).min(1),
    kind: FieldKind,
    description: Line(300).default(''),
    options: options.default([]),
    required: z.boolean().default(false),
    types: types.default([]),
  }),
  reply: Field,
});
export const updateField = call({
  name: 'field.update',
  method: 'PATCH',
  path: '/fields/:fieldId',
  scope: 'administer',
  summary: 'Changes a field. Its kind stays.',
  input: z.object({
    fieldId: FieldId,
    version: z.int().optional(),
    name: Line(80).min(1).optional(),
    description: Line(300).optional(),
    options: options.optional(),
    required: z.boolean().optional(),
    types: types.optional(),
  }),
  reply: Field,
});
export const deleteField = call({
  name: 'field.delete',
  method: 'DELETE',
  path: '/fields/:fieldId',
  scope: 'administer',
  summary: 'Deletes a field with every value of it, and says how many those were.',
  input: z.object({ fieldId: FieldId }),
  reply: z.object({ values: z.int() }),
});

/**
 * Values by field id. Text of any kind; a number may come as one. Null clears. Password fields take their text here and
 * give it back only by `reveal-field`.
 */
export const FieldValues = z.record(FieldId, z.union([z.string().max(4096), z.number(), z.null()]));
export type FieldValues = z.input<typeof FieldValues>;

const opening = {
  fieldId: FieldId,
  purpose: z.enum(['show', 'copy', 'use']).default('show'),
  reason: Reason.optional(),
  ticket: Ticket.optional(),
};
export const revealResourceField = call({
  name: 'resource.reveal-field',
  method: 'POST',
  path: '/resources/:resourceId/fields/:fieldId/reveal',
  scope: 'passwords',
  secret: true,
  summary: 'Opens the value of a password field of a resource, under the same rules as a password.',
  input: z.object({ resourceId: ResourceId, ...opening }),
  reply: z.object({ value: z.string() }),
});
export const revealAccountField = call({
  name: 'account.reveal-field',
  method: 'POST',
  path: '/accounts/:accountId/fields/:fieldId/reveal',
  scope: 'passwords',
  secret: true,
  summary: 'Opens the value of a password field of an account, under the same rules as its password.',
  input: z.object({ accountId: AccountId, ...opening }),
  reply: z.object({ value: z.string() }),
});

/** What a resource or an account shows of its own fields. */
export const shownFields = {
  /** Values of its own fields by field id, of kinds that are no secret. */
  fields: z.record(z.string(), z.string()),
  /** The password fields that have a value. */
  secretFields: z.array(FieldId),
  /** The files in its file fields. */
  files: z.array(FieldFile),
};
