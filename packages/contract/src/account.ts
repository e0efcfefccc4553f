import { z } from 'zod';
import { call, Empty, Flag, Instant, largestNumber, Line, listInput, listReply, PasswordText, Reason } from './call.ts';
import { AccessState } from './checkout.ts';
import { resourceFilters } from './filters.ts';
import { FieldValues, shownFields } from './field.ts';
import { StoredFile } from './file.ts';
import { AccountId, AttemptId, PolicyId, ResourceId, UserId } from './ids.ts';

/**
 * How an account's password was last proved, and what came of it. `unprovable`: it was set, on a service that lets nobody prove a
 * password by a log-in; it never counts as proven.
 */
export const Health = z.enum([
  'proven',
  'unproven',
  'out-of-sync',
  'unreachable',
  'stale',
  'excluded',
  'untrusted',
  'unprovable',
]);
export type Health = z.infer<typeof Health>;

/** Whether the current password keeps the policy that applies; `unknown` until it was looked at. */
export const Compliance = z.enum(['compliant', 'violating', 'unknown']);
export type Compliance = z.infer<typeof Compliance>;
/** Accounts and what is known of their passwords: what lists of accounts and of resources are narrowed by. */
export const standing = {
  compliance: Compliance.optional(),
  /** The policy's age is reached; or it will be within so many days. */
  expired: Flag.optional(),
  expiresWithin: z.coerce.number().int().min(1).max(365).optional(),
};

export const Proof = z.object({
  health: Health,
  /** When a log-in with the stored password last worked. */
  provenAt: Instant.nullable(),
  /** By what: a verification on demand, a rotation, or the nightly check. */
  provenBy: z.enum(['verify', 'rotation']).nullable(),
  /** When the target was last asked, whatever it said. */
  checkedAt: Instant.nullable(),
  why: z.string().nullable(),
  exclusion: z.object({ reason: z.string(), ownerId: UserId, until: Instant }).nullable(),
});
export type Proof = z.infer<typeof Proof>;

/** An account as it is added, alone or with its resource. */
export const newAccount = z.object({
  username: Line(255).min(1),
  /** Left out: a password is drawn by the policy that applies. */
  password: PasswordText.optional(),
  notes: z.string().trim().max(4000).default(''),
  policyId: PolicyId.nullable().default(null),
  fields: FieldValues.default({}),
});
export type NewAccount = z.input<typeof newAccount>;

export const Account = z
  .object({
    id: AccountId,
    number: z.int(),
    resourceId: ResourceId,
    resourceNumber: z.int(),
    resourceName: z.string(),
    resourceType: z.string(),
    dnsName: z.string(),
    username: z.string(),
    notes: z.string(),
    policyId: PolicyId.nullable(),
    favourite: z.boolean(),
    secretVersion: z.int(),
    changedAt: Instant,
    proof: Proof,
    /** Null where it holds a file, which no policy is about. */
    compliance: Compliance.nullable(),
    /** Why not: one sentence each, without any part of the password. */
    complianceWhy: z.array(z.string()),
    /** When its policy's age is reached; null for never. */
    expiresAt: Instant.nullable(),
    /** Where one account is read, not in lists. The policy that applies: its own, else its resource's, its groups' or the default. */
    appliedPolicy: z
      .object({ id: PolicyId, name: z.string(), from: z.enum(['account', 'resource', 'group', 'default']) })
      .optional(),
    /** The same: when somebody or a program last opened the password; null for never. */
    lastAccess: z.object({ at: Instant, by: z.string(), action: z.string() }).nullable().optional(),
    /** An unfinished rotation; both passwords are kept until it ends. */
    attempt: z.object({ id: AttemptId, state: z.string(), why: z.string().nullable() }).nullable(),
    resettable: z.boolean(),
    /** Null where access to it is not controlled and nobody has it checked out. */
    access: AccessState.nullable(),
    /** Its secret is a file: it is uploaded and downloaded, where others are changed and revealed. */
    holdsFile: z.boolean(),
    /** The current one; null while none was uploaded, and for a password. */
    file: StoredFile.nullable(),
    ...shownFields,
    createdAt: Instant,
    version: z.int(),
    can: z.array(z.string()),
  })
  .meta({ id: 'Account' });
export type Account = z.infer<typeof Account>;
export const listAccounts = call({
  name: 'account.list',
  method: 'GET',
  path: '/accounts',
  scope: 'read',
  summary: 'Accounts one may see.',
  input: listInput(['username', 'resourceName', 'changedAt', 'checkedAt', 'expiresAt', 'number']).extend({
    view: z.enum(['all', 'favourite', 'recent']).default('all'),
    resourceId: ResourceId.optional(),
    /** What its resource must be like; `field` takes fields of accounts as well. */
    ...resourceFilters,
    health: Health.optional(),
    ...standing,
    /** Exactly this log-in name; exactly this number. */
    username: z.string().max(255).optional(),
    number: z.coerce.number().int().min(0).max(largestNumber).optional(),
  }),
  reply: listReply(Account),
});
export const readAccount = call({
  name: 'account.read',
  method: 'GET',
  path: '/accounts/:accountId',
  scope: 'read',
  summary: 'One account, without its password.',
  input: z.object({ accountId: AccountId }),
  reply: Account,
});
export const createAccounts = call({
  name: 'account.create',
  method: 'POST',
  path: '/resources/:resourceId/accounts',
  scope: 'manage',
  summary: 'Adds accounts to a resource, all or nothing.',
  input: z.object({ resourceId: ResourceId, accounts: z.array(newAccount).min(1).max(200) }),
  reply: z.object({ items: z.array(Account) }),
});
export const updateAccount = call({
  name: 'account.update',
  method: 'PATCH',
  path: '/accounts/:accountId',
  scope: 'manage',
  summary: 'Changes an account’s name, notes or policy.',
  input: z.object({
    accountId: AccountId,
    version: z.int().optional(),
    username: Line(255).min(1).optional(),
    notes: z.string().trim().max(4000).optional(),
    policyId: PolicyId.nullable().optional(),
    fields: FieldValues.optional(),
  }),
  reply: Account,
});
export const deleteAccount = call({
  name: 'account.delete',
  method: 'DELETE',
  path: '/accounts/:accountId',
  scope: 'manage',
  summary: 'Deletes an account with its password history.',
  input: z.object({ accountId: AccountId }),
  reply: Empty,
});
export const copyAccount = call({
  name: 'account.copy',
  method: 'POST',
  path: '/accounts/:accountId/copy',
  scope: 'manage',
  summary: 'Copies an account, with its password, to other resources.',
  input: z.object({
    accountId: AccountId,
    resourceIds: z.array(ResourceId).min(1).max(100),
    reason: Reason.optional(),
  }),
  reply: z.object({ items: z.array(Account) }),
});
export const moveAccount = call({
  name: 'account.move',
  method: 'POST',
  path: '/accounts/:accountId/move',
  scope: 'manage',
  summary: 'Moves an account, with its history, to another resource.',
  input: z.object({ accountId: AccountId, resourceId: ResourceId, keepShares: z.boolean().default(true) }),
  reply: Account,
});
export const favouriteAccount = call({
  name: 'account.favourite',
  method: 'PUT',
  path: '/accounts/:accountId/favourite',
  scope: 'manage',
  summary: 'Marks or unmarks an account as one’s favourite.',
  input: z.object({ accountId: AccountId, favourite: z.boolean() }),
  reply: Empty,
});
export const excludeFromProof = call({
  name: 'account.exclude-proof',
  method: 'PUT',
  path: '/accounts/:accountId/proof-exclusion',
  scope: 'manage',
  summary: 'Takes an account out of the proof figures, with a reason, an owner and an end; null puts it back.',
  input: z.object({
    accountId: AccountId,
    exclusion: z.object({ reason: Reason, ownerId: UserId, until: Instant }).nullable(),
  }),
  reply: Account,
});
