/** What a host sent is not what its protocol says. Nothing of its text is in the message. */
export class Malformed extends Error {
  override readonly name = 'Malformed';
}

/** Reads little-endian fields one after another. Every read beyond the end throws Malformed. */
export class Reader {
  readonly #bytes: Buffer;
  #at: number;

  constructor(bytes: Buffer, at = 0) {
    this.#bytes = bytes;
    this.#at = at;
  }

  get at(): number {
    return this.#at;
  }

  /** How many bytes are left. */
  get left(): number {
    return this.#bytes.length - this.#at;
  }

  bytes(length: number): Buffer {
    if (length < 0 || length > this.left) throw new Malformed('a message ends early');
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  skip(length: number): void {
    this.bytes(length);
  }

  u8(): number {
    return this.bytes(1).readUInt8();
  }

  u16(): number {
    return this.bytes(2).readUInt16LE();
  }

  u32(): number {
    return this.bytes(4).readUInt32LE();
  }

  u64(): bigint {
    return this.bytes(8).readBigUInt64LE();
  }

  /** Skips to the next multiple of `size` from the start of the buffer. */
  align(size: number): void {
    this.skip((size - (this.#at % size)) % size);
  }
}

/** `length` bytes from `offset` of a message, as its fields say where something lies. Throws Malformed. */
export function slice(bytes: Buffer, offset: number, length: number): Buffer {
  if (offset < 0 || length < 0 || offset + length > bytes.length)
    throw new Malformed('a field lies outside its message');
  return bytes.subarray(offset, offset + length);
}

/** Writes little-endian fields one after another. */
export class Writer {
  readonly #parts: Buffer[] = [];
  #length = 0;

  get length(): number {
    return this.#length;
  }

  bytes(bytes: Buffer): this {
    this.#parts.push(bytes);
    this.#length += bytes.length;
    return this;
  }

  zeros(count: number): this {
    return this.bytes(Buffer.alloc(count));
  }

  u8(value: number): this {
    return this.bytes(Buffer.from([value]));
  }

  u16(value: number): this {
    const field = Buffer.alloc(2);
    field.writeUInt16LE(value);
    return this.bytes(field);
  }

  u32(value: number): this {
    const field = Buffer.alloc(4);
    field.writeUInt32LE(value);
    return this.bytes(field);
  }

  u64(value: bigint): this {
    const field = Buffer.alloc(8);
    field.writeBigUInt64LE(value);
    return this.bytes(field);
  }

  align(size: number): this {
    return this.zeros((size - (this.#length % size)) % size);
  }

  done(): Buffer {
    return Buffer.concat(this.#parts);
  }
}

/** UTF-16LE, as Windows writes text. */
export const utf16 = (text: string): Buffer => Buffer.from(text, 'utf16le');
