// needs: root openssh-server sudo inetutils-telnetd inetutils-inetd
import { createServer } from 'node:net';
import type { Driver, Login, SshSettings } from '@strongroom/driver-kit';
import { driverContract, type Scene } from '@strongroom/driver-kit/testing';
import { driverFor } from '@strongroom/drivers';
import { reachTarget } from '@strongroom/reach';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { passwords, startFleet, type Fleet } from '../lab/fleet.ts';
import { serveTelnet, telnetPort } from '../lab/telnet.ts';
import { by } from '../reach/reaching.ts';

const driver: Driver<SshSettings> = theDriver();
const secret = (text: string) => ({ expose: () => text });
const svc = { username: 'svcapp', password: passwords.svcapp };
const svcapp = { username: svc.username, current: secret(svc.password) };
const next = secret('Next-Word-6');

function theDriver(): Driver<SshSettings> {
  const found = driverFor('linux-ssh');
  if (found === undefined) throw new Error('linux-ssh is not registered');
  return found;
}

let fleet: Fleet;
beforeAll(async () => {
  fleet = await startFleet(5);
  await Promise.all(fleet.hosts.map(({ index }) => serveTelnet(fleet, index)));
});
afterAll(() => fleet.stop());

/** Host `index` over Telnet. */
const over = (index: number, more: object = {}, port = telnetPort, timeoutMs = 20_000) => {
  const settings = driver.settings.parse({ protocol: 'Telnet', port, ...more });
  const host = fleet.hosts[index - 1]?.host ?? '';
  return reachTarget({ host, port, settings, pinned: [], onHostKey: () => undefined, timeoutMs });
};

interface Way {
  readonly admin: Login;
  readonly elevation: SshSettings['elevation'];
  readonly second?: Login;
}
const ways: Readonly<Record<string, Way>> = {
  'as root': { admin: by('root', passwords.root), elevation: 'none' },
  'its own': { admin: by('svcapp', passwords.svcapp), elevation: 'none' },
  'by sudo, asked': { admin: by('bob', passwords.bob), elevation: 'sudo' },
  'by sudo, not asked': { admin: by('pamsvc', passwords.pamsvc), elevation: 'sudo' },
  'by su': { admin: by('alice', passwords.alice), elevation: 'su', second: by('root', passwords.root) },
};

async function scene(index: number, way: Way): Promise<Scene<SshSettings>> {
  await fleet.execWith(`svcapp:${passwords.svcapp}\n`, index, 'chpasswd');
  return {
    target: over(index, { elevation: way.elevation }),
    unreachable: over(index, { elevation: way.elevation }, 9),
    admin: way.admin,
    account: svc,
    ...(way.second === undefined ? {} : { elevation: way.second }),
  };
}

// What a line of text and a terminal like to spoil, in few words: a log-in over Telnet takes its time.
const hard = [' "quote\'$HOME`id`$(id) ', '\\n;&|<Pipe>#@!%^ {a}', 'ünïCöde✓-3 Ω漢字🔑'];
Object.entries(ways).forEach(([name, way], at) => {
  const extent =
    at < 2 ? { awkward: hard, odd: ['Odd-Word\nroot:hijacked'] } : { awkward: hard.slice(2 - (at % 2), 3), odd: [] };
  driverContract(driver, `${name}, over Telnet on a real host`, () => scene(at + 1, way), extent);
});

describe('linux-ssh over Telnet on real hosts [RST-03]', () => {
  it('takes a name and a password that are right, each once, and tells what proves nothing', async () => {
    expect(await driver.verify(over(1), by('alice', passwords.alice))).toBe('accepted');
    expect(await driver.verify(over(1), by('nobody-here', 'Wrong-Word-0'))).toBe('rejected');
    expect(await driver.verify(over(1), by('-froot', 'Wrong-Word-0'))).toBe('unreachable');
    // The words of the command line are not those of the settings: no evidence, whatever the password.
    const strange = over(1, { prompts: { shell: 'never>' } }, telnetPort, 1500);
    expect(await driver.verify(strange, by('alice', passwords.alice))).toBe('unreachable');
    await fleet.exec(1, 'usermod', '-s', '/usr/sbin/nologin', 'pamsvc');
    expect(await driver.verify(over(1), by('pamsvc', passwords.pamsvc))).toBe('unreachable');
  });

  it('says what passwd said of a weak password, and what has to be changed first', async () => {
    const s = await scene(2, ways['its own'] ?? { admin: by('svcapp', ''), elevation: 'none' });
    expect(await driver.reset?.(s.target, s.admin, svcapp, secret('weak'))).toEqual({
      is: 'refused',
      why: 'You must choose a longer password.',
    });
    await fleet.exec(2, 'chage', '-d', '0', 'svcapp');
    expect(await driver.verify(s.target, s.admin)).toBe('accepted');
    expect(await driver.verify(s.target, by('svcapp', 'Wrong-Word-0'))).toBe('rejected');
    expect(await driver.reset?.(s.target, s.admin, svcapp, next)).toEqual({
      is: 'refused',
      why: 'the target wants the password of the login account changed first',
    });
  });

  it('says unknown when the line is cut by the change, and verify tells', async () => {
    await fleet.execWith('#!/bin/sh\npkill -KILL -f telnetd\n', 3, 'tee', '/etc/cut.sh');
    await fleet.exec(3, 'chmod', '755', '/etc/cut.sh');
    const stack = '@include common-password\npassword optional pam_exec.so /etc/cut.sh\n';
    await fleet.execWith(stack, 3, 'tee', '/etc/pam.d/chpasswd');
    const said = await driver.reset?.(over(3), by('root', passwords.root), { username: 'alice' }, next);
    expect(said).toEqual({ is: 'unknown' });
    expect(await fleet.canLogIn(3, 'alice', 'Next-Word-6')).toBe(true);
  });

  it('keeps every password out of command lines and histories, whatever the log-in shell', async () => {
    // What every process of the host shows of itself, at the moment at which the password is set.
    await fleet.execWith('#!/bin/sh\ncat /proc/[0-9]*/cmdline >> /root/cmdlines\n', 4, 'tee', '/etc/look.sh');
    await fleet.exec(4, 'chmod', '755', '/etc/look.sh');
    const stack = 'password optional pam_exec.so /etc/look.sh\n@include common-password\n';
    for (const service of ['chpasswd', 'passwd']) await fleet.execWith(stack, 4, 'tee', `/etc/pam.d/${service}`);
    for (const shell of ['/bin/bash', '/bin/sh']) {
      await fleet.exec(4, 'chsh', '-s', shell, 'root');
      const said = await driver.reset?.(over(4), by('root', passwords.root), { username: 'svcapp' }, next);
      expect(said).toEqual({ is: 'done' });
    }
    const own = { username: 'svcapp', current: next };
    const itself = await driver.reset?.(over(4), by('svcapp', 'Next-Word-6'), own, secret('Other-Word-8'));
    expect(itself).toEqual({ is: 'done' });
    const { stdout } = await fleet.exec(
      4,
      'sh',
      '-c',
      'cat /root/cmdlines /root/.*history /home/*/.*history 2>/dev/null',
    );
    expect(stdout).toMatch(/chpasswd[^]*passwd/);
    expect(stdout).toContain('while read line');
    expect(stdout).not.toMatch(/Next-Word-6|Other-Word-8|Root-Pw-0|Svc-Pw-0/);
  });

  it('verifies by su, and discovers accounts', async () => {
    const from = over(5, { proveBy: 'su', loginWith: 'another account' });
    const via = by('alice', passwords.alice);
    expect(await driver.verify(from, by('root', passwords.root), via)).toBe('accepted');
    expect(await driver.verify(from, by('root', 'Wrong-Word-0'), via)).toBe('rejected');
    const found = await driver.discover?.(from, by('alice', passwords.alice));
    expect(found).toContainEqual({ username: 'root', privileged: true });
    expect(found).toContainEqual({ username: 'svcapp', privileged: false });
  });

  it('never sends a password to who does not ask for one', async () => {
    const heard: string[] = [];
    const server = createServer((socket) => {
      socket.on('data', (bytes: Buffer) => void heard.push(bytes.toString('latin1')));
      socket.on('error', () => undefined);
      socket.write('welcome\r\n$ ');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const settings = driver.settings.parse({ protocol: 'Telnet', port });
    const target = reachTarget({
      ...{ host: '127.0.0.1', port, settings, pinned: [], onHostKey: () => undefined, timeoutMs: 2000 },
    });
    expect(await driver.verify(target, by('alice', passwords.alice))).toBe('unreachable');
    expect(heard.join('')).not.toContain(passwords.alice);
    await new Promise((resolve) => server.close(resolve));
  });
});
