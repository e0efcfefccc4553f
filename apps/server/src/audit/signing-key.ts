import { noteSigner, originOf, type NoteSigner } from '@strongroom/audit-proof';
import { randomBytes } from 'node:crypto';
import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';

const prefix = 'strongroom-audit-signing-key-1:';

/** Where the key that signs checkpoints lies: beside the master key, never in the database. */
export const signingKeyFile = (masterKeyFile: string): string => join(dirname(masterKeyFile), 'audit-signing.key');

/**
 * Signers for the organisations' trails from one seed (32 bytes, Ed25519) in a file.
 * Throws with a sentence that names the file when it cannot be read, and never with its content.
 */
export function readSigningKey(file: string): (organisationId: string) => NoteSigner {
  let text: string;
  try {
    text = readFileSync(file, 'utf8').trim();
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    throw new Error(
      `the audit signing key ${file} cannot be read (${code}); put it back from your copy: another key would break the trail's checkpoints`,
    );
  }
  const seed = text.startsWith(prefix) ? Buffer.from(text.slice(prefix.length), 'base64url') : Buffer.alloc(0);
  if (seed.length !== 32) throw new Error(`${file} is not an audit signing key; restore it from your copy`);
  const signers = new Map<string, NoteSigner>();
  return (organisationId) => {
    const signer = signers.get(organisationId) ?? noteSigner(originOf(organisationId), seed);
    signers.set(organisationId, signer);
    return signer;
  };
}

/** Makes the key of a new installation (mode 0600, synced). Does nothing when there is one: a second would contradict the first. */
export function createSigningKey(file: string): void {
  if (existsSync(file)) return;
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const descriptor = openSync(file, 'wx', 0o600);
  try {
    writeSync(descriptor, `${prefix}${randomBytes(32).toString('base64url')}\n`);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
