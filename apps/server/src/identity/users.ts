import type { Scope } from '@strongroom/contract';
import { sql } from 'kysely';
import type { Facts, Grant } from '../authorise/index.ts';
import { isDuplicate, type OrganisationDb } from '../platform/db.ts';
import { Problem } from '../platform/problem.ts';
import { newId } from '../platform/random.ts';
import { giveCredential, type CredentialGiven, type CredentialKind } from './credentials.ts';
import { takeNumbers } from './numbers.ts';
import { requireGiveable, requireMayBeSuper, requireReach, roleGiven, superAdministratorsDenied } from './rank.ts';
import { isHost } from './tokens.ts';
import type { UserRow } from './user.queries.ts';
import { certificateGiven, sshKeyGiven } from './user-keys.ts';

export interface NewUser {
  readonly kind: 'person' | 'api';
  readonly username: string;
  readonly fullName: string;
  readonly email?: string;
  readonly department?: string;
  readonly location?: string;
  readonly phone?: string;
  readonly mobile?: string;
  readonly language?: string;
  readonly timeZone?: string;
  /** A built-in role by name, or one of the organisation's own by its id. */
  readonly role: string;
  readonly superAdministrator: boolean;
  readonly state: 'active' | 'invited';
  readonly host?: string;
  readonly passwordHash?: string | null;
  readonly mustChangePassword?: boolean;
}

const wrong = (path: string, message: string): Problem => new Problem('input-invalid', { errors: [{ path, message }] });

/**
 * The host an API user works from. A log-in name of the form name@host says it: given beside it, it must be the same.
 * Throws `input-invalid`.
 */
function hostGiven(username: string, host: string): string {
  if (!isHost(host)) throw wrong('host', 'must be a host name, an address or a network such as 10.0.0.0/8');
  const named = username.includes('@') ? username.slice(username.lastIndexOf('@') + 1) : '';
  if (named === '') return host;
  if (host !== '' && host.toLowerCase() !== named.toLowerCase())
    throw wrong('host', `the log-in name says @${named}: name the same host, or leave it out of the name`);
  if (!isHost(named)) throw wrong('username', 'what follows the @ is no host name');
  return named;
}

/** A user as a row, without id and number: what is given read and judged. */
function rowOf(user: NewUser): Omit<NewUser, 'role'> {
  const { role: _, ...rest } = user;
  if (user.kind === 'person' && (user.host ?? '') !== '') throw wrong('host', 'only API users have one');
  return { ...rest, host: user.kind === 'api' ? hostGiven(user.username, user.host ?? '') : '' };
}

/**
 * Adds a user. Throws `name-taken`, `not-found` for an unknown role, `not-your-role` for one that may more than `actor`, and
 * `input-invalid` for a super administrator whose role cannot be one, or a host that is none.
 */
export function addUser(grant: Grant<'setup.complete'>, user: NewUser): Promise<string>;
export function addUser(
  grant: Grant<'user.create' | 'user.create-api' | 'import.apply'>,
  user: NewUser,
  actor: Facts,
): Promise<string>;
export async function addUser(
  grant: Grant<'user.create' | 'user.create-api' | 'import.apply' | 'setup.complete'>,
  user: NewUser,
  actor?: Facts,
): Promise<string> {
  const given = await roleGiven(grant.db, user.role);
  // At set-up there is nobody yet who could have given anything.
  if (actor) await requireGiveable(grant.db, actor, given, user.superAdministrator);
  else requireMayBeSuper(given, user.superAdministrator);
  const row = rowOf(user);
  const { organisationId } = grant.actor;
  const id = newId();
  const number = await takeNumbers(grant.db, organisationId, 'user');
  try {
    await grant.db
      .insertInto('appUser')
      .values({ id, organisationId, number, ...row, role: given.role, customRoleId: given.customRoleId })
      .execute();
  } catch (error) {
    if (isDuplicate(error))
      throw new Problem('name-taken', { errors: [{ path: 'username', message: 'is in use already' }] });
    throw error;
  }
  grant.about({ kind: 'user', id, name: user.username });
  const { superAdministrator, kind } = user;
  // Set-up may make two users in one event: each is named there with its role.
  if (grant.action === 'setup.complete')
    grant.note({ [kind === 'api' ? 'API user' : 'administrator']: `${user.username} (${given.name})` });
  else grant.note({ role: given.name, superAdministrator, kind });
  return id;
}

export type UserChanges = Partial<
  Omit<NewUser, 'kind' | 'username' | 'state' | 'passwordHash' | 'mustChangePassword'>
> & {
  version?: number;
  /** An OpenSSH public key; API users only. */
  sshKey?: string;
  /** One certificate as PEM. */
  certificate?: string;
  /** Of an API user's key and certificate. */
  keyScopes?: readonly Scope[];
  keysExpireAt?: string | null;
};

/** What of a user is a way to become them. */
const waysIn: readonly string[] = ['email', 'host', 'certificate'];
/** What is named in the trail as it was and is; of the rest only that it changed. */
const told: readonly string[] = ['role', 'superAdministrator', 'host'];

/** Changes a user. Nobody changes their own role or scope, nor whoever may more than they; one active administrator always remains. */
export async function changeUser(grant: Grant<'user.update'>, changes: UserChanges, actor: Facts): Promise<void> {
  await lockWithAdministrators(grant.db, grant.objectId);
  const before = await requireReach(grant, actor, grant.objectId, 'touch');
  const { version, role, sshKey: _, keyScopes: _scopes, keysExpireAt: _end, ...rest } = changes;
  if (version !== undefined && version !== before.version) throw new Problem('changed-meanwhile');
  if (changes.host !== undefined && before.kind !== 'api') throw wrong('host', 'only API users have one');
  const keys = keysGiven(before, changes);
  const certificate =
    before.kind === 'api' || rest.certificate === undefined ? undefined : certificateGiven(rest.certificate);
  const read = {
    ...rest,
    certificate,
    ...(changes.host === undefined ? {} : { host: hostGiven(before.username, changes.host) }),
  };
  const given: Record<string, unknown> = Object.fromEntries(
    Object.entries(read).filter(
      ([name, value]) => value !== undefined && value !== before[name as keyof typeof before],
    ),
  );
  const was = await roleGiven(grant.db, before.customRoleId ?? before.role);
  const is = role === undefined ? was : await roleGiven(grant.db, role);
  const otherRole = is.role !== was.role || is.customRoleId !== was.customRoleId;
  if (Object.keys(given).length === 0 && !otherRole && keys.length === 0) return;
  if ((otherRole || 'superAdministrator' in given) && grant.objectId === grant.actor.userId)
    throw new Problem('not-yourself');
  if (keys.length > 0 || Object.keys(given).some((name) => waysIn.includes(name)))
    await requireReach(grant, actor, grant.objectId, 'way-in');
  const superAdministrator = changes.superAdministrator ?? before.superAdministrator;
  if (otherRole || 'superAdministrator' in given)
    await requireGiveable(grant.db, actor, is, superAdministrator, before.superAdministrator);
  const roles = otherRole ? { role: is.role, customRoleId: is.customRoleId } : {};
  await grant.db
    .updateTable('appUser')
    .set((eb) => ({ ...given, ...roles, version: eb('version', '+', 1) }))
    .where('id', '=', grant.objectId)
    .execute();
  for (const [kind, key] of keys) await giveCredential(grant, grant.objectId, kind, key);
  await keepAnAdministrator(grant.db, before.superAdministrator);
  for (const [kind] of keys) grant.note({ [kind]: 'changed' });
  if (otherRole) grant.note({ 'role was': was.name, 'role is': is.name });
  for (const [name, value] of Object.entries(given))
    grant.note(
      told.includes(name)
        ? { [`${name} was`]: String(before[name as keyof typeof before]), [`${name} is`]: String(value) }
        : { [name]: 'changed' },
    );
}

/** What of an API user's key and certificate changes: what is given as it is changes nothing. Throws `input-invalid`. */
function keysGiven(before: UserRow, changes: UserChanges): [CredentialKind, CredentialGiven][] {
  const { sshKey, certificate, keyScopes, keysExpireAt } = changes;
  if (before.kind !== 'api') {
    if ((sshKey ?? '') !== '') throw wrong('sshKey', 'only API users have one');
    if (keyScopes !== undefined) throw wrong('keyScopes', 'only API users have them');
    if (keysExpireAt !== undefined) throw wrong('keysExpireAt', 'only API users have it');
    return [];
  }
  const about = {
    ...(keyScopes === undefined ? {} : { scopes: keyScopes }),
    ...(keysExpireAt === undefined ? {} : { expiresAt: keysExpireAt }),
  };
  const read: [CredentialKind, string | undefined, string][] = [
    ['ssh-key', sshKey === undefined ? undefined : sshKeyGiven(sshKey), before.sshKey],
    ['certificate', certificate === undefined ? undefined : certificateGiven(certificate), before.certificate],
  ];
  return read.flatMap(([kind, is, was]): [CredentialKind, CredentialGiven][] => {
    if (is !== undefined && is !== was) return [[kind, { publicText: is, ...about }]];
    return was === '' || Object.keys(about).length === 0 ? [] : [[kind, about]];
  });
}

/** Locks a user and every administrator, in one order for everybody: of two changes at once one sees what the other did, and neither waits for ever. */
export async function lockWithAdministrators(db: OrganisationDb, userId: string): Promise<void> {
  await sql`select id from app_user where id = ${userId} or (kind = 'person' and (super_administrator or role in ('administrator', 'privileged-administrator'))) order by id for update`.execute(
    db,
  );
}

/**
 * Throws `no-admin-left` when no active person with an administrator's role remains, or no super administrator of those that are kept
 * from being made: nobody could ever lift that again. `wasSuper`: whoever was changed was one.
 */
export async function keepAnAdministrator(db: OrganisationDb, wasSuper: boolean): Promise<void> {
  const { rows } = await sql<{ administrators: boolean; supers: boolean }>`select
    exists (select 1 from app_user where kind = 'person' and state = 'active' and role in ('administrator', 'privileged-administrator')) as administrators,
    exists (select 1 from app_user where kind = 'person' and state = 'active' and super_administrator) as supers`.execute(
    db,
  );
  if (!rows[0]?.administrators) throw new Problem('no-admin-left');
  if (wasSuper && !rows[0].supers && (await superAdministratorsDenied(db)))
    throw new Problem('no-admin-left', {
      detail: 'While only super administrators make new ones, one active super administrator must remain.',
    });
}
