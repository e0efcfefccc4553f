import type { MssqlError } from './mssql-server.ts';

/* Messages of TDS 7.4, the server's side. Source: MS-TDS sections 2.2.6 and 2.2.7. */

const utf16 = (text: string): Buffer => Buffer.from(text, 'utf16le');
const u16 = (value: number): Buffer => Buffer.from([value & 0xff, value >> 8]);
const u32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
};
/** B_VARCHAR and US_VARCHAR: how many characters, and they. */
const short = (text: string): Buffer => Buffer.concat([Buffer.from([text.length]), utf16(text)]);
const long = (text: string): Buffer => Buffer.concat([u16(text.length), utf16(text)]);
/** A token with its length in two bytes. */
const sized = (type: number, ...parts: Buffer[]): Buffer => {
  const body = Buffer.concat(parts);
  return Buffer.concat([Buffer.from([type]), u16(body.length), body]);
};
/** Latin1_General, case-insensitive. */
const collation = Buffer.from([0x09, 0x04, 0xd0, 0x00, 0x34]);

/** ENCRYPTION of a client's PRELOGIN; 2, not supported, where it is left out. */
export function preloginEncryption(body: Buffer): number {
  for (let at = 0; body[at] !== 0xff && at + 5 <= body.length; at += 5)
    if (body[at] === 1) return body[body.readUInt16BE(at + 1)] ?? 2;
  return 2;
}

/** The answer to it: VERSION 15.0.2000 and ENCRYPTION. */
export function prelogin(encryption: number): Buffer {
  return Buffer.from([0, 0, 11, 0, 6, 1, 0, 17, 0, 1, 0xff, 15, 0, 0x07, 0xd0, 0, 0, encryption]);
}

/** What a LOGIN7 says. */
export interface Login7 {
  readonly username: string;
  readonly password: string;
  readonly database: string;
  readonly sspi: Buffer;
  /** Ids of the features that are asked for. */
  readonly features: readonly number[];
}

/** Reads a LOGIN7. Throws where it is no such message of TDS 7.4. */
export function readLogin(body: Buffer): Login7 {
  if (body.readUInt32LE(0) !== body.length || body.readUInt32LE(4) < 0x74000004) throw new Error('not TDS 7.4');
  const bytes = (at: number, width: number): Buffer => {
    const offset = body.readUInt16LE(at);
    return body.subarray(offset, offset + body.readUInt16LE(at + 2) * width);
  };
  const text = (at: number): string => bytes(at, 2).toString('utf16le');
  // Each byte was turned, four bits by four, and then XORed with A5.
  const password = Buffer.from(bytes(44, 2).map((byte) => swapped(byte ^ 0xa5)));
  const extended = ((body[27] ?? 0) & 0x10) !== 0;
  return {
    username: text(40),
    password: password.toString('utf16le'),
    database: text(68) || 'master',
    sspi: bytes(78, 1),
    features: extended ? featuresAt(body, body.readUInt32LE(body.readUInt16LE(56))) : [],
  };
}

const swapped = (byte: number): number => ((byte << 4) | (byte >> 4)) & 0xff;

function featuresAt(body: Buffer, from: number): number[] {
  const found: number[] = [];
  for (let at = from; body[at] !== undefined && body[at] !== 0xff; at += 5 + body.readUInt32LE(at + 1))
    found.push(body[at] ?? 0);
  return found;
}

/** The text of a batch, behind ALL_HEADERS. */
export function readBatch(body: Buffer): string {
  return body.subarray(body.readUInt32LE(0)).toString('utf16le');
}

/** ENVCHANGE of database, collation and packet size, and LOGINACK. */
export function signedIn(database: string): Buffer[] {
  return [
    sized(0xe3, Buffer.from([1]), short(database), short('master')),
    sized(0xe3, Buffer.from([7, 5]), collation, Buffer.from([0])),
    sized(0xe3, Buffer.from([2]), short('us_english'), short('')),
    sized(0xad, Buffer.from([1, 0x74, 0, 0, 4]), short('Microsoft SQL Server\0\0'), Buffer.from([15, 0, 0x07, 0xd0])),
    sized(0xe3, Buffer.from([4]), short('4096'), short('4096')),
  ];
}

/** UTF8_SUPPORT is the one feature that is known; nothing where nothing was asked for. */
export function featuresAcknowledged(features: readonly number[]): Buffer {
  if (features.length === 0) return Buffer.alloc(0);
  return Buffer.from([0xae, ...(features.includes(10) ? [10, 1, 0, 0, 0, 1] : []), 0xff]);
}

/** ENVCHANGE of routing: sign in there instead. */
export function routing(server: string, port: number): Buffer {
  const value = Buffer.concat([Buffer.from([0]), u16(port), long(server)]);
  return sized(0xe3, Buffer.from([20]), u16(value.length), value, u16(0));
}

/** A message of SSPI. */
export function sspi(message: Buffer): Buffer {
  return sized(0xed, message);
}

/** ERROR. */
export function error({ number, severity, message }: MssqlError): Buffer {
  return sized(0xaa, u32(number), Buffer.from([1, severity]), long(message), short('DB1'), short(''), u32(1));
}

/** DONE, after an error or after so many rows. */
export function done(how: 'error' | number | undefined = undefined): Buffer {
  const status = how === 'error' ? 2 : how === undefined ? 0 : 0x10;
  return Buffer.concat([Buffer.from([0xfd]), u16(status), u16(0), u32(typeof how === 'number' ? how : 0), u32(0)]);
}

/** COLMETADATA and ROWs of two columns: a name, and a number or nothing. */
export function table(rows: readonly (readonly [name: string, privileged: number])[]): Buffer[] {
  const columns = Buffer.concat([
    Buffer.from([0x81]),
    u16(2),
    ...[u32(0), u16(9), Buffer.from([0xe7]), u16(256), collation, short('name')],
    ...[u32(0), u16(9), Buffer.from([0x26, 4]), short('privileged')],
  ]);
  const row = ([name, privileged]: readonly [string, number]): Buffer =>
    Buffer.concat([Buffer.from([0xd1]), u16(name.length * 2), utf16(name), Buffer.from([4]), u32(privileged)]);
  return [columns, ...rows.map(row)];
}
