import { createHash, createHmac, pbkdf2, randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import {
  badName,
  controlCharacters,
  databaseSettings,
  defineDriver,
  fits,
  protectionOf,
  resetBy,
  saslStable,
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
  ...databaseSettings(5432),
  database: z.string().trim().min(1).max(63).default('postgres').meta({
    title: 'Database',
    description: 'The accounts sign in to this one. Every account must be allowed to connect to it.',
  }),
});

// psql before 14 reads no more than 99 characters at its prompt.
const limits: Limits = { maxLength: 99, forbidden: controlCharacters };

/** scram_sha_256_iterations before it became a setting (16). */
const usualRounds = 4096;
/** A server may be set to two thousand times as many, and a hostile one says what it likes: it must not keep this process busy. */
const mostRounds = 1_000_000;
const derive = promisify(pbkdf2);
/** 10: older servers take the verifier for a password. */
const oldestServer = 100_000;

/**
 * PostgreSQL from 10. What is sent is the SCRAM-SHA-256 verifier, computed here: the password never reaches the server or its log.
 * So the server's own rules (passwordcheck) cannot judge it. A password whose time ran out (VALID UNTIL) is rejected like a wrong one, and stays so after a reset.
 * Source: PostgreSQL 15 documentation, ALTER ROLE, 53.8 pg_authid, 21.5 Password Authentication, 9.4.1 format(); RFC 5803.
 */
export const postgres = defineDriver<z.infer<typeof settings>>({
  type: 'postgres',
  title: 'PostgreSQL',
  settings,
  limits,
  verify: (target, login) => verifyBy(() => target.sql(access(target.settings), login, () => Promise.resolve())),
  async reset(target, admin, account, next) {
    const password = next.expose();
    if (badName(account.username) || !fits(limits, password) || !saslStable(password))
      return { is: 'refused', why: 'PostgreSQL cannot carry this name or password' };
    return resetBy(secretsOf(admin, next, account.current), () =>
      target.sql(access(target.settings), admin, async (sql) => {
        try {
          return await setPassword(sql, account.username, password);
        } catch (error) {
          if (!(error instanceof SqlError)) throw error;
          return { is: 'refused', why: sqlRefusal(error) };
        }
      }),
    );
  },
  discover: (target, admin) =>
    target.sql(access(target.settings), admin, async (sql) => {
      const rows = await sql.query(
        'select rolname::text as name, rolsuper as super from pg_roles where rolcanlogin order by rolname',
      );
      return rows.map((row) => ({ username: text(row['name']), privileged: row['super'] === true }));
    }),
});

async function setPassword(sql: Sql, username: string, password: string): Promise<Reset> {
  // Compared as text: as a name it would be cut at 63 bytes, and could be another role's.
  const [about] = await sql.query(
    "select current_setting('server_version_num')::int as version, current_setting('scram_iterations', true) as rounds, exists (select from pg_roles where rolname::text = $1::text) as there",
    [username],
  );
  if (Number(about?.['version']) < oldestServer)
    return { is: 'refused', why: 'the server is older than PostgreSQL 10' };
  if (about?.['there'] !== true) return { is: 'refused', why: 'there is no such role' };
  const rounds = Number(text(about['rounds']) || usualRounds);
  if (!Number.isInteger(rounds) || rounds < 1 || rounds > mostRounds)
    return {
      is: 'refused',
      why: `the server wants ${String(rounds)} rounds of hashing, and more than a million are not made`,
    };
  const [line] = await sql.query("select format('ALTER ROLE %I PASSWORD %L', $1::text, $2::text) as statement", [
    username,
    await verifier(password, rounds),
  ]);
  await sql.query(text(line?.['statement']));
  return { is: 'done' };
}

/** What pg_authid keeps of a password. Source: PostgreSQL 15 documentation, 53.8; RFC 5803. */
async function verifier(password: string, rounds: number): Promise<string> {
  const salt = randomBytes(16);
  const salted = await derive(password, salt, rounds, 32, 'sha256');
  const hmac = (word: string) => createHmac('sha256', salted).update(word).digest();
  const storedKey = createHash('sha256').update(hmac('Client Key')).digest('base64');
  const serverKey = hmac('Server Key').toString('base64');
  return `SCRAM-SHA-256$${String(rounds)}:${salt.toString('base64')}$${storedKey}:${serverKey}`;
}

const access = (from: ProtectionSettings & { readonly database: string }): SqlAccess => ({
  kind: 'postgres',
  protection: protectionOf(from),
  database: from.database,
});

const text = (value: unknown): string => (typeof value === 'string' ? value : '');
