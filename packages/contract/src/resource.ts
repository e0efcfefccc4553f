import { z } from 'zod';
import { call, Empty, Instant, Line, listInput, listReply, PasswordText, Reason, Ticket } from './call.ts';
import { AccountId, AttemptId, PolicyId, ResourceId, UserId } from './ids.ts';

/** Numbers and versions are 32-bit integers in the database. */
const largestNumber = 2_147_483_647;

/** What somebody has on a thing, weakest first. */
export const Hold = z.enum(['part', 'view', 'modify', 'manage', 'owner']);
export type Hold = z.infer<typeof Hold>;

/** Which of the common attributes a type shows. */
export const Attribute = z.enum(['dnsName', 'domain', 'url', 'description', 'department', 'location']);
export type Attribute = z.infer<typeof Attribute>;

export const ResourceType = z
  .object({
    name: z.string(),
    title: z.string(),
    category: z.string(),
    attributes: z.array(Attribute),
    /** How the console labels the log-in name of an account of this type. */
    accountLabel: z.string(),
    /** The driver that resets passwords of this type; null when the product cannot yet. */
    driver: z.string().nullable(),
    /** JSON Schema (2020-12) of the driver's settings; null without a driver. */
    resetSettings: z.unknown().nullable(),
    builtIn: z.boolean(),
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

export const Policy = z
  .object({
    id: PolicyId,
    name: z.string(),
    builtIn: z.boolean(),
    isDefault: z.boolean(),
    minLength: z.int(),
    maxLength: z.int(),
    mixedCase: z.boolean(),
    digits: z.int(),
    specials: z.int(),
    specialCharacters: z.string(),
    startsWithLetter: z.boolean(),
    loginNameAllowed: z.boolean(),
    historyDepth: z.int(),
    maxAgeDays: z.int(),
  })
  .meta({ id: 'Policy' });
export type Policy = z.infer<typeof Policy>;
export const listPolicies = call({
  name: 'policy.list',
  method: 'GET',
  path: '/policies',
  scope: 'read',
  summary: 'The password policies.',
  input: Empty,
  reply: z.object({ items: z.array(Policy) }),
});
export const generatePassword = call({
  name: 'policy.generate',
  method: 'POST',
  path: '/policies/:policyId/generate',
  scope: 'passwords',
  secret: true,
  summary: 'Draws passwords that keep the policy. Nothing is stored.',
  input: z.object({
    policyId: PolicyId,
    count: z.int().min(1).max(20).default(1),
    length: z.int().min(4).max(128).optional(),
    username: z.string().max(255).optional(),
    resourceType: z.string().max(80).optional(),
  }),
  reply: z.object({ passwords: z.array(z.string()) }),
});

/** How an account's password was last proved, and what came of it. */
export const Health = z.enum(['proven', 'unproven', 'out-of-sync', 'unreachable', 'stale', 'excluded', 'untrusted']);
export type Health = z.infer<typeof Health>;

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
const newAccount = z.object({
  username: Line(255).min(1),
  /** Left out: a password is drawn by the policy that applies. */
  password: PasswordText.optional(),
  notes: z.string().trim().max(4000).default(''),
  policyId: PolicyId.nullable().default(null),
});
export type NewAccount = z.input<typeof newAccount>;

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
    ownerId: UserId,
    ownerName: z.string(),
    accounts: z.int(),
    /** The worst health of its accounts. */
    health: Health.nullable(),
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
    type: z.string().max(80).optional(),
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
export const configureReset = call({
  name: 'resource.configure-reset',
  method: 'PUT',
  path: '/resources/:resourceId/reset',
  scope: 'manage',
  summary: 'Sets how the product logs in to a resource; null switches it off.',
  input: z.object({ resourceId: ResourceId, reset: ResetSettings.nullable() }),
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
    /** An unfinished rotation; both passwords are kept until it ends. */
    attempt: z.object({ id: AttemptId, state: z.string(), why: z.string().nullable() }).nullable(),
    resettable: z.boolean(),
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
  input: listInput(['username', 'resourceName', 'changedAt', 'checkedAt', 'number']).extend({
    view: z.enum(['all', 'favourite', 'recent']).default('all'),
    resourceId: ResourceId.optional(),
    type: z.string().max(80).optional(),
    health: Health.optional(),
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

export const revealAccount = call({
  name: 'account.reveal',
  method: 'POST',
  path: '/accounts/:accountId/reveal',
  scope: 'passwords',
  secret: true,
  summary: 'Opens the current password. Audited with reason before the answer is sent.',
  input: z.object({
    accountId: AccountId,
    purpose: z.enum(['show', 'copy', 'use']).default('show'),
    reason: Reason.optional(),
    ticket: Ticket.optional(),
  }),
  reply: z.object({
    username: z.string(),
    password: z.string(),
    version: z.int(),
    /** While a rotation is in doubt: the other password that may be the one that works. */
    candidate: z.string().nullable(),
  }),
});
export const SecretVersion = z
  .object({
    version: z.int(),
    state: z.enum(['current', 'former', 'candidate', 'abandoned']),
    origin: z.enum(['created', 'changed', 'rotated', 'restored', 'copied']),
    changedBy: z.string(),
    changedFrom: z.string().nullable(),
    changedAt: Instant,
  })
  .meta({ id: 'SecretVersion' });
export type SecretVersion = z.infer<typeof SecretVersion>;
export const readHistory = call({
  name: 'account.history',
  method: 'GET',
  path: '/accounts/:accountId/history',
  scope: 'read',
  summary: 'Who changed the password, from where and when.',
  input: z.object({
    accountId: AccountId,
    limit: z.coerce.number().int().min(1).max(500).default(100),
    offset: z.coerce.number().int().min(0).default(0),
  }),
  reply: z.object({ items: z.array(SecretVersion), total: z.int() }),
});
export const revealFormer = call({
  name: 'account.reveal-former',
  method: 'POST',
  path: '/accounts/:accountId/history/:version/reveal',
  scope: 'passwords',
  secret: true,
  summary: 'Opens a former password under the same rules as the current one.',
  input: z.object({
    accountId: AccountId,
    version: z.coerce.number().int().min(1).max(largestNumber),
    purpose: z.enum(['show', 'copy', 'use']).default('show'),
    reason: Reason.optional(),
    ticket: Ticket.optional(),
  }),
  reply: z.object({ username: z.string(), password: z.string(), version: z.int() }),
});

/** `local` changes the stored password only; `target` changes the machine and the vault together. */
export const Where = z.enum(['local', 'target']);
export const changePassword = call({
  name: 'account.change-password',
  method: 'POST',
  path: '/accounts/:accountId/password',
  scope: 'passwords',
  summary: 'Changes the password, in the vault alone or on the target too (then as an attempt to be followed).',
  input: z.object({
    accountId: AccountId,
    password: PasswordText,
    where: Where.default('local'),
    reason: Reason.optional(),
    ticket: Ticket.optional(),
  }),
  reply: z.object({ version: z.int(), attemptId: AttemptId.nullable() }),
});
export const restoreVersion = call({
  name: 'account.restore',
  method: 'POST',
  path: '/accounts/:accountId/history/:version/restore',
  scope: 'passwords',
  summary: 'Makes a former password the current one again, in the vault alone.',
  input: z.object({
    accountId: AccountId,
    version: z.coerce.number().int().min(1).max(largestNumber),
    reason: Reason.optional(),
    ticket: Ticket.optional(),
  }),
  reply: z.object({ version: z.int() }),
});
export const rotateAccount = call({
  name: 'account.rotate',
  method: 'POST',
  path: '/accounts/:accountId/rotate',
  scope: 'passwords',
  summary: 'Draws a new password and changes it on the target and in the vault.',
  input: z.object({ accountId: AccountId, reason: Reason.optional(), ticket: Ticket.optional() }),
  reply: z.object({ attemptId: AttemptId }),
});
export const verifyAccount = call({
  name: 'account.verify',
  method: 'POST',
  path: '/accounts/:accountId/verify',
  scope: 'passwords',
  summary: 'Logs in to the target with the stored password, now, and says what came of it.',
  input: z.object({ accountId: AccountId }),
  reply: Proof,
});

/** The states of a rotation, as the audit trail names them. */
export const AttemptState = z.enum([
  'prepared',
  'applying',
  'applied',
  'verified',
  'promoted',
  'unverified',
  'rolled-back',
  'needs-person',
]);
export type AttemptState = z.infer<typeof AttemptState>;
export const Attempt = z
  .object({
    id: AttemptId,
    accountId: AccountId,
    state: AttemptState,
    why: z.string().nullable(),
    tries: z.int(),
    startedAt: Instant,
    updatedAt: Instant,
    endedAt: Instant.nullable(),
    nextTryAt: Instant.nullable(),
    requestedBy: z.string(),
  })
  .meta({ id: 'Attempt' });
export type Attempt = z.infer<typeof Attempt>;
export const readAttempt = call({
  name: 'attempt.read',
  method: 'GET',
  path: '/accounts/:accountId/attempts/:attemptId',
  scope: 'read',
  summary: 'How a rotation stands.',
  input: z.object({ accountId: AccountId, attemptId: AttemptId }),
  reply: Attempt,
});
export const listAttempts = call({
  name: 'attempt.list',
  method: 'GET',
  path: '/accounts/:accountId/attempts',
  scope: 'read',
  summary: 'The rotations of an account, newest first.',
  input: z.object({ accountId: AccountId, limit: z.coerce.number().int().min(1).max(100).default(20) }),
  reply: z.object({ items: z.array(Attempt) }),
});
export const resolveAttempt = call({
  name: 'attempt.resolve',
  method: 'POST',
  path: '/accounts/:accountId/attempts/:attemptId/resolve',
  scope: 'passwords',
  summary:
    'Ends an attempt that needs a person: ask the target again, or keep the one password the person found to work.',
  input: z.object({
    accountId: AccountId,
    attemptId: AttemptId,
    how: z.enum(['ask-again', 'keep-current', 'keep-candidate']),
    reason: Reason,
  }),
  reply: Attempt,
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
    unproven: z.int(),
    outOfSync: z.int(),
    unreachable: z.int(),
    untrusted: z.int(),
    excluded: z.int(),
    /** proven / (accounts − excluded), 0 to 1; null without accounts. */
    provenShare: z.number().nullable(),
    proofMaxAgeDays: z.int(),
    needsPerson: z.int(),
  }),
});

export const explainAccess = call({
  name: 'access.explain',
  method: 'GET',
  path: '/explain',
  scope: 'read',
  summary: 'Why a user may or may not do something to an object: every rule, whether it holds, and the facts it saw.',
  input: z.object({ userId: UserId, action: z.string().max(80), objectId: z.uuid() }),
  reply: z.object({
    allowed: z.boolean(),
    rules: z.array(z.object({ says: z.string(), holds: z.boolean(), refusal: z.string().nullable() })),
    facts: z.record(z.string(), z.union([z.string(), z.boolean(), z.number(), z.null()])),
  }),
});
