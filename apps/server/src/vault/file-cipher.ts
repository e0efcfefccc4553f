import { createCipheriv, createDecipheriv, createSecretKey, randomBytes, type KeyObject } from 'node:crypto';
import { associated, tagBytes } from './cipher.ts';

/**
 * A sealed file is a row of sealed chunks. One of them: format (1 byte, 1), prefix (7), tag (16), body.
 *
 * The construction is STREAM (Hoang, Reyhanitabar, Rogaway, Vizár: Online Authenticated-Encryption and its Nonce-Reuse
 * Misuse-Resistance, CRYPTO 2015, section 7) over AES-256-GCM (NIST SP 800-38D). The nonce is the prefix, the chunk's
 * number (4 bytes, big-endian) and 1 for the last chunk or 0 (1 byte). The associated data is the first eight bytes and
 * the place: organisation, column, file, number, last.
 */
const format = 1;
const prefixBytes = 7;
const headerBytes = 1 + prefixBytes;
const overheadBytes = headerBytes + tagBytes;
/** Plain bytes in every chunk but the last, which has as many or fewer. */
export const chunkBytes = 256 * 1024;

/** The key of one file, and of which. Its 32 bytes are held by OpenSSL, outside the JavaScript heap. */
export interface FileKey {
  readonly organisationId: string;
  readonly fileId: string;
  readonly key: KeyObject;
}

/** One chunk as it is stored. `n` counts from 0. */
export interface SealedChunk {
  readonly n: number;
  readonly sealed: Uint8Array;
}

/** Thrown when a sealed file is not whole: a chunk is missing, repeated, in the wrong place, foreign or altered. */
export class DamagedFile extends Error {}

/** Takes over 32 bytes as the key of a file, and overwrites them. Throws when there are fewer or more. */
export function fileKeyFrom(organisationId: string, fileId: string, bytes: Buffer): FileKey {
  try {
    if (bytes.length !== 32) throw new Error('a file key has 32 bytes');
    return { organisationId, fileId, key: createSecretKey(bytes) };
  } finally {
    bytes.fill(0);
  }
}

/** Draws a key for one file. Store it with `vault.sealFileKey`. */
export const newFileKey = (organisationId: string, fileId: string): FileKey =>
  fileKeyFrom(organisationId, fileId, randomBytes(32));

/**
 * Overwrites bytes and gives their memory back at once instead of when the collector comes by: call it on what
 * `sealChunks` and `openChunks` gave you, once nothing reads it any more; a stream, for one, may still be writing. It is
 * empty afterwards. Bytes that are part of a larger buffer are only overwritten.
 */
export function wipe(bytes: Uint8Array): void {
  bytes.fill(0);
  if (bytes.buffer instanceof ArrayBuffer && bytes.length === bytes.buffer.byteLength) bytes.buffer.transfer(0);
}

function nonceOf(prefix: Uint8Array, n: number, last: boolean): Buffer {
  const nonce = Buffer.alloc(prefixBytes + 5);
  nonce.set(prefix);
  nonce.writeUInt32BE(n, prefixBytes); // throws beyond 2³² chunks: a number is never used twice
  nonce.writeUInt8(last ? 1 : 0, prefixBytes + 4);
  return nonce;
}

const placeOf = (key: FileKey, n: number, last: boolean) => [
  key.organisationId,
  'file_chunk.sealed',
  key.fileId,
  n,
  last ? 1 : 0,
];

function sealChunk(key: FileKey, header: Buffer, plain: Uint8Array, n: number, last: boolean): Buffer {
  const cipher = createCipheriv('aes-256-gcm', key.key, nonceOf(header.subarray(1), n, last), {
    authTagLength: tagBytes,
  }).setAAD(associated(header, placeOf(key, n, last)));
  const body = cipher.update(plain);
  cipher.final();
  // Not from the pool that Buffer.concat may take from: whoever gets it can wipe it.
  const sealed = Buffer.allocUnsafeSlow(overheadBytes + body.length);
  sealed.set(header);
  sealed.set(cipher.getAuthTag(), headerBytes);
  sealed.set(body, overheadBytes);
  wipe(body);
  return sealed;
}

/**
 * Seals a file as it comes in, in pieces of any size. Gives at least one chunk: an empty file is one empty chunk. Never
 * holds more than one chunk of plain text, and overwrites it at the end; the pieces stay the caller's. Each chunk has a
 * buffer of its own, to `wipe` or to leave to the collector.
 * A file that is sealed again under the same key has another prefix, so that no nonce is used twice.
 * `prefix` is for test vectors only; everybody else leaves it to chance.
 */
export async function* sealChunks(
  key: FileKey,
  plain: AsyncIterable<Uint8Array>,
  prefix: Uint8Array = randomBytes(prefixBytes),
): AsyncGenerator<{ n: number; sealed: Buffer; last: boolean }, void, undefined> {
  const header = Buffer.concat([Buffer.of(format), prefix]);
  const chunk = Buffer.alloc(chunkBytes);
  let filled = 0;
  let n = 0;
  try {
    for await (const piece of plain) {
      for (let taken = 0; taken < piece.length;) {
        // A full chunk waits for one more byte: only then is it known not to be the last.
        if (filled === chunkBytes) {
          yield { n, sealed: sealChunk(key, header, chunk, n, false), last: false };
          n++;
          filled = 0;
        }
        const part = piece.subarray(taken, taken + chunkBytes - filled);
        chunk.set(part, filled);
        filled += part.length;
        taken += part.length;
      }
    }
    yield { n, sealed: sealChunk(key, header, chunk.subarray(0, filled), n, true), last: true };
  } finally {
    chunk.fill(0);
  }
}

function openChunk(key: FileKey, header: Uint8Array, sealed: Uint8Array, n: number, last: boolean): Buffer {
  const decipher = createDecipheriv('aes-256-gcm', key.key, nonceOf(header.subarray(1), n, last), {
    authTagLength: tagBytes,
  })
    .setAAD(associated(header, placeOf(key, n, last)))
    .setAuthTag(sealed.subarray(headerBytes, overheadBytes));
  const plain = decipher.update(sealed.subarray(overheadBytes));
  try {
    decipher.final();
  } catch {
    // What did not prove genuine is nobody's to see.
    wipe(plain);
    throw new DamagedFile(`chunk ${n} was altered, or belongs elsewhere`);
  }
  return plain;
}

/**
 * Opens a file chunk by chunk; `expected.chunks` is how many it has. Each chunk is proven before a byte of it is given
 * out, the last one only when nothing comes after it. A fault shows where it lies: what was given out before it is
 * genuine, yet the file is not whole, so that the receiver must not take an end by DamagedFile for the end of the file.
 * The buffers are the receiver's, to `wipe` or to leave to the collector: nothing here reuses or overwrites them, because
 * a stream may still be writing one while it asks for the next.
 */
export async function* openChunks(
  key: FileKey,
  sealed: AsyncIterable<SealedChunk>,
  expected: { readonly chunks: number },
): AsyncGenerator<Buffer, void, undefined> {
  let header: Buffer | undefined;
  let end: Buffer | undefined;
  let next = 0;
  for await (const { n, sealed: bytes } of sealed) {
    if (next >= expected.chunks) throw new DamagedFile(`there are more than ${expected.chunks} chunks`);
    if (n !== next) throw new DamagedFile(`chunk ${next} is missing or not in its place`);
    const last = n === expected.chunks - 1;
    const length = bytes.length - overheadBytes;
    const fits = last ? length <= chunkBytes && (length > 0 || n === 0) : length === chunkBytes;
    if (length < 0 || !fits || bytes[0] !== format) throw new DamagedFile(`chunk ${n} is not a sealed chunk`);
    header ??= Buffer.from(bytes.subarray(0, headerBytes));
    if (!header.equals(bytes.subarray(0, headerBytes)))
      throw new DamagedFile(`chunk ${n} is of another sealing of the file`);
    const plain = openChunk(key, header, bytes, n, last);
    next++;
    if (last) end = plain;
    else yield plain;
  }
  if (end === undefined) throw new DamagedFile(`there are ${next} chunks, not ${expected.chunks}`);
  yield end;
}
