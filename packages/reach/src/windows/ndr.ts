import { Malformed, utf16, type Reader, type Writer } from './bytes.ts';

/* The shapes of NDR that MS-SAMR uses. Source: C706 chapter 14. */

/** A pointer that points: its number means nothing, but must be neither zero nor another's. */
export const pointer = (number: number): number => 0x20000 + number * 4;

/** RPC_UNICODE_STRING without what it points to. Source: MS-DTYP section 2.3.10. */
export function unicodeHead(writer: Writer, text: string, number: number): Writer {
  const { length } = utf16(text);
  return writer.align(4).u16(length).u16(length).u32(pointer(number));
}

/** What the pointer of an RPC_UNICODE_STRING points to. */
export function unicodeTail(writer: Writer, text: string): Writer {
  return writer.align(4).u32(text.length).u32(0).u32(text.length).bytes(utf16(text));
}

/** A `[unique, string] wchar_t*`: pointer and text, with its end. */
export function uniqueString(writer: Writer, text: string, number: number): Writer {
  const length = text.length + 1;
  return writer
    .align(4)
    .u32(pointer(number))
    .u32(length)
    .u32(0)
    .u32(length)
    .bytes(utf16(`${text}\0`));
}

/** The head of an RPC_UNICODE_STRING: its length in bytes, and whether it points to anything. */
export function readUnicodeHead(reader: Reader): { length: number; present: boolean } {
  reader.align(4);
  const length = reader.u16();
  reader.skip(2);
  return { length, present: reader.u32() !== 0 };
}

/** What it points to. */
export function readUnicodeTail(reader: Reader, head: { length: number; present: boolean }): string {
  if (!head.present) return '';
  reader.align(4);
  reader.skip(8);
  const count = reader.u32();
  if (count * 2 !== head.length) throw new Malformed('a text of RPC has two lengths');
  return reader.bytes(head.length).toString('utf16le');
}

/** The count of an array, checked against how many bytes its elements take at least. */
export function readCount(reader: Reader, elementSize: number): number {
  reader.align(4);
  const count = reader.u32();
  if (count * elementSize > reader.left) throw new Malformed('an array of RPC is longer than its message');
  return count;
}
