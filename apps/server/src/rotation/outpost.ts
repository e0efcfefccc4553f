import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { HostKey, Login, Reset, Verified } from '@strongroom/driver-kit';
import type { Secret } from '../platform/secret.ts';
import { FromOutpost, type Errand, type ToOutpost } from './outpost-messages.ts';

/** Which target, how, and what to do with the key of a first contact. */
export interface Route {
  readonly driver: string;
  readonly host: string;
  readonly settings: unknown;
  readonly pinned: readonly HostKey[];
  /** Pins the key of a first contact before anything secret is sent. False when another was pinned meanwhile. */
  pin(key: HostKey): Promise<boolean>;
}

/** What came of an errand, and the key that was offered instead of the pinned one. */
export interface Contacted<T> {
  readonly said: T;
  readonly offered: HostKey | undefined;
}

/** The process that talks to targets, as the engine sees it. */
export interface Outpost {
  verify(route: Route, login: Login, via: Login | undefined): Promise<Contacted<Verified>>;
  reset(
    route: Route,
    admin: Login,
    account: { username: string; current: Secret },
    next: Secret,
    elevation: Login | undefined,
  ): Promise<Contacted<Reset>>;
  stop(): Promise<void>;
}

interface Open {
  readonly task: Errand['task']['is'];
  readonly route: Route;
  done(result: { verified?: Verified; reset?: Reset; offered: HostKey | undefined }): void;
}

const program = fileURLToPath(new URL('./outpost-process.ts', import.meta.url));
const checkout = fileURLToPath(new URL('../../../../', import.meta.url));

/**
 * Starts the outpost when it is first needed, and again after it died: an errand it took along was a question not
 * answered (`unreachable`) or a change that may have happened (`unknown`). It may read the program's own files and no
 * others, and starts nothing.
 */
export function createOutpost(options: { onDeath(): void }): Outpost {
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
      execArgv: ['--permission', `--allow-fs-read=${checkout}*`, '--disable-sigusr1', '--no-warnings'],
    });
    child = started;
    started.on('message', (raw) => {
      hear(started, raw);
    });
    started.once('exit', () => {
      if (child === started) child = undefined;
      for (const [id, errand] of open) {
        open.delete(id);
        errand.done(
          errand.task === 'verify'
            ? { verified: 'unreachable', offered: undefined }
            : { reset: { is: 'unknown' }, offered: undefined },
        );
      }
      if (!stopping) options.onDeath();
    });
    started.on('error', () => started.kill('SIGKILL'));
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
    errand.done({ ...message, offered: message.offered });
  }
  const plain = (login: Login): { username: string; password?: string } => ({
    username: login.username,
    ...(login.password ? { password: login.password.expose() } : {}),
  });
  function send(
    route: Route,
    task: Errand['task'],
  ): Promise<{ verified?: Verified; reset?: Reset; offered: HostKey | undefined }> {
    return new Promise((done) => {
      const id = ++lastId;
      open.set(id, { task: task.is, route, done });
      const { driver, host, settings, pinned } = route;
      tell(running(), { errand: { id, driver, host, settings, pinned: [...pinned], task } });
    });
  }

  return {
    async verify(route, login, via) {
      const { verified, offered } = await send(route, { is: 'verify', login: plain(login), via: via && plain(via) });
      return { said: verified ?? 'unreachable', offered };
    },
    async reset(route, admin, account, next, elevation) {
      const { reset, offered } = await send(route, {
        is: 'reset',
        admin: plain(admin),
        account: { username: account.username, current: account.current.expose() },
        next: next.expose(),
        elevation: elevation && plain(elevation),
      });
      return { said: reset ?? { is: 'unknown' }, offered };
    },
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
