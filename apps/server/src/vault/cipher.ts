import { createCipheriv, createDecipheriv, randomBytes, type KeyObject } from 'node:crypto';

/**
 * A sealed value: format (1 byte, 1), key version (4 bytes, big-endian), nonce (12), tag (16), body.
 * AES-256-GCM, fresh random nonce, 128-bit tag. Source: NIST SP 800-38D; AAD is the header and the place.
 */
const format = 1;
const headerBytes = 5;
const nonceBytes = 12;
/** Length of the tag: the whole 128 bits. */
export const tagBytes = 16;

/** Where a sealed value lives. Bound into the ciphertext: moved to another row, column or organisation it does not open. */
export type Binding = readonly (string | number)[];

/** The associated data of what is sealed. JSON of an array of strings and numbers is unambiguous: no two bindings give the same bytes. */
export const associated = (header: Uint8Array, binding: Binding): Buffer =>
  Buffer.concat([header, Buffer.from(JSON.stringify(['strongroom', ...binding]), 'utf8')]);

/** Seals bytes. `nonce` is for test vectors only; everybody else leaves it to chance. */
export function sealBytes(
  key: Buffer | KeyObject,
  keyVersion: number,
  plain: Buffer,
  binding: Binding,
  nonce: Buffer = randomBytes(nonceBytes),
): Buffer {
  const header = Buffer.alloc(headerBytes);
  header.writeUInt8(format, 0);
  header.writeUInt32BE(keyVersion, 1);
  const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: tagBytes }).setAAD(
    associated(header, binding),
  );
  const body = Buffer.concat([cipher.update(plain), cipher.final()]);
  return Buffer.concat([header, nonce, cipher.getAuthTag(), body]);
}

/** The version of the key a sealed value needs. Throws when the bytes are not a sealed value. */
export function keyVersionOf(sealed: Buffer): number {
  if (sealed.length < headerBytes + nonceBytes + tagBytes || sealed[0] !== format)
    throw new Error('not a sealed value of a known format');
  return sealed.readUInt32BE(1);
}

/** Opens bytes. Throws when they were altered, sealed for another place, or under another key. */
export function openBytes(key: Buffer | KeyObject, sealed: Buffer, binding: Binding): Buffer {
  keyVersionOf(sealed);
  const header = sealed.subarray(0, headerBytes);
  const nonce = sealed.subarray(headerBytes, headerBytes + nonceBytes);
  const tag = sealed.subarray(headerBytes + nonceBytes, headerBytes + nonceBytes + tagBytes);
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: tagBytes }).setAAD(
    associated(header, binding),
  );
  decipher.setAuthTag(tag);
  return Buffer.concat([decipher.update(sealed.subarray(headerBytes + nonceBytes + tagBytes)), decipher.final()]);
}
