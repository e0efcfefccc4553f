import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findEmbedded } from '../../apps/server/src/platform/postgres.ts';
import { pathsOf } from '../../apps/server/src/platform/paths.ts';
import { run } from './processes.ts';

const command = fileURLToPath(new URL('../../apps/server/bin/strongroom.mjs', import.meta.url));
const password = 'Correct-Horse-Battery-9';

/** The product as an operator starts it, in a state directory of its own. */
export interface Product {
  readonly port: number;
  /** Its state directory. */
  readonly home: string;
  /** Directory of its certificate and key, server.crt and server.key. */
  readonly tls: string;
  /** Its certificate, PEM. */
  readonly ca: string;
  /** Where its master key lies, for what fills its vault past the API. */
  readonly keyFile: string;
  /** Login of the embedded database's superuser, for the peer that shares the server. */
  readonly adminUrl: string;
  /** The first administrator. */
  readonly admin: { readonly username: string; readonly password: string };
  /** Makes a call of `/api/v1` and gives the answer's body and cookie. Throws on any status but 200. */
  ask(method: string, path: string, headers: Record<string, string>, body?: unknown): Promise<Answer>;
  /** Stops it and removes its state. */
  [Symbol.asyncDispose](): Promise<void>;
}

/** An answer of the API. */
export interface Answer {
  readonly body: Record<string, unknown>;
  readonly cookie: string;
}

/** Starts `strongroom start` with the embedded database, unattended set-up and free ports, and waits for `Ready`. `settings` by their names in the environment. */
export async function startProduct(settings: Readonly<Record<string, string>> = {}): Promise<Product> {
  const root = mkdtempSync(join(tmpdir(), 'strongroom-bench-'));
  // Under root the database runs as another user, who must be able to pass through.
  chmodSync(root, 0o711);
  const home = join(root, 'home');
  const keyFile = join(root, 'key', 'master.key');
  const passwordFile = join(root, 'password');
  writeFileSync(passwordFile, `${password}\n`, { mode: 0o600 });
  const kept = Object.entries(process.env).filter(([name]) => !name.startsWith('STRONGROOM_'));
  const running = run(process.execPath, [command, 'start'], {
    ...Object.fromEntries(kept),
    STRONGROOM_HOME: home,
    STRONGROOM_KEY_FILE: keyFile,
    STRONGROOM_PORT: '0',
    STRONGROOM_SSH_CLI_PORT: 'off',
    STRONGROOM_XMLRPC_PORT: 'off',
    STRONGROOM_SSH_PROXY_PORT: 'off',
    STRONGROOM_LOG_LEVEL: 'info',
    STRONGROOM_SETUP_ORGANISATION: 'Northwind IT',
    STRONGROOM_SETUP_ADMIN: 'ada',
    STRONGROOM_SETUP_ADMIN_EMAIL: 'ada@example.org',
    STRONGROOM_SETUP_ADMIN_PASSWORD_FILE: passwordFile,
    STRONGROOM_SETUP_API_TOKEN_FILE: join(root, 'token'),
    ...settings,
  });
  const stop = async (): Promise<void> => {
    await running.stop();
    rmSync(root, { recursive: true, force: true });
  };
  try {
    const port = Number((await running.line(/^Console: https:\/\/[^/]+:(\d+)\//))[1]);
    await running.line(/^Ready$/);
    const embedded = findEmbedded({ home, passwordFile: join(home, 'database.password') });
    if (embedded === undefined) throw new Error('the embedded database is not found');
    const ca = readFileSync(join(pathsOf(home).tls, 'server.crt'), 'utf8');
    return {
      port,
      home,
      tls: pathsOf(home).tls,
      ca,
      keyFile,
      adminUrl: embedded.adminUrl,
      admin: { username: 'ada', password },
      ask: (method, path, headers, body) => ask({ port, ca }, method, path, headers, body),
      [Symbol.asyncDispose]: stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

function ask(
  to: { port: number; ca: string },
  method: string,
  path: string,
  headers: Record<string, string>,
  body: unknown,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request(
      {
        host: '127.0.0.1',
        servername: 'localhost',
        ...to,
        method,
        path: `/api/v1${path}`,
        headers: { 'content-type': 'application/json', ...headers },
      },
      (answer) => {
        let text = '';
        answer.setEncoding('utf8').on('data', (part: string) => (text += part));
        answer.once('error', reject).once('end', () => {
          if (answer.statusCode !== 200) reject(new Error(`${method} ${path}: ${String(answer.statusCode)} ${text}`));
          else
            resolve({
              body: JSON.parse(text) as Record<string, unknown>,
              cookie: (answer.headers['set-cookie'] ?? []).map((line) => line.split(';')[0]).join('; '),
            });
        });
      },
    );
    sent.once('error', reject).end(body === undefined ? undefined : JSON.stringify(body));
  });
}
