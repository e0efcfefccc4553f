import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';

/** A program that a benchmark started, and everything it has said on standard output so far. */
export interface Running {
  readonly child: ChildProcess;
  /** The first line of standard output, past or to come, that fits. Rejects when the program ends without one. */
  line(pattern: RegExp): Promise<RegExpExecArray>;
  /** Ends it with SIGTERM and waits until it is gone. */
  stop(): Promise<void>;
}

/** Starts a program. What it writes to standard error is kept for the error that names why it ended early, the last 4,000 characters of it. */
export function run(command: string, args: readonly string[], env: NodeJS.ProcessEnv = process.env): Running {
  const child = spawn(command, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const lines: string[] = [];
  let complaint = '';
  let told: (() => void) | undefined;
  let ended = false;
  const wake = (): void => told?.();
  createInterface({ input: child.stdout }).on('line', (line) => {
    lines.push(line);
    wake();
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaint = (complaint + text).slice(-4000);
  });
  const gone = new Promise<void>((resolve) => {
    child.once('close', () => {
      ended = true;
      wake();
      resolve();
    });
  });
  return {
    child,
    async line(pattern) {
      for (let at = 0; ;) {
        for (; at < lines.length; at++) {
          const found = pattern.exec(lines[at] ?? '');
          if (found) return found;
        }
        if (ended) throw new Error(`${command} ended without ${String(pattern)}:\n${complaint}`);
        await new Promise<void>((resolve) => (told = resolve));
      }
    },
    async stop() {
      if (!ended) child.kill('SIGTERM');
      await gone;
    },
  };
}
