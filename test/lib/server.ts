import { readFile } from 'node:fs/promises';
import { client, type Caller } from './client.ts';
import { commandLine, cutDown, familyOf } from './processes.ts';
import { makePlace, unattended, type Running, type Settings } from './product.ts';

export { administrator } from './product.ts';

/** A line of the server's log: pino's JSON, read. */
export type LogLine = Readonly<Record<string, unknown>> & { readonly msg?: string };

/** The real product on a state directory of its own. */
export interface TestServer extends Caller {
  /** `https://127.0.0.1:PORT`; another port after a restart. */
  readonly url: string;
  /** Of the API user that set-up made, with every scope. */
  readonly token: string;
  readonly home: string;
  /** Beside the state directory: key, signing key, token and password files. */
  readonly keyFile: string;
  /** Every line on standard error so far, over all starts. */
  readonly lines: readonly string[];
  /** The lines that are log entries. */
  log(): LogLine[];
  /** Milliseconds from the start of the process to `Ready`, of the last start. */
  readonly startedInMs: number;
  /** When it last said `Ready`, in milliseconds since 1970. */
  readonly readyAt: number;
  /** The database as its superuser sees it: for what a test must see or break behind the server's back. */
  databaseUrl(): string;
  /** Kills the server and everything below it, database included, with SIGKILL and at once. */
  kill9(): Promise<void>;
  /** Kills the database with all its backends, and leaves the server. */
  killDatabase9(): Promise<void>;
  /** Starts it again on the same state, after kill9() or stop(). */
  restart(): Promise<void>;
  /** Ends it gracefully, and gives its exit status. */
  halt(): Promise<number | null>;
  /** Ends it and removes its files. */
  stop(): Promise<void>;
}

/** How a test's server begins, beside its settings. */
export interface Starting {
  /** It makes everything anew instead of beginning with the run's installation: for files that look at what a first start says and does. */
  readonly cold?: boolean;
  /** Its database flushes to disk: for files that kill it. */
  readonly durable?: boolean;
}

/**
 * Starts the product as its users start it, on a state directory of its own and free ports, set up unattended.
 * Throws with what it printed when it does not become ready.
 */
export async function startServer(settings: Settings = {}, starting: Starting = {}): Promise<TestServer> {
  const { cold = false, durable = false } = starting;
  const place = await makePlace(
    { STRONGROOM_HOST: '127.0.0.1', ...settings },
    { from: cold ? 'nothing' : 'with-token', durable, leads: false },
  );
  const lines: string[] = [];
  const state = { url: '', token: '', startedInMs: 0, readyAt: 0 };
  let running: Running | undefined;
  const start = async (first: Settings = {}): Promise<void> => {
    const from = Date.now();
    running = await place.start(first, lines);
    Object.assign(state, { url: running.url, startedInMs: Date.now() - from, readyAt: Date.now() });
  };
  const http = client(() => state);
  let database = '';
  const stop = async (): Promise<void> => {
    http.close();
    await place.remove();
  };
  try {
    await start(cold ? await unattended(place) : {});
    state.token = (await readFile(place.tokenFile, 'utf8')).trim();
    database = place.databaseUrl();
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    ...http,
    get url() {
      return state.url;
    },
    get token() {
      return state.token;
    },
    get startedInMs() {
      return state.startedInMs;
    },
    get readyAt() {
      return state.readyAt;
    },
    home: place.home,
    keyFile: place.keyFile,
    lines,
    log: () => lines.flatMap(readLine),
    databaseUrl: () => database,
    async kill9() {
      await cutDown(familyOf(running?.pid ?? 0));
      await running?.ended;
    },
    killDatabase9: () =>
      cutDown(familyOf(running?.pid ?? 0).filter((pid) => /^(\S*\/)?postgres(:| |$)/.test(commandLine(pid)))),
    restart: () => start(),
    halt: () => running?.stop() ?? Promise.resolve(null),
    stop,
  };
}

function readLine(line: string): LogLine[] {
  try {
    return [JSON.parse(line) as LogLine];
  } catch {
    return [];
  }
}
