import { createCipheriv, createDecipheriv, createHash, pbkdf2Sync, randomBytes } from 'node:crypto';

/* Messages of Oracle's TTC, the server's side, at the level of 19c. Source: there is no public description; these are read from the thin client of node-oracledb 26 (lib/thin/protocol). */

/** A number: how many bytes, and they, the highest first. */
function number(value: number): Buffer {
  if (value === 0) return Buffer.from([0]);
  const hex = value.toString(16);
  const bytes = Buffer.from(hex.length % 2 === 1 ? `0${hex}` : hex, 'hex');
  return Buffer.concat([Buffer.from([bytes.length]), bytes]);
}
const sized = (bytes: Buffer): Buffer => Buffer.concat([Buffer.from([bytes.length]), bytes]);

/** A key and a value of signing in, with a flag. */
export type Pair = readonly [key: string, value: string, flag?: number];

const status = Buffer.from([9, 0, 0]);

/** What signing in gives back: parameters, and the end of the call. */
export function parameters(pairs: readonly Pair[]): Buffer {
  const each = pairs.map(([key, value, flag = 0]) =>
    Buffer.concat([
      ...[number(key.length), sized(Buffer.from(key)), number(value.length)],
      ...(value === '' ? [] : [sized(Buffer.from(value))]),
      number(flag),
    ]),
  );
  return Buffer.concat([Buffer.from([8]), number(pairs.length), ...each, status]);
}

/** The end of a call, and nothing else. */
export const ended = (): Buffer => status;

/** How a call went: 0 is well. Between the kind of message and the error's number everything is nothing. */
export function outcome(code: number, message = ''): Buffer {
  return Buffer.concat([
    Buffer.from([4]),
    // Eight numbers, six bytes, row id and the rest up to the number.
    Buffer.alloc(8 + 6 + 5 + 9),
    ...[number(code), number(0)],
    ...(code === 0 ? [] : [sized(Buffer.from(message))]),
  ]);
}

/** The answer to a client's greeting: UTF-8, national UTF-16, and the abilities of 19c. */
export function protocol(): Buffer {
  const [compiled, running, national] = [Buffer.alloc(53), Buffer.alloc(11), Buffer.alloc(11)];
  compiled[7] = 12;
  running[1] = 1;
  running[6] = 4;
  national.writeUInt16BE(2000, 9);
  return Buffer.concat([
    Buffer.from([1, 6, 0]),
    Buffer.from('x86_64/Linux 2.4.xx\0'),
    Buffer.from([0x69, 0x03, 1, 0, 0, 0, national.length]),
    ...[national, sized(compiled), sized(running)],
  ]);
}

/** The answer about types of data: UTC, and none to convert. */
export function dataTypes(): Buffer {
  return Buffer.from([2, 0x80, 0, 0, 0, 60, 60, 0, 0, 0, 0, 0, 0, 0]);
}

/** Walks over a message of a client. Throws where it ends too early. */
export class TtcReader {
  readonly #bytes: Buffer;
  #at = 0;
  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }
  take(length: number): Buffer {
    if (this.#at + length > this.#bytes.length) throw new Error('cut short');
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }
  byte(): number {
    return this.take(1).readUInt8();
  }
  number(): number {
    const length = this.byte();
    return length === 0 ? 0 : this.take(length).readUIntBE(0, length);
  }
  /** Bytes behind their length; above 252 of them in pieces. */
  bytes(): Buffer {
    const length = this.byte();
    if (length !== 254) return this.take(length);
    const pieces: Buffer[] = [];
    for (let piece = this.number(); piece > 0; piece = this.number()) pieces.push(this.take(piece));
    return Buffer.concat(pieces);
  }
}

/** Who asks to be let in, and what they say of themselves: behind the head of functions 118 and 115. */
export function readAuth(reader: TtcReader): { readonly name: string; readonly said: ReadonlyMap<string, string> } {
  reader.byte();
  reader.number();
  reader.number();
  reader.byte();
  const count = reader.number();
  reader.take(2);
  const name = reader.bytes().toString('utf8');
  const said = new Map<string, string>();
  for (let at = 0; at < count; at += 1) {
    reader.number();
    const key = reader.bytes().toString('utf8');
    said.set(key, reader.number() === 0 ? '' : reader.bytes().toString('utf8'));
    reader.number();
  }
  return { name, said };
}

/** The statement behind the head of function 94. */
export function readStatement(reader: TtcReader): string {
  const shape = 'nnbnbnbbbnnbnbbbbbbnnbbbnbnnbnbbnbnbbn';
  for (const kind of shape) {
    if (kind === 'n') reader.number();
    else reader.byte();
  }
  return reader.bytes().toString('utf8');
}

function aes(key: Buffer, data: Buffer, way: 'seal' | 'open'): Buffer {
  const nothing = Buffer.alloc(16);
  const cipher =
    way === 'seal' ? createCipheriv('aes-256-cbc', key, nothing) : createDecipheriv('aes-256-cbc', key, nothing);
  cipher.setAutoPadding(false);
  return Buffer.concat([cipher.update(data), cipher.final()]);
}
const hex = (bytes: Buffer): string => bytes.toString('hex').toUpperCase();
const rounds = { verifier: 4096, session: 3 } as const;

/** One exchange of O5LOGON with the verifier of 12c. */
export class Logon {
  readonly #salt = randomBytes(16);
  readonly #mixing = randomBytes(16);
  readonly #ours = randomBytes(32);
  readonly #key: Buffer;

  /** `password` of the account; of one that is not there anything. */
  constructor(password: string) {
    const salt = Buffer.concat([this.#salt, Buffer.from('AUTH_PBKDF2_SPEEDY_KEY')]);
    const stretched = pbkdf2Sync(password, salt, rounds.verifier, 64, 'sha512');
    this.#key = createHash('sha512').update(stretched).update(this.#salt).digest().subarray(0, 32);
  }

  challenge(): readonly Pair[] {
    return [
      ['AUTH_SESSKEY', hex(aes(this.#key, this.#ours, 'seal'))],
      ['AUTH_VFR_DATA', hex(this.#salt), 0x4815],
      ['AUTH_PBKDF2_CSK_SALT', hex(this.#mixing)],
      ['AUTH_PBKDF2_VGEN_COUNT', String(rounds.verifier)],
      ['AUTH_PBKDF2_SDER_COUNT', String(rounds.session)],
    ];
  }

  /** The password that was said, and the answer that proves the server; undefined where the keys do not meet. */
  proven(said: ReadonlyMap<string, string>): { readonly password: string; readonly answer: Pair } | undefined {
    try {
      const theirs = aes(this.#key, Buffer.from(said.get('AUTH_SESSKEY') ?? '', 'hex'), 'open');
      const both = Buffer.from(hex(Buffer.concat([theirs, this.#ours])));
      const session = pbkdf2Sync(both, this.#mixing, rounds.session, 32, 'sha512');
      const padded = aes(session, Buffer.from(said.get('AUTH_PASSWORD') ?? '', 'hex'), 'open');
      const password = padded.subarray(16, padded.length - (padded.at(-1) ?? 0)).toString('utf8');
      const answer = Buffer.concat([randomBytes(16), Buffer.from('SERVER_TO_CLIENT'), Buffer.alloc(16, 16)]);
      return { password, answer: ['AUTH_SVR_RESPONSE', hex(aes(session, answer, 'seal'))] };
    } catch {
      return undefined;
    }
  }
}
