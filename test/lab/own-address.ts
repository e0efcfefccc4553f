import { randomInt } from 'node:crypto';
import { createServer, type Server } from 'node:net';

/** A loopback address that is ours for a while. */
export interface OwnAddress {
  /** 127.x.y.1 */
  readonly address: string;
  release(): void;
}

/** Finds a loopback address nobody uses, and holds it with a socket, which the kernel takes back however this process ends. */
export async function ownAddress(): Promise<OwnAddress> {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const address = `127.${String(randomInt(100, 250))}.${String(randomInt(1, 250))}.1`;
    const held = await hold(address);
    if (held !== undefined) return { address, release: () => void held.close() };
  }
  throw new Error('no free loopback address found');
}

function hold(host: string): Promise<Server | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => {
      resolve(undefined);
    });
    server.listen(65_000, host, () => {
      resolve(server.unref());
    });
  });
}
