import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, isAbsolute, relative } from 'node:path';
import { parseDocument } from 'yaml';
import { signingKeyFile } from './audit/index.ts';
import type { Config } from './platform/config.ts';
import { pathsOf } from './platform/paths.ts';
import { Problem } from './platform/problem.ts';
import { StartFault } from './platform/start-fault.ts';
import { copyMasterKey, createMasterKey, masterKeyExists, readMasterKey, type MasterKey } from './vault/index.ts';

/** Reads the master key, or makes it on an empty installation. A key is never made for a database that needs another. */
export function openMasterKey(file: string, needed: boolean): MasterKey {
  return fault(() => (masterKeyExists(file) || needed ? readMasterKey(file) : createMasterKey(file)));
}

/** Runs what reads a file the server cannot do without; its error becomes a sentence for the operator. */
export function fault<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    const text = error instanceof Error ? error.message : 'unknown error';
    throw new StartFault(text.charAt(0).toUpperCase() + text.slice(1) + '.', { cause: error });
  }
}

/** Moves the keys to another folder at set-up: copied, read back, named in the settings, and only then removed. */
export function moveKeys(config: Config, key: MasterKey, from: string, to: string): string {
  const inside = (folder: string): boolean =>
    !relative(folder, to).startsWith('..') && !isAbsolute(relative(folder, to));
  const wrong = (message: string): Problem => new Problem('input-invalid', { errors: [{ path: 'keyFile', message }] });
  if (!isAbsolute(to)) throw wrong('must be an absolute path');
  if (inside(config.home) || inside(config.checkout))
    throw wrong('must lie outside the program and its state directory, so that a copy of those does not hold the key');
  try {
    copyMasterKey(key, to);
    const signing = signingKeyFile(from);
    if (dirname(from) !== dirname(to))
      writeFileSync(signingKeyFile(to), readFileSync(signing), { mode: 0o600, flag: 'wx' });
    const { settings } = pathsOf(config.home);
    const document = parseDocument(readSettings(settings));
    document.set('key_file', to);
    writeFileSync(settings, document.toString(), { mode: 0o600 });
    rmSync(from);
    if (dirname(from) !== dirname(to)) rmSync(signing);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
    throw wrong(
      code === 'EEXIST' ? 'a file of this name exists already; it is never overwritten' : `cannot be written (${code})`,
    );
  }
  return to;
}

function readSettings(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
