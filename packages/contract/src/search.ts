import { z } from 'zod';
import { call, Empty, Line } from './call.ts';
import { UserGroupId, UserId, ViewId } from './ids.ts';

export const FoundKind = z.enum(['resource', 'account', 'resource-group', 'user', 'user-group']);
export type FoundKind = z.infer<typeof FoundKind>;

/** One thing that a search found. */
export const Found = z
  .object({
    kind: FoundKind,
    id: z.uuid(),
    /** What it is called. Of an account: its log-in name. */
    title: z.string(),
    /** Where to place it: of a resource its type and DNS name, of an account its resource. */
    detail: z.string(),
    /** The resource type, of a resource or an account; for the icon. */
    type: z.string().nullable(),
    /** The resource that an account is on. */
    resourceId: z.uuid().nullable(),
  })
  .meta({ id: 'Found' });
export type Found = z.infer<typeof Found>;

export const searchAll = call({
  name: 'search.all',
  method: 'GET',
  path: '/search',
  scope: 'read',
  summary:
    'Finds resources, accounts, groups and users by any of their attributes, own fields and tags: every word must be there.',
  input: z.object({
    q: z.string().trim().min(1).max(200),
    /** Most of each kind. */
    limit: z.coerce.number().int().min(1).max(50).default(8),
  }),
  reply: z.object({
    /** Kinds of which something was found, each with its best first: an exact name, then names that begin so, then the rest. */
    kinds: z.array(
      z.object({
        kind: FoundKind,
        items: z.array(Found),
        /** True when there are more than shown. */
        more: z.boolean(),
      }),
    ),
    /** True when nothing fits as written, and what is shown is spelled nearly so. */
    nearly: z.boolean(),
  }),
});

/** Lists that views are kept of. */
export const ViewedList = z.enum(['resources', 'accounts', 'users']);
export type ViewedList = z.infer<typeof ViewedList>;

/** What a view remembers: a list's filters, order and columns, each under its name, as text. */
const ViewQuery = z
  .record(z.string().max(60), z.string().max(600))
  .refine((query) => Object.keys(query).length <= 60, 'is too long');

export const View = z
  .object({
    id: ViewId,
    list: ViewedList,
    name: z.string(),
    query: ViewQuery,
    ownerId: UserId,
    ownerName: z.string(),
    /** The user group whose members see it too; null for none. */
    userGroupId: UserGroupId.nullable(),
    userGroupName: z.string().nullable(),
    version: z.int(),
    can: z.array(z.string()),
  })
  .meta({ id: 'View' });
export type View = z.infer<typeof View>;

export const listViews = call({
  name: 'view.list',
  method: 'GET',
  path: '/views',
  scope: 'read',
  summary: 'One’s own saved views, and those that others share with a user group one is in.',
  input: z.object({ list: ViewedList.optional() }),
  reply: z.object({
    items: z.array(View),
    /** The user groups one may share a view with: those one is in. */
    groups: z.array(z.object({ id: UserGroupId, name: z.string() })),
  }),
});
export const createView = call({
  name: 'view.create',
  method: 'POST',
  path: '/views',
  scope: 'manage',
  summary: 'Keeps a view of a list, for oneself or for a user group one is in.',
  input: z.object({
    list: ViewedList,
    name: Line(80).min(1),
    query: ViewQuery,
    userGroupId: UserGroupId.nullable().default(null),
  }),
  reply: View,
});
export const updateView = call({
  name: 'view.update',
  method: 'PATCH',
  path: '/views/:viewId',
  scope: 'manage',
  summary: 'Changes a view of one’s own.',
  input: z.object({
    viewId: ViewId,
    version: z.int().optional(),
    name: Line(80).min(1).optional(),
    query: ViewQuery.optional(),
    userGroupId: UserGroupId.nullable().optional(),
  }),
  reply: View,
});
export const deleteView = call({
  name: 'view.delete',
  method: 'DELETE',
  path: '/views/:viewId',
  scope: 'manage',
  summary: 'Deletes a view of one’s own.',
  input: z.object({ viewId: ViewId }),
  reply: Empty,
});
