import { createCipheriv, createHash, createSecretKey, randomBytes } from 'node:crypto';
import { inspect } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fileKeyFrom, newFileKey, openChunks, sealChunks, type FileKey, type SealedChunk } from './file-cipher.ts';
import { chunkBytes, DamagedFile } from './file-cipher.ts';
import vectors from './file-vectors.json' with { type: 'json' };

const organisation = '01990000-0000-7000-8000-000000000001';
const file = '01990000-0000-7000-8000-000000000002';
const hex = (text: string): Buffer => Buffer.from(text, 'hex');
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
/** The bytes that the vectors are of: none of the chunks is like another. */
const pattern = (length: number): Buffer => {
  const bytes = Buffer.alloc(length);
  for (let i = 0; i < length; i++) bytes[i] = i * 7 + (i >> 8);
  return bytes;
};

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}

async function* given<T>(items: Iterable<T>): AsyncGenerator<T> {
  await Promise.resolve();
  yield* items;
}

/** Cuts bytes into pieces of the given sizes, in turn; what is left after them is the last piece. */
function pieces(plain: Buffer, sizes: readonly number[]): Buffer[] {
  const cut: Buffer[] = [];
  let at = 0;
  for (const size of sizes) {
    cut.push(plain.subarray(at, at + size));
    at = Math.min(plain.length, at + size);
  }
  return [...cut, plain.subarray(at)];
}

const seal = (key: FileKey, plain: Buffer, sizes: readonly number[] = []): Promise<SealedChunk[]> =>
  all(sealChunks(key, given(pieces(plain, sizes))));
const open = async (key: FileKey, sealed: Iterable<SealedChunk>, chunks: number): Promise<Buffer> =>
  Buffer.concat(await all(openChunks(key, given(sealed), { chunks })));

/** What came out, and the error that ended it. */
async function outcome(key: FileKey, sealed: Iterable<SealedChunk>, chunks: number) {
  const out: Buffer[] = [];
  try {
    for await (const plain of openChunks(key, given(sealed), { chunks })) out.push(plain);
  } catch (error) {
    return { out: Buffer.concat(out), error };
  }
  return { out: Buffer.concat(out), error: undefined };
}

/** Holds a damaged file to: it ends with DamagedFile, and what came out before is the true beginning, in whole chunks. */
async function refuses(key: FileKey, sealed: Iterable<SealedChunk>, chunks: number, plain: Buffer, intact?: number) {
  const { out, error } = await outcome(key, sealed, chunks);
  expect(error).toBeInstanceOf(DamagedFile);
  if (intact !== undefined) expect(out.length).toBe(intact * chunkBytes);
  expect(out.length % chunkBytes).toBe(0);
  expect(out.equals(plain.subarray(0, out.length))).toBe(true);
}

const flipped = (bytes: Uint8Array, bit: number): Buffer => {
  const copy = Buffer.from(bytes);
  copy.writeUInt8(copy.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
  return copy;
};

const lengths = fc.oneof(
  fc.nat(100),
  fc
    .record({ full: fc.nat(3), more: fc.integer({ min: -2, max: 2 }) })
    .map((l) => Math.max(0, l.full * chunkBytes + l.more)),
  fc.nat(3 * chunkBytes),
);
const sizes = fc.array(
  fc.oneof(
    fc.nat(9),
    fc.constantFrom(4095, 65_537, chunkBytes - 1, chunkBytes, chunkBytes + 1),
    fc.nat(2 * chunkBytes),
  ),
  { maxLength: 12 },
);

describe('the format of a sealed file', () => {
  // Computed by another implementation (Python's cryptography) from the tables of ADR 5.
  it.each(vectors.map((vector) => [vector.what, vector] as const))('is as the vectors say: %s', async (_what, v) => {
    const key = fileKeyFrom(v.organisationId, v.fileId, hex(v.key));
    const plain = pattern(v.length);
    const sealed = await all(sealChunks(key, given([plain]), hex(v.prefix)));
    expect(sealed.map((chunk) => [chunk.n, chunk.last])).toEqual(
      v.chunks.map((_, n) => [n, n === v.chunks.length - 1]),
    );
    const shown = sealed.map((c) => (c.sealed.length < 100 ? c.sealed.toString('hex') : `sha256:${sha256(c.sealed)}`));
    expect(shown).toEqual(v.chunks);
    expect((await open(key, sealed, v.chunks.length)).equals(plain)).toBe(true);
  });

  it('opens to what was sealed, in whatever pieces it came, and is never the same twice', async () => {
    await fc.assert(
      fc.asyncProperty(lengths, sizes, async (length, cut) => {
        const plain = randomBytes(length);
        const key = newFileKey(organisation, file);
        const sealed = await seal(key, plain, cut);
        expect(sealed.length).toBe(Math.max(1, Math.ceil(length / chunkBytes)));
        expect(sealed.reduce((sum, chunk) => sum + chunk.sealed.length, 0)).toBe(length + sealed.length * 24);
        expect((await open(key, sealed, sealed.length)).equals(plain)).toBe(true);
        const again = await seal(key, plain);
        expect(again.map((c) => sha256(c.sealed))).not.toEqual(sealed.map((c) => sha256(c.sealed)));
        expect((await open(key, again, again.length)).equals(plain)).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  it('draws a key of its own for every file, takes no other length, and leaves no copy of it behind', () => {
    const one = newFileKey(organisation, file);
    const other = newFileKey(organisation, file);
    expect(one.key.export()).toHaveLength(32);
    expect(one.key.equals(other.key)).toBe(false);
    const bytes = randomBytes(32);
    const shown = bytes.toString('hex');
    const key = fileKeyFrom(organisation, file, bytes);
    expect(key.key.equals(createSecretKey(hex(shown)))).toBe(true);
    expect(bytes.equals(Buffer.alloc(32))).toBe(true);
    expect(inspect(key, { depth: 9, showHidden: true })).not.toContain(shown.slice(0, 8));
    expect(() => fileKeyFrom(organisation, file, randomBytes(31))).toThrow('32 bytes');
    expect(() => fileKeyFrom(organisation, file, randomBytes(16))).toThrow('32 bytes');
  });
});

describe('a sealed file that is not whole', () => {
  const key = newFileKey(organisation, file);
  const plain = randomBytes(2 * chunkBytes + 1000);
  const whole = seal(key, plain);
  const at = async (n: number): Promise<SealedChunk> => (await whole)[n] ?? { n: -1, sealed: Buffer.alloc(0) };

  it('is refused for any bit of a chunk that differs', async () => {
    const small = randomBytes(11);
    const [chunk] = await seal(key, small);
    const sealed = chunk?.sealed ?? Buffer.alloc(0);
    expect(sealed.length).toBe(35);
    for (let bit = 0; bit < sealed.length * 8; bit++)
      await refuses(key, [{ n: 0, sealed: flipped(sealed, bit) }], 1, small, 0);
  });

  it('is refused at the altered chunk of several, having given out those before it and nothing of it', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(2), fc.oneof(fc.nat(40 * 8), fc.nat()), async (n, bit) => {
        const chunks = [...(await whole)];
        const { sealed } = await at(n);
        chunks[n] = { n, sealed: flipped(sealed, bit % (sealed.length * 8)) };
        // An altered prefix of the first is taken for the true one until the first fails to open: nothing comes out.
        await refuses(key, chunks, 3, plain, n);
      }),
      { numRuns: 100 },
    );
  });

  it('is refused when a chunk is shorter or longer than it was', async () => {
    const [chunk] = await seal(key, randomBytes(11));
    const sealed = chunk?.sealed ?? Buffer.alloc(0);
    for (let length = 0; length < sealed.length; length++)
      await refuses(key, [{ n: 0, sealed: sealed.subarray(0, length) }], 1, plain, 0);
    for (const more of [1, 16, chunkBytes, 2 * chunkBytes])
      await refuses(key, [{ n: 0, sealed: Buffer.concat([sealed, Buffer.alloc(more)]) }], 1, plain, 0);
  });

  it('is refused in any other order, with any chunk dropped, repeated or under another number', async () => {
    const shuffles = fc.array(fc.record({ from: fc.nat(2), as: fc.nat(3) }), { maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(shuffles, fc.nat(5), async (order, chunks) => {
        const original = order.length === 3 && order.every(({ from, as }, n) => from === n && as === n);
        fc.pre(!(original && chunks === 3));
        const sealed = await Promise.all(order.map(async ({ from, as }) => ({ ...(await at(from)), n: as })));
        await refuses(key, sealed, chunks, plain);
      }),
      { numRuns: 300 },
    );
    // All orders and selections of the three, under their own numbers and under those of their new places.
    const selections = [0, 1, 2].flatMap((a) => [
      [a],
      ...[0, 1, 2].flatMap((b) => [[a, b], ...[0, 1, 2].map((c) => [a, b, c])]),
    ]);
    for (const selection of [[], ...selections])
      for (const renumber of [false, true]) {
        if (selection.join() === '0,1,2') continue;
        const chunks = await Promise.all(
          selection.map(async (n, place) => ({ ...(await at(n)), n: renumber ? place : n })),
        );
        for (const count of [selection.length, 3]) await refuses(key, chunks, count, plain);
      }
  });

  it('is refused when it ends early, even at the end of a chunk and with the count made to fit', async () => {
    const chunks = await whole;
    await refuses(key, chunks.slice(0, 2), 3, plain, 2);
    // The second chunk claims to be the last: it does not open as that, so only the first comes out.
    await refuses(key, chunks.slice(0, 2), 2, plain, 1);
    await refuses(key, chunks.slice(0, 1), 1, plain, 0);
    await refuses(key, [], 0, plain, 0);
    await refuses(key, chunks, 0, plain, 0);
    await refuses(key, [], 1, plain, 0);
  });

  it('is refused when more is said to follow or does follow: the last chunk comes out only at the end', async () => {
    const chunks = await whole;
    await refuses(key, chunks, 4, plain, 2);
    await refuses(key, [...chunks, await at(2)], 3, plain, 2);
    await refuses(key, [...chunks, { ...(await at(2)), n: 3 }], 3, plain, 2);
    await refuses(key, [...chunks, { ...(await at(2)), n: 3 }], 4, plain, 2);
    for (const count of [-1, 2.5, Number.NaN, Number.POSITIVE_INFINITY])
      expect((await outcome(key, chunks, count)).error).toBeInstanceOf(DamagedFile);
  });

  it('is refused when it was cut otherwise, though whoever sealed it had the key', async () => {
    const prefix = randomBytes(7);
    const sealed = (n: number, last: boolean, body: Buffer, format = 1): SealedChunk => {
      const header = Buffer.of(format, ...prefix);
      const nonce = Buffer.concat([prefix, Buffer.of(0, 0, 0, n, last ? 1 : 0)]);
      const place = JSON.stringify(['strongroom', organisation, 'file_chunk.sealed', file, n, last ? 1 : 0]);
      const cipher = createCipheriv('aes-256-gcm', key.key, nonce).setAAD(Buffer.concat([header, Buffer.from(place)]));
      const text = Buffer.concat([cipher.update(body), cipher.final()]);
      return { n, sealed: Buffer.concat([header, cipher.getAuthTag(), text]) };
    };
    const full = plain.subarray(0, chunkBytes);
    const rest = plain.subarray(chunkBytes, 2 * chunkBytes);
    const built = await open(key, [sealed(0, false, full), sealed(1, true, rest)], 2);
    expect(built.equals(plain.subarray(0, 2 * chunkBytes))).toBe(true);
    const odd = {
      'a short chunk before the last': [sealed(0, false, full.subarray(1)), sealed(1, true, rest)],
      'a long chunk before the last': [sealed(0, false, plain.subarray(0, chunkBytes + 1)), sealed(1, true, rest)],
      'a long last chunk': [sealed(0, true, plain.subarray(0, chunkBytes + 1))],
      'an empty chunk after a full one': [sealed(0, false, full), sealed(1, true, Buffer.alloc(0))],
      'another format': [sealed(0, true, full, 2)],
    };
    for (const [what, chunks] of Object.entries(odd)) {
      const { out, error } = await outcome(key, chunks, chunks.length);
      expect(String(error), what).toMatch(/^Error: chunk [01] is not a sealed chunk$/);
      expect(out.length, what).toBe(what.startsWith('an empty') ? chunkBytes : 0);
    }
  });

  it('is refused with a chunk of another sealing, file, organisation or key in it, or when all of it is', async () => {
    const again = await seal(key, plain);
    const elsewhere = {
      'another file': { ...key, fileId: '01990000-0000-7000-8000-000000000003' },
      'another organisation': { ...key, organisationId: '01990000-0000-7000-8000-000000000009' },
      'another key': newFileKey(organisation, file),
    };
    const prefix = Buffer.from((await at(0)).sealed.subarray(1, 8));
    for (const [what, other] of Object.entries(elsewhere)) {
      // The same plain text, under the same prefix: only the place or the key differs.
      const foreign = await all(sealChunks(other, given([plain]), prefix));
      expect((await outcome(other, foreign, 3)).error, what).toBeUndefined();
      await refuses(key, foreign, 3, plain, 0);
      for (const n of [0, 1, 2]) await refuses(key, (await whole).with(n, foreign[n] ?? (await at(n))), 3, plain, n);
    }
    // One from another sealing of the same bytes under the same key: at the first, all the others are the strangers.
    await refuses(key, (await whole).with(0, again[0] ?? (await at(0))), 3, plain, 1);
    for (const n of [1, 2]) await refuses(key, (await whole).with(n, again[n] ?? (await at(n))), 3, plain, n);
  });
});
