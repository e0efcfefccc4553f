import { createPrivateKey, generateKeyPair, randomBytes, type JsonWebKey } from 'node:crypto';
import { promisify } from 'node:util';
import ssh2 from 'ssh2';
import { readHostKey } from './host-key.ts';

/** Kinds of key that are made; `other` is what was brought along and is none of them. */
export type KeyKind = 'ed25519' | 'ecdsa-256' | 'ecdsa-384' | 'ecdsa-521' | 'rsa-3072' | 'rsa-4096' | 'other';

/** A private key, and what may be known of it. */
export interface KeyPair {
  /** In the format of OpenSSH, without a passphrase. */
  readonly privateKey: string;
  readonly kind: KeyKind;
  /** Algorithm and base64, as in the first two fields of a .pub file. */
  readonly publicKey: string;
  /** As ssh-keygen -l prints it. */
  readonly fingerprint: string;
}

const generate = promisify(generateKeyPair);

/** Makes a key pair. Not by ssh2: one in a hundred of its Ed25519 keys cannot be read again. */
export async function makeKeyPair(kind: Exclude<KeyKind, 'other'>): Promise<KeyPair> {
  const [, bits = ''] = kind.split('-');
  const { privateKey } = await (kind === 'ed25519'
    ? generate('ed25519')
    : kind.startsWith('rsa')
      ? generate('rsa', { modulusLength: Number(bits) })
      : generate('ec', { namedCurve: `P-${bits}` }));
  const jwk = privateKey.export({ format: 'jwk' });
  const { algorithm, blob } = publicHalf(kind, bits, jwk);
  const text = inOpenSsh(algorithm, blob, jwk);
  // Whoever signs in reads it so.
  const read = readPrivateKey(text);
  if (read?.kind !== kind) throw new Error('a key that was just made cannot be read');
  return read;
}

/** RFC 4253 section 6.6, RFC 5656 section 3.1, RFC 8709 section 4. */
function publicHalf(kind: KeyKind, bits: string, jwk: JsonWebKey): { algorithm: string; blob: Buffer } {
  if (kind === 'ed25519') {
    const algorithm = 'ssh-ed25519';
    return { algorithm, blob: Buffer.concat([string(algorithm), string(raw(jwk.x))]) };
  }
  if (kind.startsWith('rsa')) {
    const algorithm = 'ssh-rsa';
    return { algorithm, blob: Buffer.concat([string(algorithm), mpint(jwk.e), mpint(jwk.n)]) };
  }
  const algorithm = `ecdsa-sha2-nistp${bits}`;
  const point = Buffer.concat([Buffer.from([4]), raw(jwk.x), raw(jwk.y)]);
  return { algorithm, blob: Buffer.concat([string(algorithm), string(`nistp${bits}`), string(point)]) };
}

/**
 * Reads a private key in the formats of OpenSSH, PEM or PuTTY, and gives it in that of OpenSSH, opened. Undefined when it is none that
 * can be used to sign in, or another passphrase opens it.
 */
export function readPrivateKey(text: string, passphrase?: string): KeyPair | undefined {
  try {
    const parsed: unknown = ssh2.utils.parseKey(text, passphrase);
    const key = (Array.isArray(parsed) ? parsed[0] : parsed) as ssh2.ParsedKey | Error | undefined;
    if (key === undefined || key instanceof Error || !key.isPrivateKey()) return undefined;
    const blob = key.getPublicSSH();
    const { algorithm, fingerprint, publicKey } = readHostKey(blob);
    const kind = kindOf(algorithm, blob);
    if (kind === undefined) return undefined;
    const privateKey = inOpenSsh(algorithm, blob, createPrivateKey(key.getPrivatePEM()).export({ format: 'jwk' }));
    return { privateKey, kind, publicKey: `${algorithm} ${publicKey}`, fingerprint };
  } catch {
    // Whatever it is, it is no key.
    return undefined;
  }
}

/** Undefined for DSA and for RSA keys under 2,048 bits: hosts have refused them for years, or soon will. */
function kindOf(algorithm: string, blob: Buffer): KeyKind | undefined {
  if (algorithm === 'ssh-ed25519') return 'ed25519';
  const curve = /^ecdsa-sha2-nistp(256|384|521)$/.exec(algorithm)?.[1];
  if (curve !== undefined) return `ecdsa-${curve}` as KeyKind;
  if (algorithm !== 'ssh-rsa') return undefined;
  // RFC 4253 section 6.6: the name, the exponent, the modulus; the modulus begins with a zero byte (RFC 4251 section 5).
  const [, , modulus] = strings(blob);
  const bits = ((modulus?.length ?? 1) - 1) * 8;
  if (bits < 2048) return undefined;
  return bits === 3072 || bits === 4096 ? `rsa-${bits}` : 'other';
}

/** The strings that a blob is made of, each behind its length. */
function strings(blob: Buffer): Buffer[] {
  const found: Buffer[] = [];
  for (let at = 0; at + 4 <= blob.length;) {
    const end = at + 4 + blob.readUInt32BE(at);
    found.push(blob.subarray(at + 4, end));
    at = end;
  }
  return found;
}

const number = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
};
const string = (value: Buffer | string): Buffer => {
  const bytes = Buffer.from(value as string);
  return Buffer.concat([number(bytes.length), bytes]);
};
const raw = (base64url: string | undefined): Buffer => Buffer.from(base64url ?? '', 'base64url');
/** RFC 4251 section 5: no needless zero bytes in front, and one where the first bit is set. */
const mpint = (base64url: string | undefined): Buffer => {
  let bytes = raw(base64url);
  while (bytes[0] === 0) bytes = bytes.subarray(1);
  return string((bytes[0] ?? 0) >= 128 ? Buffer.concat([Buffer.from([0]), bytes]) : bytes);
};

/** Source: OpenSSH's PROTOCOL.key, without a cipher. */
function inOpenSsh(algorithm: string, blob: Buffer, jwk: JsonWebKey): string {
  const [, ...open] = strings(blob);
  const parts = (): Buffer[] => {
    if (algorithm === 'ssh-ed25519') {
      const point = open[0] ?? Buffer.alloc(0);
      return [string(point), string(Buffer.concat([raw(jwk.d), point]))];
    }
    if (algorithm === 'ssh-rsa') return [jwk.n, jwk.e, jwk.d, jwk.qi, jwk.p, jwk.q].map(mpint);
    return [...open.map(string), mpint(jwk.d)];
  };
  // The same number twice shows whoever deciphers that the passphrase was right.
  const check = randomBytes(4);
  const inside = Buffer.concat([check, check, string(algorithm), ...parts(), string('')]);
  const padding = Buffer.from(Array.from({ length: (8 - (inside.length % 8)) % 8 }, (_, n) => n + 1));
  const whole = Buffer.concat([
    Buffer.from('openssh-key-v1\0'),
    string('none'),
    string('none'),
    string(''),
    number(1),
    string(blob),
    string(Buffer.concat([inside, padding])),
  ]);
  const lines = whole.toString('base64').match(/.{1,70}/g) ?? [];
  return ['-----BEGIN OPENSSH PRIVATE KEY-----', ...lines, '-----END OPENSSH PRIVATE KEY-----', ''].join('\n');
}
