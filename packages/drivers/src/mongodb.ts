import {
  badName,
  controlCharacters,
  databaseSettings,
  defineDriver,
  fits,
  MongoError,
  protectionOf,
  resetBy,
  secretsOf,
  verifyBy,
  type Found,
  type Limits,
  type Login,
  type Mongo,
  type Target,
} from '@strongroom/driver-kit';
import { z } from 'zod';

/** A database's name. Source: MongoDB Manual, Naming Restrictions. */
const name = /^[^/\\. "$*<>:|?\u0000]{1,63}$/;

const settings = z.object({
  ...databaseSettings(27017),
  database: z.string().trim().regex(name).default('admin').meta({
    title: 'Authentication database',
    description: 'The database that the accounts were made in. An account of another one is written database/name.',
  }),
});

type Settings = z.infer<typeof settings>;

// SASLprep makes other characters differ from client to client, and refuses those younger than Unicode 3.2 (RFC 4013 section 2.5).
const limits: Limits = { maxLength: 128, forbidden: controlCharacters, asciiOnly: true };

/**
 * MongoDB from 4.0, users with SCRAM. The server hashes the password and keeps the mechanisms that the user has; in its log `pwd` is left out.
 * The administrator needs changePassword on the database, the account itself changeOwnPassword. Other users of the same name in other databases are not touched.
 * Source: MongoDB Manual, updateUser, usersInfo, 10.1 SCRAM; Wire Protocol.
 */
export const mongodb = defineDriver<Settings>({
  type: 'mongodb',
  title: 'MongoDB',
  settings,
  limits,
  verify: (target, login) => verifyBy(() => signedIn(target, login, () => Promise.resolve())),
  async reset(target, admin, account, next) {
    const pwd = next.expose();
    const { database, username } = whose(account.username, target.settings);
    if (badName(username) || !fits(limits, pwd))
      return { is: 'refused', why: 'MongoDB cannot carry this name or password' };
    return resetBy(secretsOf(admin, next, account.current), () =>
      signedIn(target, admin, async ({ command }) => {
        try {
          await command(database, { updateUser: username, pwd });
          return { is: 'done' };
        } catch (error) {
          if (!(error instanceof MongoError)) throw error;
          return { is: 'refused', why: error.message };
        }
      }),
    );
  },
  discover: (target, admin) =>
    signedIn(target, admin, async ({ command }) => {
      const { users } = await command(target.settings.database, { usersInfo: 1 });
      return Array.isArray(users) ? users.flatMap((user) => foundOf(user, target.settings.database)) : [];
    }),
});

/** Users of different databases are different users. No database has a slash in its name, so the first one parts them. */
function whose(username: string, { database }: Settings): { database: string; username: string } {
  const at = username.indexOf('/');
  const before = username.slice(0, Math.max(at, 0));
  return name.test(before) ? { database: before, username: username.slice(at + 1) } : { database, username };
}

function signedIn<T>(target: Target<Settings>, login: Login, work: (mongo: Mongo) => Promise<T>): Promise<T> {
  const { database, username } = whose(login.username, target.settings);
  return target.mongo({ protection: protectionOf(target.settings), database }, { ...login, username }, work);
}

/** Roles that let a user become anything. Source: MongoDB Manual, Built-In Roles, Superuser Roles. */
const superuser = ['root', 'userAdminAnyDatabase', '__system'];

function foundOf(user: unknown, database: string): Found[] {
  const { user: username, roles } = user as { user?: unknown; roles?: unknown };
  if (typeof username !== 'string') return [];
  const privileged =
    Array.isArray(roles) && roles.some((one: { role?: unknown }) => superuser.includes(String(one.role)));
  return [{ username: username.includes('/') ? `${database}/${username}` : username, privileged }];
}
