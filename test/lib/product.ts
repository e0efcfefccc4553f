import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { findEmbedded } from '../../apps/server/src/platform/postgres.ts';
import { copyInstallation, installation } from './warm.ts';

/** The root of this checkout. */
export const checkout = fileURLToPath(new URL('../../', import.meta.url));

const program = join(checkout, 'apps/server/bin/strongroom.mjs');

/** Settings of the product by their variables; undefined takes one away. */
export type Settings = Readonly<Record<string, string | undefined>>;

/** The first administrator of every installation the tests set up unattended. */
export const administrator = {
  username: 'ada',
  password: 'Correct-Horse-Battery-27',
  organisation: 'Northwind IT',
  email: 'ada@northwind.example',
};

/** What a place begins with. */
export interface Beginning {
  /**
   * `nothing`: no state directory, the first start makes all. `set-up`: an installation with the administrator.
   * `with-token`: one with the API user of the set-up as well, whose token is in `tokenFile`.
   */
  readonly from?: 'nothing' | 'set-up' | 'with-token';
  /** For files that test what a crash leaves: the database flushes to disk as the product has it. Without it, one that is copied does not. */
  readonly durable?: boolean;
  /** The program leads a process group of its own, which signalAll() reaches. */
  readonly leads?: boolean;
}

/** A directory of a test's own with a state directory and a key beside it, and the program run on them. */
export interface Place {
  readonly base: string;
  readonly home: string;
  readonly keyFile: string;
  /** Where the token of the set-up's API user lies once one was made. */
  readonly tokenFile: string;
  /** Runs a command to its end. `settings` are added to the place's own; undefined takes one away. */
  run(args: readonly string[], settings?: Settings): Promise<Ended>;
  /**
   * Starts the server and waits until it says `Ready`. Throws with what it said when it ends before. `stderr`, when
   * given, gets the lines of this start after those it has.
   */
  start(settings?: Settings, stderr?: string[]): Promise<Running>;
  /** Login of the embedded database's superuser in the product's database. Throws while it does not run. */
  databaseUrl(): string;
  /** Asks the embedded database as its superuser, past row-level security. */
  sql<R extends pg.QueryResultRow = pg.QueryResultRow>(text: string, values?: readonly unknown[]): Promise<R[]>;
  /** Ends what still runs, and removes the directory. */
  remove(): Promise<void>;
}

/** How a command ended. */
export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A server that is ready. */
export interface Running {
  readonly pid: number;
  /** Loopback address with the port that was printed, without a slash at the end. */
  readonly url: string;
  /** The lines on standard output and standard error so far. */
  readonly stdout: readonly string[];
  readonly stderr: readonly string[];
  /** The token of the printed set-up link; undefined without one. */
  readonly setupToken: string | undefined;
  signal(name: NodeJS.Signals): void;
  /** The signal to it and everything it started, as a terminal or a service manager sends it. */
  signalAll(name: NodeJS.Signals): void;
  /** Settles with the exit status when it has ended. */
  readonly ended: Promise<number | null>;
  /** SIGTERM, and the exit status. */
  stop(): Promise<number | null>;
}

/** Makes a place. Its base can be entered by the database's own user. `own` are settings of all that runs there. */
export async function makePlace(own: Settings = {}, beginning: Beginning = {}): Promise<Place> {
  const { from = 'nothing', durable = false, leads = true } = beginning;
  const base = await mkdtemp(join(tmpdir(), 'strongroom-whole-'));
  await chmod(base, 0o755);
  const place = placeAt(base, own, leads);
  if (from === 'nothing') return place;
  try {
    const whole = await installed(from);
    if (whole === undefined) await setUpOnce(base, from);
    else {
      await copyInstallation(whole, base);
      // The end of a process loses nothing by it, that of the machine would. The product's own settings stand, since they
      // are on the command line.
      if (!durable) await appendFile(join(place.home, 'database', 'postgresql.auto.conf'), 'fsync = off\n');
    }
    return place;
  } catch (error) {
    await place.remove();
    throw error;
  }
}

const installed = (kind: 'set-up' | 'with-token'): Promise<string | undefined> =>
  installation(kind, (at) => setUpOnce(at, kind));

/** The certificate, as PEM, that every place shows which begins as `set-up`; undefined where each makes its own. */
export async function certificateOfRun(): Promise<string | undefined> {
  const whole = await installed('set-up');
  return whole === undefined ? undefined : readFile(join(whole, 'home', 'tls', 'server.crt'), 'utf8');
}

/** Starts on nothing, sets up unattended, and stops. */
async function setUpOnce(base: string, from: 'set-up' | 'with-token'): Promise<void> {
  const place = placeAt(base, {}, false);
  const running = await place.start(await unattended(place, from === 'with-token'));
  const code = await running.stop();
  if (code !== 0) throw new Error(`the set-up ended with ${String(code)}:\n${running.stderr.join('\n')}`);
}

/** The settings of an unattended set-up, its password file written into the place. */
export async function unattended(place: Place, withToken = true): Promise<Record<string, string>> {
  const password = join(place.base, 'admin-password');
  await writeFile(password, `${administrator.password}\n`, { mode: 0o600 });
  return {
    STRONGROOM_SETUP_ORGANISATION: administrator.organisation,
    STRONGROOM_SETUP_ADMIN: administrator.username,
    STRONGROOM_SETUP_ADMIN_EMAIL: administrator.email,
    STRONGROOM_SETUP_ADMIN_PASSWORD_FILE: password,
    ...(withToken ? { STRONGROOM_SETUP_API_TOKEN_FILE: place.tokenFile } : {}),
  };
}

function placeAt(base: string, own: Settings, leads: boolean): Place {
  const home = join(base, 'home');
  const keyFile = join(base, 'key', 'master.key');
  const children = new Set<ChildProcess>();
  const inherited = Object.entries(process.env).filter(
    ([name]) => !/^(STRONGROOM_|VITEST|NODE_OPTIONS$|NODE_ENV$)/.test(name),
  );
  const spawned = (args: readonly string[], settings: Settings): ChildProcess => {
    const env = {
      ...Object.fromEntries(inherited),
      // Defaults that lie in the home directory must not reach the tester's own.
      HOME: base,
      STRONGROOM_HOME: home,
      STRONGROOM_KEY_FILE: keyFile,
      STRONGROOM_PORT: '0',
      STRONGROOM_SSH_CLI_PORT: 'off',
      STRONGROOM_XMLRPC_PORT: 'off',
      STRONGROOM_SSH_PROXY_PORT: 'off',
      ...own,
      ...settings,
    };
    const child = spawn(process.execPath, [program, ...args], {
      cwd: base,
      env,
      detached: leads,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    children.add(child);
    child.once('exit', () => children.delete(child));
    return child;
  };
  const databaseUrl = (): string => {
    const found = findEmbedded({ home, passwordFile: join(home, 'database.password') });
    if (found === undefined) throw new Error('the embedded database does not run');
    return found.adminUrl.replace('/postgres?', '/strongroom?');
  };
  return {
    base,
    home,
    keyFile,
    tokenFile: join(base, 'token'),
    async run(args, settings = {}) {
      const child = spawned(args, settings);
      const said = { stdout: '', stderr: '' };
      child.stdout?.on('data', (data: Buffer) => (said.stdout += data.toString()));
      child.stderr?.on('data', (data: Buffer) => (said.stderr += data.toString()));
      const [code] = (await once(child, 'close')) as [number | null];
      return { code, ...said };
    },
    start: (settings = {}, stderr = []) => started(spawned(['start'], settings), stderr),
    databaseUrl,
    sql: (text, values = []) => querying(databaseUrl(), text, values),
    async remove() {
      await Promise.all(
        [...children].map(async (child) => {
          const gone = once(child, 'exit');
          child.kill('SIGTERM');
          await gone;
        }),
      );
      await rm(base, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** One statement on a connection of its own. */
export async function querying<R extends pg.QueryResultRow>(
  url: string,
  text: string,
  values: readonly unknown[] = [],
): Promise<R[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<R>(text, [...values])).rows;
  } finally {
    await client.end();
  }
}

async function started(child: ChildProcess, stderr: string[]): Promise<Running> {
  const stdout: string[] = [];
  const before = stderr.length;
  const ended = once(child, 'exit').then(([code]) => code as number | null);
  if (child.stderr) createInterface(child.stderr).on('line', (line) => stderr.push(line));
  const ready = new Promise<void>((resolve) => {
    if (child.stdout)
      createInterface(child.stdout).on('line', (line) => {
        stdout.push(line);
        if (line === 'Ready') resolve();
      });
  });
  await Promise.race([
    ready,
    ended.then((code) => {
      const said = [...stdout, ...stderr.slice(before).slice(-20)].join('\n');
      throw new Error(`it ended with ${String(code)} before it was ready:\n${said}`);
    }),
  ]);
  const port = /^Console: https:\/\/[^/]+:(\d+)\/$/.exec(stdout[0] ?? '')?.[1];
  if (port === undefined || child.pid === undefined) throw new Error(`no address in: ${stdout.join('\n')}`);
  return {
    pid: child.pid,
    url: `https://127.0.0.1:${port}`,
    stdout,
    stderr,
    setupToken: /^Set-up: .*#(.+)$/.exec(stdout[1] ?? '')?.[1],
    signal: (name) => void child.kill(name),
    signalAll: (name) => void process.kill(-(child.pid ?? 0), name),
    ended,
    async stop() {
      child.kill('SIGTERM');
      return ended;
    },
  };
}
