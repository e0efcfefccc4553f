import { createHash } from 'node:crypto';
import {
  badName,
  controlCharacters,
  databaseSettings,
  defineDriver,
  fits,
  protectionOf,
  RedisError,
  resetBy,
  secretsOf,
  verifyBy,
  type Limits,
  type Redis,
  type RedisReply,
  type Reset,
} from '@strongroom/driver-kit';
import { z } from 'zod';

const settings = z.object({
  ...databaseSettings(6379),
  keepBy: z.enum(['ACL SAVE', 'CONFIG REWRITE', 'nothing']).default('ACL SAVE').meta({
    title: 'Keep it by',
    description:
      'ACL SAVE writes the ACL file, CONFIG REWRITE the configuration file. With nothing, the old password is back after a restart.',
  }),
});

const limits: Limits = { maxLength: 128, forbidden: controlCharacters };

/**
 * Redis from 6, Valkey: users of the access control list. What is sent is the SHA-256 that Redis keeps of a password, not the password.
 * All other passwords of the user are taken away, and so is `nopass`. Before anything is changed the list is saved as it is, so that a change that could not be kept is refused.
 * An account may set its own password only where its rules let it use ACL.
 * Source: Redis documentation, ACL; ACL SETUSER, ACL GETUSER, ACL SAVE, CONFIG REWRITE.
 */
export const redis = defineDriver<z.infer<typeof settings>>({
  type: 'redis',
  title: 'Redis, Valkey',
  settings,
  limits,
  verify: (target, login) =>
    verifyBy(() => target.redis(protectionOf(target.settings), login, () => Promise.resolve())),
  async reset(target, admin, account, next) {
    const { username } = account;
    // ACL SETUSER takes no spaces in a name.
    if (badName(username) || /\s/.test(username) || !fits(limits, next.expose()))
      return { is: 'refused', why: 'Redis cannot carry this name or password' };
    const digest = createHash('sha256').update(next.expose()).digest('hex');
    return resetBy([...secretsOf(admin, next, account.current), digest], () =>
      target.redis(protectionOf(target.settings), admin, async (session) => {
        try {
          return await setPassword(session, username, digest, target.settings.keepBy);
        } catch (error) {
          if (!(error instanceof RedisError)) throw error;
          return { is: 'refused', why: error.message };
        }
      }),
    );
  },
  discover: (target, admin) =>
    target.redis(protectionOf(target.settings), admin, async ({ command }) => {
      const lines = textsOf(await command('ACL', 'LIST'));
      // "user NAME on #HASH ~* &* +@all -@dangerous": a name has no spaces, and commands come last.
      return lines.flatMap((line) => {
        const [word, username, ...rules] = line.split(' ');
        if (word !== 'user' || username === undefined) return [];
        return [{ username, privileged: rules.at(-1) === '+@all' }];
      });
    }),
});

async function setPassword(
  { command }: Redis,
  username: string,
  digest: string,
  keepBy: z.infer<typeof settings>['keepBy'],
): Promise<Reset> {
  // SETUSER would make a user that is not there.
  if ((await command('ACL', 'GETUSER', username)) === null) return { is: 'refused', why: 'there is no such user' };
  const keep = async (): Promise<void> => {
    if (keepBy !== 'nothing') await command(...keepBy.split(' '));
  };
  await keep();
  await command('ACL', 'SETUSER', username, 'resetpass', `#${digest}`);
  try {
    await keep();
  } catch (error) {
    if (!(error instanceof RedisError)) throw error;
    // Set, and lost with the next restart.
    return { is: 'unknown' };
  }
  return { is: 'done' };
}

const textsOf = (reply: RedisReply): string[] =>
  Array.isArray(reply) ? reply.filter((item): item is string => typeof item === 'string') : [];
