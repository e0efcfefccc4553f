import { noOutpost } from './world.ts';
import type { Login } from '@strongroom/driver-kit';
import type { Outpost } from '../src/rotation/index.ts';

/** What a target of the tests does when it is asked. */
export interface FakeTarget {
  readonly passwords: Map<string, string>;
  /** Failed log-ins of each account since its last good one. */
  readonly failures: Map<string, number>;
  reachable: boolean;
  /** Shows another key than the pinned one. */
  otherKey: boolean;
  /** Refuses every change, whoever signs in. */
  refuses: boolean;
  /** Ends the line once it has changed a password, before it answers. */
  cuts: boolean;
  /** So many failed log-ins in a row lock an account; 0: none do. */
  locksAfter: number;
  /** Times it was asked anything. */
  asked: number;
  /** Does not say how far a log-in came. */
  mute: boolean;
  /** Has the account that signs in for others prove passwords too. */
  provesByOther: boolean;
}

/** Targets by their address, as an outpost shows them, with what was asked of them at the same time. */
export interface Targets {
  readonly outpost: Outpost;
  at(host: string): FakeTarget;
  /** The most errands at once: on one host, and on all. */
  readonly most: { perHost: number; all: number };
  /** No errand ends before so many were under way at once, or five seconds are over. */
  together: number;
}

/** Targets that take no time but a turn of the event loop, and behave as real ones: an account is locked by failed log-ins, a host is away. */
export function fakeTargets(): Targets {
  const byHost = new Map<string, FakeTarget>();
  const most = { perHost: 0, all: 0 };
  const busy = new Map<string, number>();
  const at = (host: string): FakeTarget => {
    const known = byHost.get(host);
    if (known) return known;
    const made: FakeTarget = {
      passwords: new Map(),
      failures: new Map(),
      reachable: true,
      otherKey: false,
      refuses: false,
      cuts: false,
      locksAfter: 0,
      asked: 0,
      mute: false,
      provesByOther: false,
    };
    byHost.set(host, made);
    return made;
  };
  const key = { algorithm: 'ssh-ed25519', fingerprint: 'SHA256:other', publicKey: 'AAAA' };
  const signsIn = (target: FakeTarget, { username, password }: Login): boolean => {
    const failed = target.failures.get(username) ?? 0;
    const locked = target.locksAfter > 0 && failed >= target.locksAfter;
    if (!locked && target.passwords.get(username) === password?.expose()) {
      target.failures.set(username, 0);
      return true;
    }
    target.failures.set(username, failed + 1);
    return false;
  };
  async function during<T>(host: string, work: (target: FakeTarget) => T): Promise<T> {
    busy.set(host, (busy.get(host) ?? 0) + 1);
    most.perHost = Math.max(most.perHost, busy.get(host) ?? 0);
    most.all = Math.max(
      most.all,
      [...busy.values()].reduce((sum, n) => sum + n, 0),
    );
    // So long that others come meanwhile, where they may.
    for (let turn = 0; turn < 40; turn++) await new Promise((resolve) => setImmediate(resolve));
    for (const until = Date.now() + 5000; most.all < targets.together && Date.now() < until;)
      await new Promise((resolve) => setImmediate(resolve));
    const target = at(host);
    target.asked += 1;
    const result = work(target);
    busy.set(host, (busy.get(host) ?? 1) - 1);
    return result;
  }
  const outpost: Outpost = {
    ...noOutpost,
    verify: ({ host }, login, via) =>
      during(host, (target) => {
        if (!target.reachable) return { said: 'unreachable', offered: undefined };
        if (target.otherKey) return { said: 'untrusted', offered: key };
        if (target.provesByOther && via && !signsIn(target, via))
          return { said: 'unreachable', offered: undefined, reached: 'turned-away' };
        return { said: signsIn(target, login) ? 'accepted' : 'rejected', offered: undefined };
      }),
    reset: ({ host }, admin, account, next) =>
      during(host, (target) => {
        if (!target.reachable) return { said: { is: 'unreachable' }, offered: undefined };
        if (target.otherKey) return { said: { is: 'untrusted' }, offered: key };
        const far = (reached: 'in' | 'turned-away') => (target.mute ? {} : { reached });
        if (!signsIn(target, admin))
          return { said: { is: 'refused', why: 'log-in refused' }, offered: undefined, ...far('turned-away') };
        if (target.refuses) return { said: { is: 'refused', why: 'too simple' }, offered: undefined, ...far('in') };
        target.passwords.set(account.username, next.expose());
        return { said: target.cuts ? { is: 'unknown' } : { is: 'done' }, offered: undefined, ...far('in') };
      }),
  };
  const targets: Targets = { outpost, at, most, together: 0 };
  return targets;
}
