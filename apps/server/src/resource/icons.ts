import { PNG } from 'pngjs';
import { Problem } from '../platform/problem.ts';

/** The side of a stored icon, in pixels. */
const side = 64;
const largestSide = 512;
const largestFile = 256 * 1024;
const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

const wrong = (message: string): Problem => new Problem('input-invalid', { errors: [{ path: 'png', message }] });

/**
 * Reads a PNG, makes it 64 × 64 at most, and writes it anew from its pixels alone: nothing else that came with it is kept.
 * What it claims to be is held against bounds before a byte is unpacked; the reader itself unpacks no more than that.
 * Throws `input-invalid` for whatever is no such picture. Source: PNG (Third Edition) §5, §11.2.1.
 */
export function remakeIcon(base64: string): Buffer {
  const bytes = Buffer.from(base64, 'base64');
  if (bytes.length > largestFile) throw wrong('is larger than 256 KiB');
  if (bytes.length < 33 || !bytes.subarray(0, 8).equals(signature) || bytes.toString('latin1', 12, 16) !== 'IHDR')
    throw wrong('is not a PNG');
  const [width, height] = [bytes.readUInt32BE(16), bytes.readUInt32BE(20)];
  if (width < 1 || height < 1 || width > largestSide || height > largestSide)
    throw wrong(`must be at most ${largestSide} × ${largestSide} pixels`);
  let picture: PNG;
  try {
    picture = PNG.sync.read(bytes);
  } catch {
    throw wrong('is a damaged PNG');
  }
  // A second header would have changed the size behind the bounds.
  if (picture.width !== width || picture.height !== height || picture.data.length !== width * height * 4)
    throw wrong('is a damaged PNG');
  return PNG.sync.write(shrink(picture), { colorType: 6, inputColorType: 6, bitDepth: 8 });
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
