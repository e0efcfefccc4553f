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
  type DatabaseSettings,
  type Limits,
  type SqlAccess,
} from '@strongroom/driver-kit';
import { z } from 'zod';

const settings = z.object({
  ...databaseSettings(1433),
  accountsOf: z.enum(['the server', 'a database']).default('the server').meta({
    title: 'Accounts are of',
    description: 'Log-ins of the server, or users that a contained database keeps itself.',
  }),
  database: z.string().trim().min(1).max(128).default('master').meta({
    title: 'Database',
    description: 'The accounts sign in to this one. Users of a contained database need its name here.',
  }),
  unlock: z.boolean().default(false).meta({
    title: 'Unlock',
    description: 'A log-in that was locked out is let in again when an administrator sets its password.',
  }),
});
type Settings = z.infer<typeof settings>;

// A name is a sysname and a password is cut at nothing: 128 UTF-16 units are the most of both.
const longest = 128;
const limits: Limits = { maxLength: longest, forbidden: controlCharacters };

/** Messages that repeat what was not understood: incorrect syntax, unclosed quotation mark, keyword, line. */
const syntaxErrors = ['102', '105', '156', '170'];

/**
 * Microsoft SQL Server from 2012, and what speaks its protocol. ALTER LOGIN, or ALTER USER in a contained database. A name with a backslash is a
 * Windows account: it may set others' passwords, signed in by NTLM, and its own is the domain's.
 * The password is part of the statement, which takes no parameters; the server leaves the text of these statements out of its traces.
 * An account that sets its own password gives the old one as well; an administrator does not.
 * Source: SQL Server documentation, ALTER LOGIN, ALTER USER, Database identifiers, Constants, Password policy.
 */
export const mssql = defineDriver<Settings>({
  type: 'mssql',
  title: 'MS SQL Server',
  settings,
  limits,
  verify: (target, login) => verifyBy(() => target.sql(access(target.settings), login, () => Promise.resolve())),
  async reset(target, admin, account, next) {
    const password = next.expose();
    if (badName(account.username) || account.username.length > longest || !fits(limits, password))
      return { is: 'refused', why: 'SQL Server cannot carry this name or password' };
    if (account.username.includes('\\'))
      return { is: 'refused', why: 'a Windows account: its password is set where its domain is' };
    const own = admin.username === account.username ? (admin.password?.expose() ?? '') : undefined;
    const secrets = secretsOf(admin, next, account.current);
    return resetBy([...secrets, ...secrets.map(doubled)], () =>
      target.sql(access(target.settings), admin, async (sql) => {
        try {
          await sql.query(statement(target.settings, account.username, password, own));
          return { is: 'done' };
        } catch (error) {
          if (!(error instanceof SqlError)) throw error;
          return {
            is: 'refused',
            why: syntaxErrors.includes(error.code) ? 'the server did not understand' : sqlRefusal(error),
          };
        }
      }),
    );
  },
  discover: (target, admin) =>
    target.sql(access(target.settings), admin, async (sql) => {
      const rows = await sql.query(
        target.settings.accountsOf === 'the server'
          ? "select name, is_srvrolemember('sysadmin', name) as privileged from sys.sql_logins where name not like '##%' order by name"
          : "select name, is_rolemember('db_owner', name) as privileged from sys.database_principals where authentication_type_desc = 'DATABASE' order by name",
      );
      return rows.map((row) => ({
        username: typeof row['name'] === 'string' ? row['name'] : '',
        privileged: row['privileged'] === 1,
      }));
    }),
});

/** `own`: the old password of an account that sets its own. */
function statement({ accountsOf, unlock }: Settings, username: string, password: string, own: string | undefined) {
  const ofServer = accountsOf === 'the server';
  const old = own === undefined ? '' : ` OLD_PASSWORD = ${quoted(own)}`;
  // Old password and unlocking exclude each other.
  const unlocking = ofServer && unlock && own === undefined ? ' UNLOCK' : '';
  return `ALTER ${ofServer ? 'LOGIN' : 'USER'} ${bracketed(username)} WITH PASSWORD = ${quoted(password)}${old}${unlocking}`;
}

const access = ({ database, ...from }: DatabaseSettings & { readonly database: string }): SqlAccess => ({
  kind: 'mssql',
  protection: protectionOf(from),
  database,
});

const doubled = (plain: string): string => plain.replaceAll("'", "''");
/** In Unicode, so that no character becomes a quote on the way. A backslash means something before a line break only, and there is none. Source: SQL Server documentation, Constants. */
const quoted = (plain: string): string => `N'${doubled(plain)}'`;
/** A delimited identifier, whatever QUOTED_IDENTIFIER is. Source: SQL Server documentation, Database identifiers. */
const bracketed = (name: string): string => `[${name.replaceAll(']', ']]')}]`;
