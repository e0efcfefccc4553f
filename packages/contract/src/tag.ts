import { z } from 'zod';
import { call, Flag, Line } from './call.ts';
import { ResourceId, TagId, TagValueId } from './ids.ts';

/** For whom a tag is meant: the service provider's own use, or a client. */
export const TagScope = z.enum(['service-provider', 'client']);
export type TagScope = z.infer<typeof TagScope>;

export const TagValue = z.object({
  id: TagValueId,
  value: z.string(),
  description: z.string(),
  /** How many resources have it; null unless asked for by somebody who may change tags. */
  resources: z.int().nullable(),
});
export type TagValue = z.infer<typeof TagValue>;
/** A tag names something that resources have in common, with the values it may take. */
export const Tag = z
  .object({
    id: TagId,
    scope: TagScope,
    name: z.string(),
    description: z.string(),
    values: z.array(TagValue),
    version: z.int(),
  })
  .meta({ id: 'Tag' });
export type Tag = z.infer<typeof Tag>;
/** A tag as a resource has it. */
export const ResourceTag = z.object({ valueId: TagValueId, tagId: TagId, name: z.string(), value: z.string() });
export type ResourceTag = z.infer<typeof ResourceTag>;

export const listTags = call({
  name: 'tag.list',
  method: 'GET',
  path: '/tags',
  scope: 'read',
  summary: 'Every tag with its values.',
  input: z.object({ counts: Flag.default(false) }),
  reply: z.object({ items: z.array(Tag) }),
});
const value = { value: Line(120).min(1), description: Line(300).default('') };
export const createTag = call({
  name: 'tag.create',
  method: 'POST',
  path: '/tags',
  scope: 'administer',
  summary: 'Adds a tag, with values if given.',
  input: z.object({
    scope: TagScope,
    name: Line(80).min(1),
    description: Line(300).default(''),
    values: z.array(z.object(value)).max(500).default([]),
  }),
  reply: Tag,
});
export const updateTag = call({
  name: 'tag.update',
  method: 'PATCH',
  path: '/tags/:tagId',
  scope: 'administer',
  summary: 'Changes a tag.',
  input: z.object({
    tagId: TagId,
    version: z.int().optional(),
    scope: TagScope.optional(),
    name: Line(80).min(1).optional(),
    description: Line(300).optional(),
  }),
  reply: Tag,
});
export const deleteTag = call({
  name: 'tag.delete',
  method: 'DELETE',
  path: '/tags/:tagId',
  scope: 'administer',
  summary: 'Deletes a tag with its values, and takes it from every resource. Says from how many.',
  input: z.object({ tagId: TagId }),
  reply: z.object({ resources: z.int() }),
});
export const createTagValue = call({
  name: 'tag.create-value',
  method: 'POST',
  path: '/tags/:tagId/values',
  scope: 'administer',
  summary: 'Adds a value to a tag.',
  input: z.object({ tagId: TagId, ...value }),
  reply: Tag,
});
export const updateTagValue = call({
  name: 'tag.update-value',
  method: 'PATCH',
  path: '/tag-values/:tagValueId',
  scope: 'administer',
  summary: 'Changes a value of a tag, on every resource that has it.',
  input: z.object({
    tagValueId: TagValueId,
    value: Line(120).min(1).optional(),
    description: Line(300).optional(),
  }),
  reply: Tag,
});
export const deleteTagValue = call({
  name: 'tag.delete-value',
  method: 'DELETE',
  path: '/tag-values/:tagValueId',
  scope: 'administer',
  summary: 'Deletes a value of a tag, and takes it from every resource. Says from how many.',
  input: z.object({ tagValueId: TagValueId }),
  reply: z.object({ resources: z.int() }),
});
export const tagResource = call({
  name: 'resource.tag',
  method: 'POST',
  path: '/resources/:resourceId/tags',
  scope: 'manage',
  summary: 'Gives tags to a resource and takes tags from it.',
  input: z.object({
    resourceId: ResourceId,
    add: z.array(TagValueId).max(100).default([]),
    remove: z.array(TagValueId).max(100).default([]),
  }),
  reply: z.object({ tags: z.array(ResourceTag) }),
});
