import { createCipheriv, createHash, createHmac, pbkdf2, randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import { utf16, Writer } from './bytes.ts';
import { ntHash } from './ntlm-response.ts';
import { rc4 } from './rc4.ts';

/* How MS-SAMR wraps passwords on their way. */

/** In UTF-16 units: SAMPR_USER_PASSWORD holds 256. Source: MS-SAMR section 2.2.6.21. */
const longestPassword = 256;

/** Random bytes, the password at the end, its length: 516 bytes. Source: MS-SAMR section 2.2.6.21. */
function passwordBuffer(password: string): Buffer {
  const text = utf16(password);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(text.length);
  return Buffer.concat([randomBytes(longestPassword * 2 - text.length), text, length]);
}

/** SAMPR_ENCRYPTED_USER_PASSWORD_NEW, 532 bytes, under the session's key and a salt. Source: MS-SAMR section 2.2.6.22. */
export function sealedWithSalt(password: string, sessionKey: Buffer): Buffer {
  const salt = randomBytes(16);
  const key = createHash('md5').update(salt).update(sessionKey).digest();
  return Buffer.concat([rc4(key, passwordBuffer(password)), salt]);
}

/** SAMPR_ENCRYPTED_USER_PASSWORD, 516 bytes, under the hash of the current password. Source: MS-SAMR section 3.1.5.10.3. */
export function sealedWithOld(next: string, current: string): Buffer {
  return rc4(ntHash(current), passwordBuffer(next));
}

/** The current password's hash under that of the next, 16 bytes. Source: MS-SAMR section 2.2.11.1. */
export function oldUnderNew(current: string, next: string): Buffer {
  const [key, hash] = [ntHash(next), ntHash(current)];
  // The first seven and the next seven bytes of the key. Source: MS-SAMR section 2.2.11.1.3.
  return Buffer.concat([des(key.subarray(0, 7), hash.subarray(0, 8)), des(key.subarray(7, 14), hash.subarray(8))]);
}

/** DES of one block under seven bytes, which are spread over eight with parity in each. Source: MS-SAMR section 2.2.11.1.2. */
export function des(seven: Buffer, block: Buffer): Buffer {
  const bits = BigInt(`0x${seven.toString('hex')}`);
  const key = Buffer.from(Array.from({ length: 8 }, (_, at) => Number((bits >> BigInt(49 - at * 7)) & 0x7fn) << 1));
  // Triple DES with one key three times is DES, which OpenSSL 3 has put away.
  const cipher = createCipheriv('des-ede3-ecb', Buffer.concat([key, key, key]), null).setAutoPadding(false);
  return Buffer.concat([cipher.update(block), cipher.final()]);
}

const encryptionLabel = Buffer.from('Microsoft SAM encryption key AEAD-AES-256-CBC-HMAC-SHA512 16\0', 'latin1');
const integrityLabel = Buffer.from('Microsoft SAM MAC key AEAD-AES-256-CBC-HMAC-SHA512 16\0', 'latin1');

/** What travels instead of a password where the host knows AES. */
export interface AesSealed {
  /** 64 bytes. */
  readonly authData: Buffer;
  /** 16 bytes: also the initial vector. */
  readonly salt: Buffer;
  readonly cipher: Buffer;
}

/** AEAD-AES-256-CBC-HMAC-SHA512 under a 16-byte key. Source: MS-SAMR section 3.2.2.4. */
export function aesSealed(plain: Buffer, key: Buffer, salt: Buffer = randomBytes(16)): AesSealed {
  const encryptionKey = createHmac('sha512', key).update(encryptionLabel).digest().subarray(0, 32);
  const integrityKey = createHmac('sha512', key).update(integrityLabel).digest();
  const machine = createCipheriv('aes-256-cbc', encryptionKey, salt);
  const cipher = Buffer.concat([machine.update(plain), machine.final()]);
  const covered = [Buffer.from([1]), salt, cipher, Buffer.from([1])];
  return { authData: createHmac('sha512', integrityKey).update(Buffer.concat(covered)).digest(), salt, cipher };
}

/** SAMPR_USER_PASSWORD_AES, 514 bytes: length, password, random bytes. Source: MS-SAMR section 2.2.6.33. */
export function aesPasswordBuffer(password: string): Buffer {
  const text = utf16(password);
  return new Writer()
    .u16(text.length)
    .bytes(text)
    .bytes(randomBytes(longestPassword * 2 - text.length))
    .done();
}

/** What MS-SAMR section 3.1.5.10.4 allows from 5,000 to 1,000,000. */
export const changeIterations = 10_000;

/** The next password under a key that follows from the current one. Source: MS-SAMR section 3.2.2.5. */
export async function aesSealedWithOld(next: string, current: string): Promise<AesSealed> {
  const salt = randomBytes(16);
  const key = await promisify(pbkdf2)(ntHash(current), salt, changeIterations, 16, 'sha512');
  return aesSealed(aesPasswordBuffer(next), key, salt);
}
