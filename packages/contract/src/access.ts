import { z } from 'zod';
import { call, Flag, Instant, Line, listInput, listReply, Reason } from './call.ts';
import { AccountId, ResourceGroupId, ResourceId, ShareId, UserGroupId, UserId } from './ids.ts';

/** What a share gives. `manage` is for resources and resource groups only. */
export const Permission = z.enum(['view', 'modify', 'manage']);
export type Permission = z.infer<typeof Permission>;

/** Whom something is shared with: one user, or everybody in a user group. */
export const Recipient = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('user'), id: UserId }),
  z.object({ kind: z.literal('user-group'), id: UserGroupId }),
]);
export type Recipient = z.infer<typeof Recipient>;

/** What a share lies on, or what a question is about. */
export const HeldKind = z.enum(['account', 'resource', 'resource-group']);
export type HeldKind = z.infer<typeof HeldKind>;

/** The strongest hold somebody has. `part`: something on it is shared with them, and so much of it shows. */
export const Standing = z.enum(['none', 'part', 'view', 'modify', 'manage', 'owner']);
export type Standing = z.infer<typeof Standing>;

export const Share = z
  .object({
    id: ShareId,
    /** What it lies on. The name is null where the asker may not see it. */
    on: z.object({ kind: HeldKind, id: z.uuid(), name: z.string().nullable() }),
    to: Recipient.and(
      z.object({
        name: z.string(),
        /** A user’s full name; a user group’s description. */
        detail: z.string(),
        /** How many people a user group has; null for a user. */
        members: z.int().nullable(),
      }),
    ),
    permission: Permission,
    from: Instant.nullable(),
    until: Instant.nullable(),
    state: z.enum(['coming', 'in-force', 'ended']),
    since: Instant,
    sharedBy: z.string(),
  })
  .meta({ id: 'Share' });
export type Share = z.infer<typeof Share>;

const sharesInput = listInput(['name', 'permission', 'since', 'until']).extend({
  /** Also those of the resource and of the resource groups that it is in. */
  inherited: Flag.default(false),
});
const sharesReply = listReply(Share);
const listing = { method: 'GET', scope: 'read', reply: sharesReply } as const;
export const listAccountShares = call({
  ...listing,
  name: 'account.list-shares',
  path: '/accounts/:accountId/shares',
  summary: 'With whom an account is shared.',
  input: sharesInput.extend({ accountId: AccountId }),
});
export const listResourceShares = call({
  ...listing,
  name: 'resource.list-shares',
  path: '/resources/:resourceId/shares',
  summary: 'With whom a resource is shared.',
  input: sharesInput.extend({ resourceId: ResourceId }),
});
export const listGroupShares = call({
  ...listing,
  name: 'resource-group.list-shares',
  path: '/resource-groups/:groupId/shares',
  summary: 'With whom a resource group is shared.',
  input: sharesInput.extend({ groupId: ResourceGroupId }),
});

const line = <P extends z.ZodType>(permission: P) =>
  z.object({
    to: Recipient,
    permission,
    /** In force from this moment; left out for at once. */
    from: Instant.nullable().default(null),
    /** Ends by itself at this moment, which lies ahead; left out for never. */
    until: Instant.nullable().default(null),
  });
/** The difference only: who gets or changes a share, and who loses it. At most five hundred of each, all or nothing. */
const difference = <P extends z.ZodType>(permission: P) => ({
  set: z.array(line(permission)).max(500).default([]),
  remove: z.array(Recipient).max(500).default([]),
});
const onAccount = { accountId: AccountId, ...difference(z.enum(['view', 'modify'])) };
const onResource = { resourceId: ResourceId, ...difference(Permission) };
const onGroup = { groupId: ResourceGroupId, ...difference(Permission) };

const counts = { added: z.int(), changed: z.int(), removed: z.int() };
const sharing = { method: 'POST', scope: 'manage', reply: z.object(counts) } as const;
const why = { reason: Reason.optional() };
export const shareAccount = call({
  ...sharing,
  name: 'account.share',
  path: '/accounts/:accountId/shares',
  summary: 'Shares an account, changes its shares or ends them.',
  input: z.object({ ...onAccount, ...why }),
});
export const shareResource = call({
  ...sharing,
  name: 'resource.share',
  path: '/resources/:resourceId/shares',
  summary: 'Shares a resource with its accounts, changes its shares or ends them.',
  input: z.object({ ...onResource, ...why }),
});
export const shareGroup = call({
  ...sharing,
  name: 'resource-group.share',
  path: '/resource-groups/:groupId/shares',
  summary: 'Shares a resource group with all that is in it, changes its shares or ends them.',
  input: z.object({ ...onGroup, ...why }),
});

/** A fact that gives or takes rights and can be taken away by itself. */
export const AccessEdge = z
  .object({
    /** Stable within one answer; paths and `necessary` name edges by it. */
    id: z.string(),
    kind: z.enum(['super-administrator', 'ownership', 'share', 'membership', 'gathering']),
    /** Whose: the user, the user group, or, for a gathering, the resource. The name is null where none is kept any more. */
    from: z.object({ kind: z.enum(['user', 'user-group', 'resource']), id: z.uuid(), name: z.string().nullable() }),
    /** What of. */
    to: z.object({
      kind: z.enum(['organisation', 'user-group', 'account', 'resource', 'resource-group']),
      id: z.uuid(),
      name: z.string().nullable(),
    }),
    /** A share’s. */
    permission: Permission.nullable(),
    until: Instant.nullable(),
  })
  .meta({ id: 'AccessEdge' });
export type AccessEdge = z.infer<typeof AccessEdge>;

/** Which of all that reaches somebody decides: the first of these that has anything to say. */
export const Decider = z.enum([
  'super-administrator',
  'ownership',
  'account-user',
  'account-user-group',
  'resource-user',
  'resource-user-group',
  'group-user',
  'group-user-group',
  'part',
  'nothing',
]);
export type Decider = z.infer<typeof Decider>;

export const Derivation = z
  .object({
    hold: Standing,
    decidedBy: Decider,
    edges: z.array(AccessEdge),
    /** Each way from the user to the object. All of its edges must stand. */
    paths: z.array(
      z.object({ by: Decider, permission: Permission.nullable(), decides: z.boolean(), edges: z.array(z.string()) }),
    ),
    /** The edges of which each, taken away alone, turns the answer round. */
    necessary: z.array(z.string()),
  })
  .meta({ id: 'Derivation' });
export type Derivation = z.infer<typeof Derivation>;

/** Somebody’s hold before and after a change. */
export const HoldChange = z.object({
  userId: UserId,
  username: z.string(),
  fullName: z.string(),
  before: Standing,
  after: Standing,
});
export type HoldChange = z.infer<typeof HoldChange>;
const preview = {
  method: 'POST',
  scope: 'read',
  reply: z.object({
    ...counts,
    /** How many people’s hold changes, and up to 200 of them by name. */
    affected: z.int(),
    people: z.array(HoldChange),
    /** The person asked about, and why. */
    checked: HoldChange.extend({ why: Derivation }).nullable(),
  }),
} as const;
/** A person whose hold is asked for, with the difference or without one. */
const check = { userId: UserId.optional() };
export const previewAccountShares = call({
  ...preview,
  name: 'account.preview-shares',
  path: '/accounts/:accountId/shares/preview',
  summary: 'What a difference of shares would change for whom. Nothing is kept.',
  input: z.object({ ...onAccount, ...check }),
});
export const previewResourceShares = call({
  ...preview,
  name: 'resource.preview-shares',
  path: '/resources/:resourceId/shares/preview',
  summary: 'What a difference of shares would change for whom. Nothing is kept.',
  input: z.object({ ...onResource, ...check }),
});
export const previewGroupShares = call({
  ...preview,
  name: 'resource-group.preview-shares',
  path: '/resource-groups/:groupId/shares/preview',
  summary: 'What a difference of shares would change for whom. Nothing is kept.',
  input: z.object({ ...onGroup, ...check }),
});

export const transferResource = call({
  name: 'resource.transfer',
  method: 'POST',
  path: '/resources/:resourceId/transfer',
  scope: 'manage',
  summary: 'Gives a resource to another owner. The old owner loses it; its shares stay.',
  input: z.object({ resourceId: ResourceId, toUserId: UserId, ...why }),
  reply: z.object({ ownerId: UserId, ownerName: z.string() }),
});
export const transferGroup = call({
  name: 'resource-group.transfer',
  method: 'POST',
  path: '/resource-groups/:groupId/transfer',
  scope: 'manage',
  summary: 'Gives a static resource group to another owner. What is in it keeps its own owners; its shares stay.',
  input: z.object({ groupId: ResourceGroupId, toUserId: UserId, ...why }),
  reply: z.object({ ownerId: UserId, ownerName: z.string() }),
});
export const transferEverything = call({
  name: 'user.transfer',
  method: 'POST',
  path: '/users/:userId/transfer',
  scope: 'administer',
  summary: 'Gives everything a user owns to another owner, all or nothing.',
  input: z.object({
    userId: UserId,
    toUserId: UserId,
    /** True to be told the numbers only. */
    dryRun: z.boolean().default(false),
    ...why,
  }),
  reply: z.object({
    resources: z.int(),
    accounts: z.int(),
    groups: z.int(),
    /** Of those: groups by criteria, which become static with the members they have. */
    criteriaGroups: z.int(),
    /** The names of the first five resources and groups. */
    first: z.array(z.string()),
  }),
});

export const Explanation = z
  .object({
    allowed: z.boolean(),
    rules: z.array(z.object({ says: z.string(), holds: z.boolean(), refusal: z.string().nullable() })),
    facts: z.record(z.string(), z.union([z.string(), z.boolean(), z.number(), z.null()])),
    /** Where the hold comes from; null for an action that asks for none. */
    derivation: Derivation.nullable(),
  })
  .meta({ id: 'Explanation' });
export type Explanation = z.infer<typeof Explanation>;
/** A user, a group or a thing to ask about, as far as it takes to choose it. */
export const AccessSubject = z
  .object({
    kind: z.enum(['user', 'user-group', 'account', 'resource', 'resource-group']),
    id: z.uuid(),
    name: z.string(),
    /** A full name, a description or an address. */
    detail: z.string(),
  })
  .meta({ id: 'AccessSubject' });
export type AccessSubject = z.infer<typeof AccessSubject>;
export const findSubjects = call({
  name: 'access.find',
  method: 'GET',
  path: '/explain/find',
  scope: 'read',
  summary: 'Finds what one may ask about by name, twenty at a time.',
  input: z.object({
    kind: AccessSubject.shape.kind,
    search: z.string().trim().max(200).optional(),
    /** Only the one with this id. */
    id: z.uuid().optional(),
  }),
  reply: z.object({ items: z.array(AccessSubject), more: z.boolean() }),
});

/** A moment that is past; left out for now. */
const moment = { at: Instant.optional() };
export const explainAccess = call({
  name: 'access.explain',
  method: 'GET',
  path: '/explain',
  scope: 'read',
  summary:
    'Why a user may or may not do something to an object, now or at a past moment: every rule, the facts it saw, and where the hold comes from.',
  input: z.object({ userId: UserId, action: z.string().max(80), objectId: z.uuid(), ...moment }),
  reply: Explanation,
});

/** One way somebody came by their hold, in short. */
export const AccessWay = z.object({ by: Decider, permission: Permission.nullable(), through: z.array(z.string()) });
export const whoReaches = call({
  name: 'access.who',
  method: 'GET',
  path: '/explain/who',
  scope: 'read',
  summary: 'Everybody who reaches an object, with their hold and why, now or at a past moment.',
  input: listInput(['username', 'fullName']).extend({ objectKind: HeldKind, objectId: z.uuid(), ...moment }),
  reply: listReply(
    z.object({
      userId: UserId,
      /** Null for a user who is deleted. */
      username: z.string().nullable(),
      fullName: z.string().nullable(),
      state: z.string(),
      hold: Standing,
      decidedBy: Decider,
      ways: z.array(AccessWay),
    }),
  ).extend({ object: z.object({ kind: HeldKind, id: z.uuid(), name: z.string().nullable() }) }),
});
export const userReaches = call({
  name: 'access.reach',
  method: 'GET',
  path: '/explain/reach',
  scope: 'read',
  summary: 'Everything a user reaches, with their hold and why, now or at a past moment.',
  input: listInput(['name']).extend({ userId: UserId, kind: HeldKind, ...moment }),
  reply: listReply(
    z.object({
      id: z.uuid(),
      name: z.string(),
      /** For an account: its resource’s name. */
      detail: z.string(),
      hold: Standing,
      decidedBy: Decider,
      ways: z.array(AccessWay),
    }),
  ),
});

const on = { on: z.object({ kind: HeldKind, id: z.uuid() }) };
export const Supposition = z.discriminatedUnion('do', [
  z.object({ do: z.literal('share'), ...on, to: Recipient, permission: Permission }),
  z.object({ do: z.literal('end-share'), ...on, to: Recipient }),
  z.object({ do: z.literal('join'), userGroupId: UserGroupId, userId: UserId }),
  z.object({ do: z.literal('leave'), userGroupId: UserGroupId, userId: UserId }),
  /** A built-in role’s name, or the id of one of the organisation’s own. */
  z.object({ do: z.literal('give-role'), userId: UserId, role: Line(80).min(1) }),
  z.object({ do: z.literal('set-super-administrator'), userId: UserId, superAdministrator: z.boolean() }),
  z.object({ do: z.literal('transfer'), on: z.object({ kind: z.enum(['resource', 'resource-group']), id: z.uuid() }), toUserId: UserId }),
]); // prettier-ignore
export type Supposition = z.infer<typeof Supposition>;
export const supposeAccess = call({
  name: 'access.suppose',
  method: 'POST',
  path: '/explain/suppose',
  scope: 'read',
  summary: 'Whether a user could do something if things were changed. Nothing is kept.',
  input: z.object({
    userId: UserId,
    action: z.string().max(80),
    objectId: z.uuid(),
    changes: z.array(Supposition).min(1).max(20),
  }),
  reply: z.object({ before: Explanation, after: Explanation }),
});
