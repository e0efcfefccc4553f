import { chmodSync, chownSync, mkdirSync, mkdtempSync, realpathSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** As whom listeners run. */
export type RunAs =
  /** As whoever runs the server, who is not root and cannot become anybody else. */
  | { readonly is: 'self' }
  | { readonly is: 'user'; readonly uid: number; readonly gid: number }
  /** Not at all. */
  | { readonly is: 'nobody'; readonly why: string };

/** A directory that a listener's user alone may enter, and takes along when it is gone. */
export interface Place {
  readonly directory: string;
  /** Puts a file there, for that user alone. Returns its path. */
  put(name: string, content: string | Buffer, mode: 0o400 | 0o500): string;
  /** Hands the directory over: from now on the user may write there, and nothing of ours does. */
  handOver(): void;
  remove(): void;
}

/** statfs(2): the magic number of a file system that lies in memory. */
const tmpfs = 0x01021994;
const memory = '/dev/shm';

/** Where files lie in memory on this machine; undefined where there is no such place. */
function inMemory(): string | undefined {
  try {
    return statfsSync(memory).type === tmpfs ? memory : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Makes a private directory. With `secrets` it lies in memory where the system has a file system for that, so that nothing of it is
 * ever on a disk; programs may not be startable there. Files are put in before the directory is handed over: nobody can put a link in their way.
 */
export function makePlace(runAs: Exclude<RunAs, { is: 'nobody' }>, options: { secrets?: boolean } = {}): Place {
  const directory = mkdtempSync(
    join((options.secrets === true ? inMemory() : undefined) ?? realpathSync(tmpdir()), 'strongroom-listener-'),
  );
  const give = (path: string): void => {
    if (runAs.is === 'user') chownSync(path, runAs.uid, runAs.gid);
  };
  return {
    directory,
    put(name, content, mode) {
      const path = join(directory, name);
      writeFileSync(path, content, { mode: 0o600, flag: 'wx' });
      chmodSync(path, mode);
      give(path);
      return path;
    },
    handOver() {
      mkdirSync(join(directory, 'work'), { mode: 0o700 });
      give(join(directory, 'work'));
      give(directory);
    },
    remove() {
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
