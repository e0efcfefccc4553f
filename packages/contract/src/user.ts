import { z } from 'zod';
import { call, Empty, Flag, Instant, largestNumber, Line, listInput, listReply, PasswordText, Scope } from './call.ts';
import { RoleId, UserGroupId, UserId } from './ids.ts';

/** The built-in roles, weakest claim last. What each may do stands in docs/who-may-do-what.md. */
export const BuiltInRole = z.enum([
  'administrator',
  'privileged-administrator',
  'password-administrator',
  'password-user',
  'password-auditor',
]);
export type BuiltInRole = z.infer<typeof BuiltInRole>;
/** A built-in role by its name, or one of the organisation's own by its id. */
export const Role = z.union([BuiltInRole, RoleId]);
export type Role = z.infer<typeof Role>;

/** `invited` has not yet followed the set-up link; `locked` is kept out for a while; `disabled` may do nothing, and lost its tokens. */
export const UserState = z.enum(['active', 'invited', 'locked', 'disabled']);
export type UserState = z.infer<typeof UserState>;

/** What is known of a user beside name, role and state, as given for a new one. */
export const profile = {
  fullName: Line(120).min(1),
  email: z.email().max(254),
  department: Line(120).default(''),
  location: Line(120).default(''),
  phone: Line(40).default(''),
  mobile: Line(40).default(''),
  language: z
    .string()
    .regex(/^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$/)
    .default('en'),
  timeZone: Line(60).default('UTC'),
};
/** The same, for a change: what is left out stays. */
export const profileChanges = {
  fullName: profile.fullName.optional(),
  email: profile.email.optional(),
  department: Line(120).optional(),
  location: Line(120).optional(),
  phone: Line(40).optional(),
  mobile: Line(40).optional(),
  language: z
    .string()
    .regex(/^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$/)
    .optional(),
  timeZone: Line(60).optional(),
};

/** A log-in name: letters, digits and `. _ - @ + \`, no spaces. */
export const Username = z
  .string()
  .trim()
  .regex(/^[\p{L}\p{N}][\p{L}\p{N}._@+\\-]{0,79}$/u, 'use letters, digits and . _ - @ + \\, at most 80');

export const User = z
  .object({
    id: UserId,
    number: z.int(),
    kind: z.enum(['person', 'api']),
    username: z.string(),
    fullName: z.string(),
    email: z.string(),
    department: z.string(),
    location: z.string(),
    phone: z.string(),
    mobile: z.string(),
    language: z.string(),
    timeZone: z.string(),
    role: Role,
    /** The role in words: a built-in one's name, or what the organisation calls it. */
    roleName: z.string(),
    superAdministrator: z.boolean(),
    state: UserState,
    /** Until when sign-in is refused after too many wrong passwords. */
    lockedUntil: Instant.nullable(),
    /** For API users: the one host or network (CIDR) the token works from; empty for any. */
    host: z.string(),
    /** Public halves, for the doors that take them: an OpenSSH key in one line (API users), a certificate as PEM. */
    sshKey: z.string(),
    certificate: z.string(),
    mustChangePassword: z.boolean(),
    /** The user groups they are in: the first five by name, and how many there are. */
    groups: z.array(z.object({ id: UserGroupId, name: z.string() })),
    groupCount: z.int(),
    tokenExpiresAt: Instant.nullable(),
    /** Of an API user: when the first of token, SSH key and certificate ends. */
    firstExpiryAt: Instant.nullable(),
    lastSignInAt: Instant.nullable(),
    createdAt: Instant,
    /** For If-Match and `version` in updates. */
    version: z.int(),
    /** Actions the asker may do on this user. */
    can: z.array(z.string()),
  })
  .meta({ id: 'User' });
export type User = z.infer<typeof User>;

/** What an API user shows at a door for programs: its token, its SSH key, its certificate. */
export const ApiCredential = z
  .object({
    id: z.uuid(),
    kind: z.enum(['token', 'ssh-key', 'certificate']),
    /** By what it is told apart: a token's last four characters, a key's or certificate's fingerprint. */
    shows: z.string(),
    scopes: z.array(Scope),
    createdAt: Instant,
    /** Null for never. */
    expiresAt: Instant.nullable(),
    lastUsedAt: Instant.nullable(),
  })
  .meta({ id: 'ApiCredential' });
export type ApiCredential = z.infer<typeof ApiCredential>;

/** One user with what takes a closer look: keys in words, and what they own. */
export const UserDetail = User.extend({
  /** As `ssh-keygen -l` shows it: `SHA256:` and base64; null without a key. */
  sshKeyFingerprint: z.string().nullable(),
  certificateFacts: z
    .object({ subject: z.string(), issuer: z.string(), fingerprint: z.string(), validUntil: Instant })
    .nullable(),
  /** Of an API user: what it can come with at this moment, expired ones too until they are replaced. */
  credentials: z.array(ApiCredential),
  owns: z.object({ resources: z.int(), resourceGroups: z.int() }),
  /** Open sessions and tokens that still hold. */
  holds: z.object({ sessions: z.int(), tokens: z.int() }),
}).meta({ id: 'UserDetail' });
export type UserDetail = z.infer<typeof UserDetail>;

/** An OpenSSH public key in one line; empty for none. The server reads it and refuses what is none. */
export const SshKey = Line(8192);
/** A certificate as PEM; empty for none. A private key beside it is refused. */
export const PublicCertificate = z.string().trim().max(20_000);

export const listUsers = call({
  name: 'user.list',
  method: 'GET',
  path: '/users',
  scope: 'read',
  summary: 'The organisation’s users.',
  input: listInput(['username', 'fullName', 'role', 'state', 'lastSignInAt', 'createdAt']).extend({
    kind: z.enum(['person', 'api']).optional(),
    state: UserState.optional(),
    role: Role.optional(),
    superAdministrator: Flag.optional(),
    userGroupId: UserGroupId.optional(),
    /** Exactly this log-in name, in any case; exactly this number. */
    username: z.string().trim().max(200).optional(),
    number: z.coerce.number().int().min(0).max(largestNumber).optional(),
  }),
  reply: listReply(User),
});
export const readUser = call({
  name: 'user.read',
  method: 'GET',
  path: '/users/:userId',
  scope: 'read',
  summary: 'One user.',
  input: z.object({ userId: UserId }),
  reply: UserDetail,
});
/**
 * How a new person gets in: with a link or, where the settings say so, a first password, by mail; or with a link that the
 * administrator passes on. Null when a password was given.
 */
export const Invitation = z
  .object({
    what: z.enum(['link', 'password']),
    mailed: z.boolean(),
    link: z.string().nullable(),
    expiresAt: Instant.nullable(),
  })
  .nullable();
export const createUser = call({
  name: 'user.create',
  method: 'POST',
  path: '/users',
  scope: 'administer',
  secret: true,
  summary:
    'Adds a person and sends a one-time set-up link (a first password, where the settings say so), or takes a first password that must be changed.',
  input: z.object({
    username: Username,
    ...profile,
    role: Role,
    superAdministrator: z.boolean().default(false),
    password: PasswordText.optional(),
  }),
  reply: z.object({ user: UserDetail, invitation: Invitation }),
});
export const createApiUser = call({
  name: 'user.create-api',
  method: 'POST',
  path: '/api-users',
  scope: 'administer',
  secret: true,
  summary: 'Adds an API user and makes its REST token, which is shown once.',
  input: z.object({
    username: Username,
    fullName: profile.fullName,
    /** Host name, address or CIDR the token works from; empty for any. A log-in name of the form name@host says it as well. */
    host: Line(255).default(''),
    role: Role,
    superAdministrator: z.boolean().default(false),
    scopes: z.array(Scope).min(1).default(['read', 'passwords', 'manage', 'administer']),
    expiresAt: Instant.nullable(),
    sshKey: SshKey.default(''),
    certificate: PublicCertificate.default(''),
  }),
  reply: z.object({ user: UserDetail, token: z.string() }),
});
export const regenerateApiToken = call({
  name: 'user.regenerate-token',
  method: 'POST',
  path: '/users/:userId/token',
  scope: 'administer',
  secret: true,
  summary: 'Gives an API user a new REST token; the old one ends at once.',
  input: z.object({
    userId: UserId,
    expiresAt: Instant.nullable(),
    /** What the token may do; left out, what the former one might. */
    scopes: z.array(Scope).min(1).optional(),
  }),
  reply: z.object({ token: z.string() }),
});
export const updateUser = call({
  name: 'user.update',
  method: 'PATCH',
  path: '/users/:userId',
  scope: 'administer',
  summary: 'Changes a user.',
  input: z.object({
    userId: UserId,
    version: z.int().optional(),
    ...profileChanges,
    role: Role.optional(),
    superAdministrator: z.boolean().optional(),
    host: Line(255).optional(),
    sshKey: SshKey.optional(),
    certificate: PublicCertificate.optional(),
    /** Of an API user's SSH key and certificate: what they may do, and their end. A token is regenerated with another. */
    keyScopes: z.array(Scope).min(1).optional(),
    keysExpireAt: Instant.nullable().optional(),
  }),
  reply: UserDetail,
});
export const disableUser = call({
  name: 'user.disable',
  method: 'POST',
  path: '/users/:userId/disable',
  scope: 'administer',
  summary: 'Stops a user: sessions and tokens end at once.',
  input: z.object({ userId: UserId }),
  reply: UserDetail,
});
export const enableUser = call({
  name: 'user.enable',
  method: 'POST',
  path: '/users/:userId/enable',
  scope: 'administer',
  summary:
    'Lets a locked, locked-out or disabled user in again. A locked user’s tokens work again; a disabled one’s are gone.',
  input: z.object({ userId: UserId }),
  reply: UserDetail,
});
export const inviteUser = call({
  name: 'user.invite',
  method: 'POST',
  path: '/users/:userId/set-up-link',
  scope: 'administer',
  secret: true,
  summary: 'Makes a new one-time link to set the log-in password; former links end.',
  input: z.object({ userId: UserId }),
  reply: z.object({ invitation: Invitation }),
});
export const lockUser = call({
  name: 'user.lock',
  method: 'POST',
  path: '/users/:userId/lock',
  scope: 'administer',
  summary: 'Keeps a user out until enabled again: sessions end, tokens sleep.',
  input: z.object({ userId: UserId }),
  reply: UserDetail,
});
export const signOutUser = call({
  name: 'user.sign-out',
  method: 'POST',
  path: '/users/:userId/sign-out',
  scope: 'administer',
  summary: 'Ends a user’s sessions; they may sign in again.',
  input: z.object({ userId: UserId }),
  reply: z.object({ ended: z.int() }),
});
export const forcePasswordChange = call({
  name: 'user.force-password-change',
  method: 'POST',
  path: '/users/:userId/force-password-change',
  scope: 'administer',
  summary: 'Lets a person do nothing before they have chosen a new log-in password.',
  input: z.object({ userId: UserId }),
  reply: UserDetail,
});
export const deleteUser = call({
  name: 'user.delete',
  method: 'DELETE',
  path: '/users/:userId',
  scope: 'administer',
  summary: 'Deletes a user and their personal data for good. Refused while they own anything; the trail stays.',
  input: z.object({ userId: UserId }),
  reply: Empty,
});

/** Somebody, or a user group, that something can be shared with. */
export const Principal = z
  .object({
    id: z.uuid(),
    kind: z.enum(['user', 'user-group']),
    name: z.string(),
    /** For a person the log-in name and mail address, for a program its host, for a group how many are in it. */
    detail: z.string(),
    /** Of users; null for a group. */
    state: UserState.nullable(),
  })
  .meta({ id: 'Principal' });
export type Principal = z.infer<typeof Principal>;
export const listPrincipals = call({
  name: 'principal.list',
  method: 'GET',
  path: '/principals',
  scope: 'read',
  summary:
    'Users and user groups to share with, twenty at a time: those whose name starts with the search first. No disabled ones.',
  input: z.object({
    search: z.string().trim().max(200).optional(),
    kind: z.enum(['user', 'user-group']).optional(),
    /** Exactly this log-in name, or name of a group, in any case; exactly this number. */
    exactly: z.string().trim().max(200).optional(),
    number: z.coerce.number().int().min(0).max(largestNumber).optional(),
  }),
  reply: z.object({ items: z.array(Principal.extend({ number: z.int() })), more: z.boolean() }),
});
