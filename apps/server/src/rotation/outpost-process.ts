// The outpost: the process that talks to targets. It has no database login, no key and no file of the server's: a
// target that finds a hole in what parses its protocol finds nothing behind it but the errand at hand.
import { Untrusted, type Exposable, type HostKey, type Login } from '@strongroom/driver-kit';
import { driverFor } from '@strongroom/drivers';
import { reachTarget } from '@strongroom/reach';
import { ToOutpost, type Errand, type FromOutpost } from './outpost-messages.ts';

const waiting = new Map<number, (pinned: boolean) => void>();

const say = (message: FromOutpost): void => void process.send?.(message);
const secret = (text: string): Exposable => ({ expose: () => text });
const login = (given: { username: string; password?: string | undefined }): Login => ({
  username: given.username,
  ...(given.password === undefined ? {} : { password: secret(given.password) }),
});

async function run({ id, driver: type, host, settings: raw, pinned, task }: Errand): Promise<void> {
  let offered: HostKey | undefined;
  const driver = driverFor(type);
  if (!driver) throw new Error('no such driver');
  const settings: unknown = driver.settings.parse(raw);
  const { port, timeoutSeconds } = settings as { port: number; timeoutSeconds: number };
  const target = reachTarget<unknown>({
    host,
    port,
    settings,
    pinned,
    timeoutMs: timeoutSeconds * 1000,
    async onHostKey(key) {
      const answer = new Promise<boolean>((resolve) => waiting.set(id, resolve));
      say({ id, key });
      if (!(await answer)) throw new Untrusted(key);
    },
    onUntrusted(key) {
      offered = key;
    },
  });
  if (task.is === 'verify') {
    const verified = await driver.verify(target, login(task.login), task.via && login(task.via));
    say({ id, verified, offered });
    return;
  }
  const { username, current } = task.account;
  const account = { username, ...(current === undefined ? {} : { current: secret(current) }) };
  const elevation = task.elevation && login(task.elevation);
  const reset = driver.reset
    ? await driver.reset(target, login(task.admin), account, secret(task.next), elevation)
    : ({ is: 'refused', why: 'this kind of target has no reset' } as const);
  say({ id, reset, offered });
}

process.on('message', (raw) => {
  const message = ToOutpost.parse(raw);
  if ('key' in message) {
    waiting.get(message.key.id)?.(message.key.pinned);
    waiting.delete(message.key.id);
    return;
  }
  const { errand } = message;
  run(errand)
    .catch(() => {
      // A fault of ours, whose text may hold what the target sent: the server learns only that it does not know.
      say(
        errand.task.is === 'verify'
          ? { id: errand.id, verified: 'unreachable' }
          : { id: errand.id, reset: { is: 'unknown' } },
      );
    })
    .finally(() => waiting.delete(errand.id));
});
// The server is gone: whatever is under way is settled by its next start, from the target's own answers.
process.on('disconnect', () => process.exit(0));
