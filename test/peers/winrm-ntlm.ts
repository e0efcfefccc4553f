import { createHash, createHmac, randomBytes } from 'node:crypto';
import { md4 } from '../../packages/reach/src/windows/md4.ts';
import { rc4 } from '../../packages/reach/src/windows/rc4.ts';

/* The side of NTLMv2 that lets in, for the simulator of WinRM. Source: MS-NLMP sections 2.2.1 and 3.2.5. Hash and cipher are the product's, which its own tests hold to published vectors. */

/** One sign-in, over one connection. */
export interface NtlmServer {
  challenge(negotiate: Buffer): Buffer;
  /** The name that signed in, if its password, the integrity code and the binding to the TLS connection are right. */
  verify(
    message: Buffer,
    passwordOf: (username: string) => string | undefined,
    certificate: Buffer,
  ): string | undefined;
}

const hostName = 'WINHOST';
const utf16 = (text: string): Buffer => Buffer.from(text, 'utf16le');
const hmac = (key: Buffer, ...parts: Buffer[]): Buffer => createHmac('md5', key).update(Buffer.concat(parts)).digest();

function pair(id: number, value: Buffer): Buffer {
  const head = Buffer.alloc(4);
  head.writeUInt16LE(id);
  head.writeUInt16LE(value.length, 2);
  return Buffer.concat([head, value]);
}

/** Starts one sign-in. */
export function ntlmServer(): NtlmServer {
  const nonce = randomBytes(8);
  let negotiate = Buffer.alloc(0);
  let challenge = Buffer.alloc(0);
  return {
    challenge(message) {
      if (message.toString('latin1', 0, 8) !== 'NTLMSSP\0' || message.readUInt32LE(8) !== 1)
        throw new Error('not a first message');
      negotiate = Buffer.from(message);
      const time = Buffer.alloc(8);
      time.writeBigUInt64LE((BigInt(Date.now()) + 11_644_473_600_000n) * 10_000n);
      const info = Buffer.concat([
        pair(2, utf16(hostName)),
        pair(1, utf16(hostName)),
        pair(7, time),
        pair(0, Buffer.alloc(0)),
      ]);
      const head = Buffer.alloc(56);
      head.write('NTLMSSP\0', 'latin1');
      head.writeUInt32LE(2, 8);
      head.writeUInt32LE(56, 16);
      head.writeUInt32LE((message.readUInt32LE(12) & 0xe28a8235) >>> 0, 20);
      nonce.copy(head, 24);
      head.writeUInt16LE(info.length, 40);
      head.writeUInt16LE(info.length, 42);
      head.writeUInt32LE(56, 44);
      challenge = Buffer.concat([head, info]);
      return challenge;
    },
    verify(message, passwordOf, certificate) {
      const field = (at: number): Buffer => {
        const offset = message.readUInt32LE(at + 4);
        return message.subarray(offset, offset + message.readUInt16LE(at));
      };
      if (message.toString('latin1', 0, 8) !== 'NTLMSSP\0' || message.readUInt32LE(8) !== 3) return undefined;
      const [response, domain, username, sealed] = [field(20), field(28), field(36), field(52)];
      const name = username.toString('utf16le');
      const password = passwordOf(name);
      if (password === undefined || domain.toString('utf16le') !== hostName) return undefined;
      const key = hmac(md4(utf16(password)), utf16(name.toUpperCase()), domain);
      const [proof, temp] = [response.subarray(0, 16), response.subarray(16)];
      if (!hmac(key, nonce, temp).equals(proof)) return undefined;
      const session = rc4(hmac(key, proof), sealed);
      const bare = Buffer.from(message);
      bare.fill(0, 72, 88);
      if (!hmac(session, negotiate, challenge, bare).equals(message.subarray(72, 88))) return undefined;
      // AV pairs begin behind two versions, six zeros, time, client challenge and four zeros.
      return bindingOf(temp.subarray(28)).equals(bindingTo(certificate)) ? name : undefined;
    },
  };
}

function bindingOf(info: Buffer): Buffer {
  for (let at = 0; at + 4 <= info.length; at += 4 + info.readUInt16LE(at + 2))
    if (info.readUInt16LE(at) === 10) return info.subarray(at + 4, at + 20);
  return Buffer.alloc(0);
}

/** Of a certificate signed with SHA-256. Source: RFC 5929 section 4.1, RFC 2744 section 3.11. */
function bindingTo(certificate: Buffer): Buffer {
  const application = Buffer.concat([
    Buffer.from('tls-server-end-point:'),
    createHash('sha256').update(certificate).digest(),
  ]);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(application.length);
  return createHash('md5')
    .update(Buffer.concat([Buffer.alloc(16), length, application]))
    .digest();
}
