import { z } from 'zod';
import { call, Empty, Line } from './call.ts';
import { FieldId, ResourceTypeId } from './ids.ts';
import { Script } from './script.ts';

/** Which of the common attributes a type shows. */
export const Attribute = z.enum(['dnsName', 'domain', 'url', 'description', 'department', 'location']);
export type Attribute = z.infer<typeof Attribute>;

export const ResourceType = z
  .object({
    /** Null for a type that the product comes with. */
    id: ResourceTypeId.nullable(),
    name: z.string(),
    title: z.string(),
    category: z.string(),
    attributes: z.array(Attribute),
    /** How the console labels the log-in name of an account of this type. */
    accountLabel: z.string(),
    /** For a type of one's own: the built-in type whose way of resetting it takes; null for none. */
    resetsLike: z.string().nullable(),
    /** For a type of one's own: the dialogue in which its passwords are set; null for none. */
    script: Script.nullable(),
    /** Its accounts hold files instead of passwords. */
    holdsFiles: z.boolean(),
    /** The fields of kind file that its resources and accounts have. */
    fileFieldIds: z.array(FieldId),
    /** The driver that resets passwords of this type; null when the product cannot yet. */
    driver: z.string().nullable(),
    /** JSON Schema (2020-12) of the driver's settings; null without a driver. */
    resetSettings: z.unknown().nullable(),
    builtIn: z.boolean(),
    /** Changes whenever its picture does; null without a picture of its own. */
    icon: z.string().nullable(),
    version: z.int(),
  })
  .meta({ id: 'ResourceType' });
export type ResourceType = z.infer<typeof ResourceType>;
export const listResourceTypes = call({
  name: 'resource-type.list',
  method: 'GET',
  path: '/resource-types',
  scope: 'read',
  summary: 'Every resource type, with the settings its driver takes.',
  input: Empty,
  reply: z.object({ items: z.array(ResourceType) }),
});

const attributes = z.array(Attribute).max(6);
const fileFieldIds = z.array(FieldId).max(40);
export const createResourceType = call({
  name: 'resource-type.create',
  method: 'POST',
  path: '/resource-types',
  scope: 'administer',
  summary: 'Adds a resource type of the organisation’s own.',
  input: z.object({
    name: Line(80).min(1),
    attributes: attributes.default(['dnsName', 'url', 'description', 'department', 'location']),
    accountLabel: Line(80).min(1).default('User account'),
    /** The name of a built-in type; null for a type whose passwords are not reset. */
    resetsLike: Line(80).nullable().default(null),
    /** A dialogue of one’s own, instead of a built-in type’s way. */
    script: Script.nullable().default(null),
    holdsFiles: z.boolean().default(false),
    fileFieldIds: fileFieldIds.default([]),
  }),
  reply: ResourceType,
});
export const updateResourceType = call({
  name: 'resource-type.update',
  method: 'PATCH',
  path: '/resource-types/:resourceTypeId',
  scope: 'administer',
  summary: 'Changes a type of the organisation’s own. A new name shows on every resource of the type at once.',
  input: z.object({
    resourceTypeId: ResourceTypeId,
    version: z.int().optional(),
    name: Line(80).min(1).optional(),
    attributes: attributes.optional(),
    accountLabel: Line(80).min(1).optional(),
    resetsLike: Line(80).nullable().optional(),
    /** A changed dialogue switches the reset settings of the type’s resources off: whoever manages them agrees to it by setting them again. */
    script: Script.nullable().optional(),
    holdsFiles: z.boolean().optional(),
    fileFieldIds: fileFieldIds.optional(),
  }),
  reply: ResourceType,
});
export const deleteResourceType = call({
  name: 'resource-type.delete',
  method: 'DELETE',
  path: '/resource-types/:resourceTypeId',
  scope: 'administer',
  summary: 'Deletes a type of the organisation’s own that no resource has.',
  input: z.object({ resourceTypeId: ResourceTypeId }),
  reply: Empty,
});
export const setTypeIcon = call({
  name: 'resource-type.set-icon',
  method: 'PUT',
  path: '/resource-types/:resourceTypeId/icon',
  scope: 'administer',
  summary: 'Gives a type a picture: a PNG in base64, at most 256 KiB and 512 × 512. Null takes it away.',
  input: z.object({ resourceTypeId: ResourceTypeId, png: z.base64().max(349_528).nullable() }),
  reply: ResourceType,
});
