import { sizeInWords, TableError } from './errors.ts';

/** About so many bytes are worked on at a time. */
const blockSize = 64 * 1024;

/**
 * The same bytes in blocks of 64 KiB, whatever pieces they come in; the last is shorter, and none is empty.
 * The first byte beyond `maxBytes` ends it with `too-large`; nothing more is read then, and the source is closed.
 */
export async function* inBlocks(bytes: AsyncIterable<Uint8Array>, maxBytes: number): AsyncGenerator<Buffer> {
  let waiting: Buffer[] = [];
  let held = 0;
  let total = 0;
  for await (const piece of bytes) {
    total += piece.byteLength;
    if (total > maxBytes) {
      throw new TableError(
        'too-large',
        `The file is larger than ${sizeInWords(maxBytes)}. Split it into several files.`,
      );
    }
    let rest = Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength);
    while (held + rest.length >= blockSize) {
      const taken = blockSize - held;
      yield Buffer.concat([...waiting, rest.subarray(0, taken)], blockSize);
      rest = rest.subarray(taken);
      waiting = [];
      held = 0;
    }
    // A copy: whoever sent the piece may use its memory again.
    if (rest.length > 0) waiting.push(Buffer.from(rest));
    held += rest.length;
  }
  if (held > 0) yield Buffer.concat(waiting, held);
}
