// People and programs: who they are, how they sign in, what an organisation has set.
// It owns users, roles of one's own, user groups, sessions, tokens, one-time links, log-in passwords and settings.
// It says nothing about what anybody may do: that is authorise/.
import type { Endpoint } from '../authorise/index.ts';
import type { Database, OrganisationDb } from '../platform/db.ts';
import type { UserParts } from './invitations.ts';
import { linkEndpoints } from './links.ts';
import { meEndpoints } from './me.endpoints.ts';
import { principalEndpoints } from './principals.endpoints.ts';
import { roleEndpoints } from './roles.endpoints.ts';
import { settingEndpoints } from './settings.endpoints.ts';
import { signInEndpoints } from './sign-in.ts';
import { userGroupEndpoints } from './user-groups.endpoints.ts';
import { userEndpoints } from './users.endpoints.ts';

export { askedOf } from './asked.ts';
export { findCertificate, findSshKey, type KnownCredential } from './credentials.ts';
export { tidy } from './housekeeping.ts';
export { checkLoginPassword } from './login-password.ts';
export { takeNumbers } from './numbers.ts';
export { createPasswordHasher, type PasswordHasher } from './password-hash.ts';
export { findSession, noteUse, touchSession, type KnownSession } from './sessions.ts';
export { requireReach } from './rank.ts';
export { recordRefused } from './refused-credential.ts';
export { restrictionsOf } from './restrictions.ts';
export { readSettings, writeSettings } from './settings.ts';
export { findToken, hostAllows, replaceRestToken, type KnownToken } from './tokens.ts';
export { addUser, type NewUser } from './users.ts';

export const identityEndpoints = (
  database: Database,
  parts: UserParts & { onSettings(db: OrganisationDb, organisationId: string): Promise<void> },
): Endpoint[] => [
  ...signInEndpoints(database, parts.hasher),
  ...meEndpoints(database, parts.hasher),
  ...linkEndpoints(database, parts.hasher),
  ...userEndpoints(database, parts),
  ...roleEndpoints(),
  ...userGroupEndpoints(),
  ...principalEndpoints(),
  ...settingEndpoints(parts.vault, parts.onSettings),
];
