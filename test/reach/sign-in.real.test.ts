import { createServer } from 'node:net';
import {
  MustChange,
  Rejected,
  Unreachable,
  Untrusted,
  verifyByShell,
  type HostKey,
  type Login,
} from '@strongroom/driver-kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startFleet, type Fleet } from '../lab/fleet.ts';
import { by, hostOf, keyOf, reaching } from './reaching.ts';

let fleet: Fleet;
beforeAll(async () => {
  fleet = await startFleet(3);
});
afterAll(() => fleet.stop());

const alice = by('alice', 'Alice-Pw-0');
const wrong = by('alice', 'Wrong-Word-0');
const whoami = async (index: number, login: Login): Promise<string> =>
  (await reaching(fleet, index, {}).shell(login, (shell) => shell.run('whoami'))).stdout.trim();
const secret = (text: string) => ({ expose: () => text });

describe('signing in to a real sshd', () => {
  it('takes a password, an Ed25519 key and an encrypted RSA key', async () => {
    expect(await whoami(1, alice)).toBe('alice');
    expect(await whoami(1, { username: 'alice', privateKey: secret(fleet.keys.ed25519) })).toBe('alice');
    const encrypted = { username: 'bob', privateKey: secret(fleet.keys.rsa), passphrase: secret('Key-Phrase-0') };
    expect(await whoami(1, encrypted)).toBe('bob');
  });

  it('takes a password where only keyboard-interactive is offered, and where only password is', async () => {
    await fleet.configure(2, 'PasswordAuthentication no');
    expect(await whoami(2, alice)).toBe('alice');
    expect(await verifyByShell(reaching(fleet, 2, {}), wrong)).toBe('rejected');
    await fleet.reset(2);
    await fleet.configure(2, 'KbdInteractiveAuthentication no');
    expect(await whoami(2, alice)).toBe('alice');
    await fleet.reset(2);
  });

  it('says rejected for a wrong password, a wrong key, an unknown and a locked account', async () => {
    await fleet.exec(2, 'passwd', '-l', 'bob');
    expect(await verifyByShell(reaching(fleet, 1, {}), wrong)).toBe('rejected');
    expect(await verifyByShell(reaching(fleet, 1, {}), by('nobody-here', 'Alice-Pw-0'))).toBe('rejected');
    expect(await verifyByShell(reaching(fleet, 2, {}), by('bob', 'Bob-Pw-0'))).toBe('rejected');
    const key = { username: 'svcapp', privateKey: secret(fleet.keys.ed25519) };
    expect(await verifyByShell(reaching(fleet, 1, {}), key)).toBe('rejected');
    await fleet.reset(2);
  });

  it('never counts more than one failure against an account for one verify, whatever the server offers', async () => {
    await fleet.execWith(
      [
        'auth required pam_faillock.so preauth deny=9',
        'auth [success=2 default=ignore] pam_unix.so nullok nodelay',
        'auth [default=die] pam_faillock.so authfail deny=9',
        'auth requisite pam_deny.so',
        'auth required pam_permit.so\n',
      ].join('\n'),
      2,
      'tee',
      '/etc/pam.d/common-auth',
    );
    const failures = async () => (await fleet.exec(2, 'faillock', '--user', 'alice')).stdout.match(/ [VI]$/gm)?.length;
    expect(await verifyByShell(reaching(fleet, 2, {}), wrong)).toBe('rejected');
    expect(await failures()).toBe(1);
    await fleet.configure(2, 'PasswordAuthentication no');
    expect(await verifyByShell(reaching(fleet, 2, {}), wrong)).toBe('rejected');
    // The tally lives in /run, which a restart empties.
    expect(await failures()).toBe(1);
    await fleet.reset(2);
  });

  it('says rejected when the server hangs up at the first failure', async () => {
    await fleet.configure(2, 'MaxAuthTries 1');
    expect(await verifyByShell(reaching(fleet, 2, {}), wrong)).toBe('rejected');
    expect(await verifyByShell(reaching(fleet, 2, {}), alice)).toBe('accepted');
    await fleet.reset(2);
  });

  it('accepts the right password that must be changed, rejects the wrong one, and refuses it a shell', async () => {
    await fleet.exec(2, 'chage', '-d', '0', 'alice');
    expect(await verifyByShell(reaching(fleet, 2, {}), alice)).toBe('accepted');
    expect(await verifyByShell(reaching(fleet, 2, {}), wrong)).toBe('rejected');
    await fleet.configure(2, 'PasswordAuthentication no');
    expect(await verifyByShell(reaching(fleet, 2, {}), alice)).toBe('accepted');
    expect(await verifyByShell(reaching(fleet, 2, {}), wrong)).toBe('rejected');
    await expect(whoami(2, alice)).rejects.toBeInstanceOf(MustChange);
    await fleet.reset(2);
  });

  it('takes no answer for a proof where a password is not asked for', async () => {
    await fleet.configure(2, 'PasswordAuthentication no', 'KbdInteractiveAuthentication no');
    expect(await verifyByShell(reaching(fleet, 2, {}), alice)).toBe('unreachable');
    await fleet.reset(2);
    await fleet.configure(2, 'PermitEmptyPasswords yes');
    await fleet.exec(2, 'passwd', '-d', 'alice');
    expect(await verifyByShell(reaching(fleet, 2, {}), wrong)).toBe('unreachable');
    await fleet.reset(2);
    // A key opens the account, whatever the password is: the password is judged alone.
    const both = { ...wrong, privateKey: secret(fleet.keys.ed25519) };
    expect(await verifyByShell(reaching(fleet, 2, {}), both)).toBe('rejected');
  });

  it('gives key and password where a host wants both, and sends no second factor to a password prompt', async () => {
    await fleet.configure(2, 'AuthenticationMethods publickey,password');
    expect(await whoami(2, { ...alice, privateKey: secret(fleet.keys.ed25519) })).toBe('alice');
    const keyOnly = { username: 'alice', privateKey: secret(fleet.keys.ed25519) };
    await expect(whoami(2, keyOnly)).rejects.toBeInstanceOf(Unreachable);
    await fleet.reset(2);
  });

  it('says unreachable for an unreadable key, and never names it', async () => {
    const bad = whoami(1, { username: 'alice', privateKey: secret(fleet.keys.rsa), passphrase: secret('not-it') });
    await expect(bad).rejects.toThrow('the private key cannot be read: wrong format or wrong passphrase');
  });

  it('never puts a password into an error', async () => {
    const error: unknown = await whoami(1, wrong).catch((why: unknown) => why);
    expect(error).toBeInstanceOf(Rejected);
    expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain('Wrong-Word-0');
  });
});

describe('the host key of a real sshd', () => {
  it('is reported at a first contact as ssh-keygen prints it, before anything is sent', async () => {
    const key = await keyOf(fleet, 1);
    const printed = await fleet.exec(1, 'ssh-keygen', '-l', '-f', '/etc/ssh/lab_ed25519.pub');
    expect(printed.stdout.split(' ')[1]).toBe(key.fingerprint);
    expect((await fleet.exec(1, 'cat', '/etc/ssh/lab_ed25519.pub')).stdout.split(' ')[1]).toBe(key.publicKey);
    // The caller could not keep it: then nothing is sent either.
    const refusing = reaching(fleet, 3, {}, { onHostKey: () => Promise.reject(new Error('disk full')) });
    await expect(refusing.shell(alice, () => Promise.resolve())).rejects.toThrow('disk full');
    expect(await fleet.log(3)).not.toMatch(/alice/);
  });

  it('is not reported again once pinned, and a pinned key of another type than preferred is found', async () => {
    const publicKey = (await fleet.exec(1, 'cat', '/etc/ssh/lab_ecdsa.pub')).stdout.split(' ')[1] ?? '';
    const ecdsa: HostKey = { algorithm: 'ecdsa-sha2-nistp256', fingerprint: 'SHA256:unused', publicKey };
    const reported: HostKey[] = [];
    for (const pinned of [[ecdsa], [await keyOf(fleet, 1)]]) {
      const target = reaching(fleet, 1, {}, { pinned, onHostKey: (key) => void reported.push(key) });
      expect(await verifyByShell(target, alice)).toBe('accepted');
    }
    expect(reported).toEqual([]);
  });

  it('refuses a host whose key changed, with nothing sent to it, and tells the key it offered', async () => {
    const pinned = [await keyOf(fleet, 3)];
    await fleet.changeHostKey(3);
    const before = await fleet.log(3);
    const seen: HostKey[] = [];
    const target = reaching(fleet, 3, {}, { pinned, onUntrusted: (key) => void seen.push(key) });
    const error: unknown = await target.shell(alice, () => Promise.resolve()).catch((why: unknown) => why);
    expect(error).toBeInstanceOf(Untrusted);
    expect(await verifyByShell(target, alice)).toBe('untrusted');
    const log = (await fleet.log(3)).slice(before.length);
    expect(log).toContain('[preauth]');
    expect(log).not.toMatch(/alice|password|Failed|Accepted/i);
    expect(seen[0]).toEqual(await keyOf(fleet, 3));
    expect(seen[0]).not.toEqual(pinned[0]);
    expect(error).toHaveProperty('offered', seen[0]);
  });
});

describe('a host that cannot be asked', () => {
  it('is unreachable when it is down, and reached again after', async () => {
    await fleet.down(3);
    expect(await verifyByShell(reaching(fleet, 3, {}), alice)).toBe('unreachable');
    await fleet.restart(3);
    expect(await verifyByShell(reaching(fleet, 3, {}), alice)).toBe('accepted');
  });

  it('is unreachable when it answers nothing in time, speaks no SSH, or the caller gives up', async () => {
    const mute = createServer((socket) => socket.on('error', () => undefined));
    const web = createServer((socket) => socket.on('error', () => undefined).end('HTTP/1.1 400 Bad Request\r\n\r\n'));
    const portOf = async (server: typeof mute): Promise<number> => {
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      const address = server.address();
      return typeof address === 'object' ? (address?.port ?? 0) : 0;
    };
    const at = async (server: typeof mute, more = {}) =>
      verifyByShell(
        reaching(fleet, 1, {}, { host: '127.0.0.1', port: await portOf(server), timeoutMs: 300, ...more }),
        alice,
      );
    expect(await at(mute)).toBe('unreachable');
    expect(await at(web)).toBe('unreachable');
    mute.close();
    web.close();
    const { host, port } = hostOf(fleet, 1);
    const given = reaching(fleet, 1, {}, { host, port, signal: AbortSignal.abort() });
    await expect(given.shell(alice, () => Promise.resolve())).rejects.toThrow('given up');
  });
});
