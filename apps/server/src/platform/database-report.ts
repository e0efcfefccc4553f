import pg from 'pg';
import { readMigrations } from './migrate.ts';

/** What of a database decides whether this release can run on it. */
export interface DatabaseReport {
  /** As the server says it, such as `18.4`. */
  readonly version: string;
  /** Major version, such as 18. */
  readonly major: number;
  /** The role that connected. */
  readonly role: string;
  readonly superuser: boolean;
  /** Whether the role owns the database, as migrations need. */
  readonly ownsDatabase: boolean;
  /** The role that serves requests: absent before the first migration, `unsafe` when row-level security would not bind it. */
  readonly appRole: 'absent' | 'not-granted' | 'unsafe' | 'good';
  /** Names of this release's migrations that were applied, and that were not. */
  readonly applied: readonly string[];
  readonly missing: readonly string[];
  /** Migrations that this release does not know, or that were edited since they were applied. */
  readonly foreign: readonly string[];
  /** The database's clock less ours, in milliseconds; half of the round trip is taken off. */
  readonly aheadMs: number;
}

/** Oldest PostgreSQL that this release runs on. */
export const oldestMajor = 15;

/**
 * Looks at a database and changes nothing. `url` names its owner. Throws what `pg` throws when it cannot be reached or
 * refuses the log-in; messages of `pg` hold no password.
 */
export async function inspectDatabase(url: string): Promise<DatabaseReport> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  client.on('error', () => undefined);
  await client.connect();
  try {
    const asked = Date.now();
    const { rows: clocks } = await client.query<{ ms: number }>(
      'select extract(epoch from clock_timestamp())::float8 * 1000 as ms',
    );
    const aheadMs = Math.round((clocks[0]?.ms ?? 0) - (asked + Date.now()) / 2);
    const { rows } = await client.query<{
      version: string;
      number: number;
      role: string;
      superuser: boolean;
      owns: boolean;
      migrated: boolean;
    }>(`select current_setting('server_version') as version, current_setting('server_version_num')::int as number, current_user as role,
        (select rolsuper from pg_roles where rolname = current_user) as superuser,
        (select pg_has_role(current_user, datdba, 'usage') from pg_database where datname = current_database()) as owns,
        to_regclass('public.strongroom_migration') is not null as migrated`);
    const facts = rows[0];
    if (facts === undefined) throw new Error('the database answered nothing');
    const major = Math.floor(facts.number / 10_000);
    return {
      version: facts.version.split(' ')[0] ?? facts.version,
      major,
      role: facts.role,
      superuser: facts.superuser,
      ownsDatabase: facts.owns,
      appRole: await appRole(client, major),
      ...(await migrations(client, facts.migrated)),
      aheadMs,
    };
  } finally {
    await client.end();
  }
}

async function appRole(client: pg.Client, major: number): Promise<DatabaseReport['appRole']> {
  const { rows } = await client.query<{ unsafe: boolean; held: boolean }>(
    `select rolsuper or rolbypassrls or exists (
         select from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.relowner = r.oid and n.nspname like 'strongroom%') as unsafe,
       pg_has_role(current_user, 'strongroom_app', $1) as held
     from pg_roles r where rolname = 'strongroom_app'`,
    // Before PostgreSQL 16 membership alone lets one set the role.
    [major >= 16 ? 'set' : 'member'],
  );
  const [found] = rows;
  if (found === undefined) return 'absent';
  if (found.unsafe) return 'unsafe';
  return found.held ? 'good' : 'not-granted';
}

async function migrations(
  client: pg.Client,
  any: boolean,
): Promise<Pick<DatabaseReport, 'applied' | 'missing' | 'foreign'>> {
  const known = readMigrations();
  const { rows } = any
    ? await client.query<{ name: string; sha256: string }>(
        'select name, sha256 from public.strongroom_migration order by number',
      )
    : { rows: [] };
  const ours = new Map(known.map(({ name, sha256 }) => [name, sha256]));
  const done = new Set(rows.map(({ name }) => name));
  return {
    applied: rows.filter(({ name, sha256 }) => ours.get(name) === sha256).map(({ name }) => name),
    missing: known.filter(({ name }) => !done.has(name)).map(({ name }) => name),
    foreign: rows.filter(({ name, sha256 }) => ours.get(name) !== sha256).map(({ name }) => name),
  };
}
