import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { inject } from 'vitest';
import { migrate } from '../src/platform/migrate.ts';
import type { TestServer } from './global-database.ts';

/** A database for one test file. Call `close` when done: it ends other connections and drops it. */
export interface TestDatabase {
  /** As the role the server uses: owner of the database, no superuser. */
  readonly url: string;
  /** As a superuser, for what a test must see or break behind the server's back. */
  readonly adminUrl: string;
  readonly name: string;
  close(): Promise<void>;
}

const template = 'strongroom_template';
// Any number, but the same one in every worker of a run.
const templateLock = 7_270_001;

/**
 * A new database with all migrations, copied from a template (about 60 ms). `{ migrated: false }` gives an empty one, for tests of the migrations themselves.
 * Needs `global-database.ts` as Vitest's global set-up; pass `server` where there is none (benchmarks).
 */
export async function freshDatabase(options: { migrated?: boolean; server?: TestServer } = {}): Promise<TestDatabase> {
  const server = options.server ?? inject('database');
  const name = `t_${randomUUID().replaceAll('-', '')}`;
  await asAdmin(server, async (admin) => {
    if (options.migrated === false) {
      await admin.query(`create database ${name} owner strongroom`);
      return;
    }
    await ensureTemplate(server, admin);
    await admin.query(`create database ${name} template ${template} owner strongroom`);
  });
  return {
    url: urlOf(server, 'strongroom', server.rolePassword, name),
    adminUrl: urlOf(server, 'admin', server.adminPassword, name),
    name,
    close: () =>
      asAdmin(server, async (admin) => void (await admin.query(`drop database if exists ${name} with (force)`))),
  };
}

/** Makes the template once a run. Workers that come meanwhile wait on the lock; a template left half made by a failed migration is made again. */
async function ensureTemplate(server: TestServer, admin: pg.Client): Promise<void> {
  const ready = async (): Promise<boolean> =>
    (await admin.query('select from pg_database where datname = $1 and datistemplate', [template])).rowCount === 1;
  if (await ready()) return;
  await admin.query('select pg_advisory_lock($1)', [templateLock]);
  try {
    if (await ready()) return;
    await admin.query(`drop database if exists ${template} with (force)`);
    await admin.query(`create database ${template} owner strongroom`);
    await migrate(urlOf(server, 'strongroom', server.rolePassword, template));
    await admin.query(`alter database ${template} is_template true`);
  } finally {
    await admin.query('select pg_advisory_unlock($1)', [templateLock]);
  }
}

async function asAdmin<T>(server: TestServer, work: (admin: pg.Client) => Promise<T>): Promise<T> {
  const admin = new pg.Client({ connectionString: urlOf(server, 'admin', server.adminPassword, 'postgres') });
  await admin.connect();
  try {
    return await work(admin);
  } finally {
    await admin.end();
  }
}

const urlOf = (server: TestServer, user: string, password: string, database: string): string =>
  `postgresql://${user}:${password}@/${database}?host=${encodeURIComponent(server.socket)}`;
