import { createHash, Decipheriv, randomBytes } from 'node:crypto';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { chunkBytes, DamagedFile, newFileKey, openChunks, sealChunks, wipe, type SealedChunk } from './file-cipher.ts';

const key = newFileKey('01990000-0000-7000-8000-000000000001', '01990000-0000-7000-8000-000000000002');

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}

async function* given<T>(...items: T[]): AsyncGenerator<T> {
  await Promise.resolve();
  yield* items;
}

describe('a stream of a file', () => {
  afterEach(() => {
    vi.restoreAllMocks();
  });

  it('passes on what its source fails with, and lets go of a source that nobody reads on', async () => {
    let ended = 0;
    async function* source(fails: boolean): AsyncGenerator<Buffer> {
      try {
        for (let i = 0; i < 9; i++) {
          await Promise.resolve();
          if (fails && i === 8) throw new Error('the line went dead');
          yield Buffer.alloc(chunkBytes);
        }
      } finally {
        ended++;
      }
    }
    await expect(all(sealChunks(key, source(true)))).rejects.toThrow('the line went dead');
    await expect(all(openChunks(key, sealChunks(key, source(true)), { chunks: 9 }))).rejects.toThrow('dead');
    for await (const plain of openChunks(key, sealChunks(key, source(false)), { chunks: 9 })) {
      expect(plain.length).toBe(chunkBytes);
      break;
    }
    expect(ended).toBe(3);
  });

  it('gives out buffers that stay as they are while it goes on, and leaves the pieces it was given alone', async () => {
    const plain = randomBytes(5 * chunkBytes + 3);
    const before = Buffer.from(plain);
    // `all` keeps every buffer until the end: one used twice would show.
    const sealed = await all(sealChunks(key, given(plain.subarray(0, 99), plain.subarray(99))));
    const opened = await all(openChunks(key, given(...sealed), { chunks: 6 }));
    expect(Buffer.concat(opened).equals(before)).toBe(true);
    expect(plain.equals(before)).toBe(true);
  });

  it('wipes: what had a buffer to itself is given back, what shares one is overwritten and its neighbours are not', async () => {
    for (const length of [0, 1, 5000, chunkBytes + 9]) {
      const sealed = await all(sealChunks(key, given(randomBytes(length))));
      const opened = await all(openChunks(key, given(...sealed), { chunks: sealed.length }));
      for (const bytes of [...opened, ...sealed.map((chunk) => chunk.sealed)]) {
        wipe(bytes);
        expect(bytes.length).toBe(0);
        expect(bytes.buffer.byteLength).toBe(0);
      }
    }
    const shared = Buffer.from('before-secret-after');
    wipe(shared.subarray(7, 13));
    expect(shared.toString()).toBe('before-\0\0\0\0\0\0-after');
  });

  it('overwrites the plain text it held: after sealing, and where a chunk did not prove genuine', async () => {
    const alloc = vi.spyOn(Buffer, 'alloc');
    const [chunk] = await all(sealChunks(key, given(Buffer.from('a licence key'))));
    const held = alloc.mock.results
      .map((call) => call.value as Buffer)
      .filter((buffer) => buffer.length === chunkBytes);
    expect(held).toHaveLength(1);
    expect(held[0]?.equals(Buffer.allocUnsafeSlow(chunkBytes).fill(0))).toBe(true);

    const sealed = chunk?.sealed ?? Buffer.alloc(0);
    sealed.writeUInt8(sealed.readUInt8(30) ^ 1, 30);
    const update = vi.spyOn(Decipheriv.prototype, 'update');
    const opening = all(openChunks(key, given({ n: 0, sealed }), { chunks: 1 }));
    await expect(opening).rejects.toThrow(DamagedFile);
    expect(update.mock.results.map((call) => (call.value as Buffer).length)).toEqual([0]);
  });

  it('takes 100 MB through sealing and opening in less than 20 MB of memory', async () => {
    const piece = randomBytes(65_537);
    const total = 100_000_000;
    async function* source(length: number): AsyncGenerator<Buffer> {
      for (let sent = 0; sent < length; sent += piece.length) {
        await Promise.resolve();
        yield piece.subarray(0, Math.min(piece.length, length - sent));
      }
    }
    async function* stored(length: number): AsyncGenerator<SealedChunk> {
      for await (const chunk of sealChunks(key, source(length))) {
        yield chunk;
        wipe(chunk.sealed);
      }
    }
    let most = { rss: 0, held: 0 };
    async function through(length: number): Promise<{ length: number; hash: string }> {
      const hash = createHash('sha256');
      let received = 0;
      for await (const plain of openChunks(key, stored(length), { chunks: Math.ceil(length / chunkBytes) })) {
        received += plain.length;
        hash.update(plain);
        wipe(plain);
        const { rss, heapUsed, external } = process.memoryUsage();
        most = { rss: Math.max(most.rss, rss), held: Math.max(most.held, heapUsed + external) };
      }
      return { length: received, hash: hash.digest('hex') };
    }
    // What the code itself takes to get going is not the file's.
    await through(5_000_000);
    const start = process.memoryUsage();
    most = { rss: 0, held: 0 };
    const result = await through(total);
    const expected = createHash('sha256');
    for (let sent = 0; sent < total; sent += piece.length)
      expected.update(piece.subarray(0, Math.min(piece.length, total - sent)));
    expect(result).toEqual({ length: total, hash: expected.digest('hex') });
    expect(most.rss - start.rss).toBeLessThan(20_000_000);
    expect(most.held - start.heapUsed - start.external).toBeLessThan(20_000_000);
  });
});
