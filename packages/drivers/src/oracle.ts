import {
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
  ...databaseSettings(2484),
  service: z
    .string()
    .trim()
    .regex(/^[A-Za-z][A-Za-z0-9_$#.-]{0,254}$/)
    .default('ORCL')
    .meta({
      title: 'Service name',
      description:
        'As in the connect strings of clients, with its domain where it has one: the pluggable database the accounts are in.',
    }),
});

/** Between quotation marks everything stands for itself but the mark. 30 bytes is what verifiers before 23ai take; which bytes other letters are depends on the database. */
const limits: Limits = { maxLength: 30, forbidden: `${controlCharacters}"`, asciiOnly: true };
/** A name without quotes, which the database keeps in capitals. Source: SQL Language Reference, Database Object Naming Rules. */
const plainName = /^[A-Za-z][A-Za-z0-9_$#]{0,127}$/;
/** Messages that repeat what was not understood. */
const syntaxErrors = ['ORA-00922', 'ORA-00933', 'ORA-00972', 'ORA-00988', 'ORA-01740', 'ORA-03049'];

/**
 * Oracle Database from 12.1. ALTER USER … IDENTIFIED BY; an account that sets its own password gives the old one as well (REPLACE).
 * The statement takes no parameters, and nothing within its quotation marks has a meaning but the mark itself, which is refused.
 * Names are those without quotation marks. A locked account stays locked; SYS signs in otherwise and cannot be verified.
 * Source: Oracle Database, SQL Language Reference, ALTER USER; Security Guide, Guidelines for Securing Passwords.
 */
export const oracle = defineDriver<z.infer<typeof settings>>({
  type: 'oracle',
  title: 'Oracle Database',
  settings,
  limits,
  verify: (target, login) => verifyBy(() => target.sql(access(target.settings), login, () => Promise.resolve())),
  async reset(target, admin, account, next) {
    const password = next.expose();
    const own = admin.username.toUpperCase() === account.username.toUpperCase() ? admin.password?.expose() : undefined;
    if (!plainName.test(account.username) || !fits(limits, password) || own?.includes('"') === true)
      return { is: 'refused', why: 'Oracle Database cannot carry this name or password' };
    const old = own === undefined ? '' : ` REPLACE "${own}"`;
    return resetBy(secretsOf(admin, next, account.current), () =>
      target.sql(access(target.settings), admin, async (sql) => {
        try {
          await sql.query(`ALTER USER "${account.username.toUpperCase()}" IDENTIFIED BY "${password}"${old}`);
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
});

const access = ({ service, ...from }: DatabaseSettings & { readonly service: string }): SqlAccess => ({
  kind: 'oracle',
  protection: protectionOf(from),
  database: service,
});
