import { execFile, spawn } from 'node:child_process';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const checkout = fileURLToPath(new URL('../../', import.meta.url));

/** A running product with its own state directory, set up, and the token of its API user. */
export interface Server {
  /** `127.0.0.1:<port>`. */
  readonly host: string;
  /** The REST token of `setup@localhost`, an administrator bound to this machine. */
  readonly token: string;
  /** Everything it has written to its standard output and error so far. */
  output(): string;
  /** Stops it gracefully and removes its state directory. */
  stop(): Promise<void>;
}

/** Starts the product on an empty state directory and a free port, unattended, telling all it logs. Rejects with what it printed when it ends before it is ready. */
export async function startServer(): Promise<Server> {
  const base = await mkdtemp(join(tmpdir(), 'strongroom-rest-'));
  // The embedded database runs as a user of its own when root starts it, and must get through here.
  await chmod(base, 0o755);
  const tokenFile = join(base, 'token');
  const passwordFile = join(base, 'admin-password');
  await writeFile(passwordFile, 'Correct-Horse-Battery-27', { mode: 0o600 });
  const child = spawn(process.execPath, [join(checkout, 'apps/server/bin/strongroom.mjs'), 'start'], {
    cwd: base,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...Object.fromEntries(
        Object.entries(process.env).filter(([name]) => !/^(STRONGROOM_|VITEST|NODE_OPTIONS$|NODE_ENV$)/.test(name)),
      ),
      STRONGROOM_HOME: join(base, 'home'),
      STRONGROOM_KEY_FILE: join(base, 'key', 'master.key'),
      STRONGROOM_HOST: '127.0.0.1',
      STRONGROOM_PORT: '0',
      STRONGROOM_SSH_CLI_PORT: 'off',
      STRONGROOM_XMLRPC_PORT: 'off',
      STRONGROOM_SSH_PROXY_PORT: 'off',
      STRONGROOM_LOG_LEVEL: 'debug',
      STRONGROOM_SETUP_ORGANISATION: 'Northwind IT',
      STRONGROOM_SETUP_ADMIN: 'ada',
      STRONGROOM_SETUP_ADMIN_EMAIL: 'ada@northwind.example',
      STRONGROOM_SETUP_ADMIN_PASSWORD_FILE: passwordFile,
      STRONGROOM_SETUP_API_TOKEN_FILE: tokenFile,
    },
  });
  const lines: string[] = [];
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const stop = async (): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
    await ended;
    await rm(base, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    await new Promise<void>((resolve, reject) => {
      createInterface(child.stdout).on('line', (line) => {
        lines.push(line);
        if (/^Ready\b/.test(line)) resolve();
      });
      createInterface(child.stderr).on('line', (line) => lines.push(line));
      child.once('error', reject);
      child.once('exit', (code) =>
        reject(new Error(`The server ended with status ${code} before it was ready:\n${lines.join('\n')}`)),
      );
    });
    const port = /^Console: https:\/\/[^/]*:(\d+)\//m.exec(lines.join('\n'))?.[1];
    if (port === undefined) throw new Error(`The server printed no console address:\n${lines.join('\n')}`);
    return {
      host: `127.0.0.1:${port}`,
      token: (await readFile(tokenFile, 'utf8')).trim(),
      output: () => lines.join('\n'),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/**
 * What a command line printed on its standard output when bash ran it: quotes, backslashes and dollar signs are the shell's to read, because that is what is tested. It comes on standard
 * input, so it may be long. Rejects with standard error when it fails.
 */
export function bash(line: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const options = { timeout: 90_000, maxBuffer: 64 * 1024 * 1024 };
    const shell = execFile('/bin/bash', ['-s'], options, (error, out, err) => {
      if (error) reject(new Error(`${line.slice(0, 500)}\n${err}`, { cause: error }));
      else resolve(out);
    });
    shell.stdin?.end(`${line}\n`);
  });
}
