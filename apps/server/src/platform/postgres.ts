import { createHmac, randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { totalmem } from 'node:os';
import { dirname, join } from 'node:path';
import pg from 'pg';
import { lockHome, pathsOf, prepareHome, writePrivate } from './paths.ts';
import {
  binariesIn,
  bundledBinaries,
  clusterMajor,
  createCluster,
  dataDirectory,
  findOsUser,
  prepareGround,
  socketDirectory,
  type Binaries,
  type OsUser,
} from './postgres-files.ts';
import { runningPostmaster, startPostmaster, stopLeftover } from './postgres-process.ts';
import { keepRunning, type Embedded, type Note } from './postgres-supervise.ts';
import { StartFault } from './start-fault.ts';

export type { Embedded } from './postgres-supervise.ts';

/** The embedded PostgreSQL's settings. */
export interface EmbeddedOptions {
  readonly home: string;
  /** Where the generated password lies; written at the first start, required at every later one (DBS-05). */
  readonly passwordFile: string;
  readonly binDir?: string | undefined;
  readonly osUser?: string | undefined;
  readonly note?: Note;
}

const superuser = 'strongroom_admin';
const role = 'strongroom';
const database = 'strongroom';

/** A sixteenth of the machine's memory, from 128 MB to 1 GB: a large estate's indexes then stay where they are searched. */
const sharedMegabytes = (): number => Math.min(1024, Math.max(128, Math.floor(totalmem() / 2 ** 24)));

// A small machine's share: the pool of a server, its workers and a few commands fit into 60 connections. What begins with wal and max_ is what a standby will need.
const settingsFor = (major: number, socket: string): Record<string, string> => ({
  listen_addresses: '',
  unix_socket_directories: `"${socket}"`,
  unix_socket_permissions: '0700',
  max_connections: '60',
  shared_buffers: `${sharedMegabytes()}MB`,
  jit: 'off',
  // Plans of the hot statements are made from what the planner knows of a table's size: a vault that was just filled must not
  // be searched for a minute as if it were empty.
  autovacuum_naptime: '10s',
  timezone: 'UTC',
  log_timezone: 'UTC',
  password_encryption: 'scram-sha-256',
  // Work that goes through every account writes much: few checkpoints, since after each one every page is written whole once more.
  max_wal_size: '2GB',
  checkpoint_timeout: '15min',
  wal_level: 'logical',
  max_replication_slots: '10',
  max_wal_senders: '10',
  max_logical_replication_workers: '8',
  max_worker_processes: '16',
  max_slot_wal_keep_size: '4GB',
  wal_retrieve_retry_interval: '1s',
  wal_sender_timeout: '15s',
  wal_receiver_timeout: '15s',
  ...(major >= 18 ? { max_active_replication_origins: '10' } : {}),
  // A failed statement's text and a violated key's values may hold what nobody should read in a log.
  log_min_error_statement: 'panic',
  log_error_verbosity: 'terse',
  log_line_prefix: '%m [%p] ',
});

/**
 * Starts the embedded PostgreSQL on a state directory: makes binaries, cluster, role and database when they are missing, ends a postmaster that an earlier server left
 * behind, and keeps the database running until `stop`. It listens on a unix socket only. Throws `StartFault` when another server runs on the directory, when the
 * password file is gone or does not fit, or when PostgreSQL does not start.
 */
export async function startEmbedded(options: EmbeddedOptions): Promise<Embedded> {
  const note = options.note ?? (() => undefined);
  const paths = prepareHome(options.home);
  const lock = await lockHome(options.home);
  try {
    const ground = groundOf(options);
    const { data, user } = ground;
    const binaries = options.binDir === undefined ? bundledBinaries(ground.binaries) : binariesIn(options.binDir);
    const leftover = await stopLeftover(data);
    if (leftover !== undefined) note('stopped-leftover', { pid: leftover });
    const socket = socketDirectory(paths, data, user);
    const passwords = ensureCluster(options, binaries, data, user, socket);
    const starting = {
      data,
      user,
      log: join(paths.logs, 'database.log'),
      settings: settingsFor(binaries.major, socket),
    };
    const first = await startPostmaster(binaries, starting);
    const urls = urlsFor(socket, passwords);
    try {
      await provision(urls.adminUrl, passwords.role, options.passwordFile);
    } catch (error) {
      await first.stop();
      throw error;
    }
    note('started', { pid: first.pid, version: binaries.version });
    return keepRunning({
      ...urls,
      first,
      note,
      start: () => startPostmaster(binaries, starting),
      release: () => lock.release(),
    });
  } catch (error) {
    await lock.release();
    throw error;
  }
}

/**
 * The addresses of an embedded PostgreSQL that another process of ours already runs on this state directory, or undefined when none does. For commands beside a
 * running server. Throws `StartFault` when it runs but the password file is missing.
 */
export function findEmbedded(
  options: EmbeddedOptions,
): { readonly url: string; readonly adminUrl: string } | undefined {
  const paths = pathsOf(options.home);
  if (!existsSync(paths.database)) return undefined;
  const data = dataDirectory(paths);
  if (runningPostmaster(data) === undefined) return undefined;
  return urlsFor(socketDirectory(paths, data, findOsUser(options.osUser)), readPasswords(options.passwordFile, data));
}

function groundOf(options: EmbeddedOptions): { data: string; user: OsUser; binaries: string } {
  const paths = pathsOf(options.home);
  const user = findOsUser(options.osUser);
  const { binaries } = prepareGround(paths, user);
  return { data: dataDirectory(paths), user, binaries };
}

interface Passwords {
  readonly superuser: string;
  readonly role: string;
}

function ensureCluster(
  options: EmbeddedOptions,
  binaries: Binaries,
  data: string,
  user: OsUser,
  scratch: string,
): Passwords {
  const major = clusterMajor(data);
  if (major !== undefined) {
    if (major !== binaries.major)
      throw new StartFault(
        `The database in ${data} was made by PostgreSQL ${major}, but the binaries are ${binaries.version}. Use binaries of ${major} (STRONGROOM_DATABASE_BIN_DIR), or restore a backup into an empty state directory.`,
      );
    return readPasswords(options.passwordFile, data);
  }
  if (existsSync(data))
    throw new StartFault(
      `${data} exists but holds no database. Move it away to begin an empty installation, or bring its files back.`,
    );
  if (!existsSync(dirname(data)))
    throw new StartFault(
      `The directory ${dirname(data)}, to which ${pathsOf(options.home).database} links, is gone. Bring it back from a backup; to begin an empty installation, remove the link.`,
    );
  // Written before the cluster: a start cut short between the two leaves a password without a database, which does no harm.
  if (!existsSync(options.passwordFile))
    writePrivate(options.passwordFile, `${randomBytes(32).toString('base64url')}\n`);
  const passwords = readPasswords(options.passwordFile, data);
  const writePassword = (file: string): void =>
    writeFileSync(file, `${passwords.superuser}\n`, { mode: 0o600, flag: 'wx' });
  createCluster(binaries, { data, superuser, writePassword, scratch, user });
  return passwords;
}

/** The file holds one secret; the two roles' passwords are derived from it, so that there is one thing to keep. */
function readPasswords(file: string, data: string): Passwords {
  let text: string;
  try {
    text = readFileSync(file, 'utf8').trim();
  } catch (error) {
    throw new StartFault(
      `The password of the embedded database is not at ${file}, but the database in ${data} needs it. Bring the file back (from a backup of the configuration), or name its place with STRONGROOM_DATABASE_PASSWORD_FILE. Nothing was changed.`,
      { cause: error },
    );
  }
  if (text.length < 32)
    throw new StartFault(
      `The file ${file} does not hold the embedded database's password: it is too short. Bring the right file back. Nothing was changed.`,
    );
  const derive = (name: string): string =>
    createHmac('sha256', text).update(`strongroom database ${name}`).digest('base64url');
  return { superuser: derive('superuser'), role: derive('role') };
}

function urlsFor(socket: string, passwords: Passwords): { url: string; adminUrl: string } {
  const at = (user: string, password: string, name: string): string =>
    `postgresql://${user}:${password}@/${name}?host=${encodeURIComponent(socket)}&port=5432`;
  return { url: at(role, passwords.role, database), adminUrl: at(superuser, passwords.superuser, 'postgres') };
}

async function provision(adminUrl: string, password: string, passwordFile: string): Promise<void> {
  const client = new pg.Client({ connectionString: adminUrl });
  try {
    await client.connect();
  } catch (error) {
    // 28P01: invalid_password (PostgreSQL manual, appendix A).
    if (error instanceof Error && 'code' in error && error.code === '28P01')
      throw new StartFault(
        `The password in ${passwordFile} is not that of the embedded database. Bring the right file back. Nothing was changed.`,
      );
    throw error;
  }
  try {
    await createServerRole(client, password);
    const { rowCount } = await client.query('select from pg_database where datname = $1', [database]);
    if (rowCount === 0) await client.query(`create database ${database} owner ${role}`);
  } finally {
    await client.end();
  }
}

/**
 * The server's own role, made when it is missing: it owns the database, may make the roles that migrations need (and use them), and is neither superuser nor able
 * to bypass row-level security. The client must be a superuser's.
 */
export async function createServerRole(client: pg.Client, password: string): Promise<void> {
  const { rowCount } = await client.query('select from pg_roles where rolname = $1', [role]);
  if (rowCount !== 0) return;
  await client.query('begin');
  await client.query(
    `create role ${role} login createrole nosuperuser nobypassrls password ${client.escapeLiteral(password)}`,
  );
  // Without it, PostgreSQL 16 and newer lets a role make others but not act as them.
  const { rows } = await client.query<{ version: number }>(
    `select current_setting('server_version_num')::int as version`,
  );
  if ((rows[0]?.version ?? 0) >= 160_000)
    await client.query(`alter role ${role} set createrole_self_grant = 'set, inherit'`);
  await client.query('commit');
}
