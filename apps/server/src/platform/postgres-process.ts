import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync, readlinkSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Binaries, OsUser } from './postgres-files.ts';
import { StartFault } from './start-fault.ts';

/** A running postmaster. `ended` settles when it has exited, for whatever reason. */
export interface Postmaster {
  readonly pid: number;
  readonly ended: Promise<void>;
  /** Asks for a fast shutdown (SIGINT: sessions are cut, nothing committed is lost); after 30 s insists with SIGQUIT. Settles when it is gone. */
  stop(): Promise<void>;
}

/** How to start one. `settings` become `-c name=value`, which any user of the machine can read: no secrets there. */
export interface Postmastering {
  readonly data: string;
  readonly user: OsUser;
  readonly log: string;
  readonly settings: Readonly<Record<string, string>>;
  readonly timeoutMs?: number;
}

const setprivs = ['/usr/bin/setpriv', '/bin/setpriv'];
const logLimitBytes = 10_000_000;

/**
 * Starts `postgres` and waits until it takes connections. Where setpriv(1) exists it dies with us even if we are killed (pdeathsig, prctl(2)); Node has set the
 * user before setpriv runs, since a change of user would clear that signal. Throws `StartFault` with the last words of its log when it exits or is not ready in time.
 */
export async function startPostmaster(binaries: Binaries, options: Postmastering): Promise<Postmaster> {
  if (existsSync(options.log) && statSync(options.log).size > logLimitBytes)
    renameSync(options.log, `${options.log}.1`);
  const log = openSync(options.log, 'a', 0o600);
  const logStart = statSync(options.log).size;
  const args = [
    '-D',
    options.data,
    '-p',
    '5432',
    ...Object.entries(options.settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
  ];
  const postgres = join(binaries.bin, 'postgres');
  const setpriv = setprivs.find((path) => existsSync(path));
  const [command, ...rest] =
    setpriv === undefined ? [postgres, ...args] : [setpriv, '--pdeathsig=INT', postgres, ...args];
  const child = spawn(command, rest, {
    ...options.user,
    cwd: '/',
    // A session of its own: Ctrl-C in a terminal goes to a whole group, and would stop the database before the server has finished.
    detached: true,
    stdio: ['ignore', log, log],
    env: { PATH: '/usr/bin:/bin', LANG: 'C.UTF-8' },
  });
  closeSync(log);
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', () => resolve());
  });
  await untilReady(child, ended, options, logStart);
  return { pid: child.pid ?? 0, ended, stop: () => stopChild(child, ended) };
}

/**
 * Ready is when line 8 of postmaster.pid says so and line 1 is our own child: after a kill -9 a stale file says ready too. Polled, because PostgreSQL offers
 * no event without a notify socket that all builds would have. Source: src/include/utils/pidfile.h.
 */
async function untilReady(
  child: ChildProcess,
  ended: Promise<void>,
  options: Postmastering,
  logStart: number,
): Promise<void> {
  let gone = false;
  void ended.then(() => (gone = true));
  const until = Date.now() + (options.timeoutMs ?? 60_000);
  while (!gone) {
    const file = readPidFile(options.data);
    if (file?.pid === child.pid && file?.state === 'ready') return;
    if (Date.now() > until) {
      await stopChild(child, ended);
      break;
    }
    await pause(10);
  }
  throw new StartFault(
    `The embedded database did not start. Its log ${options.log} ends: ${tail(options.log, logStart)}`,
  );
}

function tail(log: string, from: number): string {
  const lines = readFileSync(log).subarray(from).toString('utf8').trim().split('\n');
  return lines.slice(-5).join(' / ');
}

function readPidFile(data: string): { pid: number; state: string } | undefined {
  try {
    const lines = readFileSync(join(data, 'postmaster.pid'), 'utf8').split('\n');
    return { pid: Number(lines[0]), state: (lines[7] ?? '').trim() };
  } catch {
    return undefined;
  }
}

async function stopChild(child: ChildProcess, ended: Promise<void>): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  child.kill('SIGINT');
  const insist = setTimeout(() => child.kill('SIGQUIT'), 30_000);
  await ended;
  clearTimeout(insist);
}

/** The pid of a postmaster that runs on this data directory, whoever started it; undefined when none does. */
export function runningPostmaster(data: string): number | undefined {
  const pid = readPidFile(data)?.pid;
  if (pid === undefined || !Number.isInteger(pid) || pid <= 1) return undefined;
  // Any process may have got the number since. A postmaster works in its data directory, so its cwd tells it from others.
  try {
    return statSync(readlinkSync(`/proc/${pid}/cwd`)).ino === statSync(data).ino &&
      /postgres$/.test(readlinkSync(`/proc/${pid}/exe`))
      ? pid
      : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Stops a postmaster that an earlier server left behind, as when both the server and setpriv's signal were lost. It is stopped rather than adopted: only a child
 * of ours can be watched and restarted. Throws `StartFault` when it does not go.
 */
export async function stopLeftover(data: string): Promise<number | undefined> {
  const pid = runningPostmaster(data);
  if (pid === undefined) {
    await untilReaped(readPidFile(data)?.pid);
    return undefined;
  }
  process.kill(pid, 'SIGINT');
  for (let waitedMs = 0; runningPostmaster(data) === pid; waitedMs += 20) {
    if (waitedMs === 20_000) process.kill(pid, 'SIGQUIT');
    if (waitedMs > 40_000)
      throw new StartFault(`A PostgreSQL (process ${pid}) left on ${data} does not stop. End it, then start again.`);
    await pause(20);
  }
  return pid;
}

/**
 * A killed postmaster stays in the process table until the system's first process takes note of it, and as long
 * PostgreSQL takes it for running and refuses to start. Waits up to 10 s for that.
 */
async function untilReaped(pid: number | undefined): Promise<void> {
  if (pid === undefined || !Number.isInteger(pid) || pid <= 1) return;
  const dead = (): boolean => {
    try {
      // The name in parentheses may hold anything; the state follows it. Source: proc(5), /proc/pid/stat.
      return /\) Z [^)]*$/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
    } catch {
      return false;
    }
  };
  for (let waitedMs = 0; dead() && waitedMs < 10_000; waitedMs += 20) await pause(20);
}
