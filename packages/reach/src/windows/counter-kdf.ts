import { createHmac } from 'node:crypto';

const counter = (value: number): Buffer => {
  const field = Buffer.alloc(4);
  field.writeUInt32BE(value);
  return field;
};

/**
 * A key of `length` bytes (32 at most) by the key derivation in counter mode, with HMAC-SHA-256 and 32-bit fields.
 * `label` and `context` as they are, with the zero byte that MS-SMB2 counts as theirs. Source: NIST SP 800-108 section 4.1; MS-SMB2 section 3.1.4.2.
 */
export function deriveKey(key: Buffer, label: Buffer, context: Buffer, length = 16): Buffer {
  const input = [counter(1), label, Buffer.alloc(1), context, counter(length * 8)];
  return createHmac('sha256', key).update(Buffer.concat(input)).digest().subarray(0, length);
}
