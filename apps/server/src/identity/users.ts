import { sql } from 'kysely';
import type { Grant, Role } from '../authorise/index.ts';
import { isDuplicate, type OrganisationDb } from '../platform/db.ts';
import { Problem } from '../platform/problem.ts';
import { newId } from '../platform/random.ts';
import { takeNumbers } from './numbers.ts';
import { endSessionsOf } from './sessions.ts';
import { throttleKey } from './throttle.ts';
import { endTokensOf, isHost } from './tokens.ts';
import { readUserRow } from './user.queries.ts';

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

const administrators: readonly string[] = ['administrator', 'privileged-administrator'];
const mayBeSuper: readonly string[] = [...administrators, 'password-administrator'];

/** Adds a user. Throws `name-taken`, and `input-invalid` for a super administrator whose role cannot be one. */
export async function addUser(
  grant: Grant<'user.create' | 'user.create-api' | 'setup.complete'>,
  user: NewUser,
): Promise<string> {
  if (user.superAdministrator && !mayBeSuper.includes(user.role)) {
    throw new Problem('input-invalid', {
      errors: [
        {
          path: 'superAdministrator',
          message: 'only administrators and password administrators can have all passwords in the system',
        },
      ],
    });
  }
  if (!isHost(user.host ?? ''))
    throw new Problem('input-invalid', {
      errors: [{ path: 'host', message: 'must be a host name, an address or a network such as 10.0.0.0/8' }],
    });
  const { organisationId } = grant.actor;
  const id = newId();
  const number = await takeNumbers(grant.db, organisationId, 'user');
  try {
    await grant.db
      .insertInto('appUser')
      .values({ id, organisationId, number, ...user })
      .execute();
  } catch (error) {
    if (isDuplicate(error))
      throw new Problem('name-taken', { errors: [{ path: 'username', message: 'is in use already' }] });
    throw error;
  }
  grant.about({ kind: 'user', id, name: user.username });
  const { role, superAdministrator, kind } = user;
  // Set-up may make two users in one event: each is named there with its role.
  if (grant.action === 'setup.complete')
    grant.note({ [kind === 'api' ? 'API user' : 'administrator']: `${user.username} (${role})` });
  else grant.note({ role, superAdministrator, kind });
  return id;
}

/** Changes a user. Nobody changes their own role or scope; one active administrator always remains. */
export async function changeUser(
  grant: Grant<'user.update'>,
  changes: Partial<Omit<NewUser, 'kind' | 'username' | 'state' | 'passwordHash'>> & { version?: number },
): Promise<void> {
  await lockWithAdministrators(grant.db, grant.objectId);
  const before = await readUserRow(grant.db, grant.objectId);
  const { version, ...rest } = changes;
  if (version !== undefined && version !== before.version) throw new Problem('changed-meanwhile');
  const given = Object.fromEntries(
    Object.entries(rest).filter(
      ([name, value]) => value !== undefined && value !== before[name as keyof typeof before],
    ),
  );
  if (Object.keys(given).length === 0) return;
  if (('role' in given || 'superAdministrator' in given) && grant.objectId === grant.actor.userId)
    throw new Problem('not-yourself');
  const [role, superAdministrator] = [
    changes.role ?? before.role,
    changes.superAdministrator ?? before.superAdministrator,
  ];
  if (superAdministrator && !mayBeSuper.includes(role)) {
    throw new Problem('input-invalid', {
      errors: [
        {
          path: 'superAdministrator',
          message: 'only administrators and password administrators can have all passwords in the system',
        },
      ],
    });
  }
  if (changes.host !== undefined && (before.kind !== 'api' || !isHost(changes.host))) {
    throw new Problem('input-invalid', {
      errors: [{ path: 'host', message: 'must be a host name, an address or a network, and only API users have one' }],
    });
  }
  await grant.db
    .updateTable('appUser')
    .set((eb) => ({ ...given, version: eb('version', '+', 1) }))
    .where('id', '=', grant.objectId)
    .execute();
  await keepAnAdministrator(grant.db);
  for (const [name, value] of Object.entries(given)) {
    grant.note(
      name === 'role' || name === 'superAdministrator' || name === 'host'
        ? { [`${name} was`]: String(before[name]), [`${name} is`]: String(value) }
        : { [name]: 'changed' },
    );
  }
}

/** Stops a user: sessions and tokens end in the same transaction, so the very next call is refused. */
export async function disable(grant: Grant<'user.disable'>): Promise<void> {
  await lockWithAdministrators(grant.db, grant.objectId);
  await grant.db
    .updateTable('appUser')
    .set((eb) => ({ state: 'disabled', version: eb('version', '+', 1) }))
    .where('id', '=', grant.objectId)
    .execute();
  await endSessionsOf(grant.db, grant.objectId);
  await endTokensOf(grant.db, grant.objectId);
  await grant.db.deleteFrom('userLink').where('userId', '=', grant.objectId).execute();
  await keepAnAdministrator(grant.db);
}

/** Lets a disabled or locked-out user in again. A person without a password stays invited. */
export async function enable(grant: Grant<'user.enable'>): Promise<void> {
  const user = await grant.db
    .selectFrom('appUser')
    .select(['username', 'kind', 'passwordHash', 'state'])
    .where('id', '=', grant.objectId)
    .executeTakeFirstOrThrow();
  const state = user.kind === 'person' && user.passwordHash === null ? 'invited' : 'active';
  await grant.db
    .updateTable('appUser')
    .set((eb) => ({ state, version: eb('version', '+', 1) }))
    .where('id', '=', grant.objectId)
    .execute();
  await grant.db.deleteFrom('signInThrottle').where('username', '=', throttleKey(user.username)).execute();
  grant.note({ was: user.state });
}

/** Locks a user and every administrator, in one order for everybody: of two changes at once one sees what the other did, and neither waits for ever. */
async function lockWithAdministrators(db: OrganisationDb, userId: string): Promise<void> {
  await sql`select id from app_user where id = ${userId} or (kind = 'person' and role in ('administrator', 'privileged-administrator')) order by id for update`.execute(
    db,
  );
}

/** Throws `no-admin-left` when no active person with an administrator's role remains. */
async function keepAnAdministrator(db: OrganisationDb): Promise<void> {
  const { rows } =
    await sql`select id from app_user where kind = 'person' and state = 'active' and role in ('administrator', 'privileged-administrator') limit 1`.execute(
      db,
    );
  if (rows.length === 0) throw new Problem('no-admin-left');
}
