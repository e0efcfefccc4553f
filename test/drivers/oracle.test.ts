import type { HostKey } from '@strongroom/driver-kit';
import { awkwardPasswords, driverContract } from '@strongroom/driver-kit/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startPeer, type OraclePeer } from '../peers/oracle.ts';
import { by, peerScene, reachPeer, theDriver } from '../peers/scene.ts';

const driver = theDriver('oracle');
const secret = (text: string) => ({ expose: () => text });
const next = secret('Next-Word-6');

let peer: OraclePeer;
beforeAll(async () => {
  peer = await startPeer();
});
afterAll(() => peer.stop());

// What is forbidden is refused before anything is sent: one of each kind.
const odd = ['Odd-Word\u0000-7', 'Odd"Word-7', 'Odd-Word\n-7', 'Odd-Wörd-7', 'Odd-Word-\ud800', 'x'.repeat(31), ''];
driverContract(driver, 'by an administrator', () => peerScene(driver, peer), { odd });
driverContract(driver, 'its own', () => peerScene(driver, peer, { loginWith: 'the account itself' }, 'itself'), {
  odd: [''],
  awkward: awkwardPasswords.slice(1, 3),
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

describe('oracle', () => {
  it('does not let a password leave its quotes, and says no name that has some', async () => {
    const s = await fresh();
    const password = `x; drop user 'U1' --\\';`;
    expect(await reset(s.username, secret(password))).toEqual({ is: 'done' });
    expect(await driver.verify(s.target, by(s.username, password))).toBe('accepted');
    const statements = peer.statements.length;
    for (const name of ['', 'a"b', 'a b', '1a', 'sys[u1]', 'u1" identified by "x"; drop user "U1', 'n'.repeat(129)]) {
      expect(await reset(name)).toMatchObject({ is: 'refused' });
      expect(await driver.verify(s.target, by(name, 'Any-Word-1'))).toBe('unreachable');
    }
    expect(await reset(s.username, next, { username: s.username, password: 'a" identified by "b' })).toMatchObject({
      is: 'refused',
    });
    expect(peer.statements).toHaveLength(statements);
    expect(peer.exists(s.username)).toBe(true);
  });

  it('tells why the server does not set a password, without a password in it', async () => {
    const s = await fresh();
    expect(await reset(s.username, secret('n3'))).toEqual({
      is: 'refused',
      why: 'ORA-28003: password verification for the specified password failed',
    });
    expect(await reset('nobody')).toEqual({ is: 'refused', why: "ORA-01918: user 'NOBODY' does not exist" });
    const other = await fresh();
    expect(await reset(s.username, next, other)).toEqual({ is: 'refused', why: 'ORA-01031: insufficient privileges' });
    expect(await driver.verify(s.target, by(s.username, s.password))).toBe('accepted');
  });

  it('makes one log-in for one verify, over one connection, and runs nothing', async () => {
    const s = await fresh();
    const [connections, statements] = [peer.connections(), peer.statements.length];
    expect(await driver.verify(s.target, by(s.username, 'Wrong-Word-0'))).toBe('rejected');
    expect(await peer.failures(s.username)).toBe(1);
    expect(peer.connections()).toBe(connections + 1);
    expect(peer.statements).toHaveLength(statements);
  });

  it('takes a password that ran out for the right one, and a locked account or a service that is not there for no evidence', async () => {
    const s = await fresh();
    peer.put(s.username, 'expired');
    expect(await driver.verify(s.target, by(s.username, s.password))).toBe('accepted');
    expect(await driver.verify(s.target, by(s.username, 'Wrong-Word-0'))).toBe('rejected');
    expect(await reset(s.username)).toEqual({ is: 'done' });
    peer.put(s.username, 'locked');
    expect(await driver.verify(s.target, by(s.username, 'Next-Word-6'))).toBe('unreachable');
    const elsewhere = reachPeer(driver, peer, { service: 'gone' });
    expect(await driver.verify(elsewhere, by('SYSTEM', 'Lab-Word-0'))).toBe('unreachable');
  });

  it('does not follow a listener that sends elsewhere', async () => {
    const s = await fresh();
    const connections = peer.connections();
    peer.redirectTo(peer.plainPort);
    try {
      expect(await driver.verify(s.target, by(s.username, s.password))).toBe('unreachable');
      expect(peer.connections()).toBe(connections + 1);
    } finally {
      peer.redirectTo(undefined);
    }
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

  it('signs in without a password in clear also where there is no TLS, which only a setting allows', async () => {
    const s = await fresh();
    const verify = (settings: Readonly<Record<string, unknown>>) =>
      driver.verify(reachPeer(driver, peer, settings), by(s.username, s.password));
    expect(await verify({ port: peer.plainPort })).toBe('unreachable');
    expect(await verify({ port: peer.plainPort, connection: 'clear text' })).toBe('accepted');
    const heard = peer.heardInClear().toString('latin1');
    expect(heard).toContain(s.username);
    expect(heard).not.toContain(s.password);
  });
});
