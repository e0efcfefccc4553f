import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { Unreachable } from '@strongroom/driver-kit';
import { Reader } from '../reader.ts';
import { secure, type TlsReach } from '../tls.ts';
import { Line } from './line.ts';
import type { NtlmExchange } from './mssql-ntlm.ts';

/** Type, status, length (big-endian, of the whole packet), SPID, packet number, window. Source: MS-TDS section 2.2.3.1. */
const header = 8;
const packetType = { reply: 0x04, prelogin: 0x12 } as const;
const endOfMessage = 0x01;
/** Until signing in, no packet is longer. Source: MS-TDS section 2.2.3.1.3. */
const longest = 4096;
/** The token of a PRELOGIN option, and values of it. Source: MS-TDS section 2.2.6.5. */
const encryption = 0x01;
const encrypt = { on: 0x01, notSupported: 0x02, required: 0x03 } as const;

/**
 * VERSION of a client library, which servers keep for their statistics; ENCRYPTION; INSTOPT: an empty instance name; no thread; no MARS.
 * An option is its token, its offset and its length, big-endian. Source: MS-TDS section 2.2.6.5.
 */
function preloginMessage(): Buffer {
  const options: readonly (readonly [token: number, value: readonly number[]])[] = [
    [0x00, [1, 0, 0, 0, 0, 0]],
    [encryption, [encrypt.on]],
    [0x02, [0]],
    [0x03, [0, 0, 0, 0]],
    [0x04, [0]],
  ];
  let offset = options.length * 5 + 1;
  const table: number[] = [];
  for (const [token, { length }] of options) {
    table.push(token, offset >> 8, offset & 0xff, length >> 8, length & 0xff);
    offset += length;
  }
  return Buffer.from([...table, 0xff, ...options.flatMap(([, value]) => value)]);
}

function packet(body: Buffer): Buffer {
  const head = Buffer.from([packetType.prelogin, endOfMessage, 0, 0, 0, 0, 1, 0]);
  head.writeUInt16BE(header + body.length, 2);
  return Buffer.concat([head, body]);
}

/** Where the value of ENCRYPTION stands in an answer to PRELOGIN, or undefined where there is none. */
function encryptionAt(body: Buffer): number | undefined {
  for (let at = 0; at + 5 <= body.length && body[at] !== 0xff; at += 5) {
    const offset = body.readUInt16BE(at + 1);
    if (body[at] === encryption && body.readUInt16BE(at + 3) === 1 && offset < body.length) return offset;
  }
  return undefined;
}

/**
 * The handshake of TLS in packets of type PRELOGIN, as TDS 7 wants it; after it, the records of TLS as they are.
 * Source: MS-TDS section 2.2.6.5, TLS/SSL handshake payload.
 */
class Handshake extends Duplex {
  readonly #socket: Socket;
  #held: Buffer = Buffer.alloc(0);
  #over = false;

  constructor(socket: Socket) {
    super();
    this.#socket = socket;
    socket
      .on('data', (chunk: Buffer) => {
        if (this.#over) this.#take(chunk);
        else this.#unwrap(chunk);
      })
      .on('end', () => void this.push(null))
      // What came before is read first.
      .on('close', () => void setImmediate(() => this.destroy()));
  }

  /** The handshake is done. */
  over(): void {
    this.#over = true;
  }

  #take(bytes: Buffer): void {
    if (!this.push(bytes)) this.#socket.pause();
  }

  #unwrap(chunk: Buffer): void {
    this.#held = Buffer.concat([this.#held, chunk]);
    while (this.#held.length >= header) {
      const length = this.#held.readUInt16BE(2);
      const type = this.#held[0];
      if ((type !== packetType.prelogin && type !== packetType.reply) || length < header) {
        this.#socket.destroy();
        return;
      }
      if (this.#held.length < length) return;
      this.#take(this.#held.subarray(header, length));
      this.#held = this.#held.subarray(length);
    }
  }

  override _read(): void {
    this.#socket.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this._writev([{ chunk }], done);
  }

  /** What TLS writes at once is one message: a server waits for its end before it looks at it. */
  override _writev(chunks: readonly { readonly chunk: Buffer }[], done: (error?: Error | null) => void): void {
    const bytes = Buffer.concat(chunks.map(({ chunk }) => chunk));
    this.#socket.write(this.#over ? bytes : packet(bytes), done);
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#socket.end(done);
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#socket.destroy();
    done(error);
  }
}

/**
 * Greets a server, starts TLS within TDS and checks who answers, before a library says anything.
 * Gives the secured socket and what the server greeted with, from which the library is to see that no TLS is left to start.
 * Throws Unreachable where the server has no TLS or speaks something else, and what secure() throws.
 */
export async function startTds(
  socket: Socket,
  reach: TlsReach,
  by: 'verified' | 'pinned',
): Promise<{ readonly socket: Socket; readonly greeting: Buffer }> {
  const reader = new Reader(socket, longest);
  socket.write(packet(preloginMessage()));
  const greeting = await greeted(reader).catch((error: unknown) => {
    throw error instanceof Unreachable ? error : new Unreachable('the server ended the connection');
  });
  const at = encryptionAt(greeting.subarray(header));
  const said = at === undefined ? undefined : greeting[header + at];
  if (at === undefined || (said !== encrypt.on && said !== encrypt.required))
    throw new Unreachable('the server speaks no TLS');
  greeting[header + at] = encrypt.notSupported;
  socket.removeAllListeners('data').pause();
  const handshake = new Handshake(socket);
  handshake.on('error', () => undefined);
  // Within TDS 7 there is no TLS 1.3: its handshake does not end where the packets do.
  const secured = await secure(handshake, reach, by, { maxVersion: 'TLSv1.2' });
  handshake.over();
  return { socket: secured, greeting };
}

async function greeted(reader: Reader): Promise<Buffer> {
  const head = await reader.exactly(header);
  const length = head.readUInt16BE(2);
  if (head[0] !== packetType.reply || (head[1] ?? 0) !== endOfMessage || length < header)
    throw new Unreachable('the server does not speak TDS');
  return Buffer.concat([head, await reader.exactly(length - header)]);
}

/**
 * The line a library signs in over. Where TLS has been started it answers the library's own greeting by itself, since the server has been greeted already.
 * A server that lets nobody in says why and hangs up: the library, which drops what it has not read by then, hears of the end a little later.
 */
export class MssqlLine extends Line {
  #greeting: Buffer | undefined;
  readonly #ntlm: NtlmExchange | undefined;

  constructor(socket: Socket, greeting: Buffer | undefined, ntlm: NtlmExchange | undefined) {
    super(socket);
    this.#greeting = greeting;
    this.#ntlm = ntlm;
  }

  /** The library writes packets whole, and its greeting first of all. */
  protected override outgoing(packet: Buffer): Buffer | Promise<Buffer> {
    if (this.#greeting === undefined)
      return new Promise((resolve) => {
        resolve(this.#ntlm?.outgoing(packet) ?? packet);
      });
    this.push(this.#greeting);
    this.#greeting = undefined;
    return Buffer.alloc(0);
  }

  protected override incoming(chunk: Buffer): Buffer {
    this.#ntlm?.incoming(chunk);
    return chunk;
  }

  protected override ended(): void {
    // What has come is read before the next phase of the event loop: nothing else is waited for meanwhile.
    setImmediate(() => {
      super.ended();
    });
  }
}
