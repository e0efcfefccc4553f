import { createHmac, randomBytes } from 'node:crypto';
import { rc4 } from '../../packages/reach/src/windows/rc4.ts';
import { md4 } from '../../packages/reach/src/windows/md4.ts';

/* The side of NTLM that lets in, as a SQL Server in a domain has it: NTLMv2, its integrity code where there is one, and no channel binding. Source: MS-NLMP sections 2.2.1 and 3.2.5. */

const utf16 = (text: string): Buffer => Buffer.from(text, 'utf16le');
const hmac = (key: Buffer, ...parts: Buffer[]): Buffer => createHmac('md5', key).update(Buffer.concat(parts)).digest();

function pair(id: number, value: Buffer): Buffer {
  const head = Buffer.alloc(4);
  head.writeUInt16LE(id);
  head.writeUInt16LE(value.length, 2);
  return Buffer.concat([head, value]);
}

/** The challenge to a first message of a client, and the nonce in it. Throws where the message is no such one. */
export function ntlmChallenge(negotiate: Buffer, domain: string): { readonly message: Buffer; readonly nonce: Buffer } {
  if (negotiate.toString('latin1', 0, 8) !== 'NTLMSSP\0' || negotiate.readUInt32LE(8) !== 1)
    throw new Error('not a first message');
  const name = utf16(domain);
  const info = Buffer.concat([pair(2, name), pair(1, utf16('DB1')), pair(0, Buffer.alloc(0))]);
  const nonce = randomBytes(8);
  const head = Buffer.alloc(56);
  head.write('NTLMSSP\0', 'latin1');
  head.writeUInt32LE(2, 8);
  head.writeUInt16LE(name.length, 12);
  head.writeUInt16LE(name.length, 14);
  head.writeUInt32LE(56, 16);
  head.writeUInt32LE((negotiate.readUInt32LE(12) | 0x810000) >>> 0, 20);
  nonce.copy(head, 24);
  head.writeUInt16LE(info.length, 40);
  head.writeUInt16LE(info.length, 42);
  head.writeUInt32LE(56 + name.length, 44);
  return { message: Buffer.concat([head, name, info]), nonce };
}

/** `DOMAIN\name` of who signs in, and whether they proved the password; undefined where it is no last message. `before`: the two messages before it. */
export function ntlmSignedIn(
  message: Buffer,
  nonce: Buffer,
  before: readonly [negotiate: Buffer, challenge: Buffer],
  passwordOf: (account: string) => string | undefined,
): { readonly account: string; readonly proven: boolean } | undefined {
  if (message.toString('latin1', 0, 8) !== 'NTLMSSP\0' || message.readUInt32LE(8) !== 3) return undefined;
  const field = (at: number): Buffer => {
    const offset = message.readUInt32LE(at + 4);
    return message.subarray(offset, offset + message.readUInt16LE(at));
  };
  const [response, domain, user, sealed] = [field(20), field(28), field(36), field(52)];
  const name = user.toString('utf16le');
  const account = `${domain.toString('utf16le')}\\${name}`;
  const password = passwordOf(account);
  // NTLMv2 only, as domains can be told to.
  if (password === undefined || response.length < 44) return { account, proven: false };
  const key = hmac(md4(utf16(password)), utf16(name.toUpperCase()), domain);
  const [proof, temp] = [response.subarray(0, 16), response.subarray(16)];
  if (!hmac(key, nonce, temp).equals(proof)) return { account, proven: false };
  return {
    account,
    proven: !hasCode(temp.subarray(28)) || codeIsRight(message, rc4(hmac(key, proof), sealed), before),
  };
}

/** MsvAvFlags says that the message carries an integrity code. */
function hasCode(info: Buffer): boolean {
  for (let at = 0; at + 4 <= info.length; at += 4 + info.readUInt16LE(at + 2))
    if (info.readUInt16LE(at) === 6) return (info.readUInt32LE(at + 4) & 2) !== 0;
  return false;
}

function codeIsRight(message: Buffer, key: Buffer, before: readonly Buffer[]): boolean {
  const bare = Buffer.from(message);
  bare.fill(0, 72, 88);
  return hmac(key, ...before, bare).equals(message.subarray(72, 88));
}
