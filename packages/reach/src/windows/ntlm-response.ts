import { createHash, createHmac, randomBytes } from 'node:crypto';
import { utf16, Writer } from './bytes.ts';
import { md4 } from './md4.ts';
import { rc4 } from './rc4.ts';

/** Who signs in. `domain` is a domain's or a host's name; empty where the host is to find out. */
export interface NtlmLogin {
  readonly domain: string;
  readonly username: string;
  readonly password: string;
}

/** What one response is made of. */
export interface NtlmResponse {
  /** NtChallengeResponse. */
  readonly response: Buffer;
  readonly sessionBaseKey: Buffer;
}

const hmacMd5 = (key: Buffer, ...parts: readonly Buffer[]): Buffer =>
  createHmac('md5', key).update(Buffer.concat(parts)).digest();

/** Windows raises characters one by one: a letter whose upper case is two stays. */
function upperCase(text: string): string {
  return [...text].map((one) => (one.toUpperCase().length === one.length ? one.toUpperCase() : one)).join('');
}

/** NTOWFv1: what Windows keeps of a password. Source: MS-NLMP section 3.3.1. */
export function ntHash(password: string): Buffer {
  return md4(utf16(password));
}

/** NTOWFv2. Source: MS-NLMP section 3.3.2. */
export function responseKey({ domain, username, password }: NtlmLogin): Buffer {
  return hmacMd5(ntHash(password), utf16(upperCase(username) + domain));
}

/** The NTLMv2 answer to an 8-byte challenge; `time` in 100 ns since 1601, `targetInfo` AV pairs with their end. Source: MS-NLMP section 3.3.2. */
export function ntlmv2(
  key: Buffer,
  serverChallenge: Buffer,
  clientChallenge: Buffer,
  time: bigint,
  targetInfo: Buffer,
): NtlmResponse {
  const temp = new Writer().u8(1).u8(1).zeros(6).u64(time).bytes(clientChallenge).zeros(4).bytes(targetInfo).zeros(4);
  const proof = hmacMd5(key, serverChallenge, temp.done());
  return { response: Buffer.concat([proof, temp.done()]), sessionBaseKey: hmacMd5(key, proof) };
}

/** A session key of our own, and as it travels under that of the response. Source: MS-NLMP section 3.1.5.1.2. */
export function exchangedKey(sessionBaseKey: Buffer, own: Buffer = randomBytes(16)): { key: Buffer; sealed: Buffer } {
  return { key: own, sealed: rc4(sessionBaseKey, own) };
}

/** The code over all three messages, so that none was changed on the way. Source: MS-NLMP section 3.1.5.1.2. */
export function messageIntegrity(key: Buffer, ...messages: readonly Buffer[]): Buffer {
  return hmacMd5(key, ...messages);
}

const clientKey = (key: Buffer, purpose: 'signing' | 'sealing'): Buffer =>
  createHash('md5').update(key).update(`session key to client-to-server ${purpose} key magic constant\0`).digest();

/** The first message signature of whoever signed in, 16 bytes. Source: MS-NLMP sections 3.4.4.2 and 3.4.5. */
export function firstSignature(key: Buffer, message: Buffer): Buffer {
  const sequence = Buffer.alloc(4);
  const checksum = hmacMd5(clientKey(key, 'signing'), sequence, message).subarray(0, 8);
  return Buffer.concat([new Writer().u32(1).done(), rc4(clientKey(key, 'sealing'), checksum), sequence]);
}
