import { createHmac, randomBytes } from 'node:crypto';
import { chmodSync, closeSync, existsSync, fsyncSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

/** The key that wraps every organisation's data key. Lives in a file outside the database and outside the product's home. */
export interface MasterKey {
  /** Tells keys apart without giving anything away: 16 hex digits of an HMAC under the key itself. */
  readonly id: string;
  readonly bytes: Buffer;
}

const prefix = 'strongroom-master-key-1:';

function named(bytes: Buffer): MasterKey {
  return { id: createHmac('sha256', bytes).update('strongroom master key id').digest('hex').slice(0, 16), bytes };
}

/** Makes a new key and writes it to `file` (mode 0600, synced to disk). Throws when the file exists: a key is never overwritten. */
export function createMasterKey(file: string): MasterKey {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const bytes = randomBytes(32);
  writeKeyFile(file, bytes);
  return named(bytes);
}

function writeKeyFile(file: string, bytes: Buffer): void {
  const descriptor = openSync(file, 'wx', 0o600);
  try {
    writeSync(descriptor, `${prefix}${bytes.toString('base64url')}\n`);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
  chmodSync(file, 0o600);
}

/** Copies a key to a second file and reads it back. Throws when the file exists or does not read back. */
export function copyMasterKey(key: MasterKey, file: string): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  writeKeyFile(file, key.bytes);
  if (readMasterKey(file).id !== key.id) throw new Error(`${file} did not read back as the key that was written`);
}

export const masterKeyExists = (file: string): boolean => existsSync(file);

/**
 * Reads a key file: one line, `strongroom-master-key-1:` and 32 bytes in base64url.
 * Throws with a sentence that names the file and what to do; never with its content.
 */
export function readMasterKey(file: string): MasterKey {
  let text: string;
  try {
    text = readFileSync(file, 'utf8').trim();
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    throw new Error(
      `the key file ${file} cannot be read (${code}); put the medium with the key back, or name its place with STRONGROOM_KEY_FILE`,
    );
  }
  const bytes = text.startsWith(prefix) ? Buffer.from(text.slice(prefix.length), 'base64url') : Buffer.alloc(0);
  if (bytes.length !== 32) throw new Error(`${file} is not a Strongroom key file; restore it from your copy`);
  return named(bytes);
}
