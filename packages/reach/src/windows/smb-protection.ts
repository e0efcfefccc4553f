import { createCipheriv, createDecipheriv, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { aesCmac } from './aes-cmac.ts';
import { Malformed, Reader, Writer } from './bytes.ts';
import { cipherId, dialect, type SmbKeys } from './smb-keys.ts';
import { signatureAt } from './smb-message.ts';

/* Signing and encryption of messages. Source: MS-SMB2 sections 3.1.4.1, 3.1.4.3 and 2.2.41. */

function code(spoken: number, key: Buffer, message: Buffer): Buffer {
  const bare = Buffer.from(message);
  bare.fill(0, signatureAt, signatureAt + 16);
  return spoken === dialect.v210 ? createHmac('sha256', key).update(bare).digest().subarray(0, 16) : aesCmac(key, bare);
}

/** The message with its signature. */
export function sign(spoken: number, keys: SmbKeys, message: Buffer): Buffer {
  const signed = Buffer.from(message);
  code(spoken, keys.signing, message).copy(signed, signatureAt);
  return signed;
}

/** Whether the signature is that of somebody who has the key. */
export function isSigned(spoken: number, keys: SmbKeys, message: Buffer): boolean {
  return timingSafeEqual(code(spoken, keys.signing, message), message.subarray(signatureAt, signatureAt + 16));
}

const protocol = Buffer.from([0xfd, 0x53, 0x4d, 0x42]);
const transformLength = 52;
const nonceLength = (cipher: number): number => (cipher === cipherId.aes128gcm ? 12 : 11);

/** The message, encrypted. */
export function seal(cipher: number, keys: SmbKeys, sessionId: bigint, message: Buffer): Buffer {
  const nonce = randomBytes(nonceLength(cipher));
  // What the tag covers beside the message.
  const aad = new Writer()
    .bytes(nonce)
    .zeros(16 - nonce.length)
    .u32(message.length)
    .u16(0)
    .u16(1)
    .u64(sessionId)
    .done();
  const machine =
    cipher === cipherId.aes128gcm
      ? createCipheriv('aes-128-gcm', keys.sending, nonce, { authTagLength: 16 })
      : createCipheriv('aes-128-ccm', keys.sending, nonce, { authTagLength: 16 });
  machine.setAAD(aad, { plaintextLength: message.length });
  const body = Buffer.concat([machine.update(message), machine.final()]);
  return Buffer.concat([protocol, machine.getAuthTag(), aad, body]);
}

/** The message in what the host encrypted. Throws Malformed for anything that its key did not make. */
export function unseal(cipher: number, keys: SmbKeys, sessionId: bigint, sealed: Buffer): Buffer {
  const reader = new Reader(sealed);
  if (!reader.bytes(4).equals(protocol)) throw new Malformed('the host answered without encryption');
  const tag = reader.bytes(16);
  const aad = sealed.subarray(reader.at, transformLength);
  const nonce = reader.bytes(16).subarray(0, nonceLength(cipher));
  const length = reader.u32();
  reader.skip(4);
  const body = reader.u64() === sessionId ? reader.bytes(reader.left) : Buffer.alloc(0);
  if (length === 0 || body.length !== length) throw new Malformed('not an encrypted message of this session');
  const machine =
    cipher === cipherId.aes128gcm
      ? createDecipheriv('aes-128-gcm', keys.receiving, nonce, { authTagLength: 16 })
      : createDecipheriv('aes-128-ccm', keys.receiving, nonce, { authTagLength: 16 });
  machine.setAuthTag(tag);
  machine.setAAD(aad, { plaintextLength: length });
  try {
    return Buffer.concat([machine.update(body), machine.final()]);
  } catch {
    throw new Malformed('the host encrypted with another key');
  }
}
