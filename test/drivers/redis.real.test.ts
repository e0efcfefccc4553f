// needs: redis-server
import { awkwardPasswords, driverContract } from '@strongroom/driver-kit/testing';
import { createClient } from '@redis/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startPeer, type RedisPeer } from '../peers/redis.ts';
import { by, peerScene, reachPeer, theDriver } from '../peers/scene.ts';

const driver = theDriver('redis');
const secret = (text: string) => ({ expose: () => text });
const next = secret('Next-Word-6');

let peer: RedisPeer;
let configured: RedisPeer;
beforeAll(async () => {
  [peer, configured] = await Promise.all([startPeer('ACL SAVE'), startPeer('CONFIG REWRITE')]);
});
afterAll(() => Promise.all([peer.stop(), configured.stop()]));

// What is forbidden is refused before anything is sent: one of each kind.
const odd = ['Odd-Word\u0000-7', 'Odd-Word\r\nACL DELUSER root', 'Odd-Wörd-7', 'Odd-Word-\ud800', 'x'.repeat(129), ''];
driverContract(driver, 'by an administrator, on a real Redis', () => peerScene(driver, peer), { odd });
driverContract(driver, 'kept in the configuration, on a real Redis', () => peerScene(driver, configured), {
  odd: [''],
  awkward: awkwardPasswords.slice(1, 4),
});

const reset = (on: RedisPeer, username: string, settings: Readonly<Record<string, unknown>> = {}, password = next) =>
  driver.reset?.(
    reachPeer(driver, on, settings),
    by(on.admin?.username ?? '', on.admin?.password ?? ''),
    { username },
    password,
  );

describe('redis on a real Redis', () => {
  it('lets a client library in with the new password', async () => {
    const { account } = await peerScene(driver, peer);
    expect(await reset(peer, account.username)).toEqual({ is: 'done' });
    const client = createClient({
      ...{ username: account.username, password: 'Next-Word-6' },
      socket: { host: peer.host, port: peer.plainPort, reconnectStrategy: false },
    });
    await client.connect();
    expect(await client.get('nothing')).toBeNull();
    client.destroy();
  });

  it.each(['ACL SAVE', 'CONFIG REWRITE'] as const)('is still the password after a restart: %s', async (keepBy) => {
    const on = keepBy === 'ACL SAVE' ? peer : configured;
    const { target, account } = await peerScene(driver, on);
    for (const username of [account.username, 'default']) {
      expect(await reset(on, username)).toEqual({ is: 'done' });
      expect(await on.kept()).not.toContain('Next-Word-6');
    }
    await on.restart();
    for (const username of [account.username, 'default'])
      expect(await driver.verify(target, by(username, 'Next-Word-6'))).toBe('accepted');
    expect(await driver.verify(target, by(account.username, account.password))).toBe('rejected');
  });

  it('changes nothing where the change could not be kept, unless nothing is to keep it', async () => {
    const { account, target } = await peerScene(driver, configured);
    expect(await reset(configured, account.username, { keepBy: 'ACL SAVE' })).toMatchObject({
      is: 'refused',
      why: expect.stringContaining('not configured to use an ACL file') as string,
    });
    expect(await driver.verify(target, by(account.username, account.password))).toBe('accepted');
    expect(await reset(configured, account.username, { keepBy: 'nothing' })).toEqual({ is: 'done' });
    expect(await driver.verify(target, by(account.username, 'Next-Word-6'))).toBe('accepted');
    await configured.restart();
    expect(await driver.verify(target, by(account.username, 'Next-Word-6'))).toBe('rejected');
  });

  it('takes every other password from a user, and the right to come in without one', async () => {
    const { account, target } = await peerScene(driver, peer);
    await peer.command('acl', 'setuser', account.username, '>Second-Word-2', 'nopass');
    expect(await reset(peer, account.username)).toEqual({ is: 'done' });
    expect(await peer.isPassword(account.username, 'Next-Word-6')).toBe(true);
    expect(await driver.verify(target, by(account.username, 'Second-Word-2'))).toBe('rejected');
  });

  it('makes no user that is not there, and does not let a name become a rule', async () => {
    const before = await peer.command('acl', 'list');
    expect(await reset(peer, 'nobody')).toEqual({ is: 'refused', why: 'there is no such user' });
    for (const bad of ['', 'u1 +@all', 'u1\r\nACL SETUSER root off', 'u1\u0000'])
      expect(await reset(peer, bad)).toMatchObject({ is: 'refused' });
    expect(await peer.command('acl', 'list')).toBe(before);
  });

  it('tells why an account may not set its own password, and lets it where it may', async () => {
    const { account, target } = await peerScene(driver, peer);
    const own = () =>
      driver.reset?.(target, by(account.username, account.password), { username: account.username }, next);
    expect(await own()).toMatchObject({ is: 'refused', why: expect.stringMatching(/^NOPERM /) as string });
    await peer.command('acl', 'setuser', account.username, '+acl');
    expect(await own()).toEqual({ is: 'done' });
  });

  it('counts one failed log-in for one wrong verify, and rejects a user that is off', async () => {
    const { account, target } = await peerScene(driver, peer);
    expect(await driver.verify(target, by(account.username, 'Wrong-Word-0'))).toBe('rejected');
    expect(await peer.failures(account.username)).toBe(1);
    await peer.command('acl', 'setuser', account.username, 'off');
    expect(await driver.verify(target, by(account.username, account.password))).toBe('rejected');
  });

  it('speaks in clear text where the settings say so, and to no one in place of TLS', async () => {
    const { account } = await peerScene(driver, peer);
    const login = by(account.username, account.password);
    const plain = { connection: 'clear text', port: peer.plainPort };
    expect(await driver.verify(reachPeer(driver, peer, plain), login)).toBe('accepted');
    expect(await driver.verify(reachPeer(driver, peer, { port: peer.plainPort }), login)).toBe('unreachable');
  });

  it('discovers the users, and who may do everything', async () => {
    const { account, target, admin } = await peerScene(driver, peer);
    const found = await driver.discover?.(target, admin);
    expect(found).toContainEqual({ username: 'root', privileged: true });
    expect(found).toContainEqual({ username: 'pam', privileged: false });
    expect(found).toContainEqual({ username: account.username, privileged: false });
  });
});
