// Reads a ZIP archive that lies in memory: the directory at its end, and single entries as streams (APPNOTE 6.3.10,
// 4.3 and 4.4). No Zip64: a workbook within our limits needs none.
import { createInflateRaw, crc32 } from 'node:zlib';
import { TableError } from '../errors.ts';

/** One entry as the directory describes it. Sizes in bytes; what it says is checked when the entry is read. */
export interface ZipEntry {
  readonly encrypted: boolean;
  readonly method: number;
  readonly crc: number;
  readonly packed: number;
  readonly size: number;
  readonly offset: number;
}

/** How much may still be unpacked of one archive, in bytes. */
export interface Budget {
  left: number;
}

const maxEntries = 10_000;
/** An entry may unpack to so many times its size, and to this much in any case. */
const maxRatio = 250;
const freeOfRatio = 16 * 1024 * 1024;

const damaged = (cause?: unknown): TableError =>
  new TableError(
    'unreadable',
    'The workbook is damaged. Open it in a spreadsheet program and save it again.',
    cause === undefined ? undefined : { cause },
  );

/** What to throw when an archive, or a part of it, unpacks to more than is allowed. */
export const tooMuch = (): TableError =>
  new TableError('too-large', 'The workbook unpacks to more than can be read. Split it, or save the sheet as CSV.');

/** The entries of an archive by name. Throws `unreadable` when it is damaged or ambiguous, `too-large` for too many. */
export function readDirectory(file: Buffer): Map<string, ZipEntry> {
  const end = file.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'));
  if (end === -1 || end + 22 > file.length) throw damaged();
  const count = file.readUInt16LE(end + 10);
  let at = file.readUInt32LE(end + 16);
  if (count > maxEntries) throw tooMuch();
  const entries = new Map<string, ZipEntry>();
  for (let i = 0; i < count; i++) {
    if (at + 46 > end || file.readUInt32LE(at) !== 0x02014b50) throw damaged();
    const next = at + 46 + file.readUInt16LE(at + 28) + file.readUInt16LE(at + 30) + file.readUInt16LE(at + 32);
    const name = file.toString('utf8', at + 46, at + 46 + file.readUInt16LE(at + 28));
    // Two entries of one name: programs differ in which of them they show.
    if (next > end || entries.has(name)) throw damaged();
    entries.set(name, {
      encrypted: (file.readUInt16LE(at + 8) & 1) === 1,
      method: file.readUInt16LE(at + 10),
      crc: file.readUInt32LE(at + 16),
      packed: file.readUInt32LE(at + 20),
      size: file.readUInt32LE(at + 24),
      offset: file.readUInt32LE(at + 42),
    });
    at = next;
  }
  return entries;
}

/**
 * An entry's bytes, in blocks of at most 64 KiB. Throws `too-large` as soon as it is seen to unpack to more than the
 * budget or the ratio allows, `unreadable` when it is not what the directory says.
 */
export async function* unpack(file: Buffer, entry: ZipEntry, budget: Budget): AsyncGenerator<Buffer> {
  const { offset, packed, size } = entry;
  if (entry.encrypted) {
    throw new TableError('encrypted', 'The workbook is protected by a password. Save it without one, or as CSV.');
  }
  const allowed = Math.min(budget.left, freeOfRatio + packed * maxRatio);
  if (size > allowed) throw tooMuch();
  if (offset + 30 > file.length || file.readUInt32LE(offset) !== 0x04034b50) throw damaged();
  const start = offset + 30 + file.readUInt16LE(offset + 26) + file.readUInt16LE(offset + 28);
  if (start + packed > file.length) throw damaged();
  let produced = 0;
  let crc = 0;
  for await (const block of blocksOf(file.subarray(start, start + packed), entry.method)) {
    produced += block.length;
    if (produced > size) throw produced > allowed ? tooMuch() : damaged();
    crc = crc32(block, crc);
    yield block;
  }
  if (produced !== size || crc !== entry.crc) throw damaged();
  budget.left -= produced;
}

async function* blocksOf(packed: Buffer, method: number): AsyncGenerator<Buffer> {
  const size = 64 * 1024;
  if (method === 0) {
    for (let i = 0; i < packed.length; i += size) yield packed.subarray(i, i + size);
  } else if (method === 8) {
    const inflate = createInflateRaw({ chunkSize: size });
    inflate.end(packed);
    try {
      for await (const block of inflate) yield block as Buffer;
    } catch (error) {
      throw damaged(error);
    }
  } else {
    throw damaged();
  }
}
