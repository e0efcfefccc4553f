import { createCipheriv } from 'node:crypto';

/** One block under AES-128. */
function encrypt(key: Buffer, block: Buffer): Buffer {
  const cipher = createCipheriv('aes-128-ecb', key, null).setAutoPadding(false);
  return Buffer.concat([cipher.update(block), cipher.final()]);
}

/** Multiplies by x in GF(2^128). */
function doubled(block: Buffer): Buffer {
  const shifted = (BigInt(`0x${block.toString('hex')}`) << 1n) ^ (block.readUInt8() & 0x80 ? 0x87n : 0n);
  return Buffer.from(BigInt.asUintN(128, shifted).toString(16).padStart(32, '0'), 'hex');
}

/** AES-128-CMAC, 16 bytes. Source: RFC 4493. */
export function aesCmac(key: Buffer, message: Buffer): Buffer {
  const first = doubled(encrypt(key, Buffer.alloc(16)));
  const length = Math.max(1, Math.ceil(message.length / 16)) * 16;
  const whole = message.length === length;
  const blocks = Buffer.alloc(length);
  message.copy(blocks);
  if (!whole) blocks[message.length] = 0x80;
  (whole ? first : doubled(first)).forEach((byte, at) => {
    const place = length - 16 + at;
    blocks[place] = (blocks[place] ?? 0) ^ byte;
  });
  // The chaining of CBC from a zero vector, whose last block is the code.
  const cipher = createCipheriv('aes-128-cbc', key, Buffer.alloc(16)).setAutoPadding(false);
  return Buffer.concat([cipher.update(blocks), cipher.final()]).subarray(-16);
}
