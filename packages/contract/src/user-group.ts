import { z } from 'zod';
import { call, Empty, Flag, Instant, Line, listInput, listReply } from './call.ts';
import { UserGroupId, UserId } from './ids.ts';

/** What a user group leaves its members, or all groups of a user together leave them. */
export const Restrictions = z.object({
  /** Exported resources carry their passwords. */
  exportPasswords: z.boolean(),
  /** They may keep personal passwords. */
  personalPasswords: z.boolean(),
  /** They may export their personal passwords. */
  exportPersonal: z.boolean(),
  /** They may give ‘manage’ on their resource groups by criteria. */
  manageCriteriaShares: z.boolean(),
  /** They need no ticket id to open a password. */
  ticketExempt: z.boolean(),
  /** They may export to plain files. */
  exportPlain: z.boolean(),
  /** They may export for use without the server. */
  exportOffline: z.boolean(),
});
export type Restrictions = z.infer<typeof Restrictions>;

export const UserGroup = z
  .object({
    id: UserGroupId,
    number: z.int(),
    name: z.string(),
    description: z.string(),
    members: z.int(),
    ...Restrictions.shape,
    createdAt: Instant,
    /** For `version` in updates. */
    version: z.int(),
    /** Actions the asker may do on this group. */
    can: z.array(z.string()),
  })
  .meta({ id: 'UserGroup' });
export type UserGroup = z.infer<typeof UserGroup>;

export const Member = z
  .object({
    id: UserId,
    username: z.string(),
    fullName: z.string(),
    email: z.string(),
    kind: z.enum(['person', 'api']),
    state: z.enum(['active', 'invited', 'locked', 'disabled']),
    /** Since when they are in the group; null for others. */
    since: Instant.nullable(),
  })
  .meta({ id: 'Member' });
export type Member = z.infer<typeof Member>;

const settings = Restrictions.partial().shape;

export const listUserGroups = call({
  name: 'user-group.list',
  method: 'GET',
  path: '/user-groups',
  scope: 'read',
  summary: 'User groups: all of them for whoever manages users, one’s own for everybody else.',
  input: listInput(['name', 'members', 'createdAt']).extend({
    /** Only those that this user is in. */
    userId: UserId.optional(),
  }),
  reply: listReply(UserGroup),
});
export const readUserGroup = call({
  name: 'user-group.read',
  method: 'GET',
  path: '/user-groups/:userGroupId',
  scope: 'read',
  summary: 'One user group.',
  input: z.object({ userGroupId: UserGroupId }),
  reply: UserGroup,
});
export const createUserGroup = call({
  name: 'user-group.create',
  method: 'POST',
  path: '/user-groups',
  scope: 'administer',
  summary: 'Makes a user group without members.',
  input: z.object({ name: Line(80).min(1), description: Line(300).default(''), ...settings }),
  reply: UserGroup,
});
export const updateUserGroup = call({
  name: 'user-group.update',
  method: 'PATCH',
  path: '/user-groups/:userGroupId',
  scope: 'administer',
  summary: 'Changes a user group’s name, description or settings; its members feel it with their next call.',
  input: z.object({
    userGroupId: UserGroupId,
    version: z.int().optional(),
    name: Line(80).min(1).optional(),
    description: Line(300).optional(),
    ...settings,
  }),
  reply: UserGroup,
});
export const deleteUserGroup = call({
  name: 'user-group.delete',
  method: 'DELETE',
  path: '/user-groups/:userGroupId',
  scope: 'administer',
  summary: 'Deletes a user group: what was shared with it is no longer shared with its members.',
  input: z.object({ userGroupId: UserGroupId }),
  reply: Empty,
});
export const listUserGroupMembers = call({
  name: 'user-group.members',
  method: 'GET',
  path: '/user-groups/:userGroupId/members',
  scope: 'read',
  summary: 'The users in a user group; with `others`, those who are not.',
  input: listInput(['fullName', 'username', 'since']).extend({ userGroupId: UserGroupId, others: Flag.optional() }),
  reply: listReply(Member),
});
export const changeUserGroupMembers = call({
  name: 'user-group.change-members',
  method: 'POST',
  path: '/user-groups/:userGroupId/members',
  scope: 'administer',
  summary:
    'Takes users into a user group and out of it, many at once. What is shared with the group is theirs, or no longer, at once.',
  input: z.object({
    userGroupId: UserGroupId,
    add: z.array(UserId).max(5000).default([]),
    remove: z.array(UserId).max(5000).default([]),
  }),
  reply: z.object({ added: z.int(), removed: z.int(), group: UserGroup }),
});
