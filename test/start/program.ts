import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { Agent, request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { findEmbedded } from '../../apps/server/src/platform/postgres.ts';

const program = fileURLToPath(new URL('../../apps/server/bin/strongroom.mjs', import.meta.url));

/** The root of this checkout. */
export const checkout = fileURLToPath(new URL('../../', import.meta.url));

type Settings = Readonly<Record<string, string | undefined>>;

/** A directory of a test's own with a state directory and a key beside it, and the program run on them. */
export interface Place {
  readonly base: string;
  readonly home: string;
  readonly keyFile: string;
  /** Runs a command to its end. `settings` are added to the place's own; undefined takes one away. */
  run(args: readonly string[], settings?: Settings): Promise<Ended>;
  /** Starts the server and waits until it says `Ready`. Throws with what it said when it ends before. */
  start(settings?: Settings): Promise<Running>;
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

/** Makes a place. Its base can be entered by the database's own user. */
export async function makePlace(own: Settings = {}): Promise<Place> {
  const base = await mkdtemp(join(tmpdir(), 'strongroom-start-'));
  await chmod(base, 0o755);
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
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    children.add(child);
    child.once('exit', () => children.delete(child));
    return child;
  };
  return {
    base,
    home,
    keyFile,
    async run(args, settings = {}) {
      const child = spawned(args, settings);
      const said = { stdout: '', stderr: '' };
      child.stdout?.on('data', (data: Buffer) => (said.stdout += data.toString()));
      child.stderr?.on('data', (data: Buffer) => (said.stderr += data.toString()));
      const [code] = (await once(child, 'close')) as [number | null];
      return { code, ...said };
    },
    start: (settings = {}) => started(spawned(['start'], settings)),
    async sql<R extends pg.QueryResultRow>(text: string, values: readonly unknown[] = []) {
      const found = findEmbedded({ home, passwordFile: join(home, 'database.password') });
      if (found === undefined) throw new Error('the embedded database does not run');
      return querying<R>(found.adminUrl.replace('/postgres?', '/strongroom?'), text, values);
    },
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

async function started(child: ChildProcess): Promise<Running> {
  const [stdout, stderr]: [string[], string[]] = [[], []];
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
      throw new Error(`it ended with ${String(code)} before it was ready:\n${[...stdout, ...stderr].join('\n')}`);
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

/** What a request carries. */
export interface With {
  readonly token?: string;
  readonly cookie?: string;
  readonly csrf?: string;
  readonly body?: unknown;
  readonly agent?: Agent;
}

/** An answer. `body` is its JSON, or its text. */
export interface Answer {
  readonly status: number;
  readonly headers: NodeJS.Dict<string | string[]>;
  readonly body: Record<string, unknown>;
  readonly text: string;
  /** Upper-case hex of the SHA-256 over the certificate that was shown. */
  readonly fingerprint: string | undefined;
}

/** Sends one request. The certificate is not looked at, since each test's is self-signed. */
export function ask(url: string, method: string, path: string, carrying: With = {}): Promise<Answer> {
  const { token, cookie, csrf, body, agent } = carrying;
  const sent = body === undefined ? undefined : JSON.stringify(body);
  return new Promise((resolve, reject) => {
    const going = request(`${url}${path}`, {
      method,
      rejectUnauthorized: false,
      ...(agent === undefined ? { agent: false } : { agent }),
      headers: {
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(cookie === undefined ? {} : { cookie }),
        ...(csrf === undefined ? {} : { 'x-csrf-token': csrf }),
        ...(sent === undefined
          ? {}
          : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(sent) }),
      },
    });
    going.on('error', reject);
    going.on('response', (response) => {
      const socket = response.socket as import('node:tls').TLSSocket;
      const fingerprint = socket.getPeerX509Certificate()?.fingerprint256;
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => (text += chunk));
      response.on('error', reject);
      response.on('end', () => {
        const isJson = (response.headers['content-type'] ?? '').includes('json');
        const parsed = isJson && text !== '' ? (JSON.parse(text) as Record<string, unknown>) : {};
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: parsed, text, fingerprint });
      });
    });
    going.end(sent);
  });
}

/** The first administrator of the tests. */
export const administrator = { username: 'ada', password: 'Correct-Horse-Battery-27' };

/** The settings of an unattended set-up, its password file written into the place. */
export async function unattended(place: Place): Promise<Record<string, string>> {
  const password = join(place.base, 'admin-password');
  await writeFile(password, `${administrator.password}\n`, { mode: 0o600 });
  return {
    STRONGROOM_SETUP_ORGANISATION: 'Northwind IT',
    STRONGROOM_SETUP_ADMIN: administrator.username,
    STRONGROOM_SETUP_ADMIN_EMAIL: 'ada@example.org',
    STRONGROOM_SETUP_ADMIN_PASSWORD_FILE: password,
    STRONGROOM_SETUP_API_TOKEN_FILE: join(place.base, 'token'),
  };
}

/** Signs in; gives the cookie and the CSRF token of the session. */
export async function signIn(url: string): Promise<{ cookie: string; csrf: string }> {
  const answer = await ask(url, 'POST', '/api/v1/session', { body: administrator });
  if (answer.status !== 200) throw new Error(`sign-in: ${String(answer.status)} ${answer.text}`);
  const cookie = String(answer.headers['set-cookie']?.[0]).split(';', 1)[0] ?? '';
  return { cookie, csrf: String(answer.body['csrfToken']) };
}

/** One SHA-256 over every row of the tables that hold what people entrusted, to show that nothing changed. */
export const rowsDigest = `select encode(sha256(convert_to(string_agg(line, E'\\n' order by line), 'UTF8')), 'hex') as digest from (
  select 'organisation' || t::text as line from strongroom.organisation t union all select 'key' || t::text from strongroom.data_key t
  union all select 'user' || t::text from strongroom.app_user t union all select 'resource' || t::text from strongroom.resource t
  union all select 'account' || t::text from strongroom.account t union all select 'secret' || t::text from strongroom.secret t
  union all select 'event' || t::text from strongroom.audit_event t) rows`;
