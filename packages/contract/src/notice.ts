import { z } from 'zod';
import { call } from './call.ts';
import { ResourceGroupId, UserGroupId, UserId } from './ids.ts';

/** What can happen to a password that is worth telling. The last two are told once a day. */
export const NoticeEvent = z.enum(['accessed', 'changed', 'share-changed', 'expires', 'violated', 'out-of-sync']);
export type NoticeEvent = z.infer<typeof NoticeEvent>;

const to = {
  /** Whoever owns the resource. */
  owner: z.boolean().default(false),
  /** Everybody who has the account by owning or a share, at the time. */
  people: z.boolean().default(false),
  /** Addresses that are told whatever they may see. */
  addresses: z.array(z.email().max(254)).max(50).default([]),
};
/** Who is told of one kind of event in a group. Users are told only of accounts that they see at the time. */
export const NoticeRule = z
  .object({
    event: NoticeEvent,
    ...to,
    userIds: z.array(UserId).max(100).default([]),
    userGroupIds: z.array(UserGroupId).max(100).default([]),
    /** Also reset the password: for `share-changed` when a share was taken away, and for `expires`. */
    alsoReset: z.boolean().default(false),
  })
  .refine(({ event, alsoReset }) => !alsoReset || event === 'share-changed' || event === 'expires', {
    path: ['alsoReset'],
    message: 'goes with share-changed and expires only',
  });
export type NoticeRule = z.infer<typeof NoticeRule>;

const Named = <I extends z.ZodType>(id: I) => z.object({ id, name: z.string() });
/** The rules of a group as they are read: every event, with the names of those named. */
export const NoticeRules = z
  .object({
    items: z.array(
      z.object({
        event: NoticeEvent,
        ...to,
        users: z.array(Named(UserId)),
        userGroups: z.array(Named(UserGroupId)),
        alsoReset: z.boolean(),
        /** By whose rights the reset is done; null where there is none, and when they are gone. */
        resetBy: z.string().nullable(),
      }),
    ),
    /** False while no mail server is set: then nobody is told. */
    mailSet: z.boolean(),
  })
  .meta({ id: 'NoticeRules' });
export type NoticeRules = z.infer<typeof NoticeRules>;

export const readNotices = call({
  name: 'resource-group.read-notices',
  method: 'GET',
  path: '/resource-groups/:groupId/notices',
  scope: 'read',
  summary: 'Who is told what happens to the passwords of a resource group.',
  input: z.object({ groupId: ResourceGroupId }),
  reply: NoticeRules,
});
export const setNotices = call({
  name: 'resource-group.set-notices',
  method: 'PUT',
  path: '/resource-groups/:groupId/notices',
  scope: 'manage',
  summary:
    'Says who is told what happens to the passwords of a resource group; events that are left out are told nobody.',
  input: z.object({
    groupId: ResourceGroupId,
    rules: z
      .array(NoticeRule)
      .max(6)
      .refine((rules) => new Set(rules.map((rule) => rule.event)).size === rules.length, {
        message: 'names an event twice',
      }),
  }),
  reply: NoticeRules,
});
