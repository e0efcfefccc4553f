import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const checkout = fileURLToPath(new URL('../', import.meta.url));
const limitSeconds = 5;
const rounds = 5;

/** One `npm start`, from the moment it is typed until it says `Ready`, in seconds; the server is stopped again. */
async function once(home: string): Promise<number> {
  const env = {
    ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('STRONGROOM_'))),
    STRONGROOM_HOME: join(home, 'home'),
    STRONGROOM_KEY_FILE: join(home, 'key', 'master.key'),
    STRONGROOM_PORT: '0',
  };
  const began = performance.now();
  // A group of its own: npm does not pass every signal on.
  const child = spawn('npm', ['start'], { cwd: checkout, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  const gone = new Promise<void>((resolve) => child.once('close', () => resolve()));
  try {
    return await new Promise<number>((resolve, reject) => {
      const take = (data: Buffer): void => {
        said += data.toString();
        if (/^Ready$/m.test(said)) resolve((performance.now() - began) / 1000);
      };
      child.stdout.on('data', take);
      child.stderr.on('data', take);
      child.once('error', reject);
      child.once('exit', () => reject(new Error(`npm start ended before it was ready:\n${said}`)));
    });
  } finally {
    if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGTERM');
    await gone;
  }
}

/** Starts the product as its users do, on a state directory of its own; the first start, which makes everything, is not counted. */
export async function run(): Promise<object[]> {
  const home = await mkdtemp(join(tmpdir(), 'bench-start-'));
  try {
    const first = await once(home);
    const times: number[] = [];
    for (let round = 0; round < rounds; round += 1) times.push(await once(home));
    const value = times.sort((a, b) => a - b)[Math.floor(rounds / 2)] ?? Number.NaN;
    return [
      {
        name: 'start',
        what: `npm start to Ready, second start, median of ${rounds} (the first took ${first.toFixed(1)} s)`,
        value,
        unit: 's',
        against: `${limitSeconds} s`,
        ratio: limitSeconds / value,
        target: `under ${limitSeconds} s`,
        ok: value < limitSeconds,
      },
    ];
  } finally {
    await rm(home, { recursive: true, force: true, maxRetries: 5 });
  }
}
