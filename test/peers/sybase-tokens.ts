/* Messages of TDS 5.0, the server's side, little-endian. Source: TDS 5.0 Functional Specification; for the exchange by RSA the source of FreeTDS (sec_negotiate.c). */

const u16 = (value: number): Buffer => Buffer.from([value & 0xff, value >> 8]);
const u32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
};
const named = (text: string): Buffer => Buffer.concat([Buffer.from([text.length]), Buffer.from(text, 'latin1')]);
const sized = (type: number, ...parts: Buffer[]): Buffer => {
  const body = Buffer.concat(parts);
  return Buffer.concat([Buffer.from([type]), u16(body.length), body]);
};

/** What a login record says. */
export interface LoginRecord {
  readonly username: string;
  readonly password: string;
  /** TDS_SEC_LOG_ENCRYPT3: the password is to be asked for by RSA with a nonce. */
  readonly byRsa: boolean;
  readonly littleEndian: boolean;
}

/** Reads a login record by the offsets of its fields. Throws where it is none of TDS 5.0 with capabilities. */
export function readLogin(body: Buffer): LoginRecord {
  const text = (at: number, width: number): string => {
    const used = body.readUInt8(at + width);
    if (used > width) throw new Error('a field longer than it is');
    return body.toString('latin1', at, at + used);
  };
  if (body.length < 571 || !body.subarray(458, 462).equals(Buffer.from([5, 0, 0, 0]))) throw new Error('not TDS 5.0');
  if (body[568] !== 0xe2 || body.length !== 571 + body.readUInt16LE(569)) throw new Error('no capabilities');
  return {
    username: text(31, 30),
    password: text(62, 30),
    byRsa: ((body[514] ?? 0) & 0x80) !== 0,
    littleEndian: body[124] === 3 && body[125] === 1,
  };
}

/** A parameter as it came. */
export type Value = string | Buffer;

/** One request within a message of a client. */
export type Request =
  | { readonly is: 'message'; readonly id: number; values: readonly Value[] }
  | { readonly is: 'call'; readonly name: string; values: readonly Value[] }
  | { readonly is: 'language'; readonly text: string };

/** Reads a message of normal packets: TDS_MSG, TDS_DBRPC and TDS_LANGUAGE, with their parameters. Throws where it is something else. */
export function readRequests(body: Buffer): Request[] {
  const requests: Request[] = [];
  let types: number[] = [];
  let at = 0;
  const take = (length: number): Buffer => {
    if (at + length > body.length) throw new Error('cut short');
    at += length;
    return body.subarray(at - length, at);
  };
  const format = (): number => {
    take(take(1).readUInt8());
    take(5);
    const type = take(1).readUInt8();
    if (![0x27, 0x2f, 0xe1, 0xaf].includes(type)) throw new Error(`no type for a parameter: ${String(type)}`);
    take(type >= 0x80 ? 4 : 1);
    take(take(1).readUInt8());
    return type;
  };
  const value = (type: number): Value => {
    const bytes = take(type >= 0x80 ? take(4).readUInt32LE() : take(1).readUInt8());
    return type === 0xe1 ? Buffer.from(bytes) : bytes.toString('latin1');
  };
  while (at < body.length) {
    const token = take(1).readUInt8();
    if (token === 0x65) {
      if (take(2).readUInt16LE() !== 0x0103) throw new Error('a message without arguments');
      requests.push({ is: 'message', id: take(2).readUInt16LE(), values: [] });
    } else if (token === 0xe6) {
      take(2);
      const name = take(take(1).readUInt8()).toString('latin1');
      take(2);
      requests.push({ is: 'call', name, values: [] });
    } else if (token === 0x21) {
      const text = take(take(4).readUInt32LE());
      requests.push({ is: 'language', text: text.toString('latin1', 1) });
    } else if (token === 0xec) {
      const end = take(2).readUInt16LE() + at;
      types = Array.from({ length: take(2).readUInt16LE() }, format);
      if (at !== end) throw new Error('formats that do not end where they say');
    } else if (token === 0xd7) {
      const last = requests.at(-1);
      if (last === undefined || last.is === 'language') throw new Error('parameters of nothing');
      last.values = types.map(value);
    } else throw new Error(`no token: ${String(token)}`);
  }
  return requests;
}

/** TDS_LOGINACK: 5 let in, 6 not, 7 go on. */
export function loginAck(status: 5 | 6 | 7): Buffer {
  return sized(0xad, Buffer.from([status, 5, 0, 0, 0]), named('ASE'), Buffer.from([15, 7, 0, 0]));
}

/** TDS_MSG_SEC_ENCRYPT3 with its parameters: cipher suite, key (PEM), nonce. */
export function askForPassword(key: string, nonce: Buffer): Buffer {
  const plain = Buffer.from([0, 0, 0, 0, 0, 0]);
  const pem = Buffer.from(key, 'latin1');
  // Declared as long as they are: FreeTDS goes by that, and not by what comes.
  const long = (bytes: Buffer): Buffer => Buffer.concat([Buffer.from([0xe1]), u32(bytes.length), Buffer.from([0])]);
  const formats = [plain, Buffer.from([0x26, 4, 0]), plain, long(pem), plain, long(nonce)];
  return Buffer.concat([
    Buffer.from([0x65, 3, 1, 0x1e, 0]),
    sized(0xec, u16(3), ...formats),
    ...[Buffer.from([0xd7, 4]), u32(1), u32(pem.length), pem, u32(nonce.length), nonce],
  ]);
}

/** TDS_ENVCHANGE of the database, and capabilities as they were asked for. */
export function environment(): Buffer {
  const mask = Buffer.from([1, 14, ...Buffer.alloc(11), 0x70, 0xff, 0x7e, 2, 14, ...Buffer.alloc(14)]);
  return Buffer.concat([sized(0xe3, Buffer.from([1]), named('master'), named('master')), sized(0xe2, mask)]);
}

/** TDS_EED: a message to a person. */
export function eed(number: number, severity: number, text: string): Buffer {
  const sqlState = named('ZZZZZ');
  const words = Buffer.from(text, 'latin1');
  return sized(
    0xe5,
    ...[u32(number), Buffer.from([1, severity]), sqlState, Buffer.from([0, 1, 0])],
    ...[u16(words.length), words, named('ASE'), named('sp_password'), u16(1)],
  );
}

/** TDS_RETURNSTATUS and TDS_DONEPROC. */
export function returned(status: number): Buffer {
  return Buffer.concat([
    Buffer.from([0x79]),
    u32(status),
    Buffer.from([0xfe, status === 0 ? 0 : 2, 0, 0, 0, 0, 0, 0, 0]),
  ]);
}

/** TDS_DONE. */
export function done(error = false): Buffer {
  return Buffer.from([0xfd, error ? 2 : 0, 0, 0, 0, 0, 0, 0, 0]);
}
