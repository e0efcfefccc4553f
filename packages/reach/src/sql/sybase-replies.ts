/* What a server says in TDS 5.0, little-endian. Source: TDS 5.0 Functional Specification: TDS_LOGINACK, TDS_EED, TDS_MSG, TDS_PARAMFMT, TDS_PARAMS, TDS_RETURNSTATUS, TDS_DONE. */

/** One message of a server to a person. */
export interface Told {
  readonly number: number;
  /** 10 and less is not an error. */
  readonly severity: number;
  readonly text: string;
}

/** One reply of a server, read whole. */
export interface Replied {
  /** 5: let in, 6: not, 7: go on negotiating; undefined where it is no answer to a login. */
  readonly login: number | undefined;
  readonly told: readonly Told[];
  /** Id of a TDS_MSG. */
  readonly message: number | undefined;
  /** The parameters that came with it. */
  readonly parameters: readonly Buffer[];
  /** What a stored procedure returned. */
  readonly status: number | undefined;
  /** The last TDS_DONE or TDS_DONEPROC says that there is no more; and that there was an error. */
  readonly done: boolean;
  readonly failed: boolean;
}

/** A reply that cannot be read. */
class Unreadable extends Error {
  override readonly name = 'Unreadable';
}

/** Walks over bytes that a server sent; throws Unreadable where they end too early. */
class Cursor {
  readonly #bytes: Buffer;
  #at = 0;
  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }
  get more(): boolean {
    return this.#at < this.#bytes.length;
  }
  take(length: number): Buffer {
    if (length < 0 || this.#at + length > this.#bytes.length) throw new Unreadable('a reply that ends too early');
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }
  u8(): number {
    return this.take(1).readUInt8();
  }
  u16(): number {
    return this.take(2).readUInt16LE();
  }
  u32(): number {
    return this.take(4).readUInt32LE();
  }
}

const token = {
  returnStatus: 0x79,
  message: 0x65,
  loginAck: 0xad,
  paramFormat: 0xec,
  parameters: 0xd7,
  eed: 0xe5,
  done: [0xfd, 0xfe, 0xff] as readonly number[],
  /** Changes of environment, capabilities, order, control, older messages: their length in two bytes. */
  skipped: [0xe3, 0xe2, 0xa9, 0xae, 0xab, 0xaa] as readonly number[],
} as const;
/** Types by how long their length is. Others are not asked for by the capabilities we named. */
const [shortTypes, longTypes] = [
  [0x26, 0x27, 0x25, 0x2f, 0x2d],
  [0xe1, 0xaf],
];
const doneStatus = { more: 0x1, error: 0x2 } as const;

/** Reads a whole reply. Throws Unreadable. */
export function readReply(bytes: Buffer): Replied {
  const cursor = new Cursor(bytes);
  const told: Told[] = [];
  let [login, message, status]: (number | undefined)[] = [];
  let parameters: Buffer[] = [];
  let formats: readonly ('short' | 'long')[] = [];
  let [done, failed] = [false, false];
  while (cursor.more) {
    const type = cursor.u8();
    if (token.done.includes(type)) {
      const flags = cursor.u16();
      cursor.take(6);
      done = (flags & doneStatus.more) === 0;
      failed ||= (flags & doneStatus.error) !== 0;
    } else if (type === token.returnStatus) status = cursor.take(4).readInt32LE();
    else if (type === token.message) {
      const body = new Cursor(cursor.take(cursor.u8()));
      body.u8();
      message = body.u16();
    } else if (type === token.parameters)
      parameters = formats.map((format) => cursor.take(format === 'short' ? cursor.u8() : cursor.u32()));
    else {
      if (type !== token.loginAck && type !== token.paramFormat && type !== token.eed && !token.skipped.includes(type))
        throw new Unreadable('a reply with something that was not asked for');
      const body = new Cursor(cursor.take(cursor.u16()));
      if (type === token.loginAck) login = body.u8();
      else if (type === token.paramFormat) formats = readFormats(body);
      else if (type === token.eed) told.push(readTold(body));
    }
  }
  return { login, told, message, parameters, status, done, failed };
}

function readFormats(body: Cursor): readonly ('short' | 'long')[] {
  return Array.from({ length: body.u16() }, () => {
    body.take(body.u8());
    body.take(1 + 4);
    const type = body.u8();
    const long = longTypes.includes(type);
    if (!long && !shortTypes.includes(type)) throw new Unreadable('a parameter of a type that was not asked for');
    body.take(long ? 4 : 1);
    body.take(body.u8());
    return long ? 'long' : 'short';
  });
}

function readTold(body: Cursor): Told {
  const number = body.u32();
  body.u8();
  const severity = body.u8();
  body.take(body.u8());
  body.take(1 + 2);
  return { number, severity, text: body.take(body.u16()).toString('latin1') };
}
