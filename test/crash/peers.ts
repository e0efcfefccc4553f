import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

interface Entry {
  readonly username: string;
  readonly password: string;
}

/** One account of one kind of target, behind a relay of its own. */
export interface Place {
  readonly id: number;
  /** Index into `kinds`. */
  readonly kind: number;
  /** Empty where the service's address is in the settings. */
  readonly host: string;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly trusted: readonly string[];
  readonly account: Entry;
  readonly admin?: Entry;
  readonly elevation?: Entry;
}

/** Where a line is to stop: after so many turns of a connection (both from 1), or once `password` is not the account's any more. */
export type Point =
  | { readonly is: 'turn'; readonly connection: number; readonly turns: number }
  | { readonly is: 'changed'; readonly password: string; readonly then: 'hold' | 'cut' };

/** What the process is asked. */
export type Asked =
  | { readonly do: 'open'; readonly copies: number }
  | { readonly do: 'trap'; readonly traps: readonly { readonly id: number; readonly point: Point | null }[] }
  | { readonly do: 'look' }
  | { readonly do: 'talk'; readonly id: number }
  | { readonly do: 'isPassword'; readonly id: number; readonly password: string }
  | { readonly do: 'failures'; readonly id: number }
  | { readonly do: 'stop' };

/** The peers of every kind, in a process of their own that no kill of the product touches. */
export interface Peers {
  /** Accounts, `copies` of each kind. */
  readonly places: readonly Place[];
  /** Sets traps, or takes them away; connections are counted anew. */
  trap(traps: readonly { id: number; point: Point | null }[]): Promise<void>;
  /** Places whose line stands still, or was cut. */
  held(): Promise<ReadonlySet<number>>;
  /** The connections since the trap was set: when each came, in milliseconds since 1970, and its turns. */
  talk(id: number): Promise<readonly { at: number; turns: number }[]>;
  /** Asks the target itself, past the relay. */
  isPassword(id: number, password: string): Promise<boolean>;
  /** Failed log-ins so far, of the account and of whoever sets its password; 0 where nobody counts. */
  failures(id: number): Promise<readonly [number, number]>;
  stop(): Promise<void>;
}

const program = fileURLToPath(new URL('./peers-process.ts', import.meta.url));

/** Starts them. Throws with what the process said when a peer does not start. */
export async function startPeers(copies: number): Promise<Peers> {
  const child = fork(program, [], { execArgv: ['--no-warnings'] });
  const open = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
  let last = 0;
  child.on('message', (raw) => {
    const { n, answered, failed } = raw as { n: number; answered?: unknown; failed?: string };
    const waiting = open.get(n);
    open.delete(n);
    if (failed === undefined) waiting?.resolve(answered);
    else waiting?.reject(new Error(failed));
  });
  const ended = new Promise<void>((resolve) => {
    child.once('exit', (code) => {
      for (const { reject } of open.values()) reject(new Error(`the peers ended with ${String(code)}`));
      resolve();
    });
  });
  const ask = <T>(asked: Asked): Promise<T> =>
    new Promise((resolve, reject) => {
      last += 1;
      open.set(last, { resolve: resolve as (value: unknown) => void, reject });
      child.send({ n: last, asked });
    });
  let places: readonly Place[];
  try {
    places = await ask<readonly Place[]>({ do: 'open', copies });
  } catch (error) {
    child.disconnect();
    await ended;
    throw error;
  }
  return {
    places,
    trap: (traps) => ask({ do: 'trap', traps }),
    held: async () => new Set(await ask<number[]>({ do: 'look' })),
    talk: (id) => ask({ do: 'talk', id }),
    isPassword: (id, password) => ask({ do: 'isPassword', id, password }),
    failures: (id) => ask({ do: 'failures', id }),
    async stop() {
      await ask({ do: 'stop' });
      child.disconnect();
      await ended;
    },
  };
}
