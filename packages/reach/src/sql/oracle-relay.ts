import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';

/** Length in two bytes, checksum, type, flags, checksum, until a connection is accepted. Source: the thin client of node-oracledb, sqlnet/constants.js. */
const header = 8;
const packetType = { accept: 2, refuse: 4, redirect: 5, data: 6, resend: 11 } as const;
const passed: readonly number[] = [packetType.refuse, packetType.data, packetType.resend];
const longest = 64 * 1024;

/** Where a client library that insists on dialling may do so, once. */
export interface Relay {
  readonly port: number;
  end(): void;
}

/**
 * Opens a port on the loopback interface for one connection, which then goes on over `target`: a socket whose other end has been checked.
 * Nobody else gets in after it, so that the library cannot try again. If another process of this host comes first, it has a line to the
 * server and no login; the library is then not connected.
 * A server that sends elsewhere is cut off: the library would dial there by itself, past every check.
 */
export async function relayTo(target: Socket): Promise<Relay> {
  const server = createServer((client) => {
    server.close();
    const end = (): void => {
      client.destroy();
      target.destroy();
    };
    client.on('error', end).on('close', end);
    target.on('error', end).on('close', end);
    client.pipe(target);
    const gate = new Gate((bytes) => client.write(bytes), end);
    target.on('data', (chunk: Buffer) => {
      gate.pass(chunk);
    });
    target.on('end', () => void client.end());
  });
  server.maxConnections = 1;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    end() {
      server.close();
      target.destroy();
    },
  };
}

/** Lets through what a server says, until it accepts packet by packet. */
class Gate {
  readonly #write: (bytes: Buffer) => void;
  readonly #end: () => void;
  #held: Buffer = Buffer.alloc(0);
  #accepted = false;

  constructor(write: (bytes: Buffer) => void, end: () => void) {
    this.#write = write;
    this.#end = end;
  }

  pass(chunk: Buffer): void {
    if (this.#accepted) {
      this.#write(chunk);
      return;
    }
    this.#held = Buffer.concat([this.#held, chunk]);
    while (this.#held.length >= header) {
      const length = this.#held.readUInt16BE(0);
      const type = this.#held[4] ?? 0;
      if (type === packetType.accept) {
        this.#accepted = true;
        this.#write(this.#held);
        return;
      }
      if (!passed.includes(type) || length < header || this.#held.length > longest) {
        this.#end();
        return;
      }
      if (this.#held.length < length) return;
      this.#write(this.#held.subarray(0, length));
      this.#held = this.#held.subarray(length);
    }
  }
}
