import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { request } from 'node:https';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const repository = fileURLToPath(new URL('../', import.meta.url));
const [firstSeconds, secondSeconds] = [180, 5];

/** A newcomer's machine: an empty npm cache, no setting of ours, and none of this checkout's programs. */
function newcomer(base: string): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !/^(STRONGROOM_|npm_|NODE_)/i.test(name));
  const path = (process.env['PATH'] ?? '').split(delimiter).filter((part) => !part.includes('node_modules'));
  return {
    ...Object.fromEntries(kept),
    PATH: path.join(delimiter),
    npm_config_cache: join(base, 'npm-cache'),
    STRONGROOM_HOME: join(base, 'home'),
    STRONGROOM_KEY_FILE: join(base, 'key', 'master.key'),
    STRONGROOM_PORT: '0',
  };
}

/** Status and text of the sign-in page; the certificate is the server's own. */
function loginPage(port: string): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port, path: '/login', rejectUnauthorized: false }, (reply) => {
      let text = '';
      reply.setEncoding('utf8').on('data', (part: string) => (text += part));
      reply.on('end', () => resolve({ status: reply.statusCode ?? 0, text }));
    });
    asked.on('error', reject).end();
  });
}

/** Seconds from typing `npm start` until the sign-in page is there; the server is stopped again. */
async function start(clone: string, env: NodeJS.ProcessEnv): Promise<number> {
  const began = performance.now();
  // A group of its own: npm does not pass every signal on.
  const child = spawn('npm', ['start'], { cwd: clone, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  const gone = new Promise<void>((resolve) => child.once('close', () => resolve()));
  try {
    await new Promise<void>((resolve, reject) => {
      const take = (data: Buffer): void => {
        said += data.toString();
        if (/^Ready$/m.test(said)) resolve();
      };
      child.stdout.on('data', take);
      child.stderr.on('data', take);
      child.once('error', reject);
      child.once('exit', () => reject(new Error(`npm start ended before it was ready:\n${said}`)));
    });
    const port = /^Console: https:\/\/\S+?:(\d+)/m.exec(said)?.[1];
    if (port === undefined) throw new Error(`npm start printed no address of the console:\n${said}`);
    const { status, text } = await loginPage(port);
    if (status !== 200 || !text.includes('<title>Strongroom')) throw new Error(`/login answered with ${status}`);
    return (performance.now() - began) / 1000;
  } finally {
    if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGTERM');
    await gone;
  }
}

/**
 * What a newcomer does: clones the last commit of this checkout and types `npm start`, with nothing installed and an
 * empty npm cache, until the sign-in page is there; stops it, and starts it again. Needs git and the package registry.
 */
export async function run(): Promise<object[]> {
  const base = await mkdtemp(join(tmpdir(), 'bench-clone-'));
  try {
    const clone = join(base, 'strongroom');
    const env = newcomer(base);
    const began = performance.now();
    const git = spawn('git', ['clone', '--quiet', '--no-local', repository, clone], { env, stdio: 'inherit' });
    const [code] = (await once(git, 'exit')) as [number | null];
    if (code !== 0) throw new Error(`git clone ended with exit status ${String(code)}`);
    const cloned = (performance.now() - began) / 1000;
    const first = cloned + (await start(clone, env));
    const second = await start(clone, env);
    const row = (what: string, value: number, limit: number): object => ({
      name: 'fresh-clone',
      what,
      value,
      unit: 's',
      against: `${limit} s`,
      ratio: limit / value,
      target: `under ${limit} s`,
      ok: value < limit,
    });
    return [
      row('git clone and npm start, with an empty npm cache, to the sign-in page [INS-01]', first, firstSeconds),
      row('npm start again, to the sign-in page [INS-01]', second, secondSeconds),
    ];
  } finally {
    await rm(base, { recursive: true, force: true, maxRetries: 5 });
  }
}
