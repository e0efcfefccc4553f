import type { Driver, Login, SshSettings } from '@strongroom/driver-kit';
import { awkwardPasswords, driverContract, type Scene } from '@strongroom/driver-kit/testing';
import { driverFor } from '@strongroom/drivers';
import { reachTarget } from '@strongroom/reach';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { passwords, startFleet, type Fleet } from '../lab/fleet.ts';
import { by, hostOf, keyOf, reaching } from './reaching.ts';

const driver: Driver<SshSettings> = theDriver();
const secret = (text: string) => ({ expose: () => text });
const svc = { username: 'svcapp', password: passwords.svcapp };
const next = secret('Next-Word-6');

function theDriver(): Driver<SshSettings> {
  const found = driverFor('linux-ssh');
  if (found === undefined) throw new Error('linux-ssh is not registered');
  return found;
}

let fleet: Fleet;
beforeAll(async () => {
  fleet = await startFleet(20);
});
afterAll(() => fleet.stop());

interface Way {
  readonly admin: () => Login;
  readonly elevation: SshSettings['elevation'];
  readonly second?: Login;
}
const key = (username: string): Login => ({ username, privateKey: secret(fleet.keys.ed25519) });
const ways: Readonly<Record<string, Way>> = {
  'as root': { admin: () => by('root', passwords.root), elevation: 'none' },
  'its own': { admin: () => by('svcapp', passwords.svcapp), elevation: 'none' },
  'by sudo, asked': { admin: () => by('bob', passwords.bob), elevation: 'sudo' },
  'by sudo, asked, signed in with a key': {
    admin: () => ({ ...key('bob'), ...by('bob', passwords.bob) }),
    elevation: 'sudo',
  },
  'by sudo, not asked, signed in with a key': { admin: () => key('pamsvc'), elevation: 'sudo' },
  'by su': { admin: () => by('alice', passwords.alice), elevation: 'su', second: by('root', passwords.root) },
};
const settingsOf = (way: Way) => driver.settings.parse({ elevation: way.elevation });
const wayOf = (name: string): Way => {
  const way = ways[name];
  if (way === undefined) throw new Error(`no way ${name}`);
  return way;
};

const seen: Record<number, ReturnType<typeof keyOf>> = {};

/** Host `index` as one way sees it, with the password of svcapp as it was at the start. */
async function scene(index: number, way: Way): Promise<Scene<SshSettings>> {
  await fleet.execWith(`svcapp:${passwords.svcapp}\n`, index, 'chpasswd');
  const settings = settingsOf(way);
  const real = await (seen[index] ??= keyOf(fleet, index));
  const target = (pinned: readonly (typeof real)[], port = hostOf(fleet, index).port) =>
    reachTarget({ ...hostOf(fleet, index), port, settings, pinned, onHostKey: () => undefined, timeoutMs: 20_000 });
  return {
    target: target([real]),
    unreachable: target([real], 9),
    untrusted: target([{ ...real, publicKey: 'AAAA' }]),
    admin: way.admin(),
    account: svc,
    ...(way.second === undefined ? {} : { elevation: way.second }),
  };
}

// Every awkward password by each way it can travel: input of chpasswd, of passwd, and of chpasswd behind su; a few behind
// sudo, whose input is that of chpasswd. Which odd ones are refused is settled before anything is sent.
const odd = ['Odd-Word\nroot:hijacked', 'Odd-Word\u0003-7', ''];
const passwordWays = Object.keys(ways).filter((name) => !name.includes('not asked'));
passwordWays.forEach((name, at) => {
  const awkward = name.includes('sudo') ? awkwardPasswords.slice(-3) : undefined;
  const extent = awkward === undefined ? { odd } : { odd, awkward };
  driverContract(driver, `${name}, on a real host`, () => scene(at + 1, wayOf(name)), extent);
});

describe('linux-ssh on real hosts', () => {
  it('sets awkward passwords by sudo without a password, signed in with a key', async () => {
    for (const password of awkwardPasswords) {
      const s = await scene(7, wayOf('by sudo, not asked, signed in with a key'));
      expect(await driver.reset?.(s.target, s.admin, svcapp(), secret(password))).toEqual({ is: 'done' });
      expect(await fleet.canLogIn(7, 'svcapp', password)).toBe(true);
    }
  });

  it('says what passwd said when it refuses a weak password, and leaves the old one', async () => {
    const s = await scene(7, wayOf('its own'));
    const said = await driver.reset?.(s.target, s.admin, svcapp(), secret('weak'));
    expect(said).toEqual({ is: 'refused', why: 'You must choose a longer password.' });
    expect(await driver.verify(s.target, by('svcapp', passwords.svcapp))).toBe('accepted');
  });

  it('lets an account whose password ran out change it itself', async () => {
    const s = await scene(7, wayOf('its own'));
    await fleet.exec(7, 'chage', '-d', '0', 'svcapp');
    expect(await driver.verify(s.target, s.admin)).toBe('accepted');
    expect(await driver.reset?.(s.target, s.admin, svcapp(), next)).toEqual({ is: 'done' });
    expect(await fleet.canLogIn(7, 'svcapp', 'Next-Word-6')).toBe(true);
  });

  it('changes its own password signed in with a key, when the current one is known', async () => {
    const target = reaching(fleet, 8, settingsOf(wayOf('its own')));
    const account = { username: 'alice', current: secret(passwords.alice) };
    expect(await driver.reset?.(target, key('alice'), account, next)).toEqual({ is: 'done' });
    expect(await driver.reset?.(target, key('alice'), { username: 'alice' }, next)).toMatchObject({ is: 'refused' });
    expect(await fleet.canLogIn(8, 'alice', 'Next-Word-6')).toBe(true);
  });

  it('sends a wrong password to sudo and to su once, and says why', async () => {
    const faillock = [
      'auth required pam_faillock.so preauth deny=9',
      'auth [success=2 default=ignore] pam_unix.so nodelay',
    ];
    faillock.push(
      'auth [default=die] pam_faillock.so authfail deny=9',
      'auth requisite pam_deny.so',
      'auth required pam_permit.so\n',
    );
    await fleet.execWith(faillock.join('\n'), 9, 'tee', '/etc/pam.d/common-auth');
    const failures = async (user: string) =>
      (await fleet.exec(9, 'faillock', '--user', user)).stdout.match(/ [VI]$/gm)?.length ?? 0;
    for (const [name, user] of [
      ['by sudo, asked, signed in with a key', 'bob'],
      ['by su', 'root'],
    ] as const) {
      const way = wayOf(name);
      const target = reaching(fleet, 9, settingsOf(way));
      const admin = name === 'by su' ? way.admin() : { ...key('bob'), ...by('bob', 'Wrong-Word-0') };
      const said = await driver.reset?.(
        target,
        admin,
        svcapp(),
        next,
        name === 'by su' ? by('root', 'Wrong-Word-0') : undefined,
      );
      expect(said).toMatchObject({ is: 'refused' });
      expect(said).toHaveProperty(
        'why',
        expect.stringMatching(
          name === 'by su' ? /Authentication failure|Permission denied/ : /1 incorrect password attempt/,
        ),
      );
      // sudo asks again by itself, and pam_faillock counts that question too when it is left without an answer.
      expect(await failures(user)).toBeLessThanOrEqual(name === 'by su' ? 1 : 2);
    }
  });

  it('verifies by su an account that may not log in over SSH', async () => {
    await fleet.configure(10, 'PermitRootLogin no');
    const target = reaching(fleet, 10, driver.settings.parse({ proveBy: 'su', loginWith: 'another account' }));
    const via = by('alice', passwords.alice);
    expect(await driver.verify(target, by('root', passwords.root), via)).toBe('accepted');
    expect(await driver.verify(target, by('root', 'Wrong-Word-0'), via)).toBe('rejected');
    await fleet.exec(10, 'usermod', '-s', '/usr/sbin/nologin', 'svcapp');
    expect(await driver.verify(target, by('svcapp', passwords.svcapp), via)).toBe('unreachable');
  });

  it.each(['after', 'before'] as const)(
    'says unknown when the line is cut %s the password was set, and verify tells',
    async (when) => {
      const stack = ['@include common-password', 'password optional pam_exec.so /etc/cut.sh'];
      if (when === 'before') stack.reverse();
      await fleet.execWith(
        "#!/bin/sh\npkill -KILL -x chpasswd\npkill -KILL -f '^sshd: root'\n",
        11,
        'tee',
        '/etc/cut.sh',
      );
      await fleet.exec(11, 'chmod', '755', '/etc/cut.sh');
      await fleet.execWith(`${stack.join('\n')}\n`, 11, 'tee', '/etc/pam.d/chpasswd');
      const target = reaching(fleet, 11, settingsOf(wayOf('as root')));
      const old = by('svcapp', when === 'after' ? passwords.svcapp : 'Next-Word-6');
      const fresh = by('svcapp', when === 'after' ? 'Next-Word-6' : 'Other-Word-8');
      const wanted = secret(fresh.password?.expose() ?? '');
      expect(await driver.reset?.(target, by('root', passwords.root), svcapp(), wanted)).toEqual({ is: 'unknown' });
      expect(await driver.verify(target, fresh)).toBe(when === 'after' ? 'accepted' : 'rejected');
      expect(await driver.verify(target, old)).toBe(when === 'after' ? 'rejected' : 'accepted');
    },
  );

  it('keeps every password out of the process list of the target', async () => {
    // sshd gives each command line to bash, whose start-up file writes down what it was given.
    await fleet.execWith(
      'tr "\\0" "\\n" < /proc/$$/cmdline >> /root/cmdlines 2>/dev/null\n',
      12,
      'tee',
      '/root/.bashrc',
    );
    const target = reaching(fleet, 12, settingsOf(wayOf('as root')));
    expect(await driver.reset?.(target, by('root', passwords.root), svcapp(), next)).toEqual({ is: 'done' });
    const { stdout } = await fleet.exec(12, 'cat', '/root/cmdlines');
    expect(stdout).toContain('/usr/sbin/chpasswd');
    expect(stdout).not.toMatch(/Next-Word-6|Root-Pw-0|Svc-Pw-0/);
  });

  it('discovers the accounts of a host', async () => {
    const found = await driver.discover?.(
      reaching(fleet, 13, settingsOf(wayOf('as root'))),
      by('root', passwords.root),
    );
    expect(found).toContainEqual({ username: 'root', privileged: true });
    expect(found).toContainEqual({ username: 'svcapp', privileged: false });
  });

  it('sets the password of an account on 20 hosts at once, by every way of signing in and becoming root, but not on the one whose host key changed [RST-02]', async () => {
    const all = Object.values(ways);
    for (const { index } of fleet.hosts) await fleet.reset(index);
    const pinned = await Promise.all(fleet.hosts.map(({ index }) => keyOf(fleet, index)));
    await fleet.changeHostKey(20);
    const said = await Promise.all(
      fleet.hosts.map(async ({ index }, at) => {
        const way = all[at % all.length] ?? wayOf('as root');
        const known = pinned[at];
        const target = reaching(fleet, index, settingsOf(way), known === undefined ? {} : { pinned: [known] });
        return driver.reset?.(target, way.admin(), svcapp(), secret(`Next-Word-${String(index)}`), way.second);
      }),
    );
    expect(said).toEqual(fleet.hosts.map(({ index }) => (index === 20 ? { is: 'untrusted' } : { is: 'done' })));
    for (const { index } of fleet.hosts) {
      expect(await fleet.canLogIn(index, 'svcapp', `Next-Word-${String(index)}`)).toBe(index !== 20);
      expect(await fleet.canLogIn(index, 'svcapp', passwords.svcapp)).toBe(index === 20);
    }
  });
});

function svcapp() {
  return { username: svc.username, current: secret(svc.password) };
}
