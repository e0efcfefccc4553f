import { availableParallelism } from 'node:os';
import type { NewKeyKind } from '@strongroom/contract';
import type { HostKey, KeyChange, Login, Rehearsed, Reset, Verified } from '@strongroom/driver-kit';
import { Problem } from '../platform/problem.ts';
import { Secret } from '../platform/secret.ts';
import type { Errand } from './outpost-messages.ts';
import { outpostChild, type KeyPair, type OutpostChild, type Route, type Said } from './outpost-child.ts';

/** What came of an errand, and the key that was offered instead of the pinned one. */
export interface Contacted<T> {
  readonly said: T;
  readonly offered: HostKey | undefined;
  /** Of a verification and a reset: whether the target let anybody in. Undefined where that is not known. */
  readonly reached?: Said['reached'];
}

/** The same with the secret wrapped. */
export type MadeKey = Omit<KeyPair, 'privateKey'> & { readonly privateKey: Secret };

/** The processes that talk to targets, as the engine sees them. */
export interface Outpost {
  verify(route: Route, login: Login, via: Login | undefined): Promise<Contacted<Verified>>;
  reset(
    route: Route,
    admin: Login,
    account: { username: string; current: Secret },
    next: Secret,
    elevation: Login | undefined,
  ): Promise<Contacted<Reset>>;
  /** Has a dialogue up to the change. */
  rehearse(
    route: Route,
    admin: Login,
    account: { username: string; current: Secret },
    elevation: Login | undefined,
  ): Promise<Contacted<Rehearsed>>;
  /** Changes which keys open an account. */
  authorise(
    route: Route,
    admin: Login,
    username: string,
    change: KeyChange,
    elevation: Login | undefined,
  ): Promise<Contacted<Reset>>;
  makeKey(kind: NewKeyKind): Promise<MadeKey>;
  /** Undefined for what is no private key, or not opened by this passphrase. */
  readKey(privateKey: Secret, passphrase: Secret | undefined): Promise<MadeKey | undefined>;
  stop(): Promise<void>;
}

/** Errands that one process is given before another is started. */
const enoughForOne = 4;
/** Targets of which it is remembered who asked them last. */
const knowsAtMost = 2_000;
/** How long a target that a process died on is kept away from the others. */
const suspectMs = 10 * 60_000;

/**
 * Talks to targets in a few processes, as many as there are processors, started when they are first needed and again after they died: an errand that
 * a process took along was a question not answered (`unreachable`) or a change that may have happened (`unknown`). Targets that were being
 * asked when a process died are asked in a process of their own for a while, one at a time, so that what one of them does sinks no others twice.
 */
export function createOutpost(options: { onDeath(): void; processes?: number }): Outpost {
  const most = Math.max(1, Math.min(options.processes ?? availableParallelism(), 8));
  const suspects = new Map<string, number>();
  const childFor = (): OutpostChild =>
    outpostChild({
      onDeath(routes) {
        for (const route of routes) suspects.set(nameOf(route), Date.now());
        options.onDeath();
      },
    });
  const children: OutpostChild[] = [childFor()];
  const knows = new Map<string, OutpostChild>();
  let apart: OutpostChild | undefined;
  let last: Promise<unknown> = Promise.resolve();

  const nameOf = ({ driver, host }: Pick<Route, 'driver' | 'host'>): string => `${driver} ${host}`;
  function isSuspect(route: Route): boolean {
    const since = suspects.get(nameOf(route));
    if (since === undefined) return false;
    if (since + suspectMs > Date.now()) return true;
    suspects.delete(nameOf(route));
    return false;
  }
  function leastBusy(): OutpostChild {
    const [first, ...others] = children;
    if (!first) throw new Error('no outpost');
    const free = others.reduce((best, one) => (one.busy() < best.busy() ? one : best), first);
    if (free.busy() < enoughForOne || children.length >= most) return free;
    const another = childFor();
    children.push(another);
    return another;
  }
  /** The process that knows the target, which may have a line to it still, unless others have much less to do. */
  function childOf(route: Route): OutpostChild {
    const name = nameOf(route);
    const free = leastBusy();
    const known = knows.get(name);
    const child = known && known.busy() <= free.busy() + enoughForOne ? known : free;
    knows.delete(name);
    knows.set(name, child);
    const oldest = knows.size > knowsAtMost ? knows.keys().next().value : undefined;
    if (oldest !== undefined) knows.delete(oldest);
    return child;
  }
  async function send(route: Route, task: Errand['task']): Promise<Said> {
    if (!isSuspect(route)) return childOf(route).send(route, task);
    const child = (apart ??= childFor());
    const turn = last.then(() => child.send(route, task));
    last = turn.catch(() => undefined);
    const said = await turn;
    if (!said.died) suspects.delete(nameOf(route));
    return said;
  }

  return {
    async verify(route, login, via) {
      const { verified, offered, reached } = await send(route, {
        is: 'verify',
        login: plain(login),
        via: via && plain(via),
      });
      return { said: verified ?? 'unreachable', offered, reached };
    },
    async reset(route, admin, account, next, elevation) {
      const { reset, offered, reached } = await send(route, {
        is: 'reset',
        admin: plain(admin),
        account: { username: account.username, current: account.current.expose() },
        next: next.expose(),
        elevation: elevation && plain(elevation),
      });
      return { said: reset ?? { is: 'unknown' }, offered, reached };
    },
    async rehearse(route, admin, account, elevation) {
      const { rehearsed, offered } = await send(route, {
        is: 'rehearse',
        admin: plain(admin),
        account: { username: account.username, current: account.current.expose() },
        elevation: elevation && plain(elevation),
      });
      const lost = { lines: [], ended: 'lost', why: 'The device could not be asked.' } as const;
      return { said: rehearsed ?? lost, offered };
    },
    async authorise(route, admin, username, change, elevation) {
      const { add, remove, comment } = change;
      const { reset, offered } = await send(route, {
        is: 'authorise',
        admin: plain(admin),
        username,
        change: { add: [...add], remove: [...remove], comment },
        elevation: elevation && plain(elevation),
      });
      return { said: reset ?? { is: 'unknown' }, offered };
    },
    async makeKey(kind) {
      const { pair } = await send(nowhere, { is: 'make-key', kind });
      if (!pair) throw new Problem('internal');
      return wrapped(pair);
    },
    async readKey(privateKey, passphrase) {
      const { pair } = await send(nowhere, {
        is: 'read-key',
        privateKey: privateKey.expose(),
        ...(passphrase ? { passphrase: passphrase.expose() } : {}),
      });
      return pair ? wrapped(pair) : undefined;
    },
    async stop() {
      await Promise.all([...children, ...(apart ? [apart] : [])].map((child) => child.stop()));
    },
  };
}

/** For what is done on no target. */
const nowhere: Route = {
  driver: '',
  host: '',
  settings: {},
  pinned: [],
  trusted: [],
  pin: () => Promise.resolve(false),
};
const wrapped = ({ privateKey, ...known }: KeyPair): MadeKey => ({ ...known, privateKey: new Secret(privateKey) });

const plain = ({
  username,
  password,
  privateKey,
  passphrase,
}: Login): Extract<Errand['task'], { is: 'verify' }>['login'] => ({
  username,
  ...(password ? { password: password.expose() } : {}),
  ...(privateKey ? { privateKey: privateKey.expose() } : {}),
  ...(passphrase ? { passphrase: passphrase.expose() } : {}),
});
