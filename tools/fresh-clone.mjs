/**
 * What a stranger does, timed: clones the repository into an empty directory, and types `npm start` with an empty npm
 * cache until the server says `Ready`; stops it, and starts it again. Prints the times. Run it as
 * `node tools/fresh-clone.mjs [REPOSITORY]` (default: this checkout's last commit). Exit status 1 when a start fails,
 * the first takes over three minutes, or the second five seconds or more.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const repository = process.argv[2] ?? fileURLToPath(new URL('../', import.meta.url));
const base = mkdtempSync(join(tmpdir(), 'strongroom-clone-'));
const clone = join(base, 'strongroom');
const env = {
  ...Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(STRONGROOM_|npm_config_cache$)/i.test(name)),
  ),
  npm_config_cache: join(base, 'npm-cache'),
  STRONGROOM_HOME: join(base, 'home'),
  STRONGROOM_KEY_FILE: join(base, 'key', 'master.key'),
  STRONGROOM_PORT: '0',
};

/** Runs a program to its end; throws with its output unless it succeeds. */
async function run(command, args) {
  const child = spawn(command, args, { cwd: base, env, stdio: ['ignore', 'inherit', 'inherit'] });
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${code}`);
}

/** Seconds from typing `npm start` until `Ready`; the server is stopped again. */
async function start() {
  const began = performance.now();
  // A group of its own: npm does not pass every signal on.
  const child = spawn('npm', ['start'], { cwd: clone, env, detached: true, stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'close');
  let said = '';
  child.stdout.on('data', (data) => {
    said += data;
    process.stdout.write(data);
  });
  while (!/^Ready$/m.test(said)) {
    const ends = await Promise.race([once(child.stdout, 'data'), ended.then(() => 'ended')]);
    if (ends === 'ended' && !/^Ready$/m.test(said)) throw new Error('npm start ended before it was ready');
  }
  const seconds = (performance.now() - began) / 1000;
  process.kill(-child.pid, 'SIGTERM');
  await ended;
  return seconds;
}

try {
  const began = performance.now();
  await run('git', ['clone', '--quiet', '--no-local', repository, clone]);
  const cloned = (performance.now() - began) / 1000;
  const first = await start();
  const second = await start();
  const figures = { clone: cloned, firstStart: first, secondStart: second };
  for (const [name, seconds] of Object.entries(figures)) process.stdout.write(`${name}: ${seconds.toFixed(1)} s\n`);
  process.exitCode = cloned + first < 180 && second < 5 ? 0 : 1;
} catch (error) {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
} finally {
  rmSync(base, { recursive: true, force: true, maxRetries: 5 });
}
