import { createHash } from 'node:crypto';
import {
  badName,
  controlCharacters,
  databaseSettings,
  defineDriver,
  fits,
  protectionOf,
  resetBy,
  secretsOf,
  SqlError,
  sqlRefusal,
  verifyBy,
  type Limits,
  type Reset,
  type Sql,
  type SqlAccess,
  type ProtectionSettings,
} from '@strongroom/driver-kit';
import { z } from 'zod';

const settings = z.object({
  ...databaseSettings(3306),
  hostParts: z.string().trim().max(1000).default('').meta({
    title: 'Host parts of the accounts',
    description:
      'What stands behind the @ of the accounts, separated by commas: %, localhost. The password is set for all of them. Left empty: every account of the name, for which the administrator must be allowed to read mysql.user.',
  }),
  sendAs: z.enum(['password', 'hash']).default('password').meta({
    title: 'Send to MariaDB',
    description:
      'MariaDB writes the password into its general log while that is switched on, the hash of mysql_native_password instead where that is sent. A hash cannot be judged by rules for passwords, and is refused where there are some.',
  }),
});

// caching_sha2_password and sha256_password take 256 bytes, and a character in the Basic Multilingual Plane is three at most.
const limits: Limits = { maxLength: 80, forbidden: controlCharacters };

/** ER_TABLEACCESS_DENIED_ERROR, ER_COLUMNACCESS_DENIED_ERROR, ER_DBACCESS_DENIED_ERROR. */
const mayNotRead = ['1142', '1143', '1044'];
/** ER_PARSE_ERROR repeats what it could not read. */
const parseError = '1064';

/**
 * MySQL from 5.7.6 and MariaDB from 10.4. SET PASSWORD keeps the account's authentication plugin, its TLS requirements and its limits;
 * for others than itself an administrator needs UPDATE on the schema mysql.
 * An account is a name and a host part; several host parts are set one after another, and when a later one is refused, nobody knows (`unknown`).
 * The password is part of the statement: it takes no parameters. MySQL leaves it out of its general log; MariaDB does not, see `sendAs`.
 * Both leave it in performance_schema for as long as that keeps statements.
 * Source: MySQL 8.0 Reference Manual, 13.7.1.10 SET PASSWORD, 6.1.2.3 Passwords and Logging, 5.1.11 sql_mode; MariaDB Knowledge Base, SET PASSWORD, PASSWORD().
 */
export const mysql = defineDriver<z.infer<typeof settings>>({
  type: 'mysql',
  title: 'MySQL, MariaDB',
  settings,
  limits,
  verify: (target, login) => verifyBy(() => target.sql(access(target.settings), login, () => Promise.resolve())),
  async reset(target, admin, account, next) {
    const password = next.expose();
    if (badName(account.username) || !fits(limits, password))
      return { is: 'refused', why: 'MySQL cannot carry this name or password' };
    const { hostParts, sendAs } = target.settings;
    const named = wanted(hostParts);
    return resetBy([...secretsOf(admin, next, account.current), quoted(password)], () =>
      target.sql(access(target.settings), admin, async (sql) => {
        try {
          return await setPassword(sql, account.username, named, password, sendAs);
        } catch (error) {
          if (!(error instanceof SqlError)) throw error;
          return {
            is: 'refused',
            why: error.code === parseError ? 'the server did not understand' : sqlRefusal(error),
          };
        }
      }),
    );
  },
  discover: (target, admin) =>
    target.sql(access(target.settings), admin, async (sql) => {
      const rows = await sql.query(
        "select User as name, max(Super_priv = 'Y') as super from mysql.user where Host <> '' and User <> '' group by User order by User",
      );
      return rows.map((row) => ({ username: text(row['name']), privileged: Number(row['super']) === 1 }));
    }),
});

async function setPassword(
  sql: Sql,
  username: string,
  named: readonly string[],
  password: string,
  sendAs: 'password' | 'hash',
): Promise<Reset> {
  // From here on a quote within quotes is doubled and nothing else has a meaning.
  await sql.query("SET SESSION sql_mode = 'NO_BACKSLASH_ESCAPES'");
  const [about] = await sql.query('select version() as version, current_user() as me');
  let value = quoted(password);
  if (text(about?.['version']).includes('MariaDB')) {
    // What it takes as it is, it takes for a hash.
    value = sendAs === 'hash' ? quoted(nativeHash(password)) : `PASSWORD(${value})`;
    // PASSWORD() can be told to make hashes as before 4.1.
    await sql.query('SET SESSION old_passwords = 0');
  }
  const me = text(about?.['me']);
  const own = me.slice(0, me.lastIndexOf('@')) === username ? me.slice(me.lastIndexOf('@') + 1) : undefined;
  const hosts = await hostsOf(sql, username, named, own);
  if (typeof hosts === 'string') return { is: 'refused', why: hosts };
  // Its own comes last: for the others it may lack the right, and then nothing is changed.
  const inOrder = [...hosts].sort((one, other) => Number(one === own) - Number(other === own));
  for (const [at, host] of inOrder.entries()) {
    const whose = host === own ? '' : ` FOR ${quoted(username)}@${quoted(host)}`;
    try {
      await sql.query(`SET PASSWORD${whose} = ${value}`);
    } catch (error) {
      if (at > 0 && error instanceof SqlError) return { is: 'unknown' };
      throw error;
    }
  }
  return { is: 'done' };
}

/** The host parts to set, or why none are. All that are named must be there. */
async function hostsOf(
  sql: Sql,
  username: string,
  named: readonly string[],
  own: string | undefined,
): Promise<readonly string[] | string> {
  let found: string[];
  try {
    const rows = await sql.query(
      "select Host as host from mysql.user where cast(User as binary) = cast(? as binary) and Host <> ''",
      [username],
    );
    found = rows.map((row) => text(row['host']));
  } catch (error) {
    if (!(error instanceof SqlError) || !mayNotRead.includes(error.code)) throw error;
    if (named.length > 0) return named;
    return own === undefined
      ? 'the administrator may not read mysql.user: name the host parts of the accounts in the settings'
      : [own];
  }
  if (found.length === 0) return 'there is no such account';
  if (named.length === 0) return found;
  const missing = named.filter((host) => !found.includes(host));
  return missing.length === 0 ? named : `there is no account of this name for ${missing.join(', ')}`;
}

const access = (from: ProtectionSettings): SqlAccess => ({ kind: 'mysql', protection: protectionOf(from) });

const wanted = (hostParts: string): string[] =>
  hostParts
    .split(',')
    .map((host) => host.trim())
    .filter((host) => host !== '');

/** Source: MySQL Internals, Secure Password Authentication: SHA1(SHA1(password)). */
function nativeHash(password: string): string {
  const sha1 = (data: string | Buffer) => createHash('sha1').update(data).digest();
  return `*${sha1(sha1(password)).toString('hex').toUpperCase()}`;
}

/** Under NO_BACKSLASH_ESCAPES, in a session in UTF-8. Source: MySQL 8.0 Reference Manual, 9.1.1 String Literals. */
const quoted = (plain: string): string => `'${plain.replaceAll("'", "''")}'`;

const text = (value: unknown): string => (typeof value === 'string' ? value : '');
