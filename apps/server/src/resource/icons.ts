import { crc32, inflateSync } from 'node:zlib';
import { PNG } from 'pngjs';
import { Problem } from '../platform/problem.ts';

/** The side of a stored icon, in pixels. */
const side = 64;
const largestSide = 512;
const largestFile = 256 * 1024;
const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

const wrong = (message: string): Problem => new Problem('input-invalid', { errors: [{ path: 'png', message }] });

/** Samples of a pixel by colour type, and the bit depths that the type may have. Source: PNG (Third Edition) table 8. */
const colours: Readonly<Record<number, { samples: number; depths: readonly number[] }>> = {
  0: { samples: 1, depths: [1, 2, 4, 8, 16] },
  2: { samples: 3, depths: [8, 16] },
  3: { samples: 1, depths: [1, 2, 4, 8] },
  4: { samples: 2, depths: [8, 16] },
  6: { samples: 4, depths: [8, 16] },
};

/**
 * Reads a PNG, makes it 64 × 64 at most, and writes it anew from its pixels alone: nothing else that came with it is kept.
 * The reader of the library is given only what was proven here to be one picture of bounded size: it believes every header
 * it meets, and unpacks without end. Throws `input-invalid` for whatever is no such picture. Source: PNG (Third Edition) §5, §11.
 */
export function remakeIcon(base64: string): Buffer {
  const proven = bounded(Buffer.from(base64, 'base64'));
  let picture: PNG;
  try {
    picture = PNG.sync.read(proven);
  } catch {
    throw wrong('is a damaged PNG');
  }
  return PNG.sync.write(shrink(picture), { colorType: 6, inputColorType: 6, bitDepth: 8 });
}

/** The picture with its header, palette and pixels only. */
function bounded(bytes: Buffer): Buffer {
  if (bytes.length > largestFile) throw wrong('is larger than 256 KiB');
  if (!bytes.subarray(0, 8).equals(signature)) throw wrong('is not a PNG');
  const chunks = chunksOf(bytes);
  const [header, ...rest] = chunks;
  if (header?.kind !== 'IHDR' || header.data.length !== 13 || rest.some((chunk) => chunk.kind === 'IHDR'))
    throw wrong('is a damaged PNG');
  const [width, height] = [header.data.readUInt32BE(0), header.data.readUInt32BE(4)];
  const [depth = 0, colourType = 0, compression, filter, interlace] = header.data.subarray(8);
  if (width < 1 || height < 1 || width > largestSide || height > largestSide)
    throw wrong(`must be at most ${largestSide} × ${largestSide} pixels`);
  const colour = colours[colourType];
  if (!colour?.depths.includes(depth) || compression !== 0 || filter !== 0) throw wrong('is a damaged PNG');
  if (interlace !== 0) throw wrong('is interlaced: save it without interlacing');
  const size = height * (1 + Math.ceil((width * colour.samples * depth) / 8));
  const packed = Buffer.concat(rest.filter((chunk) => chunk.kind === 'IDAT').map((chunk) => chunk.data));
  let unpacked = 0;
  try {
    unpacked = inflateSync(packed, { maxOutputLength: size }).length;
  } catch {
    throw wrong('is a damaged PNG');
  }
  if (unpacked !== size) throw wrong('is a damaged PNG');
  const kept = chunks.filter((chunk) => ['IHDR', 'PLTE', 'tRNS', 'IDAT', 'IEND'].includes(chunk.kind));
  return Buffer.concat([signature, ...kept.map((chunk) => chunk.whole)]);
}

interface Chunk {
  readonly kind: string;
  readonly data: Buffer;
  /** With its length, kind and checksum. */
  readonly whole: Buffer;
}

/** The chunks up to the end of the picture; what hangs behind it is left. */
function chunksOf(bytes: Buffer): Chunk[] {
  const chunks: Chunk[] = [];
  for (let at = 8; at + 12 <= bytes.length;) {
    const length = bytes.readUInt32BE(at);
    const end = at + 12 + length;
    if (end > bytes.length) break;
    const kind = bytes.toString('latin1', at + 4, at + 8);
    if (crc32(bytes.subarray(at + 4, end - 4)) !== bytes.readUInt32BE(end - 4)) throw wrong('is a damaged PNG');
    chunks.push({ kind, data: bytes.subarray(at + 8, end - 4), whole: bytes.subarray(at, end) });
    if (kind === 'IEND') return chunks;
    at = end;
  }
  throw wrong('is a damaged PNG');
}

/** The mean of the pixels that fall into each new one, weighed by their opacity. Smaller pictures stay as they are. */
function shrink(from: PNG): PNG {
  const scale = Math.max(from.width, from.height) / side;
  if (scale <= 1) return clean(from);
  const to = new PNG({
    width: Math.max(1, Math.round(from.width / scale)),
    height: Math.max(1, Math.round(from.height / scale)),
  });
  for (let y = 0; y < to.height; y++) {
    for (let x = 0; x < to.width; x++) {
      const [left, right] = span(x, to.width, from.width);
      const [top, bottom] = span(y, to.height, from.height);
      const sum = [0, 0, 0, 0];
      for (let v = top; v < bottom; v++) {
        for (let u = left; u < right; u++) {
          const at = (v * from.width + u) * 4;
          const alpha = from.data[at + 3] ?? 0;
          for (let c = 0; c < 3; c++) sum[c] = (sum[c] ?? 0) + (from.data[at + c] ?? 0) * alpha;
          sum[3] = (sum[3] ?? 0) + alpha;
        }
      }
      const alpha = sum[3] ?? 0;
      const at = (y * to.width + x) * 4;
      for (let c = 0; c < 3; c++) to.data[at + c] = alpha === 0 ? 0 : Math.round((sum[c] ?? 0) / alpha);
      to.data[at + 3] = Math.round(alpha / ((right - left) * (bottom - top)));
    }
  }
  return to;
}

const span = (i: number, of: number, length: number): readonly [number, number] => {
  const start = Math.floor((i * length) / of);
  return [start, Math.max(start + 1, Math.floor(((i + 1) * length) / of))];
};

/** The pixels in a new picture, without gamma and whatever else the old one said of itself. */
function clean(from: PNG): PNG {
  const to = new PNG({ width: from.width, height: from.height });
  from.data.copy(to.data);
  return to;
}
