import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { pathsOf, writePrivate } from './paths.ts';

const fileOf = (home: string): string => join(pathsOf(home).run, 'console-address');

/** Notes where the console was opened, for commands beside a server whose port is a free one. Returns how to forget it. */
export function noteAddress(home: string, address: string): () => void {
  writePrivate(fileOf(home), `${address}\n`);
  return () => {
    rmSync(fileOf(home), { force: true });
  };
}

/** Where a server on this state directory opened its console; undefined when none noted it. After a kill it is the last one's. */
export function notedAddress(home: string): string | undefined {
  try {
    return readFileSync(fileOf(home), 'utf8').trim();
  } catch {
    return undefined;
  }
}
