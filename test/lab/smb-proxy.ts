import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/** A relay before an SMB host that can swallow the answer to a change. */
export interface SmbProxy {
  readonly port: number;
  /** From now on, the line ends instead of passing on the answer to a long message of a session; `false` stops that. */
  cutting(on: boolean): void;
  close(): Promise<void>;
}

/**
 * In bytes. Once signed in, nothing of SAMR is as long as a wrapped password (516 bytes at least), whether it is
 * encrypted or not: so the relay knows a change by its length, and needs no key.
 */
const longMessage = 560;
const [negotiate, sessionSetup] = [0, 1];

/** Starts a relay on a free port of 127.0.0.1. */
export async function startSmbProxy(to: { host: string; port: number }): Promise<SmbProxy> {
  let cutting = false;
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(to.port, to.host);
    let swallow = false;
    let sent = Buffer.alloc(0);
    near.on('data', (chunk: Buffer) => {
      sent = Buffer.concat([sent, chunk]);
      while (sent.length >= 4 && sent.length >= 4 + sent.readUInt32BE()) {
        const message = sent.subarray(4, 4 + sent.readUInt32BE());
        const plain = message[0] === 0xfe ? message.readUInt16LE(12) : undefined;
        if (cutting && plain !== negotiate && plain !== sessionSetup && message.length > longMessage) swallow = true;
        far.write(sent.subarray(0, 4 + message.length));
        sent = sent.subarray(4 + message.length);
      }
    });
    far.on('data', (chunk: Buffer) => {
      if (swallow) near.destroy();
      else near.write(chunk);
    });
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(one);
      one.on('error', () => other.destroy());
      one.on('close', () => {
        sockets.delete(one);
        other.destroy();
      });
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('no port');
  return {
    port: address.port,
    cutting(on) {
      cutting = on;
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
