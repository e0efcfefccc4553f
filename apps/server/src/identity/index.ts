// People and programs: who they are, how they sign in, what an organisation has set.
// It owns users, sessions, tokens, one-time links, log-in passwords and settings.
// It says nothing about what anybody may do: that is authorise/.
import type { Endpoint } from '../authorise/index.ts';
import type { Database } from '../platform/db.ts';
import { linkEndpoints } from './links.ts';
import { meEndpoints } from './me.endpoints.ts';
import { signInEndpoints } from './sign-in.ts';
import { userEndpoints, type UserParts } from './users.endpoints.ts';

export { tidy } from './housekeeping.ts';
export { checkLoginPassword } from './login-password.ts';
export { smtpMailer, type Mailer } from './mail.ts';
export { takeNumbers } from './numbers.ts';
export { createPasswordHasher, type PasswordHasher } from './password-hash.ts';
export { findSession, noteUse, touchSession, type KnownSession } from './sessions.ts';
export { readSettings, writeSettings } from './settings.ts';
export { findToken, hostAllows, replaceRestToken, type KnownToken } from './tokens.ts';
export { addUser, type NewUser } from './users.ts';

export const identityEndpoints = (database: Database, parts: UserParts): Endpoint[] => [
  ...signInEndpoints(database, parts.hasher),
  ...meEndpoints(database, parts.hasher),
  ...linkEndpoints(database, parts.hasher),
  ...userEndpoints(database, parts),
];
