import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const checkout = fileURLToPath(new URL('../../', import.meta.url));

/** The built console that the server hands out. */
export const consoleDist = join(checkout, 'apps/web/dist');

/** The first administrator of a product that was set up unattended. */
export const administrator = {
  username: 'ada',
  password: 'Correct-Horse-Battery-27',
  organisation: 'Northwind IT',
  email: 'ada@northwind.example',
};

/** A running product with its own state directory. */
export interface Product {
  /** `https://127.0.0.1:<port>`, without a slash at the end. */
  readonly origin: string;
  /** The one-time set-up address it printed; null when it was set up unattended. */
  readonly setupLink: string | null;
  /** Everything it has written to its standard output and error so far. */
  output(): string;
  /** Stops it gracefully and removes its state directory. */
  stop(): Promise<void>;
}

/** Follows the output of the server until it says `Ready`; rejects with what it printed when it ends before. */
function untilReady(child: ReturnType<typeof spawn>, lines: string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const take = (line: string): void => {
      lines.push(line);
      if (/^Ready\b/.test(line)) resolve();
    };
    if (child.stdout) createInterface(child.stdout).on('line', take);
    if (child.stderr) createInterface(child.stderr).on('line', (line) => lines.push(line));
    child.once('error', reject);
    child.once('exit', (code) =>
      reject(new Error(`The server ended with status ${code} before it was ready:\n${lines.join('\n')}`)),
    );
  });
}

/** Finds the address in a line such as `Console: https://host:7272/`; null without such a line. */
const addressIn = (lines: readonly string[], label: string): string | null =>
  lines
    .find((line) => line.startsWith(`${label}: `))
    ?.slice(label.length + 2)
    .trim() ?? null;

/**
 * Starts the product as its users start it, on an empty state directory and free ports.
 * With `unattended` the first administrator is `administrator`; without, the product waits behind its set-up link.
 */
export async function startProduct({ unattended }: { unattended: boolean }): Promise<Product> {
  if (!existsSync(join(consoleDist, 'index.html'))) {
    throw new Error('The console is not built. Run: npm run build --workspace @strongroom/web');
  }
  const base = await mkdtemp(join(tmpdir(), 'strongroom-console-'));
  await chmod(base, 0o755);
  const environment: NodeJS.ProcessEnv = {
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
  };
  if (unattended) {
    const passwordFile = join(base, 'admin-password');
    await writeFile(passwordFile, administrator.password, { mode: 0o600 });
    environment.STRONGROOM_SETUP_ORGANISATION = administrator.organisation;
    environment.STRONGROOM_SETUP_ADMIN = administrator.username;
    environment.STRONGROOM_SETUP_ADMIN_EMAIL = administrator.email;
    environment.STRONGROOM_SETUP_ADMIN_PASSWORD_FILE = passwordFile;
  }

  const lines: string[] = [];
  const child = spawn(process.execPath, [join(checkout, 'apps/server/bin/strongroom.mjs'), 'start'], {
    cwd: base,
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const stop = async (): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
    await ended;
    await rm(base, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    await untilReady(child, lines);
    const address = addressIn(lines, 'Console');
    if (!address) throw new Error(`The server printed no console address:\n${lines.join('\n')}`);
    const origin = `https://127.0.0.1:${new URL(address).port}`;
    const printed = addressIn(lines, 'Set-up');
    const setupLink = printed ? `${origin}/setup${new URL(printed).hash}` : null;
    return { origin, setupLink, output: () => lines.join('\n'), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
