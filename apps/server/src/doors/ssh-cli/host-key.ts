import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import ssh2 from 'ssh2';
import { writePrivate } from '../../platform/paths.ts';
import { sha256 } from '../../platform/random.ts';
import { StartFault } from '../../platform/start-fault.ts';

/** The key by which clients know this server. */
export interface SshHostKey {
  /** The private key, for the server alone. */
  readonly privateKey: string;
  /** Kind and base64, as in known_hosts. */
  readonly line: string;
  /** As `ssh-keygen -l` shows it: `SHA256:` and base64. */
  readonly fingerprint: string;
}

/** Where the key lies: in the state directory, 0600. An operator's own key may be put there. */
export const hostKeyFile = (home: string): string => join(home, 'ssh', 'ssh_host_key');

/** Reads the host key; undefined where there is none yet. Throws `StartFault` for a file that holds no usable key. */
export function readHostKey(home: string): SshHostKey | undefined {
  const file = hostKeyFile(home);
  if (!existsSync(file)) return undefined;
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    throw new StartFault(`The host key ${file} cannot be read. Mend its owner and mode (0600).`, { cause });
  }
  const key = parsed(text);
  if (key === undefined)
    throw new StartFault(
      `${file} holds no private key without a passphrase, of kind ECDSA, Ed25519 or RSA. Bring it back from a backup, or remove it: then a new one is made, and clients must be told its fingerprint.`,
    );
  return key;
}

/** Reads the host key, or makes one at the first start: ECDSA P-256, which every client in use takes. Throws `StartFault`. */
export function openHostKey(home: string): SshHostKey {
  const known = readHostKey(home);
  if (known) return known;
  // Not Ed25519: one in 256 of those that the library makes cannot be read again.
  const { private: text } = ssh2.utils.generateKeyPairSync('ecdsa', { bits: 256, comment: 'strongroom' });
  const made = parsed(text);
  if (made === undefined) throw new Error('a host key that was just made cannot be read');
  const file = hostKeyFile(home);
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  writePrivate(file, text, home);
  return made;
}

const kinds = /^(ssh-ed25519|ssh-rsa|ecdsa-sha2-nistp(256|384|521))$/;

function parsed(text: string): SshHostKey | undefined {
  try {
    const read: unknown = ssh2.utils.parseKey(text);
    const key = (Array.isArray(read) ? read[0] : read) as ssh2.ParsedKey | Error | undefined;
    if (key === undefined || key instanceof Error || !key.isPrivateKey() || !kinds.test(key.type)) return undefined;
    const blob = key.getPublicSSH();
    return {
      privateKey: text,
      line: `${key.type} ${blob.toString('base64')}`,
      fingerprint: `SHA256:${sha256(blob).toString('base64').replace(/=+$/, '')}`,
    };
  } catch {
    // Whatever it is, it is no key.
    return undefined;
  }
}
