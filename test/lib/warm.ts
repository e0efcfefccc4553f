import { execFile } from 'node:child_process';
import { chmodSync, existsSync, lstatSync, mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

/**
 * Finished installations to begin from: each kind is set up once a run, by the first file that needs it, and copied for
 * every file. What a first start does is tested by files that begin with nothing.
 */
const variable = 'STRONGROOM_TEST_INSTALLATIONS';

/** Vitest's global set-up: makes the place where the run keeps its installations; its end removes it. */
export default function setup(): () => void {
  const place = mkdtempSync(join(tmpdir(), 'strongroom-warm-'));
  // The database's own user must pass through.
  chmodSync(place, 0o755);
  mkdirSync(join(place, 'pg'), { mode: 0o755 });
  process.env[variable] = place;
  return () => {
    rmSync(place, { recursive: true, force: true, maxRetries: 5 });
  };
}

/**
 * Where the run's installation of that kind lies: state directory, keys, and the files beside them. `make` makes one in
 * the directory it is given and ends it; it is called once a run, and its fault is the fault of every file that needs the
 * kind. Undefined outside a run with this global set-up, and where the database lies elsewhere, so that a copy would share it.
 */
export async function installation(kind: string, make: (base: string) => Promise<void>): Promise<string | undefined> {
  const place = process.env[variable];
  if (place === undefined) return undefined;
  const [whole, making, failed] = [join(place, kind), join(place, `${kind}.making`), join(place, `${kind}.failed`)];
  if (!existsSync(whole)) {
    if (claim(making)) await makeOnce(making, whole, failed, make);
    else await madeElsewhere(() => existsSync(whole) || existsSync(failed));
  }
  if (existsSync(failed)) throw new Error(`the installation of kind ${kind} could not be made; its maker says why`);
  // Where the database's user cannot enter the temporary directory.
  return lstatSync(join(whole, 'home', 'database')).isSymbolicLink() ? undefined : whole;
}

/** Fills `base` (an empty directory) with a copy of an installation. */
export async function copyInstallation(whole: string, base: string): Promise<void> {
  await promisify(execFile)('cp', ['-a', '--reflink=auto', `${whole}/.`, base]);
}

/** Waits for another worker, which is at it. Vitest is loaded here alone, because benchmarks start servers without it. */
async function madeElsewhere(there: () => boolean): Promise<void> {
  const { vi } = await import('vitest');
  await vi.waitUntil(there, { timeout: 240_000, interval: 50 });
}

/** True for the one who made the directory. */
function claim(directory: string): boolean {
  try {
    mkdirSync(directory, { mode: 0o755 });
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}

async function makeOnce(
  making: string,
  whole: string,
  failed: string,
  make: (base: string) => Promise<void>,
): Promise<void> {
  try {
    // One copy of the database's programs serves the run: 57 MB that no file has to write again.
    mkdirSync(join(making, 'home'), { mode: 0o700 });
    symlinkSync(join(making, '..', 'pg'), join(making, 'home', 'pg'));
    await make(making);
    renameSync(making, whole);
  } catch (error) {
    mkdirSync(failed, { recursive: true });
    throw error;
  }
}
