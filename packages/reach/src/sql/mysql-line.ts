import type { Socket } from 'node:net';
import { Line } from './line.ts';

/** Length in three bytes, little-endian, and a sequence number. Source: MySQL Internals, Protocol Basics, MySQL Packets. */
const header = 4;
/** More than any packet of signing in has. */
const longestPacket = 64 * 1024;
/** Capability CLIENT_SSL. Source: MySQL Internals, Capabilities Flags. */
const clientSsl = 0x0800;
/** The fixed part of the handshake response is the whole of an SSL request: capabilities, packet size, character set, filler. */
const fixedPart = 32;

/**
 * A MySQL connection that turns to TLS before the first thing its library sends, which then believes that it speaks in clear text.
 * MySQL starts TLS in the middle of signing in, by a packet that repeats the start of the handshake response. The library
 * does not count this packet, so until signing in ends every sequence number is one too low on its side.
 * Source: MySQL Internals, Connection Phase, SSL Handshake; Protocol::SSLRequest.
 */
export class MysqlTlsLine extends Line {
  readonly #secure: (socket: Socket) => Promise<Socket>;
  #phase: 'greeting' | 'signing in' | 'through' = 'greeting';
  #held: Buffer = Buffer.alloc(0);

  /** `secure` starts TLS and checks who answers; what it throws ends the line. */
  constructor(socket: Socket, secure: (socket: Socket) => Promise<Socket>) {
    super(socket);
    this.#secure = secure;
  }

  protected override async outgoing(packet: Buffer): Promise<Buffer> {
    if (this.#phase === 'through') return packet;
    if (this.#phase === 'greeting') {
      const request = Buffer.alloc(header + fixedPart);
      packet.copy(request, header, header, header + fixedPart);
      request.writeUIntLE(fixedPart, 0, 3);
      request[3] = packet[3] ?? 1;
      withSsl(request);
      await this.send(request);
      await this.exchange(this.#secure);
      this.#phase = 'signing in';
      const response = Buffer.from(packet);
      withSsl(response);
      return counted(response, 1);
    }
    // Each command starts counting anew (MySQL Internals, Sequence Id): signing in is over.
    if (packet[3] === 0) {
      this.#phase = 'through';
      return packet;
    }
    return counted(Buffer.from(packet), 1);
  }

  protected override incoming(chunk: Buffer): Buffer {
    if (this.#phase !== 'signing in') return chunk;
    this.#held = Buffer.concat([this.#held, chunk]);
    const whole: Buffer[] = [];
    while (this.#held.length >= header) {
      const length = header + this.#held.readUIntLE(0, 3);
      if (length > longestPacket) {
        this.destroy(new Error('a packet that does not belong to signing in'));
        break;
      }
      if (this.#held.length < length) break;
      whole.push(counted(Buffer.from(this.#held.subarray(0, length)), -1));
      this.#held = this.#held.subarray(length);
    }
    return Buffer.concat(whole);
  }
}

function withSsl(packet: Buffer): void {
  packet.writeUInt32LE((packet.readUInt32LE(header) | clientSsl) >>> 0, header);
}

function counted(packet: Buffer, by: number): Buffer {
  packet[3] = ((packet[3] ?? 0) + by) & 0xff;
  return packet;
}
