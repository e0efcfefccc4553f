import { isUtf8 } from 'node:buffer';

/** The encodings that tables of text come in. */
export type Encoding = 'utf-8' | 'utf-16le' | 'utf-16be' | 'windows-1252';

/** Turns blocks of bytes into text. Bytes that are no text become lone surrogates, which no text can contain. */
export interface Decoder {
  /** `last` with the last block, which may be empty: nothing is held back any more. */
  decode(block: Buffer, last: boolean): string;
}

/**
 * What the start of a file is written in, and how long its byte order mark is.
 * Without a mark it is UTF-8, unless the probe has more bytes that UTF-8 cannot have than characters only UTF-8 would
 * write: one broken byte in a UTF-8 file must not turn every umlaut of it into two wrong letters.
 */
export function detectEncoding(probe: Buffer): { encoding: Encoding; mark: number } {
  if (probe[0] === 0xef && probe[1] === 0xbb && probe[2] === 0xbf) return { encoding: 'utf-8', mark: 3 };
  if (probe[0] === 0xff && probe[1] === 0xfe) return { encoding: 'utf-16le', mark: 2 };
  if (probe[0] === 0xfe && probe[1] === 0xff) return { encoding: 'utf-16be', mark: 2 };
  const whole = probe.subarray(0, completeUtf8(probe));
  if (isUtf8(whole)) return { encoding: 'utf-8', mark: 0 };
  let good = 0;
  let bad = 0;
  for (let i = 0; i < whole.length;) {
    const length = sequenceAt(whole, i);
    if (length === 0) bad++;
    else if (length > 1) good++;
    i += length || 1;
  }
  return { encoding: bad > good ? 'windows-1252' : 'utf-8', mark: 0 };
}

/** A decoder for one file; the byte order mark must be taken off before. */
export function decoderFor(encoding: Encoding): Decoder {
  switch (encoding) {
    case 'utf-8':
      return holding(completeUtf8, decodeUtf8);
    case 'utf-16le':
      return holding(evenLength, (bytes) => bytes.toString('utf16le'));
    case 'utf-16be':
      return holding(evenLength, (bytes) => Buffer.from(bytes).swap16().toString('utf16le'));
    case 'windows-1252': {
      const decoder = new TextDecoder('windows-1252');
      return { decode: (block) => decoder.decode(block) };
    }
  }
}

/** Keeps back, until the next block, the bytes of a character that is not whole yet. */
function holding(complete: (bytes: Buffer) => number, decode: (bytes: Buffer) => string): Decoder {
  let held = Buffer.alloc(0);
  return {
    decode(block, last) {
      const bytes = held.length > 0 ? Buffer.concat([held, block]) : block;
      const end = complete(bytes);
      held = Buffer.from(bytes.subarray(end));
      const text = decode(bytes.subarray(0, end));
      return last ? text + [...held].map(broken).join('') : text;
    },
  };
}

const evenLength = (bytes: Buffer): number => bytes.length - (bytes.length % 2);

/** The lone surrogate that stands for a byte. */
const broken = (byte: number): string => String.fromCharCode(0xdc00 + byte);

function decodeUtf8(bytes: Buffer): string {
  if (isUtf8(bytes)) return bytes.toString('utf8');
  const pieces: string[] = [];
  let from = 0;
  for (let i = 0; i < bytes.length;) {
    const length = sequenceAt(bytes, i);
    if (length === 0) {
      pieces.push(bytes.toString('utf8', from, i), broken(bytes[i]!));
      from = i + 1;
    }
    i += length || 1;
  }
  return pieces.join('') + bytes.toString('utf8', from);
}

/** Where the last character that may still be going on starts; the length when there is none. */
function completeUtf8(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back]!;
    if (byte < 0x80) break;
    if (byte >= 0xc0) {
      const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
      return length > back ? bytes.length - back : bytes.length;
    }
  }
  return bytes.length;
}

/** How many bytes the character at `i` has, 0 when there is none: the table of well-formed UTF-8 in RFC 3629, section 4. */
function sequenceAt(bytes: Buffer, i: number): number {
  const first = bytes[i]!;
  if (first < 0x80) return 1;
  const length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || i + length > bytes.length) return 0;
  const second = bytes[i + 1]!;
  const least = first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80;
  const most = first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf;
  if (second < least || second > most) return 0;
  for (let k = 2; k < length; k++) if ((bytes[i + k]! & 0xc0) !== 0x80) return 0;
  return length;
}
