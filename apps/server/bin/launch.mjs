/**
 * Starts the server's program on the pinned Node.js, whatever Node.js (20 or newer) runs this file. Plain JavaScript that imports nothing but Node.js
 * itself, because it must also run where that is all there is.
 */
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));
const forwarded = ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT', 'SIGUSR2'];
// Each of these lets whoever holds the terminal or the debug port read keys and passwords out of the server's memory.
const peeking = /(^|\s)--(inspect|heapsnapshot|heap-prof|report-|diagnostic-dir|experimental-network-inspection)/;

/** The pinned Node.js, or the running one when it is new enough to run TypeScript as it is (24). Throws with what to do when there is neither. */
export function runtime() {
  const windows = process.platform === 'win32';
  const name = `node-${windows ? 'win' : process.platform}-${process.arch}`;
  try {
    const manifest = createRequire(import.meta.url).resolve(`${name}/package.json`);
    return join(dirname(manifest), 'bin', windows ? 'node.exe' : 'node');
  } catch {
    if (Number(process.versions.node.split('.')[0]) >= 24) return process.execPath;
    throw new Error(
      `The pinned Node.js is not installed (package ${name}) and this one is ${process.versions.node}. Run: npm ci`,
    );
  }
}

/**
 * Why a production server must not be started like this, or undefined. In production no debugger, heap snapshot or report may be switched on, neither through
 * NODE_OPTIONS nor on the command line.
 */
export function refusal(env, execArgv) {
  if (env.NODE_ENV !== 'production') return undefined;
  if (peeking.test(env.NODE_OPTIONS ?? ''))
    return 'NODE_OPTIONS switches on a debugger or memory dump, which is refused with NODE_ENV=production. Remove it.';
  if (execArgv.some((flag) => peeking.test(flag)))
    return 'A debugger or memory dump is switched on, which is refused with NODE_ENV=production.';
  return undefined;
}

/**
 * The command that runs the program: without core dumps where prlimit(1) exists, with SIGUSR1 unable to open a debugger. `watched`: the program dies with this
 * process even if that is killed (setpriv(1)), since a server that nobody watches would keep its ports and its database.
 */
export function commandFor(args, { watched }) {
  const tool = (name) =>
    [`/usr/bin/${name}`, `/bin/${name}`].find((path) => process.platform === 'linux' && existsSync(path));
  const [setpriv, prlimit] = [tool('setpriv'), tool('prlimit')];
  return [
    ...(watched && setpriv !== undefined ? [setpriv, '--pdeathsig=KILL'] : []),
    ...(prlimit === undefined ? [] : [prlimit, `--core=${coreLimit()}`]),
    runtime(),
    '--disable-sigusr1',
    // For collectYoung of platform/memory.ts: what passes through is given back at once.
    '--expose-gc',
    main,
    ...args,
  ];
}

/**
 * The core dump limit to set. 0 does not stop a dump that the kernel pipes to a collector (core(5)); 1 stops that too, and is less than any dump written to a file
 * (fs/coredump.c). A hard limit of 0 cannot be raised by everybody and stays.
 */
function coreLimit() {
  const hard = /^Max core file size\s+\S+\s+(\S+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1];
  return hard === '0' ? '0:0' : '1:1';
}

/**
 * Runs the program with these arguments and ends this process as it ends: by becoming it where Node.js can (execve, 22.15 and newer), otherwise by running
 * it as a child, passing signals on and returning its exit status.
 */
export function launch(args) {
  const why = refusal(process.env, process.execArgv);
  if (why !== undefined) {
    process.stderr.write(`${why}\n`);
    process.exit(2);
  }
  if (typeof process.execve === 'function') {
    const [command, ...rest] = commandFor(args, { watched: false });
    process.execve(command, [command, ...rest], process.env);
  }
  const [command, ...rest] = commandFor(args, { watched: true });
  const child = spawn(command, rest, { stdio: 'inherit' });
  for (const signal of forwarded) {
    process.on(signal, () => {
      // A terminal sends Ctrl-C to the child as well; sent twice it would mean "now, without finishing".
      if (signal === 'SIGINT' && process.stdin.isTTY) return;
      child.kill(signal);
    });
  }
  child.on('error', (error) => {
    process.stderr.write(`Strongroom cannot be started: ${error.message}\n`);
    process.exit(1);
  });
  child.on('exit', (code, signal) => process.exit(signal === null ? (code ?? 1) : 128 + constants.signals[signal]));
}
