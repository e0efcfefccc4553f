import type { MailServer } from '@strongroom/contract';
import { sql } from 'kysely';
import { stranger, type Grant, type Origin, type Perform } from '../authorise/index.ts';
import {
  addUser,
  checkLoginPassword,
  replaceRestToken,
  writeSettings,
  type PasswordHasher,
} from '../identity/index.ts';
import { addBuiltInPolicies } from '../policies/index.ts';
import type { Database } from '../platform/db.ts';
import { Problem } from '../platform/problem.ts';
import { hashToken, newId, newToken } from '../platform/random.ts';
import type { Secret } from '../platform/secret.ts';
import type { Vault } from '../vault/index.ts';

export interface Organisation {
  readonly id: string;
  readonly name: string;
}

/** The installation's organisations, oldest first; none before set-up. */
export async function organisations(database: Database): Promise<Organisation[]> {
  const { rows } = await sql<Organisation>`select id, name from strongroom.organisations()`.execute(database.anyone);
  return rows;
}

/** Makes a fresh set-up token for an empty installation; the former one ends. Undefined when it is set up. */
export async function createSetupToken(database: Database): Promise<string | undefined> {
  const token = newToken();
  const { rows } = await sql<{ made: boolean }>`select strongroom.remember_setup(${hashToken(token)}) as made`.execute(
    database.anyone,
  );
  return rows[0]?.made ? token : undefined;
}

/** True while the token may set this installation up. */
export async function setupTokenHolds(database: Database, token: string): Promise<boolean> {
  const { rows } = await sql<{
    holds: boolean;
  }>`select strongroom.setup_token_holds(${hashToken(token)}) as holds`.execute(database.anyone);
  return rows[0]?.holds ?? false;
}

export interface FirstRun {
  readonly organisation: string;
  readonly username: string;
  readonly fullName: string;
  readonly email: string;
  readonly timeZone: string;
  readonly password: Secret;
  readonly mail: MailServer | null;
}

/**
 * Creates the organisation with its data key, policies and first administrator, in the transaction that claims the
 * set-up token: of two that come at once one wins, and a crash leaves either all of it or nothing.
 * `also` runs in the same transaction. Throws `setup-closed`, `password-weak`.
 */
export async function setUp<T>(
  parts: { database: Database; perform: Perform; vault: Vault; hasher: PasswordHasher },
  token: string,
  input: FirstRun,
  origin: Origin,
  also: (grant: Grant<'setup.complete'>) => Promise<T>,
): Promise<{ organisationId: string; also: T }> {
  if (!(await setupTokenHolds(parts.database, token))) throw new Problem('setup-closed');
  checkLoginPassword(input.password, input.username);
  const passwordHash = await parts.hasher.hash(input.password);
  const organisationId = newId();
  const ask = { actor: stranger(organisationId, origin), action: 'setup.complete', objectId: organisationId } as const;
  return parts.perform(ask, async (grant) => {
    const { rows } = await sql<{
      claimed: boolean;
    }>`select strongroom.claim_setup(${hashToken(token)}) as claimed`.execute(grant.db);
    if (!rows[0]?.claimed) throw new Problem('setup-closed');
    await grant.db.insertInto('organisation').values({ id: organisationId, name: input.organisation }).execute();
    await parts.vault.createDataKey(grant.db, organisationId);
    await addBuiltInPolicies(grant);
    const userId = await addUser(grant, {
      kind: 'person',
      username: input.username,
      fullName: input.fullName,
      email: input.email,
      timeZone: input.timeZone,
      // Whoever sets it up has everything but all passwords.
      role: 'privileged-administrator',
      superAdministrator: false,
      state: 'active',
      passwordHash,
    });
    grant.identify({ id: userId, name: input.username });
    if (input.mail) await writeSettings(grant, parts.vault, { mail: input.mail });
    const result = await also(grant);
    grant.about({ kind: 'organisation', id: organisationId, name: input.organisation });
    return { organisationId, also: result };
  });
}

/** Adds the API user of an unattended set-up, in the same transaction. Returns its REST token. */
export async function addSetupApiUser(grant: Grant<'setup.complete'>): Promise<string> {
  const userId = await addUser(grant, {
    kind: 'api',
    username: 'setup@localhost',
    fullName: 'Unattended set-up',
    role: 'administrator',
    superAdministrator: false,
    state: 'active',
    host: 'localhost',
  });
  return replaceRestToken(grant, { userId, scopes: ['read', 'passwords', 'manage', 'administer'], expiresAt: null });
}
