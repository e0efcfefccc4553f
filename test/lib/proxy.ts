import { connect, createServer, type Server, type Socket } from 'node:net';
import { once } from 'node:events';

/** Where a line is to stop: in which connection since the trap was set (from 1), after how many turns. */
export interface Trap {
  readonly connection: number;
  /**
   * Turns are counted by who speaks: the first data is turn 1, and each change of the speaker begins the next. What
   * follows the n-th turn is held back; 0 holds back everything.
   */
  readonly turns: number;
}

/** A TCP relay between the product and one host, which can be made to stand still at an exact point of the talk. */
export interface Proxy {
  readonly port: number;
  /** Sets a trap, or takes it away; the connections are counted anew. */
  trap(trap: Trap | undefined): void;
  /** Settles when something is held back. */
  held(): Promise<void>;
  /** Who spoke how much in each connection since the trap was set: `c` is the product, `s` the host; bytes a turn. */
  readonly talk: readonly string[][];
  /** Stops listening, so that connections are refused; listen() takes the same port again. */
  refuse(): Promise<void>;
  listen(): Promise<void>;
  close(): Promise<void>;
}

/** Starts a relay on a free port of 127.0.0.1. */
export async function startProxy(to: { host: string; port: number }): Promise<Proxy> {
  let trap: Trap | undefined;
  let talk: string[][] = [];
  let reached: (() => void) | undefined;
  let reaching = Promise.resolve();
  let count = 0;
  let port = 0;
  const sockets = new Set<Socket>();

  const serve = (near: Socket): void => {
    count += 1;
    const mine = trap?.connection === count ? trap : undefined;
    const turns: string[] = [];
    talk.push(turns);
    let speaker = '';
    let turn = 0;
    let still = false;
    const holdBack = (): void => {
      still = true;
      reached?.();
    };
    if (mine?.turns === 0) holdBack();
    const far = connect(to.port, to.host);
    const relay = (from: Socket, into: Socket, who: 'c' | 's'): void => {
      sockets.add(from);
      from.setNoDelay(true);
      from.on('data', (chunk: Buffer) => {
        if (still) return;
        if (speaker !== who) {
          if (mine !== undefined && turn >= mine.turns) {
            holdBack();
            return;
          }
          speaker = who;
          turn += 1;
          turns.push(who);
        }
        turns[turn - 1] = `${who}${String(Number(turns[turn - 1]?.slice(1) || 0) + chunk.length)}`;
        into.write(chunk);
      });
      from.on('error', () => into.destroy());
      from.on('end', () => into.end());
      from.on('close', () => {
        sockets.delete(from);
        into.destroy();
      });
    };
    relay(near, far, 'c');
    relay(far, near, 's');
  };

  let server: Server | undefined;
  const listen = async (): Promise<void> => {
    server = createServer(serve);
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    if (typeof address === 'object' && address !== null) port = address.port;
  };
  const refuse = async (): Promise<void> => {
    const closing = server === undefined ? Promise.resolve() : once(server, 'close');
    server?.close();
    for (const socket of sockets) socket.destroy();
    await closing;
    server = undefined;
  };
  await listen();
  return {
    get port() {
      return port;
    },
    trap(next) {
      trap = next;
      talk = [];
      count = 0;
      reaching = new Promise((resolve) => {
        reached = resolve;
      });
    },
    held: () => reaching,
    get talk() {
      return talk;
    },
    listen,
    refuse,
    close: refuse,
  };
}
