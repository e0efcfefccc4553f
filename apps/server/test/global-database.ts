import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { bundledBinaries, createCluster, findOsUser, giveTo } from '../src/platform/postgres-files.ts';
import { startPostmaster } from '../src/platform/postgres-process.ts';
import { createServerRole } from '../src/platform/postgres.ts';

/** How a test's worker reaches the run's PostgreSQL. */
export interface TestServer {
  readonly socket: string;
  readonly adminPassword: string;
  readonly rolePassword: string;
}

declare module 'vitest' {
  export interface ProvidedContext {
    database: TestServer;
  }
}

/**
 * Starts one PostgreSQL for a whole test run, as the product starts it (same binaries, roles and locale), but with nothing flushed to disk: it
 * only has to outlive the run. Returns how to stop it and remove its files.
 */
export async function startTestServer(): Promise<{ server: TestServer; stop: () => Promise<void> }> {
  const user = findOsUser(undefined);
  // The copy of the binaries is kept between runs; making it is what takes longest.
  const binaries = bundledBinaries(join(tmpdir(), `strongroom-test-pg-${process.getuid?.() ?? 0}`));
  const home = mkdtempSync(join(tmpdir(), 'sr-db-'));
  giveTo(user, home);
  const [adminPassword, rolePassword] = [randomBytes(24).toString('hex'), randomBytes(24).toString('hex')];
  const remove = (): void => rmSync(home, { recursive: true, force: true });
  try {
    const data = join(home, 'data');
    const socket = join(home, 's');
    mkdirSync(socket, { mode: 0o700 });
    giveTo(user, socket);
    const writePassword = (file: string): void => writeFileSync(file, `${adminPassword}\n`, { mode: 0o600 });
    createCluster(binaries, { data, superuser: 'admin', writePassword, scratch: home, user, flags: ['--no-sync'] });
    const settings = {
      listen_addresses: '',
      unix_socket_directories: socket,
      fsync: 'off',
      synchronous_commit: 'off',
      full_page_writes: 'off',
      wal_level: 'logical',
      max_connections: '200',
      shared_buffers: '128MB',
      jit: 'off',
      timezone: 'UTC',
      autovacuum: 'off',
    };
    const postmaster = await startPostmaster(binaries, { data, user, log: join(home, 'log'), settings });
    const server = { socket, adminPassword, rolePassword };
    const client = new pg.Client({ host: socket, user: 'admin', password: adminPassword, database: 'postgres' });
    await client.connect();
    await createServerRole(client, rolePassword);
    await client.end();
    return { server, stop: () => postmaster.stop().then(remove) };
  } catch (error) {
    remove();
    throw error;
  }
}

/** Vitest's global set-up: starts the server, tells the workers, stops it at the end. */
export default async function setup(project: {
  provide(key: 'database', value: TestServer): void;
}): Promise<() => Promise<void>> {
  const { server, stop } = await startTestServer();
  project.provide('database', server);
  return stop;
}
