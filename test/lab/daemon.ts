import { execFile, spawn } from 'node:child_process';
import { promisify } from 'node:util';

const call = promisify(execFile);

/** A server program of the system's, run for a test. */
export interface Daemon {
  /** Ends it with SIGKILL, and settles when it is gone. */
  stop(): Promise<void>;
}

/** How to start one. */
export interface DaemonOptions {
  readonly command: readonly [string, ...string[]];
  /** Whom it runs as; us when left out. */
  readonly user?: string;
  /** Asked again and again until it answers without throwing. */
  readonly ready: () => Promise<unknown>;
}

/** Starts a server and waits until it is ready. It ends when this process ends, however that comes about. */
export async function startDaemon({ command, user, ready }: DaemonOptions): Promise<Daemon> {
  const as = user === undefined ? [] : [`--reuid=${user}`, `--regid=${user}`, '--clear-groups'];
  // The kernel ends it with us.
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', ...as, '--', ...command], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let errors = '';
  child.stderr.on('data', (chunk: Buffer) => {
    errors = (errors + chunk.toString()).slice(-4000);
  });
  let gone = false;
  const exit = new Promise<void>((resolve) => {
    child.once('exit', () => {
      gone = true;
      resolve();
    });
    child.once('error', () => {
      gone = true;
      resolve();
    });
  });
  const stop = async (): Promise<void> => {
    child.kill('SIGKILL');
    await exit;
  };
  try {
    for (const deadline = Date.now() + 30_000; !gone && !(await isReady(ready));)
      if (Date.now() > deadline) throw new Error(`${command[0]} is not ready: ${errors}`);
    if (gone) throw new Error(`${command[0]} did not start: ${errors}`);
    return { stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Whether it is ready; a moment after it was not, so that it is not asked all the time. Also for processes that run no tests. */
function isReady(ready: () => Promise<unknown>): Promise<boolean> {
  return new Promise((resolve) => {
    ready().then(
      () => {
        resolve(true);
      },
      () => {
        setTimeout(resolve, 30, false);
      },
    );
  });
}

/** Runs a program with `input`, and gives its output without the last line break. Throws when it fails. */
export async function output(
  command: readonly [string, ...string[]],
  options: { readonly input?: string; readonly env?: NodeJS.ProcessEnv } = {},
): Promise<string> {
  const [program, ...words] = command;
  const running = call(program, words, { env: { ...process.env, ...options.env }, timeout: 30_000 });
  running.child.stdin?.on('error', () => undefined);
  running.child.stdin?.end(options.input ?? '');
  return (await running).stdout.trimEnd();
}
