import { spawn } from 'node:child_process';
import { closeSync, openSync, readdirSync, readFileSync } from 'node:fs';
import type { RunAs } from './place.ts';

/** What to start, and within which bounds. */
export interface Starting {
  readonly command: string;
  readonly args: readonly string[];
  readonly directory: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Written to its standard input, which then ends. */
  readonly input: string;
  readonly runAs: Exclude<RunAs, { is: 'nobody' }>;
  readonly limitMs: number;
  readonly signal: AbortSignal;
}

/** How it ended. `output` is what it wrote to both its outputs, in the order it came, up to a bound. */
export interface Ended {
  readonly exitCode: number | null;
  /** Why it was ended by us: its time was over, or the server stops. */
  readonly ended: 'time' | 'stop' | null;
  /** It could not be started: the code of the error, such as ENOENT. */
  readonly unstarted: string | null;
  readonly output: string;
  /** It wrote more than was kept. */
  readonly cut: boolean;
}

/** O_CLOEXEC as /proc shows it: see proc_pid_fdinfo(5) and open(2). */
const closesOnExec = 0o2000000;
/**
 * Descriptors that the server itself was started with and that a new program would get too. Node opens none of that kind; whoever started the
 * server may have. Known on Linux only.
 */
function leaking(): number[] {
  let names: string[];
  try {
    names = readdirSync('/proc/self/fdinfo');
  } catch {
    return [];
  }
  return names.map(Number).filter((fd) => {
    if (fd <= 2) return false;
    try {
      const flags = /^flags:\s*([0-7]+)/m.exec(readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8'))?.[1] ?? '0';
      return (Number.parseInt(flags, 8) & closesOnExec) === 0;
    } catch {
      // It was that of the list itself.
      return false;
    }
  });
}

/** Bytes kept of what it writes: more than is shown, as passwords are taken out first. */
const keptMost = 128 * 1024;
/** How long outputs that something else keeps open are waited for. */
const lingerMs = 500;

/**
 * Starts a program in a session, and so a process group, of its own, and waits for its end. At its time limit, and when it ends, whatever
 * is left of the group is killed. It inherits no descriptor, and of the environment only what is given.
 */
export function runProcess(what: Starting): Promise<Ended> {
  return new Promise((resolve) => {
    const { runAs } = what;
    const leaks = leaking();
    const nothing = openSync('/dev/null', 'r');
    const beyond = Array.from({ length: Math.max(2, ...leaks) - 2 }, (_, i) =>
      leaks.includes(i + 3) ? nothing : 'ignore',
    );
    const child = spawn(what.command, [...what.args], {
      cwd: what.directory,
      env: { ...what.environment },
      // What it would inherit leads nowhere.
      stdio: ['pipe', 'pipe', 'pipe', ...beyond],
      detached: true,
      // setgroups(2) too: libuv drops all further groups when it changes the user.
      ...(runAs.is === 'user' ? { uid: runAs.uid, gid: runAs.gid } : {}),
    });
    closeSync(nothing);
    const pieces: Buffer[] = [];
    let kept = 0;
    let cut = false;
    let ended: Ended['ended'] = null;
    let unstarted: string | null = null;
    let exitCode: number | null = null;
    let linger: NodeJS.Timeout | undefined;

    const killGroup = (): void => {
      if (child.pid === undefined) return;
      try {
        process.kill(-child.pid, 'SIGKILL');
      } catch {
        // The group is empty.
      }
    };
    const stop = (why: 'time' | 'stop') => (): void => {
      ended ??= why;
      killGroup();
    };
    const timer = setTimeout(stop('time'), what.limitMs);
    const onAbort = stop('stop');
    what.signal.addEventListener('abort', onAbort, { once: true });
    const take = (piece: Buffer): void => {
      const room = keptMost - kept;
      if (piece.length > room) cut = true;
      if (room <= 0) return;
      const part = piece.subarray(0, room);
      pieces.push(part);
      kept += part.length;
    };
    child.stdout?.on('data', take);
    child.stderr?.on('data', take);
    // A program that reads nothing closes its end: no fault of ours.
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(what.input);
    let done = false;
    const finish = (): void => {
      if (done) return;
      done = true;
      clearTimeout(timer);
      clearTimeout(linger);
      what.signal.removeEventListener('abort', onAbort);
      resolve({ exitCode, ended, unstarted, cut, output: Buffer.concat(pieces).toString('utf8') });
    };
    child.once('error', (error) => {
      unstarted ??= 'code' in error ? String(error.code) : 'unknown';
      if (child.pid === undefined) finish();
    });
    child.once('exit', (code) => {
      exitCode = code;
      // What it left behind has seen the passwords too.
      killGroup();
      linger = setTimeout(() => {
        // Something that left the group holds the outputs.
        child.stdout?.destroy();
        child.stderr?.destroy();
        finish();
      }, lingerMs);
    });
    child.once('close', finish);
    if (what.signal.aborted) onAbort();
  });
}
