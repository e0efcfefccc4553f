import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { KeyKind } from '@strongroom/contract';
import type { HostKey, Rehearsed, Reset, Verified } from '@strongroom/driver-kit';
import { systemAuthorities } from '../platform/trust.ts';
import { FromOutpost, type Errand, type ToOutpost } from './outpost-messages.ts';

/** Which target, how, and what to do with the key of a first contact. */
export interface Route {
  readonly driver: string;
  readonly host: string;
  readonly settings: unknown;
  readonly pinned: readonly HostKey[];
  /** Certificates (PEM) that the organisation trusts beside the authorities. */
  readonly trusted: readonly string[];
  /** Pins the key of a first contact before anything secret is sent. False when another was pinned meanwhile. */
  pin(key: HostKey): Promise<boolean>;
}

/** A private key in the format of OpenSSH, without a passphrase, and what may be known of it. */
export interface KeyPair {
  readonly privateKey: string;
  readonly kind: KeyKind;
  readonly publicKey: string;
  readonly fingerprint: string;
}

/** What came of an errand. */
export interface Said {
  readonly verified?: Verified | undefined;
  readonly reset?: Reset | undefined;
  readonly offered?: HostKey | undefined;
  readonly rehearsed?: Rehearsed | undefined;
  readonly pair?: KeyPair | null | undefined;
  readonly reached?: 'in' | 'turned-away' | 'nothing' | undefined;
  /** The process ended before it answered. */
  readonly died?: true;
}

/** One process that talks to targets. It is started when it is first needed, and again after it died. */
export interface OutpostChild {
  send(route: Route, task: Errand['task']): Promise<Said>;
  /** Errands under way. */
  busy(): number;
  stop(): Promise<void>;
}

interface Open {
  readonly task: Errand['task']['is'];
  readonly route: Route;
  done(said: Said): void;
}

const program = fileURLToPath(new URL('./outpost-process.ts', import.meta.url));
const checkout = fileURLToPath(new URL('../../../../', import.meta.url));
/** A target that makes its driver gather more than this ends the process, and not the machine. */
const memoryMegabytes = 512;

/** It may read the program's own files and no others, and starts nothing. `onDeath` is told what was under way. */
export function outpostChild(options: { onDeath(routes: readonly Route[]): void }): OutpostChild {
  let child: ChildProcess | undefined;
  let stopping = false;
  let lastId = 0;
  const open = new Map<number, Open>();

  function running(): ChildProcess {
    if (child) return child;
    const started = fork(program, [], {
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      env: {},
      execArgv: [
        '--permission',
        `--allow-fs-read=${checkout}*`,
        `--max-old-space-size=${memoryMegabytes}`,
        '--disable-sigusr1',
        '--no-warnings',
      ],
    });
    child = started;
    started.on('message', (raw) => {
      hear(started, raw);
    });
    started.once('exit', () => {
      if (child === started) child = undefined;
      const lost = [...open.values()];
      open.clear();
      for (const { task, done } of lost)
        done(task === 'verify' ? { verified: 'unreachable', died: true } : { reset: { is: 'unknown' }, died: true });
      if (!stopping) options.onDeath(lost.map(({ route }) => route));
    });
    started.on('error', () => started.kill('SIGKILL'));
    tell(started, { authorities: [...systemAuthorities()] });
    return started;
  }
  function tell(to: ChildProcess, message: ToOutpost): void {
    // A message that cannot be sent has an `exit` behind it, which ends the errand.
    to.send(message, () => undefined);
  }
  function hear(from: ChildProcess, raw: unknown): void {
    const parsed = FromOutpost.safeParse(raw);
    const errand = parsed.success ? open.get(parsed.data.id) : undefined;
    if (!parsed.success || !errand) {
      // It says what it never says: whatever it has become, it is not ours any more.
      from.kill('SIGKILL');
      return;
    }
    const message = parsed.data;
    if ('key' in message) {
      const answer = (pinned: boolean): void => {
        tell(from, { key: { id: message.id, pinned } });
      };
      errand.route.pin(message.key).then(answer, () => {
        answer(false);
      });
      return;
    }
    open.delete(message.id);
    errand.done(message);
  }

  return {
    send: (route, task) =>
      new Promise((done) => {
        const id = ++lastId;
        open.set(id, { task: task.is, route, done });
        const { driver, host, settings, pinned, trusted } = route;
        tell(running(), { errand: { id, driver, host, settings, pinned: [...pinned], trusted: [...trusted], task } });
      }),
    busy: () => open.size,
    async stop() {
      stopping = true;
      const ending = child;
      if (!ending || ending.exitCode !== null) return;
      const ended = new Promise((resolve) => ending.once('exit', resolve));
      ending.disconnect();
      await ended;
    },
  };
}
