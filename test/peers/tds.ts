import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { TLSSocket } from 'node:tls';

/* What the simulators of MS SQL Server and Sybase ASE share: packets and messages of TDS. Source: MS-TDS section 2.2.3; TDS 5.0 Functional Specification, packet header. */

const header = 8;
const longest = 512;

/** A message of a client: the type of its packets, and their bodies together. */
export interface TdsMessage {
  readonly type: number;
  readonly body: Buffer;
}

/** One packet that is a whole message of a server. */
function tdsPacket(type: number, body: Buffer, last = true, number = 1): Buffer {
  const head = Buffer.from([type, last ? 1 : 0, 0, 0, 0, 0, number & 0xff, 0]);
  head.writeUInt16BE(header + body.length, 2);
  return Buffer.concat([head, body]);
}

/** A message of a server, type 4, in as many packets as it needs: as small as they may be, so that clients meet more than one. */
export function tdsReply(body: Buffer): Buffer {
  const room = longest - header;
  const count = Math.max(1, Math.ceil(body.length / room));
  const packets = Array.from({ length: count }, (_, at) =>
    tdsPacket(4, body.subarray(at * room, (at + 1) * room), at === count - 1, at + 1),
  );
  return Buffer.concat(packets);
}

/** Gives each message of a client to `hear` when it is whole; `hear` gives back false when it has taken over the stream. */
export function hearTds(stream: Duplex, hear: (message: TdsMessage) => boolean): void {
  let held: Buffer = Buffer.alloc(0);
  let bodies: Buffer[] = [];
  const data = (chunk: Buffer): void => {
    held = Buffer.concat([held, chunk]);
    while (held.length >= header && held.length >= held.readUInt16BE(2)) {
      const length = held.readUInt16BE(2);
      if (length < header) {
        stream.destroy();
        return;
      }
      const [type, status] = [held[0] ?? 0, held[1] ?? 0];
      bodies.push(held.subarray(header, length));
      held = held.subarray(length);
      if ((status & 1) === 0) continue;
      const body = Buffer.concat(bodies);
      bodies = [];
      if (hear({ type, body })) continue;
      stream.off('data', data);
      return;
    }
  };
  stream.on('data', data);
  stream.on('error', () => undefined);
}

/** The server's side of TLS within TDS 7: its handshake in packets of type 0x12. TLS 1.2 at most, as the servers have it. */
export function tlsWithinTds(socket: Socket, cert: string, key: string): TLSSocket {
  let over = false;
  const wrapped = new Duplex({
    read: () => void socket.resume(),
    write(chunk: Buffer, _encoding, done) {
      socket.write(over ? chunk : tdsPacket(0x12, chunk), done);
    },
    final: (done) => void socket.end(done),
    destroy(error, done) {
      socket.destroy();
      done(error);
    },
  });
  wrapped.on('error', () => undefined);
  socket.on('close', () => void wrapped.destroy());
  const tls = new TLSSocket(wrapped, { isServer: true, cert, key, maxVersion: 'TLSv1.2' } as ConstructorParameters<
    typeof TLSSocket
  >[1]);
  tls.on('error', () => void socket.destroy());
  let held: Buffer = Buffer.alloc(0);
  socket.on('data', (chunk: Buffer) => {
    // The client is the first to send a record as it is; what the server sends last of the handshake is in a packet still.
    over ||= held.length === 0 && chunk[0] === 0x17;
    if (over) {
      wrapped.push(chunk);
      return;
    }
    held = Buffer.concat([held, chunk]);
    while (held.length >= header && held.length >= held.readUInt16BE(2)) {
      const length = held.readUInt16BE(2);
      if (held[0] !== 0x12 || length < header) {
        socket.destroy();
        return;
      }
      wrapped.push(held.subarray(header, length));
      held = held.subarray(length);
    }
  });
  return tls;
}
