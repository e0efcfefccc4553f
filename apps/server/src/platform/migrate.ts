import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { runMigrations } from 'graphile-worker';
import pg from 'pg';

const folder = new URL('../../migrations/', import.meta.url);

export interface Migration {
  readonly number: number;
  readonly name: string;
  readonly text: string;
  readonly sha256: string;
}

/** The migrations of this release, in order. Throws when numbers have a gap or a twin. */
export function readMigrations(): Migration[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.sql'))
    .sort()
    .map((file, i) => {
      const number = Number(file.slice(0, 4));
      if (number !== i + 1) throw new Error(`migration ${file} should have number ${i + 1}`);
      const text = readFileSync(new URL(file, folder), 'utf8');
      return {
        number,
        name: file.replace(/\.sql$/, ''),
        text,
        sha256: createHash('sha256').update(text).digest('hex'),
      };
    });
}

/**
 * Brings a database to this release. `url` names the owner of the database; the application's role is made when missing.
 * Each migration is one transaction; several nodes that start together wait for each other.
 * Throws when the database is newer than this release, or a released migration was edited.
 */
export async function migrate(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    await client.query('select pg_advisory_lock(7272001)');
    await ensureAppRole(client);
    await client.query(
      'create table if not exists public.strongroom_migration (number int primary key, name text not null, sha256 text not null, applied_at timestamptz not null default now())',
    );
    const { rows } = await client.query<{ number: number; name: string; sha256: string }>(
      'select number, name, sha256 from public.strongroom_migration order by number',
    );
    const known = readMigrations();
    for (const row of rows) {
      const ours = known[row.number - 1];
      if (!ours)
        throw new Error(
          `the database was migrated to ${row.name} by a newer release; start that release or restore a backup`,
        );
      if (ours.sha256 !== row.sha256)
        throw new Error(`migration ${row.name} differs from the one that was applied; this release was altered`);
    }
    for (const migration of known.slice(rows.length)) {
      await client.query('begin');
      try {
        await client.query(migration.text);
        await client.query('insert into public.strongroom_migration (number, name, sha256) values ($1, $2, $3)', [
          migration.number,
          migration.name,
          migration.sha256,
        ]);
        await client.query('commit');
      } catch (error) {
        await client.query('rollback');
        throw new Error(`migration ${migration.name} failed and was rolled back`, { cause: error });
      }
    }
    const pool = new pg.Pool({ connectionString: url, max: 1 });
    const quiet = (): void => undefined;
    pool.on('error', quiet);
    pool.on('connect', (connection) => connection.on('error', quiet));
    try {
      await runMigrations({ pgPool: pool });
    } finally {
      await pool.end();
    }
  } finally {
    await client.end();
  }
}

/** The role that serves requests: owns nothing, so that row-level security and the trail's grants bind it. */
async function ensureAppRole(client: pg.Client): Promise<void> {
  const { rows } = await client.query(`select 1 from pg_roles where rolname = 'strongroom_app'`);
  if (rows.length === 0) await client.query('create role strongroom_app nologin');
  const version = await client.query<{ version: string }>(`select current_setting('server_version_num') as version`);
  // Before PostgreSQL 16 membership alone lets one set the role.
  const right = Number(version.rows[0]?.version) >= 160000 ? 'set' : 'member';
  const held = await client.query<{ held: boolean }>(`select pg_has_role(current_user, 'strongroom_app', $1) as held`, [
    right,
  ]);
  if (!held.rows[0]?.held) await client.query('grant strongroom_app to current_user');
}
