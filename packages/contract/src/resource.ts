import { z } from 'zod';
import { Health, newAccount, standing } from './account.ts';
import { call, Empty, Instant, largestNumber, Line, listInput, listReply, Reason } from './call.ts';
import { resourceFilters } from './filters.ts';
import { FieldValues, shownFields } from './field.ts';
import { AccountId, PolicyId, ResourceGroupId, ResourceId, TagValueId, UserId } from './ids.ts';
import { ResourceTag } from './tag.ts';

/** What somebody has on a thing, weakest first. */
export const Hold = z.enum(['part', 'view', 'modify', 'manage', 'owner']);
export type Hold = z.infer<typeof Hold>;

const details = {
  name: Line(120).min(1),
  type: Line(80).min(1),
  dnsName: Line(255).default(''),
  description: z.string().trim().max(2000).default(''),
  department: Line(120).default(''),
  location: Line(120).default(''),
  domain: Line(255).default(''),
  url: Line(1000).default(''),
  policyId: PolicyId.nullable().default(null),
};
/** How the product logs in to a resource to verify and reset. `settings` follow the type's schema. */
export const ResetSettings = z.object({
  settings: z.record(z.string(), z.unknown()),
  /** The account that logs in where an account does not do so itself; null for none. */
  adminAccountId: AccountId.nullable().default(null),
  /** The account whose password `su` or `sudo` asks for; null for none. */
  elevationAccountId: AccountId.nullable().default(null),
});
export type ResetSettings = z.infer<typeof ResetSettings>;
/** In the wizard the accounts do not exist yet, so they are named by their log-in names. */
const newReset = z.object({
  settings: z.record(z.string(), z.unknown()),
  adminUsername: Line(255).nullable().default(null),
  elevationUsername: Line(255).nullable().default(null),
});

export const HostKey = z.object({
  algorithm: z.string(),
  fingerprint: z.string(),
  state: z.enum(['pinned', 'offered']),
  seenAt: Instant,
});

export const Resource = z
  .object({
    id: ResourceId,
    number: z.int(),
    name: z.string(),
    type: z.string(),
    dnsName: z.string(),
    description: z.string(),
    department: z.string(),
    location: z.string(),
    domain: z.string(),
    url: z.string(),
    policyId: PolicyId.nullable(),
    /** The policy that its groups give it, which counts where it has none of its own; null for none. */
    groupPolicyId: PolicyId.nullable(),
    ownerId: UserId,
    ownerName: z.string(),
    accounts: z.int(),
    /** The worst health of its accounts. */
    health: Health.nullable(),
    /** How many of them have a password that does not keep its policy, and when the first expires. */
    violating: z.int(),
    expiresAt: Instant.nullable(),
    ...shownFields,
    tags: z.array(ResourceTag),
    reset: ResetSettings.nullable(),
    hostKeys: z.array(HostKey),
    createdAt: Instant,
    updatedAt: Instant,
    version: z.int(),
    /** What the asker holds of it; `part` when only accounts of it are shared. */
    hold: Hold,
    can: z.array(z.string()),
  })
  .meta({ id: 'Resource' });
export type Resource = z.infer<typeof Resource>;

export const listResources = call({
  name: 'resource.list',
  method: 'GET',
  path: '/resources',
  scope: 'read',
  summary: 'Resources one may see.',
  input: listInput(['name', 'type', 'dnsName', 'updatedAt', 'number']).extend({
    ...resourceFilters,
    /** One of its accounts that the asker sees is so. */
    health: Health.optional(),
    ...standing,
    /** Exactly this name, in any case; and exactly this number. */
    name: z.string().max(120).optional(),
    number: z.coerce.number().int().min(0).max(largestNumber).optional(),
  }),
  reply: listReply(Resource.omit({ reset: true, hostKeys: true })),
});
export const readResource = call({
  name: 'resource.read',
  method: 'GET',
  path: '/resources/:resourceId',
  scope: 'read',
  summary: 'One resource.',
  input: z.object({ resourceId: ResourceId }),
  reply: Resource,
});
export const createResource = call({
  name: 'resource.create',
  method: 'POST',
  path: '/resources',
  scope: 'manage',
  summary: 'Adds a resource with its accounts, all or nothing.',
  input: z.object({
    ...details,
    accounts: z.array(newAccount).max(200).default([]),
    reset: newReset.nullable().default(null),
    fields: FieldValues.default({}),
    /** Values of tags. */
    tags: z.array(TagValueId).max(100).default([]),
    /** Static groups that it joins; the asker must manage each. */
    groupIds: z.array(ResourceGroupId).max(50).default([]),
  }),
  reply: Resource,
});
export const updateResource = call({
  name: 'resource.update',
  method: 'PATCH',
  path: '/resources/:resourceId',
  scope: 'manage',
  summary: 'Changes a resource.',
  input: z.object({
    resourceId: ResourceId,
    version: z.int().optional(),
    name: details.name.optional(),
    type: details.type.optional(),
    dnsName: Line(255).optional(),
    description: z.string().trim().max(2000).optional(),
    department: Line(120).optional(),
    location: Line(120).optional(),
    domain: Line(255).optional(),
    url: Line(1000).optional(),
    policyId: PolicyId.nullable().optional(),
    fields: FieldValues.optional(),
  }),
  reply: Resource,
});
export const deleteResource = call({
  name: 'resource.delete',
  method: 'DELETE',
  path: '/resources/:resourceId',
  scope: 'manage',
  summary: 'Deletes a resource with its accounts and their histories.',
  input: z.object({ resourceId: ResourceId }),
  reply: Empty,
});
/** What the copies of a resource take over from it, beside its attributes. */
export const Inherit = z.object({
  /** With their present passwords. */
  accounts: z.boolean().default(false),
  /** The former passwords too; only with `accounts`. */
  history: z.boolean().default(false),
  /** The shares of the resource and, with `accounts`, of its accounts. */
  shares: z.boolean().default(false),
  /** The static groups that the asker manages and the resource is in. */
  groups: z.boolean().default(false),
  reset: z.boolean().default(false),
  fields: z.boolean().default(false),
  tags: z.boolean().default(false),
});
export type Inherit = z.infer<typeof Inherit>;
export const copyResource = call({
  name: 'resource.copy',
  method: 'POST',
  path: '/resources/:resourceId/copies',
  scope: 'manage',
  summary: 'Makes copies of a resource, which the asker then owns, with what they are to inherit.',
  input: z.object({
    resourceId: ResourceId,
    /** One copy for each name. Left out: `count` copies, numbered after the resource's name. */
    names: z.array(Line(120).min(1)).min(1).max(100).optional(),
    count: z.int().min(1).max(100).default(1),
    inherit: Inherit.prefault({}),
    reason: Reason.optional(),
  }),
  reply: z.object({ items: z.array(z.object({ id: ResourceId, number: z.int(), name: z.string() })) }),
});
export const configureReset = call({
  name: 'resource.configure-reset',
  method: 'PUT',
  path: '/resources/:resourceId/reset',
  scope: 'manage',
  summary: 'Sets how the product logs in to a resource; null switches it off.',
  input: z.object({
    resourceId: ResourceId,
    /** The accounts by their ids, or by their log-in names on the resource: for many resources, each has its own. */
    reset: ResetSettings.extend({
      adminUsername: Line(255).nullable().default(null),
      elevationUsername: Line(255).nullable().default(null),
    }).nullable(),
  }),
  reply: Resource,
});
export const trustHostKey = call({
  name: 'resource.trust-host-key',
  method: 'POST',
  path: '/resources/:resourceId/host-key',
  scope: 'manage',
  summary: 'Trusts the key that a host now offers, after a person compared it; the former pins are dropped.',
  input: z.object({ resourceId: ResourceId, fingerprint: z.string().max(200), reason: Reason }),
  reply: Resource,
});

export const readDashboard = call({
  name: 'dashboard.read',
  method: 'GET',
  path: '/dashboard',
  scope: 'read',
  summary: 'How many accounts are proven, of those one may see.',
  input: Empty,
  reply: z.object({
    accounts: z.int(),
    resources: z.int(),
    proven: z.int(),
    stale: z.int(),
    /** Without those that hold files. */
    unproven: z.int(),
    outOfSync: z.int(),
    unreachable: z.int(),
    untrusted: z.int(),
    /** Set on services that let nobody prove a password: they count as not proven. */
    unprovable: z.int(),
    excluded: z.int(),
    /** Accounts that hold a file, key or licence, which no log-in can prove. */
    files: z.int(),
    /** How long ago the last proof of those that are proven was: within a day, and within a week. */
    provenWithinDay: z.int(),
    provenWithinWeek: z.int(),
    /** proven / (accounts − excluded − files), 0 to 1; null where none is to be proven. */
    provenShare: z.number().nullable(),
    proofMaxAgeDays: z.int(),
    needsPerson: z.int(),
    /** Passwords that do not keep their policy; that were not looked at yet; that are older than it allows; and that will be within 14 days. */
    violating: z.int(),
    unjudged: z.int(),
    expired: z.int(),
    expiringSoon: z.int(),
  }),
});
