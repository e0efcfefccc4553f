import { connect, createServer, type Server, type Socket } from 'node:net';
import { once } from 'node:events';

/** Where a line is to stop: in which connection since the trap was set (from 1), after how many turns. */
export interface TurnTrap {
  readonly connection: number;
  /**
   * Turns are counted by who speaks: the first data is turn 1, and each change of the speaker begins the next. What
   * follows the n-th turn is held back; 0 holds back everything.
   */
  readonly turns: number;
  /**
   * Whether turns are counted from the host's NEWKEYS (RFC 4253 section 7.3) instead: both sides speak first in SSH, so
   * that the turns before it vary.
   */
  readonly afterKeys?: boolean;
}

/** Stops a line, whichever it is, before what the host says next. */
export interface WordTrap {
  /** Asked each time the host has said something, before it passes on. */
  before(): Promise<boolean>;
  /** `cut` breaks the line there, instead of holding it. */
  readonly then: 'hold' | 'cut';
}

export type Trap = TurnTrap | WordTrap;

/** A TCP relay between the product and one host, which can be made to stand still at an exact point of the talk. */
export interface Proxy {
  readonly port: number;
  /** Sets a trap, or takes it away; the connections are counted anew. */
  trap(trap: Trap | undefined): void;
  /** Settles when something is held back, or was cut. */
  held(): Promise<void>;
  /** Each connection since the trap was set: when it came (milliseconds since 1970), turns in all, and turns after the host's NEWKEYS. */
  readonly talk: readonly { at: number; turns: number; afterKeys: number }[];
  /** Stops listening, so that connections are refused; listen() takes the same port again. */
  refuse(): Promise<void>;
  listen(): Promise<void>;
  close(): Promise<void>;
}

/** Starts a relay on a free port of `host`. */
export async function startProxy(to: { host: string; port: number }, host = '127.0.0.1'): Promise<Proxy> {
  let trap: Trap | undefined;
  let talk: { at: number; turns: number; afterKeys: number }[] = [];
  let reached: (() => void) | undefined;
  let reaching = Promise.resolve();
  let count = 0;
  let port = 0;
  const sockets = new Set<Socket>();

  const serve = (near: Socket): void => {
    count += 1;
    const mine = trap !== undefined && 'connection' in trap && trap.connection === count ? trap : undefined;
    const words = trap !== undefined && 'before' in trap ? trap : undefined;
    const passed = { at: Date.now(), turns: 0, afterKeys: 0 };
    talk.push(passed);
    const hasKeys = newKeysSeen();
    let keys = false;
    let speaker = '';
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
      // What the host says waits its turn while it is asked whether the word has come.
      let passing = Promise.resolve();
      // The host's own goodbye does not pass a line that stands still.
      const afterwards = (work: () => void): void => {
        if (who === 'c') work();
        else
          passing = passing.then(() => {
            if (!still) work();
          });
      };
      from.on('data', (chunk: Buffer) => {
        if (still) return;
        if (words !== undefined && who === 's') {
          passing = passing.then(async () => {
            if (still) return;
            // A host that cannot be asked, because everything ends, says nothing more.
            if (await words.before().catch(() => true)) {
              holdBack();
              if (words.then === 'cut') {
                near.resetAndDestroy();
                far.destroy();
              }
            } else into.write(chunk);
          });
          return;
        }
        if (speaker !== who) {
          const reached =
            mine?.afterKeys === true
              ? keys && passed.afterKeys >= mine.turns
              : passed.turns >= (mine?.turns ?? Infinity);
          if (mine !== undefined && reached) {
            holdBack();
            return;
          }
          speaker = who;
          passed.turns += 1;
          if (keys) passed.afterKeys += 1;
        }
        if (who === 's') keys ||= hasKeys(chunk);
        into.write(chunk);
      });
      from.on('error', () => {
        afterwards(() => void into.destroy());
      });
      from.on('end', () => {
        afterwards(() => void into.end());
      });
      from.on('close', () => {
        sockets.delete(from);
        afterwards(() => void into.destroy());
      });
    };
    relay(near, far, 'c');
    relay(far, near, 's');
  };

  let server: Server | undefined;
  const listen = async (): Promise<void> => {
    server = createServer(serve);
    server.listen(port, host);
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

/** Follows what a host sends in clear, and says whether its NEWKEYS has come. Source: RFC 4253 sections 4.2, 6 and 12. */
function newKeysSeen(): (chunk: Buffer) => boolean {
  let data = Buffer.alloc(0);
  let greeted = false;
  return (chunk) => {
    data = Buffer.concat([data, chunk]);
    if (!greeted) {
      const end = data.indexOf('\n');
      if (end < 0) return false;
      greeted = true;
      data = data.subarray(end + 1);
    }
    while (data.length > 5) {
      if (data[5] === 21) return true;
      const size = 4 + data.readUInt32BE(0);
      if (data.length < size) return false;
      data = data.subarray(size);
    }
    return false;
  };
}
