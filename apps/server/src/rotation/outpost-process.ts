// The outpost: the process that talks to targets. It has no database login, no key and no file of the server's: a
// target that finds a hole in what parses its protocol finds nothing behind it but the errand at hand.
import { setDefaultCACertificates } from 'node:tls';
import { Rejected, Untrusted, type Exposable, type HostKey, type Login, type Target } from '@strongroom/driver-kit';
import { driverFor } from '@strongroom/drivers';
import { makeKeyPair, reachTarget, readPrivateKey } from '@strongroom/reach';
import { ToOutpost, type Errand, type FromOutpost } from './outpost-messages.ts';

const waiting = new Map<number, (pinned: boolean) => void>();

const say = (message: FromOutpost): void => void process.send?.(message);
const secret = (text: string): Exposable => ({ expose: () => text });
const login = (given: NonNullable<Extract<Errand['task'], { is: 'verify' }>['via']>): Login => ({
  username: given.username,
  ...(given.password === undefined ? {} : { password: secret(given.password) }),
  ...(given.privateKey === undefined ? {} : { privateKey: secret(given.privateKey) }),
  ...(given.passphrase === undefined ? {} : { passphrase: secret(given.passphrase) }),
});

/**
 * Looks on while a driver works: whether the target let it in at all. Each way signs in before it begins with the work that is its
 * last argument, so that a way which was turned away before any work began has sent a log-in and nothing else.
 */
function watched<S>(target: Target<S>): { target: Target<S>; reached(): 'in' | 'turned-away' | 'nothing' } {
  let reached: 'in' | 'turned-away' | 'nothing' = 'nothing';
  const seen = new Proxy(target, {
    get(of, name) {
      const way: unknown = Reflect.get(of, name);
      if (typeof way !== 'function') return way;
      return async (...given: unknown[]): Promise<unknown> => {
        const work = given.at(-1);
        const inside = (...open: unknown[]): unknown => {
          reached = 'in';
          return typeof work === 'function' ? Reflect.apply(work, undefined, open) : undefined;
        };
        try {
          return await Reflect.apply(way, of, [...given.slice(0, -1), inside]);
        } catch (error) {
          if (error instanceof Rejected && reached === 'nothing') reached = 'turned-away';
          throw error;
        }
      };
    },
  });
  return { target: seen, reached: () => reached };
}

/** How long an errand may take in all, in time limits of its single steps. */
const longestInLimits = 10;

async function run({ id, driver: type, host, settings: raw, pinned, trusted, task }: Errand): Promise<void> {
  if (task.is === 'make-key') {
    say({ id, pair: await makeKeyPair(task.kind) });
    return;
  }
  if (task.is === 'read-key') {
    say({ id, pair: readPrivateKey(task.privateKey, task.passphrase) ?? null });
    return;
  }
  let offered: HostKey | undefined;
  const driver = driverFor(type);
  if (!driver) throw new Error('no such driver');
  const settings: unknown = driver.settings.parse(raw);
  // Some services are reached at an address of the driver's own, and have no port to set.
  const { port = 0, timeoutSeconds } = settings as { port?: number; timeoutSeconds: number };
  const { target, reached } = watched(
    reachTarget<unknown>({
      host,
      port,
      settings,
      pinned,
      trusted,
      timeoutMs: timeoutSeconds * 1000,
      // A target that answers each question just in time would hold a lane for hours.
      signal: AbortSignal.timeout(longestInLimits * timeoutSeconds * 1000),
      async onHostKey(key) {
        const answer = new Promise<boolean>((resolve) => waiting.set(id, resolve));
        say({ id, key });
        if (!(await answer)) throw new Untrusted(key);
      },
      onUntrusted(key) {
        offered = key;
      },
    }),
  );
  if (task.is === 'verify') {
    const verified = await driver.verify(target, login(task.login), task.via && login(task.via));
    say({ id, verified, offered, reached: reached() });
    return;
  }
  const elevation = task.elevation && login(task.elevation);
  const notOffered = { is: 'refused', why: 'this kind of target does not have that' } as const;
  if (task.is === 'authorise') {
    const { username, change } = task;
    const done = await driver.authorise?.(target, login(task.admin), { username }, change, elevation);
    say({ id, reset: done ?? notOffered, offered });
    return;
  }
  const { username, current } = task.account;
  const account = { username, ...(current === undefined ? {} : { current: secret(current) }) };
  if (task.is === 'rehearse') {
    const rehearsed = await driver.rehearse?.(target, login(task.admin), account, elevation);
    const { lines, ended, why } = rehearsed ?? { lines: [], ended: 'refused' as const, why: notOffered.why };
    say({ id, rehearsed: { lines: [...lines], ended, why }, offered });
    return;
  }
  const reset = driver.reset
    ? await driver.reset(target, login(task.admin), account, secret(task.next), elevation)
    : notOffered;
  say({ id, reset, offered, reached: reached() });
}

/** What is said when we failed: that nothing is known. */
function doubt({ id, task }: Errand): FromOutpost {
  switch (task.is) {
    case 'verify':
      return { id, verified: 'unreachable' };
    case 'reset':
    case 'authorise':
      return { id, reset: { is: 'unknown' } };
    case 'rehearse':
      return { id, rehearsed: { lines: [], ended: 'lost', why: 'The device could not be asked.' } };
    case 'make-key':
    case 'read-key':
      return { id, pair: null };
  }
}

process.on('message', (raw) => {
  const message = ToOutpost.parse(raw);
  if ('authorities' in message) {
    setDefaultCACertificates(message.authorities);
    return;
  }
  if ('key' in message) {
    waiting.get(message.key.id)?.(message.key.pinned);
    waiting.delete(message.key.id);
    return;
  }
  const { errand } = message;
  run(errand)
    .catch(() => {
      // A fault of ours, whose text may hold what the target sent: the server learns only that it does not know.
      say(doubt(errand));
    })
    .finally(() => waiting.delete(errand.id));
});
// The server is gone: whatever is under way is settled by its next start, from the target's own answers.
process.on('disconnect', () => process.exit(0));
