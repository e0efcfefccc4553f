import type { HostKey } from '@strongroom/driver-kit';
import { awkwardPasswords, driverContract } from '@strongroom/driver-kit/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startPeer, type MssqlPeer } from '../peers/mssql.ts';
import { by, peerScene, reachPeer, theDriver } from '../peers/scene.ts';

const driver = theDriver('mssql');
const secret = (text: string) => ({ expose: () => text });
const next = secret('Next-Word-6');

let peer: MssqlPeer;
beforeAll(async () => {
  peer = await startPeer();
});
afterAll(() => peer.stop());

// What is forbidden is refused before anything is sent: one of each kind.
const odd = ['Odd-Word\u0000-7', 'Odd-Word\\\n-7', 'Odd-Wörd-7', 'Odd-Word-\ud800', 'x'.repeat(129), ''];
driverContract(driver, 'by an administrator', () => peerScene(driver, peer), { odd });
driverContract(driver, 'its own', () => peerScene(driver, peer, { loginWith: 'the account itself' }, 'itself'), {
  odd: [''],
  awkward: awkwardPasswords.slice(1, 4),
});

/** A fresh account, and the target as the administrator and others reach it. */
async function fresh(settings: Readonly<Record<string, unknown>> = {}) {
  const s = await peerScene(driver, peer, settings);
  return { ...s, ...s.account };
}
const reset = (
  username: string,
  password = next,
  settings: Readonly<Record<string, unknown>> = {},
  admin: { readonly username: string; readonly password: string } | undefined = peer.admin,
) =>
  driver.reset?.(
    reachPeer(driver, peer, settings),
    by(admin?.username ?? '', admin?.password ?? ''),
    { username },
    password,
  );

describe('mssql', () => {
  it('does not let a name or a password leave its brackets and quotes', async () => {
    const s = await fresh();
    const name = `it's [x]] "y"; -- ]`;
    peer.make(name, 'First-Word-0');
    // U+02BC becomes an apostrophe where a string is not in Unicode.
    const password = `x'; DROP LOGIN [${s.username}]; -- ''\u02bc\\ "A-1`;
    expect(await reset(name, secret(password))).toEqual({ is: 'done' });
    expect(await driver.verify(s.target, by(name, password))).toBe('accepted');
    const hijack = `${s.username}] WITH PASSWORD = N'Hijacked-1'; DROP LOGIN [${s.username}`;
    expect(await reset(hijack)).toMatchObject({ is: 'refused', why: expect.stringMatching(/^15151: /) as string });
    expect(peer.exists(s.username)).toBe(true);
    expect(await driver.verify(s.target, by(s.username, s.password))).toBe('accepted');
  });

  it('sends nothing for a name that no log-in of SQL Server has', async () => {
    const before = peer.connections();
    for (const name of ['', 'CORP\\ana', 'a\nb', 'n'.repeat(129)])
      expect(await reset(name)).toMatchObject({ is: 'refused' });
    expect(peer.connections()).toBe(before);
  });

  it('tells why the server finds a password too weak, and that it is not allowed, without a password in it', async () => {
    const s = await fresh();
    expect(await reset(s.username, secret("n'3"))).toEqual({
      is: 'refused',
      why: '15116: Password validation failed. The password does not meet the operating system policy requirements because it is too short.',
    });
    const other = await fresh();
    expect(await reset(s.username, next, {}, other)).toMatchObject({
      is: 'refused',
      why: expect.stringMatching(/^15151: Cannot alter the login/) as string,
    });
    expect(await driver.verify(s.target, by(s.username, s.password))).toBe('accepted');
  });

  it('makes one log-in for one verify, over one connection, and sends no statement of its own', async () => {
    const s = await fresh();
    const [connections, batches] = [peer.connections(), peer.batches.length];
    expect(await driver.verify(s.target, by(s.username, 'Wrong-Word-0'))).toBe('rejected');
    expect(await peer.failures(s.username)).toBe(1);
    expect(peer.connections()).toBe(connections + 1);
    expect(peer.batches).toHaveLength(batches);
  });

  it('takes a password that is to be changed for the right one, and a log-in that is kept out for no evidence', async () => {
    const s = await fresh();
    const verify = (password: string, settings = {}) =>
      driver.verify(reachPeer(driver, peer, settings), by(s.username, password));
    for (const state of ['must change', 'expired'] as const) {
      peer.put(s.username, state);
      expect(await verify(s.password)).toBe('accepted');
      expect(await verify('Wrong-Word-0')).toBe('rejected');
    }
    for (const state of ['locked', 'disabled'] as const) {
      peer.put(s.username, state);
      expect(await verify(s.password)).toBe('unreachable');
    }
    peer.put(s.username, 'open');
    // Here the server says "login failed" too.
    expect(await verify(s.password, { database: 'gone' })).toBe('unreachable');
  });

  it('unlocks where the settings say so, and not otherwise', async () => {
    const s = await fresh();
    peer.put(s.username, 'locked');
    expect(await reset(s.username)).toEqual({ is: 'done' });
    expect(await driver.verify(s.target, by(s.username, 'Next-Word-6'))).toBe('unreachable');
    expect(await reset(s.username, next, { unlock: true })).toEqual({ is: 'done' });
    expect(await driver.verify(s.target, by(s.username, 'Next-Word-6'))).toBe('accepted');
  });

  it('sets users of a contained database, by an administrator and their own', async () => {
    peer.make('inner', 'First-Word-0', 'contained');
    peer.make('inner', 'Other-Word-0');
    const settings = { accountsOf: 'a database', database: 'contained' };
    const target = reachPeer(driver, peer, settings);
    expect(await reset('inner', next, settings)).toEqual({ is: 'done' });
    expect(await driver.verify(target, by('inner', 'Next-Word-6'))).toBe('accepted');
    const self = { username: 'inner', password: 'Next-Word-6' };
    expect(await reset('inner', secret('Third-Word-7'), settings, self)).toEqual({ is: 'done' });
    expect(await driver.verify(target, by('inner', 'Third-Word-7'))).toBe('accepted');
    expect(await peer.isPassword('inner', 'Other-Word-0')).toBe(true);
    expect(await driver.discover?.(target, by(peer.admin?.username ?? '', peer.admin?.password ?? ''))).toEqual([
      { username: 'inner', privileged: false },
    ]);
  });

  it('signs an administrator of the domain in by NTLM, and tells a wrong password of theirs', async () => {
    const s = await fresh();
    expect(await driver.verify(s.target, by(peer.domainAdmin.username, peer.domainAdmin.password))).toBe('accepted');
    expect(await driver.verify(s.target, by('corp\\dba', peer.domainAdmin.password))).toBe('accepted');
    expect(await driver.verify(s.target, by(peer.domainAdmin.username, 'Wrong-Word-0'))).toBe('rejected');
    expect(await reset(s.username, next, {}, peer.domainAdmin)).toEqual({ is: 'done' });
    expect(await driver.verify(s.target, by(s.username, 'Next-Word-6'))).toBe('accepted');
  });

  it('pins a certificate at first contact, and talks to no other', async () => {
    const s = await fresh();
    const seen: HostKey[] = [];
    const pinned = { certificate: 'pinned' };
    const first = reachPeer(driver, peer, pinned, { trusted: [], onHostKey: (key) => void seen.push(key) });
    expect(await driver.verify(first, by(s.username, s.password))).toBe('accepted');
    expect(seen).toHaveLength(1);
    const known = reachPeer(driver, peer, pinned, { trusted: [], pinned: seen });
    expect(await driver.verify(known, by(s.username, s.password))).toBe('accepted');
    const alarms: HostKey[] = [];
    const other = { algorithm: 'x509', fingerprint: 'SHA256:x', publicKey: 'AAAA' };
    const strange = reachPeer(driver, peer, pinned, { pinned: [other], onUntrusted: (key) => void alarms.push(key) });
    expect(await driver.verify(strange, by(s.username, 'Wrong-Word-0'))).toBe('untrusted');
    expect(alarms).toEqual(seen);
    expect(await peer.failures(s.username)).toBe(0);
  });

  it('speaks in clear text where the settings say so, and never where they do not', async () => {
    const s = await fresh();
    const verify = (settings: Readonly<Record<string, unknown>>, password = s.password) =>
      driver.verify(reachPeer(driver, peer, settings), by(s.username, password));
    expect(await verify({ port: peer.plainPort })).toBe('unreachable');
    expect(await verify({ port: peer.plainPort, connection: 'clear text' })).toBe('accepted');
    expect(await verify({ port: peer.plainPort, connection: 'clear text' }, 'Wrong-Word-0')).toBe('rejected');
    // A server that insists on TLS.
    expect(await verify({ connection: 'clear text' })).toBe('unreachable');
  });

  it('does not follow a server that sends elsewhere', async () => {
    const s = await fresh();
    const connections = peer.connections();
    peer.routeTo(peer.plainPort);
    try {
      expect(await driver.verify(s.target, by(s.username, s.password))).toBe('unreachable');
      expect(peer.connections()).toBe(connections + 1);
    } finally {
      peer.routeTo(undefined);
    }
  });

  it('discovers log-ins, and who is above the others', async () => {
    const s = await fresh();
    const found = await driver.discover?.(s.target, s.admin);
    expect(found).toContainEqual({ username: 'sa', privileged: true });
    expect(found).toContainEqual({ username: s.username, privileged: false });
  });
});
