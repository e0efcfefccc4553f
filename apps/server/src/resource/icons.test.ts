import { crc32, deflateSync } from 'node:zlib';
import fc from 'fast-check';
import { PNG } from 'pngjs';
import { describe, expect, it } from 'vitest';
import { remakeIcon } from './icons.ts';

/** A chunk of a PNG with its length and checksum. */
function chunk(kind: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(kind, 'latin1'), data]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
}
function header(width: number, height: number, interlace = 0, depth = 8): Buffer {
  const data = Buffer.alloc(13);
  data.writeUInt32BE(width, 0);
  data.writeUInt32BE(height, 4);
  data.set([depth, 6, 0, 0, interlace], 8);
  return chunk('IHDR', data);
}
const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const end = chunk('IEND', Buffer.alloc(0));
const file = (...chunks: Buffer[]): string => Buffer.concat([signature, ...chunks, end]).toString('base64');
const pixels = (width: number, height: number): Buffer =>
  chunk('IDAT', deflateSync(Buffer.alloc((width * 4 + 1) * height)));

const picture = (width: number, height: number, at: (x: number, y: number) => readonly number[]): PNG => {
  const png = new PNG({ width, height });
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) png.data.set([...at(x, y)], (y * width + x) * 4);
  return png;
};
const encoded = (png: PNG): string => PNG.sync.write(png).toString('base64');
const kinds = (bytes: Buffer): string[] => {
  const found: string[] = [];
  for (let at = 8; at < bytes.length; at += 12 + bytes.readUInt32BE(at))
    found.push(bytes.toString('latin1', at + 4, at + 8));
  return found;
};

describe('a picture of a type', () => {
  it('is made anew from its pixels: nothing that came with them is kept', () => {
    const hidden = '<script>alert(1)</script>';
    const small = file(
      header(2, 2),
      chunk('tEXt', Buffer.from(`Comment\0${hidden}`)),
      chunk('gAMA', Buffer.from([0, 0, 0xb1, 0x8f])),
      pixels(2, 2),
    );
    const trailing = Buffer.concat([Buffer.from(small, 'base64'), Buffer.from(hidden)]).toString('base64');
    const made = remakeIcon(small);
    expect(made.includes(hidden)).toBe(false);
    expect(kinds(made).filter((kind) => !['IHDR', 'IDAT', 'IEND'].includes(kind))).toEqual([]);
    // What hangs behind the end is left behind.
    expect(remakeIcon(trailing).equals(made)).toBe(true);
  });

  it('is 64 × 64 at most, keeps its shape, and small ones keep every pixel', () => {
    const wide = PNG.sync.read(remakeIcon(encoded(picture(512, 256, () => [200, 100, 50, 255]))));
    expect([wide.width, wide.height]).toEqual([64, 32]);
    expect([...wide.data.subarray(0, 4)]).toEqual([200, 100, 50, 255]);
    const thin = PNG.sync.read(remakeIcon(encoded(picture(512, 1, (x) => [x & 255, 0, 0, 255]))));
    expect([thin.width, thin.height]).toEqual([64, 1]);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 64 }), fc.integer({ min: 1, max: 64 }), fc.nat(), (width, height, seed) => {
        const from = picture(width, height, (x, y) => [(x * seed) & 255, (y * seed) & 255, seed & 255, (x + y) & 255]);
        const to = PNG.sync.read(remakeIcon(encoded(from)));
        expect([to.width, to.height, Buffer.compare(to.data, from.data)]).toEqual([width, height, 0]);
      }),
      { numRuns: 30 },
    );
  });

  it('is refused before it is unpacked when it claims or holds more than a picture of 512 × 512', () => {
    const bomb = chunk('IDAT', deflateSync(Buffer.alloc(200 * 1024 * 1024)));
    const before = process.memoryUsage().arrayBuffers;
    for (const [what, png] of [
      ['a header of 65,535 × 65,535', file(header(65_535, 65_535), pixels(1, 1))],
      ['one row too many', file(header(512, 513), pixels(512, 513))],
      ['no size', file(header(0, 10), pixels(1, 1))],
      ['200 MB behind a header of 2 × 2', file(header(2, 2), bomb)],
      ['a second header', file(header(2, 2), header(60_000, 60_000), pixels(2, 2))],
      ['too few rows', file(header(64, 64), pixels(64, 3))],
      ['no pixels', file(header(4, 4))],
      ['interlaced', file(header(2, 2, 1), pixels(2, 2))],
      ['a depth that is none', file(header(2, 2, 0, 3), pixels(2, 2))],
      ['no end', Buffer.concat([signature, header(2, 2), pixels(2, 2)]).toString('base64')],
      ['a broken checksum', encodedBroken()],
      ['an SVG', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>').toString('base64')],
      ['a GIF', Buffer.from('GIF89a'.padEnd(60, '\0')).toString('base64')],
      ['nothing', ''],
    ] as const) {
      let code = 'taken';
      try {
        remakeIcon(png);
      } catch (error) {
        code = (error as { code?: string }).code ?? String(error);
      }
      expect([what, code]).toEqual([what, 'input-invalid']);
    }
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(64 * 1024 * 1024);
  });
});

function encodedBroken(): string {
  const bytes = Buffer.from(file(header(4, 4), pixels(4, 4)), 'base64');
  bytes[bytes.length - 20] = (bytes[bytes.length - 20] ?? 0) ^ 0xff;
  return bytes.toString('base64');
}
