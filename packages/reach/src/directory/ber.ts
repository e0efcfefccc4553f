/**
 * The few BER encodings that are written or read here by hand. Source: ITU-T X.690; LDAP keeps to definite lengths
 * (RFC 4511 section 5.1).
 */

/** One element: a tag, its length and its content. */
export function element(tag: number, content: Buffer): Buffer {
  const { length } = content;
  if (length < 0x80) return Buffer.concat([Buffer.from([tag, length]), content]);
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(length);
  const short = bytes.subarray(bytes.findIndex((byte) => byte !== 0));
  return Buffer.concat([Buffer.from([tag, 0x80 | short.length]), short, content]);
}

/** An element read from a buffer, and where the next one starts. */
export interface Read {
  readonly tag: number;
  readonly content: Buffer;
  readonly end: number;
}

/** Reads the element at `at`; undefined while it has not come in whole. Throws RangeError for what is no BER of LDAP's. */
export function readElement(buffer: Buffer, at = 0): Read | undefined {
  const tag = buffer[at];
  const first = buffer[at + 1];
  if (tag === undefined || first === undefined) return undefined;
  let length = first;
  let start = at + 2;
  if (first >= 0x80) {
    const count = first & 0x7f;
    if (count === 0 || count > 4) throw new RangeError('not a length of LDAP');
    if (buffer.length < start + count) return undefined;
    length = buffer.readUIntBE(start, count);
    start += count;
  }
  const end = start + length;
  return buffer.length < end ? undefined : { tag, content: buffer.subarray(start, end), end };
}

/** The value of a password modify request: who, the old password where it is given, the new one. Source: RFC 3062 section 2. */
export function passwordModify(dn: string, next: string, current: string | undefined): Buffer {
  return element(
    0x30,
    Buffer.concat([
      element(0x80, Buffer.from(dn)),
      ...(current === undefined ? [] : [element(0x81, Buffer.from(current))]),
      element(0x82, Buffer.from(next)),
    ]),
  );
}
