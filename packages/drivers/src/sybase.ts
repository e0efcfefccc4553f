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
  type ProtectionSettings,
  type SqlAccess,
} from '@strongroom/driver-kit';
import { z } from 'zod';

const settings = z.object(databaseSettings(5000));

/**
 * ASE takes the first 30 bytes and leaves out the rest; which bytes a letter outside ASCII is depends on the character set of server and client,
 * and a space at the end may be lost on the way.
 */
const limits: Limits = { maxLength: 30, forbidden: `${controlCharacters} `, asciiOnly: true };
const longestName = 30;

/**
 * SAP (Sybase) Adaptive Server Enterprise from 15.0.2. sp_password, called as a procedure, so that names and passwords are parameters and quoted by nobody.
 * Who signs in gives their own password as well, as the procedure wants it; for others than itself an account needs sso_role.
 * Users who are logged in keep their sessions.
 * Source: Adaptive Server Enterprise 15.0, Reference Manual: Procedures, sp_password; SQL Server user's guide, Changing your password.
 */
export const sybase = defineDriver<z.infer<typeof settings>>({
  type: 'sybase',
  title: 'Sybase ASE',
  settings,
  limits,
  verify: (target, login) => verifyBy(() => target.sql(access(target.settings), login, () => Promise.resolve())),
  async reset(target, admin, account, next) {
    const { username } = account;
    const password = next.expose();
    if (
      badName(username) ||
      username.length > longestName ||
      !/^[\x20-\x7e]*$/.test(username) ||
      !fits(limits, password)
    )
      return { is: 'refused', why: 'Sybase ASE cannot carry this name or password' };
    return resetBy(secretsOf(admin, next, account.current), () =>
      target.sql(access(target.settings), admin, async (sql) => {
        const own = admin.password?.expose() ?? '';
        try {
          const [answer] = await sql.query('sp_password', [
            own,
            password,
            ...(admin.username === username ? [] : [username]),
          ]);
          if (answer?.['status'] === 0) return { is: 'done' };
          return { is: 'refused', why: 'sp_password did not set the password' };
        } catch (error) {
          if (!(error instanceof SqlError)) throw error;
          return { is: 'refused', why: sqlRefusal(error) };
        }
      }),
    );
  },
});

const access = (from: ProtectionSettings): SqlAccess => ({ kind: 'sybase', protection: protectionOf(from) });
