import { createHash, createHmac, randomBytes, randomFillSync, timingSafeEqual } from 'node:crypto';

let lastMs = 0;
let sequence = 0;
// Random bytes are drawn for many ids at once: each draw is a call into OpenSSL.
const pool = Buffer.alloc(16 * 256);
let drawn = pool.length;

/** A UUIDv7: 48 bits of Unix time in milliseconds, 12 bits that grow within one, 62 random bits. Source: RFC 9562 section 5.7, method 1. */
export function newId(): string {
  if (drawn === pool.length) {
    randomFillSync(pool);
    drawn = 0;
  }
  const bytes = pool.subarray(drawn, (drawn += 16));
  const now = Date.now();
  if (now > lastMs) {
    lastMs = now;
    sequence = bytes.readUInt16BE(6) & 0x7ff;
  } else if (++sequence > 0xfff) {
    lastMs++;
    sequence = 0;
  }
  bytes.writeUIntBE(lastMs, 0, 6);
  bytes.writeUInt16BE(0x7000 | sequence, 6);
  bytes[8] = 0x80 | (bytes.readUInt8(8) & 0x3f);
  const hex = bytes.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** 256 random bits as 43 URL-safe characters, for sessions, links and tokens. */
export const newToken = (): string => randomBytes(32).toString('base64url');

/** SHA-256 of a token. Only this is stored: 256 random bits need no slow hash. */
export const hashToken = (token: string): Buffer => sha256(token);

/** SHA-256 of text (as UTF-8) or bytes, for tags and comparisons that are no secret. */
export const sha256 = (data: string | Buffer): Buffer => createHash('sha256').update(data).digest();

/** A SHA-256 that bytes are added to as they come, for what is too large to be held at once. */
export const growingSha256 = (): { update(data: Uint8Array): unknown; digest(): Buffer } => createHash('sha256');

/** HMAC-SHA-256 of text: a hash that tells nothing to whoever lacks the key. */
export const keyedHash = (key: string, data: string): Buffer => createHmac('sha256', key).update(data).digest();

/** 144 random bits in base64, for a page's content security policy. */
export const newNonce = (): string => randomBytes(18).toString('base64');

/** Compares two texts in a time that tells nothing of where they differ. */
export function sameText(a: string, b: string): boolean {
  return timingSafeEqual(hashToken(a), hashToken(b));
}
