import type { HostKey } from '@strongroom/driver-kit';
import { driverContract } from '@strongroom/driver-kit/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { by, peerScene, reachPeer, theDriver } from '../peers/scene.ts';
import { startPeer, type SybasePeer } from '../peers/sybase.ts';

const driver = theDriver('sybase');
const secret = (text: string) => ({ expose: () => text });
const next = secret('Next-Word-6');

let peer: SybasePeer;
beforeAll(async () => {
  peer = await startPeer();
});
afterAll(() => peer.stop());

// What is forbidden is refused before anything is sent: one of each kind.
const odd = ['Odd-Word\u0000-7', 'Odd Word-7', 'Odd-Word\n-7', 'Odd-Wörd-7', 'Odd-Word-\ud800', 'x'.repeat(31), ''];
driverContract(driver, 'by a security officer', () => peerScene(driver, peer), { odd });
driverContract(driver, 'its own', () => peerScene(driver, peer, { loginWith: 'the account itself' }, 'itself'), {
  odd: [''],
  awkward: ["quote'Quote'-1"],
});

async function fresh(settings: Readonly<Record<string, unknown>> = {}) {
  const s = await peerScene(driver, peer, settings);
  return { ...s, ...s.account };
}
const reset = (
  username: string,
  password = next,
  admin: { readonly username: string; readonly password: string } | undefined = peer.admin,
) => driver.reset?.(reachPeer(driver, peer), by(admin?.username ?? '', admin?.password ?? ''), { username }, password);

describe('sybase', () => {
  it('carries names and passwords as they are, and none that the server would cut or change', async () => {
    const name = `it's "x"; drop--`;
    peer.make(name, 'First-Word-0');
    const password = `x',"y";--sp_addlogin'a`;
    expect(await reset(name, secret(password))).toEqual({ is: 'done' });
    expect(await driver.verify(reachPeer(driver, peer), by(name, password))).toBe('accepted');
    for (const bad of ['', 'a\nb', 'Änne', 'n'.repeat(31)]) expect(await reset(bad)).toMatchObject({ is: 'refused' });
    expect(await driver.verify(reachPeer(driver, peer), by('Änne', 'Any-Word-1'))).toBe('unreachable');
  });

  it('never puts a password into a login record, also without TLS, where only what sp_password is given can be read', async () => {
    const s = await fresh();
    const clear = reachPeer(driver, peer, { port: peer.plainPort, connection: 'clear text' });
    expect(await driver.verify(clear, by(s.username, s.password))).toBe('accepted');
    expect(await driver.verify(clear, by(s.username, 'Wrong-Word-0'))).toBe('rejected');
    expect(peer.clearPasswords).toEqual([]);
    const heard = peer.heardInClear().toString('latin1');
    expect(heard).toContain(s.username);
    expect(heard).not.toContain(s.password);
    expect(heard).not.toContain('Wrong-Word-0');
    expect(await driver.verify(reachPeer(driver, peer, { port: peer.plainPort }), by(s.username, s.password))).toBe(
      'unreachable',
    );
  });

  it('takes an answer for evidence only where the server asked for the password, and one log-in for one verify', async () => {
    const s = await fresh();
    const verify = (password: string) => driver.verify(s.target, by(s.username, password));
    try {
      for (const how of ['lets everybody in', 'refuses at once', 'asks with a short key'] as const) {
        peer.behave(how);
        expect(await verify('Wrong-Word-0')).toBe('unreachable');
        expect(await verify(s.password)).toBe('unreachable');
      }
    } finally {
      peer.behave('well');
    }
    const before = (await peer.failures(s.username)) ?? 0;
    expect(await verify('Wrong-Word-0')).toBe('rejected');
    expect(await peer.failures(s.username)).toBe(before + 1);
    peer.full(true);
    try {
      expect(await verify(s.password)).toBe('unreachable');
    } finally {
      peer.full(false);
    }
  });

  it('tells why the server does not set a password, without a password in it', async () => {
    const s = await fresh();
    expect(await reset(s.username, secret('n3'))).toEqual({
      is: 'refused',
      why: '10317: The specified password is too short. Passwords must be at least 6 characters in length.',
    });
    expect(await reset('nobody')).toEqual({ is: 'refused', why: '17231: No login with the specified name exists.' });
    const other = await fresh();
    expect(await reset(s.username, next, other)).toMatchObject({
      is: 'refused',
      why: expect.stringMatching(/^10353: You must have/) as string,
    });
    expect(await driver.verify(s.target, by(s.username, s.password))).toBe('accepted');
  });

  it('takes a password that ran out for the right one, and lets its owner set a new one', async () => {
    const s = await fresh();
    peer.expire(s.username);
    expect(await driver.verify(s.target, by(s.username, s.password))).toBe('accepted');
    expect(await reset(s.username, next, s.account)).toEqual({ is: 'done' });
    expect(await driver.verify(s.target, by(s.username, 'Next-Word-6'))).toBe('accepted');
  });

  it('pins a certificate at first contact, and talks to no other', async () => {
    const s = await fresh();
    const seen: HostKey[] = [];
    const pinned = { certificate: 'pinned' };
    const first = reachPeer(driver, peer, pinned, { trusted: [], onHostKey: (key) => void seen.push(key) });
    expect(await driver.verify(first, by(s.username, s.password))).toBe('accepted');
    expect(seen).toHaveLength(1);
    const alarms: HostKey[] = [];
    const other = { algorithm: 'x509', fingerprint: 'SHA256:x', publicKey: 'AAAA' };
    const strange = reachPeer(driver, peer, pinned, { pinned: [other], onUntrusted: (key) => void alarms.push(key) });
    expect(await driver.verify(strange, by(s.username, 'Wrong-Word-0'))).toBe('untrusted');
    expect(alarms).toEqual(seen);
    expect(await peer.failures(s.username)).toBe(0);
  });
});
