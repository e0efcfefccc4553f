import { chmodSync, chownSync, mkdirSync, renameSync, rmSync, statSync, writeFileSync, type Stats } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { StartFault } from './start-fault.ts';

/** Where things lie in the state directory. Directories are 0700 and files 0600, but for what the embedded database's OS user must reach. */
export interface Paths {
  readonly home: string;
  /** The file of settings. */
  readonly settings: string;
  /** Data directory of the embedded PostgreSQL; a link to `/var/lib/strongroom` when its OS user cannot reach the state directory. */
  readonly database: string;
  /** Copies of the PostgreSQL binaries, one folder a version. */
  readonly postgres: string;
  /** Sockets, and files that live for seconds. */
  readonly run: string;
  readonly logs: string;
  /** The self-signed certificate and its key. */
  readonly tls: string;
  readonly backups: string;
}

/** The layout of a state directory. Pure: makes nothing. */
export const pathsOf = (home: string): Paths => ({
  home,
  settings: join(home, 'strongroom.yaml'),
  database: join(home, 'database'),
  postgres: join(home, 'pg'),
  run: join(home, 'run'),
  logs: join(home, 'logs'),
  tls: join(home, 'tls'),
  backups: join(home, 'backups'),
});

/**
 * Makes the state directory and its folders, and takes from other people what rights they have on it. Throws `StartFault` when the
 * directory belongs to somebody else or is no directory: whoever can swap it can swap the certificate and the database.
 */
export function prepareHome(home: string): Paths {
  const paths = pathsOf(home);
  for (const directory of [home, paths.run, paths.logs, paths.tls, paths.backups]) privateDirectory(directory);
  return paths;
}

/** A directory of ours alone (0700). 0710 is left as it is: the embedded database's OS user passes through by its group. */
function privateDirectory(directory: string): void {
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw new StartFault(
      `The directory ${directory} cannot be made. Name another one with STRONGROOM_HOME, or mend its parent.`,
      { cause: error },
    );
  }
  const stats = statSync(directory);
  if (!stats.isDirectory()) throw new StartFault(`${directory} is not a directory.`);
  if (process.getuid?.() !== 0 && !isOurs(stats))
    throw new StartFault(
      `The directory ${directory} belongs to another user. Start as that user, or name another one with STRONGROOM_HOME.`,
    );
  if ((stats.mode & 0o067) !== 0) chmodSync(directory, 0o700);
}

const isOurs = (stats: Stats): boolean => process.getuid === undefined || stats.uid === process.getuid();

/**
 * Writes a file that only we may read (0600), so that a crash leaves the old file or the new one and never half of one. The name beside it that is
 * used on the way ends in `.new`. With `like`, a file that root writes belongs to the owner of that directory, so that a server which runs as somebody else can read it.
 */
export function writePrivate(file: string, content: string | Uint8Array, like?: string): void {
  const fresh = `${file}.new`;
  rmSync(fresh, { force: true });
  // `wx` refuses a file or link that somebody put there in between.
  writeFileSync(fresh, content, { mode: 0o600, flag: 'wx', flush: true });
  if (like !== undefined && process.getuid?.() === 0) {
    const { uid, gid } = statSync(like);
    chownSync(fresh, uid, gid);
  }
  renameSync(fresh, file);
}

/** Holds a state directory for this process until `release` or the end of the process, whichever way it ends. */
export interface HomeLock {
  release(): Promise<void>;
}

/**
 * Takes the state directory for this process, or throws a `StartFault` when another process has it. The lock is a socket in Linux's abstract name space
 * (unix(7)): the kernel frees it with the process, so no stale file can ever keep a server from starting. It is named after the directory's device and
 * inode, so that two paths to one directory are one lock. It does not reach across network name spaces, for which PostgreSQL's own lock remains.
 */
export async function lockHome(home: string): Promise<HomeLock> {
  const { dev, ino } = statSync(home);
  const server = createServer((socket) => socket.destroy());
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const inUse = error.code === 'EADDRINUSE';
      reject(
        inUse
          ? new StartFault(
              `Strongroom already runs on ${home}. Stop it first, or name another directory with STRONGROOM_HOME.`,
            )
          : error,
      );
    });
    server.listen(`\0strongroom-home-${dev}-${ino}`, resolve);
  });
  server.unref();
  return { release: () => new Promise((resolve) => server.close(() => resolve())) };
}
