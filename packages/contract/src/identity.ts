import { z } from 'zod';
import { call, Empty, Instant, Line, PasswordText, Scope } from './call.ts';
import { OrganisationId, SessionId, TokenId } from './ids.ts';
import { RolePermission } from './role.ts';
import { MailServer } from './setting.ts';
import { Restrictions } from './user-group.ts';
import { PublicCertificate, profile, profileChanges, User, Username } from './user.ts';

export const readSetup = call({
  name: 'setup.read',
  method: 'GET',
  path: '/setup',
  anonymous: true,
  summary: 'Tells whether this installation still waits for its first administrator.',
  input: Empty,
  reply: z.object({ needed: z.boolean(), product: z.string(), version: z.string() }),
});

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

/** What a log-in password must be, as far as a page can say while one types. The server knows more: leaked passwords and blocked words. */
export const LoginRules = z.object({ minLength: z.int(), mixed: z.boolean() });
export type LoginRules = z.infer<typeof LoginRules>;

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
      /** A ticket is asked for before access to a controlled password is requested. */
      ticketToRequest: z.boolean(),
      changeOnTargetByDefault: z.boolean(),
      inactivityMinutes: z.int(),
      globalExplorerTree: z.boolean(),
      staticGroupsOffered: z.boolean(),
      fileLimitMegabytes: z.int(),
      mailPasswords: z.boolean(),
      denySuperAdministrators: z.boolean(),
      loginRules: LoginRules,
    }),
    /** What the user's role allows. */
    permissions: z.array(RolePermission),
    /** What the user's groups leave them: of several groups the least wins. */
    permits: Restrictions,
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
  input: z.object({ ...profileChanges, certificate: PublicCertificate.optional() }),
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
/** For programs that were handed a token and shall not go on with that one, which others have seen. */
export const renewMyToken = call({
  name: 'me.renew-token',
  method: 'POST',
  path: '/me/token/renewal',
  scope: 'read',
  secret: true,
  summary:
    'Gives the program that asks another token for its own: with the same scopes, host and end. The one it came with ends at once.',
  input: Empty,
  reply: z.object({ token: z.string(), expiresAt: Instant.nullable() }),
});

export const readLink = call({
  name: 'identity.read-link',
  method: 'POST',
  path: '/links/read',
  anonymous: true,
  summary: 'Tells for whom a set-up link is.',
  input: z.object({ token: z.string().min(20).max(200) }),
  reply: z.object({ username: z.string(), fullName: z.string(), organisation: z.string(), rules: LoginRules }),
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
