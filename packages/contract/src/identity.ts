import { z } from 'zod';
import { call, Empty, Instant, Line, listInput, listReply, PasswordText, Scope } from './call.ts';
import { OrganisationId, RoleId, SessionId, TokenId, UserId } from './ids.ts';

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

const profile = {
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
const partial = {
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
    /** Public keys of an API user, for the doors that take them: an OpenSSH key in one line, a certificate as PEM. */
    sshKey: z.string(),
    certificate: z.string(),
    tokenExpiresAt: Instant.nullable(),
    lastSignInAt: Instant.nullable(),
    createdAt: Instant,
    /** For If-Match and `version` in updates. */
    version: z.int(),
    /** Actions the asker may do on this user. */
    can: z.array(z.string()),
  })
  .meta({ id: 'User' });
export type User = z.infer<typeof User>;

export const readSetup = call({
  name: 'setup.read',
  method: 'GET',
  path: '/setup',
  anonymous: true,
  summary: 'Tells whether this installation still waits for its first administrator.',
  input: Empty,
  reply: z.object({ needed: z.boolean(), product: z.string(), version: z.string() }),
});

/** Mail server of an organisation. The password is write-only. */
export const MailServer = z.object({
  host: Line(255).min(1),
  port: z.int().min(1).max(65535),
  security: z.enum(['starttls', 'tls', 'none']),
  username: Line(255).default(''),
  password: z.string().max(1024).default(''),
  from: z.email(),
});
export type MailServer = z.infer<typeof MailServer>;

export const inspectSetup = call({
  name: 'setup.inspect',
  method: 'POST',
  path: '/setup/inspect',
  anonymous: true,
  summary: 'Checks a set-up token and tells where the key lies.',
  input: z.object({ token: z.string().min(20).max(200) }),
  reply: z.object({ keyFile: z.string(), host: z.string() }),
});

export const completeSetup = call({
  name: 'setup.complete',
  method: 'POST',
  path: '/setup',
  anonymous: true,
  summary: 'Creates the organisation and its first administrator. Works once, with the token that the server printed.',
  input: z.object({
    token: z.string().min(20).max(200),
    organisation: Line(120).min(1),
    username: Username,
    fullName: profile.fullName,
    email: profile.email,
    timeZone: profile.timeZone,
    password: PasswordText,
    mail: MailServer.nullable().default(null),
    /** A new place for the master key file; null leaves it where it is. */
    keyFile: z.string().max(500).nullable().default(null),
  }),
  reply: z.object({ username: z.string(), keyFile: z.string() }),
});

/** Who is asking, and what the console must know about the organisation. */
export const Me = z
  .object({
    user: User,
    organisation: z.object({ id: OrganisationId, name: z.string() }),
    sessionId: SessionId,
    /** Sent back in `x-csrf-token` with everything but GET. */
    csrfToken: z.string(),
    mustChangePassword: z.boolean(),
    /** Actions on the organisation that the asker may do, such as `user.list`. */
    can: z.array(z.string()),
    preferences: z.object({
      hideSecretSeconds: z.int(),
      clearClipboardSeconds: z.int(),
      reasonToReveal: z.boolean(),
      reasonToChange: z.boolean(),
      ticketToReveal: z.boolean(),
      changeOnTargetByDefault: z.boolean(),
      inactivityMinutes: z.int(),
    }),
  })
  .meta({ id: 'Me' });
export type Me = z.infer<typeof Me>;

export const signIn = call({
  name: 'identity.sign-in',
  method: 'POST',
  path: '/session',
  anonymous: true,
  summary: 'Signs a person in with name and password and sets the session cookie.',
  input: z.object({ username: z.string().trim().min(1).max(200), password: z.string().min(1).max(4096) }),
  reply: Me,
});
export const signOut = call({
  name: 'identity.sign-out',
  method: 'DELETE',
  path: '/session',
  summary: 'Ends the session.',
  input: Empty,
  reply: Empty,
});
export const readMe = call({
  name: 'me.read',
  method: 'GET',
  path: '/session',
  summary: 'Tells who is signed in and what they may do.',
  input: Empty,
  reply: Me,
});
export const updateMe = call({
  name: 'me.update',
  method: 'PATCH',
  path: '/me',
  summary: 'Changes one’s own profile.',
  input: z.object(partial),
  reply: User,
});
export const changeMyPassword = call({
  name: 'me.change-password',
  method: 'POST',
  path: '/me/password',
  summary: 'Changes one’s own log-in password and ends the other sessions.',
  input: z.object({ current: PasswordText, next: PasswordText }),
  reply: Empty,
});
export const Session = z
  .object({
    id: SessionId,
    startedAt: Instant,
    lastSeenAt: Instant,
    address: z.string(),
    client: z.string(),
    current: z.boolean(),
  })
  .meta({ id: 'Session' });
export type Session = z.infer<typeof Session>;
export const listMySessions = call({
  name: 'me.list-sessions',
  method: 'GET',
  path: '/me/sessions',
  summary: 'One’s own open sessions.',
  input: Empty,
  reply: z.object({ items: z.array(Session) }),
});
export const revokeMySession = call({
  name: 'me.revoke-session',
  method: 'DELETE',
  path: '/me/sessions/:sessionId',
  summary: 'Ends one of one’s own sessions.',
  input: z.object({ sessionId: SessionId }),
  reply: Empty,
});

export const Token = z
  .object({
    id: TokenId,
    name: z.string(),
    scopes: z.array(Scope),
    hint: z.string(),
    createdAt: Instant,
    expiresAt: Instant.nullable(),
    lastUsedAt: Instant.nullable(),
  })
  .meta({ id: 'Token' });
export type Token = z.infer<typeof Token>;
export const listMyTokens = call({
  name: 'me.list-tokens',
  method: 'GET',
  path: '/me/tokens',
  summary: 'One’s own API tokens.',
  input: Empty,
  reply: z.object({ items: z.array(Token) }),
});
export const createMyToken = call({
  name: 'me.create-token',
  method: 'POST',
  path: '/me/tokens',
  secret: true,
  summary: 'Makes an API token. It is shown once.',
  input: z.object({ name: Line(80).min(1), scopes: z.array(Scope).min(1), expiresAt: Instant.nullable() }),
  reply: z.object({ token: z.string(), item: Token }),
});
export const revokeMyToken = call({
  name: 'me.revoke-token',
  method: 'DELETE',
  path: '/me/tokens/:tokenId',
  summary: 'Ends an API token at once.',
  input: z.object({ tokenId: TokenId }),
  reply: Empty,
});

export const readLink = call({
  name: 'identity.read-link',
  method: 'POST',
  path: '/links/read',
  anonymous: true,
  summary: 'Tells for whom a set-up link is.',
  input: z.object({ token: z.string().min(20).max(200) }),
  reply: z.object({ username: z.string(), fullName: z.string(), organisation: z.string() }),
});
export const acceptLink = call({
  name: 'identity.accept-link',
  method: 'POST',
  path: '/links/accept',
  anonymous: true,
  summary: 'Sets the log-in password with a one-time link.',
  input: z.object({ token: z.string().min(20).max(200), password: PasswordText }),
  reply: z.object({ username: z.string() }),
});

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
  reply: User,
});
/** How a new person gets in: by mail, or by a link that the administrator passes on. Null when a password was given. */
export const Invitation = z.object({ mailed: z.boolean(), link: z.string().nullable(), expiresAt: Instant }).nullable();
export const createUser = call({
  name: 'user.create',
  method: 'POST',
  path: '/users',
  scope: 'administer',
  secret: true,
  summary: 'Adds a person and sends a one-time set-up link, or takes a first password that must be changed.',
  input: z.object({
    username: Username,
    ...profile,
    role: Role,
    superAdministrator: z.boolean().default(false),
    password: PasswordText.optional(),
  }),
  reply: z.object({ user: User, invitation: Invitation }),
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
    /** Host name, address or CIDR the token works from; empty for any. */
    host: Line(255).default(''),
    role: Role,
    superAdministrator: z.boolean().default(false),
    scopes: z.array(Scope).min(1).default(['read', 'passwords', 'manage', 'administer']),
    expiresAt: Instant.nullable(),
  }),
  reply: z.object({ user: User, token: z.string() }),
});
export const regenerateApiToken = call({
  name: 'user.regenerate-token',
  method: 'POST',
  path: '/users/:userId/token',
  scope: 'administer',
  secret: true,
  summary: 'Gives an API user a new REST token; the old one ends at once.',
  input: z.object({ userId: UserId, expiresAt: Instant.nullable() }),
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
    ...partial,
    role: Role.optional(),
    superAdministrator: z.boolean().optional(),
    host: Line(255).optional(),
  }),
  reply: User,
});
export const disableUser = call({
  name: 'user.disable',
  method: 'POST',
  path: '/users/:userId/disable',
  scope: 'administer',
  summary: 'Stops a user: sessions and tokens end at once.',
  input: z.object({ userId: UserId }),
  reply: User,
});
export const enableUser = call({
  name: 'user.enable',
  method: 'POST',
  path: '/users/:userId/enable',
  scope: 'administer',
  summary: 'Lets a disabled or locked-out user in again.',
  input: z.object({ userId: UserId }),
  reply: User,
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

export const Settings = z
  .object({
    hideSecretSeconds: z.int().min(0).max(600),
    clearClipboardSeconds: z.int().min(0).max(600),
    reasonToReveal: z.boolean(),
    reasonToChange: z.boolean(),
    ticketToReveal: z.boolean(),
    changeOnTargetByDefault: z.boolean(),
    inactivityMinutes: z.int().min(0).max(1440),
    absoluteSessionHours: z.int().min(1).max(720),
    maxSessionsPerUser: z.int().min(0).max(100),
    proofMaxAgeDays: z.int().min(1).max(365),
    tokenInUrl: z.boolean(),
    mail: MailServer.omit({ password: true }).extend({ passwordStored: z.boolean() }).nullable(),
  })
  .meta({ id: 'Settings' });
export type Settings = z.infer<typeof Settings>;
export const readSettings = call({
  name: 'setting.read',
  method: 'GET',
  path: '/settings',
  scope: 'read',
  summary: 'The organisation’s settings.',
  input: Empty,
  reply: Settings,
});
export const updateSettings = call({
  name: 'setting.update',
  method: 'PATCH',
  path: '/settings',
  scope: 'administer',
  summary: 'Changes settings; each change is audited with old and new value.',
  input: Settings.omit({ mail: true }).partial().extend({ mail: MailServer.nullable().optional() }),
  reply: Settings,
});
