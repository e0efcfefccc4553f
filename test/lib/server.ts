import { spawn, type ChildProcess } from 'node:child_process';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { findEmbedded } from '../../apps/server/src/platform/postgres.ts';
import { client, type Caller } from './client.ts';
import { commandLine, cutDown, familyOf } from './processes.ts';

const program = fileURLToPath(new URL('../../apps/server/bin/strongroom.mjs', import.meta.url));

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

/** The first administrator of a server that startServer() made. */
export const administrator = { username: 'ada', password: 'Correct-Horse-Battery-27', email: 'ada@example.org' };

/**
 * Starts the product as its users start it, on an empty state directory and free ports, set up unattended.
 * Throws with what it printed when it does not become ready.
 */
export async function startServer(settings: Readonly<Record<string, string>> = {}): Promise<TestServer> {
  const base = await mkdtemp(join(tmpdir(), 'strongroom-whole-'));
  // The database's own user must pass through.
  await chmod(base, 0o755);
  const home = join(base, 'home');
  const files = { key: join(base, 'key', 'master.key'), token: join(base, 'token'), password: join(base, 'password') };
  await writeFile(files.password, administrator.password, { mode: 0o600 });
  const inherited = Object.entries(process.env).filter(
    ([name]) => !/^(STRONGROOM_|VITEST|NODE_OPTIONS$|NODE_ENV$)/.test(name),
  );
  const env: NodeJS.ProcessEnv = {
    ...Object.fromEntries(inherited),
    STRONGROOM_HOME: home,
    STRONGROOM_KEY_FILE: files.key,
    STRONGROOM_HOST: '127.0.0.1',
    STRONGROOM_PORT: '0',
    STRONGROOM_SSH_CLI_PORT: 'off',
    STRONGROOM_XMLRPC_PORT: 'off',
    STRONGROOM_SSH_PROXY_PORT: 'off',
    STRONGROOM_SETUP_ORGANISATION: 'Northwind IT',
    STRONGROOM_SETUP_ADMIN: administrator.username,
    STRONGROOM_SETUP_ADMIN_EMAIL: administrator.email,
    STRONGROOM_SETUP_ADMIN_PASSWORD_FILE: files.password,
    STRONGROOM_SETUP_API_TOKEN_FILE: files.token,
    ...settings,
  };
  const lines: string[] = [];
  const state = { url: '', token: '', startedInMs: 0, readyAt: 0 };
  let child: ChildProcess | undefined;
  let ended: Promise<number | null> = Promise.resolve(null);

  const start = async (): Promise<void> => {
    const from = Date.now();
    const started = spawn(process.execPath, [program, 'start'], { cwd: base, env, stdio: ['ignore', 'pipe', 'pipe'] });
    child = started;
    ended = new Promise((resolve) => {
      started.once('exit', resolve);
    });
    const said = await untilReady(started, lines);
    const address = said.find((line) => line.startsWith('Console: '))?.slice('Console: '.length) ?? '';
    Object.assign(state, { url: new URL(address).origin, startedInMs: Date.now() - from, readyAt: Date.now() });
  };
  const halt = async (): Promise<number | null> => {
    if (child?.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
    return ended;
  };
  const http = client(() => state);
  let database = '';
  const stop = async (): Promise<void> => {
    await halt();
    http.close();
    await rm(base, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    await start();
    state.token = (await readFile(files.token, 'utf8')).trim();
    const found = findEmbedded({ home, passwordFile: join(home, 'database.password') });
    if (found !== undefined) database = found.adminUrl.replace('/postgres?', '/strongroom?');
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
    home,
    keyFile: files.key,
    lines,
    log: () => lines.flatMap(readLine),
    databaseUrl: () => database,
    async kill9() {
      await cutDown(familyOf(child?.pid ?? 0));
      await ended;
    },
    killDatabase9: () =>
      cutDown(familyOf(child?.pid ?? 0).filter((pid) => /^(\S*\/)?postgres(:| |$)/.test(commandLine(pid)))),
    restart: start,
    halt,
    stop,
  };
}

/** Follows the output until it says `Ready`, and gives what it printed for people. */
function untilReady(child: ChildProcess, lines: string[]): Promise<string[]> {
  const said: string[] = [];
  return new Promise((resolve, reject) => {
    if (child.stdout)
      createInterface(child.stdout).on('line', (line) => {
        said.push(line);
        if (line === 'Ready') resolve(said);
      });
    if (child.stderr) createInterface(child.stderr).on('line', (line) => lines.push(line));
    child.once('error', reject);
    child.once('exit', (code) => {
      reject(new Error(`the server ended with ${String(code)}: ${[...said, ...lines.slice(-20)].join('\n')}`));
    });
  });
}

function readLine(line: string): LogLine[] {
  try {
    return [JSON.parse(line) as LogLine];
  } catch {
    return [];
  }
}
