import { connect, createServer, type Socket } from 'node:net';

/** A proxy before a server whose stored passwords can be looked at past it. */
export interface WatchingProxy {
  readonly port: number;
  /** While on, whoever is behind the proxy when a stored password changes is cut off before the server's answer passes. */
  cutAfterSetting(on: boolean): void;
  stop(): Promise<void>;
}

/**
 * Starts a proxy on a free port of `host`. It passes bytes on as they are, so that client and server can speak TLS with each other.
 * `stored` tells what the server keeps of its accounts' passwords, as one text that differs when any of them does.
 */
export async function startWatchingProxy(
  host: string,
  server: { readonly host: string; readonly port: number },
  stored: () => Promise<string>,
): Promise<WatchingProxy> {
  let before: Promise<string> | undefined;
  const open = new Set<Socket>();
  const keep = (socket: Socket): Socket => {
    open.add(socket);
    socket.setNoDelay(true);
    socket.on('error', () => undefined);
    socket.on('close', () => open.delete(socket));
    return socket;
  };
  const listener = createServer((socket) => {
    const client = keep(socket);
    const behind = keep(connect(server));
    client.on('close', () => behind.destroy());
    behind.on('close', () => client.destroy());
    client.pipe(behind);
    let passing = Promise.resolve();
    behind.on('data', (chunk: Buffer) => {
      passing = passing
        .then(async () => {
          if (before !== undefined && (await stored()) !== (await before)) client.resetAndDestroy();
          else client.write(chunk);
        })
        .catch(() => void client.destroy());
    });
    behind.on('end', () => {
      passing = passing.then(() => void client.end());
    });
  });
  await new Promise<void>((resolve, reject) => {
    listener.once('error', reject);
    listener.listen(0, host, resolve);
  });
  const address = listener.address();
  if (address === null || typeof address === 'string') throw new Error('the proxy has no port');
  return {
    port: address.port,
    cutAfterSetting(on) {
      before = on ? stored() : undefined;
    },
    stop() {
      for (const socket of open) socket.destroy();
      return new Promise((resolve) =>
        listener.close(() => {
          resolve();
        }),
      );
    },
  };
}
