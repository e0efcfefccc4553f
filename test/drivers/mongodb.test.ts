import type { HostKey } from '@strongroom/driver-kit';
import { driverContract } from '@strongroom/driver-kit/testing';
import { MongoClient } from 'mongodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startPeer, type MongodbPeer } from '../peers/mongodb.ts';
import { by, peerScene, reachPeer, theDriver } from '../peers/scene.ts';

const driver = theDriver('mongodb');
const secret = (text: string) => ({ expose: () => text });
const next = secret('Next-Word-6');

let peer: MongodbPeer;
beforeAll(async () => {
  peer = await startPeer();
});
afterAll(() => peer.stop());

// What is forbidden is refused before anything is sent: one of each kind.
const odd = ['Odd-Word\u0000-7', 'Odd-Word\n-7', 'Odd-Wörd-7', 'Odd-Word-\ud800', 'x'.repeat(129), ''];
driverContract(driver, 'by an administrator', () => peerScene(driver, peer), { odd });
driverContract(driver, 'its own', () => peerScene(driver, peer, { loginWith: 'the account itself' }, 'itself'), {
  odd: [''],
  awkward: ['Plain-Word-9'],
});

const reset = (username: string, password = next, settings: Readonly<Record<string, unknown>> = {}) =>
  driver.reset?.(
    reachPeer(driver, peer, settings),
    by(peer.admin?.username ?? '', peer.admin?.password ?? ''),
    { username },
    password,
  );

/** MongoDB's own client, signed in; undefined where the log-in fails. */
async function ownClient(username: string, password: string, authSource = 'admin') {
  const client = new MongoClient(`mongodb://127.0.0.1:${String(peer.plainPort)}/?directConnection=true`, {
    ...{ auth: { username, password }, authSource, serverSelectionTimeoutMS: 5000 },
  });
  try {
    await client.db(authSource).command({ ping: 1 });
    return client;
  } catch (error) {
    await client.close();
    if (error instanceof Error && error.message.includes('Authentication failed')) return undefined;
    throw error;
  }
}

describe('mongodb', () => {
  it("finds the stand-in to speak as MongoDB's own client expects: signing in by both mechanisms, updateUser, usersInfo, refusals", async () => {
    const [account] = await peer.accounts(1);
    if (account === undefined) throw new Error('no account');
    peer.make('admin', 'sha1', 'Sha1-Word-1', ['SCRAM-SHA-1']);
    const client = await ownClient('pam', 'Pam-Word-0');
    const admin = client?.db('admin');
    await admin?.command({ updateUser: account.username, pwd: 'By-Own-Client-1' });
    await expect(admin?.command({ updateUser: 'nobody', pwd: 'x' })).rejects.toMatchObject({ code: 11 });
    expect((await admin?.command({ usersInfo: 1 }))?.['users']).toContainEqual(
      expect.objectContaining({ user: account.username, db: 'admin' }),
    );
    await client?.close();
    expect(await ownClient(account.username, account.password)).toBeUndefined();
    for (const [name, password] of [
      [account.username, 'By-Own-Client-1'],
      ['sha1', 'Sha1-Word-1'],
    ] as const) {
      const other = await ownClient(name, password);
      await expect(other?.db('admin').command({ updateUser: 'pam', pwd: 'x' })).rejects.toMatchObject({ code: 13 });
      await other?.close();
    }
  });

  it("sets what MongoDB's own client signs in with", async () => {
    const { account } = await peerScene(driver, peer);
    expect(await reset(account.username, secret('x"$ne":\'Word-1'))).toEqual({ is: 'done' });
    const client = await ownClient(account.username, 'x"$ne":\'Word-1');
    expect(client).toBeDefined();
    await client?.close();
  });

  it('signs in by SCRAM-SHA-1 where an account has no other, and on servers that want an empty round', async () => {
    peer.make('admin', 'a=b,c', 'First-Word-1', ['SCRAM-SHA-1']);
    const target = reachPeer(driver, peer);
    expect(await driver.verify(target, by('a=b,c', 'First-Word-1'))).toBe('accepted');
    expect(await driver.verify(target, by('a=b,c', 'Wrong-Word-0'))).toBe('rejected');
    expect(await reset('a=b,c')).toEqual({ is: 'done' });
    expect(await driver.verify(target, by('a=b,c', 'Next-Word-6'))).toBe('accepted');
    peer.old(true);
    const { account } = await peerScene(driver, peer);
    expect(await driver.verify(target, by(account.username, account.password))).toBe('accepted');
    peer.old(false);
  });

  it('tells users of the same name in different databases apart', async () => {
    peer.make('app', 'twin', 'App-Word-1', ['SCRAM-SHA-256']);
    peer.make('admin', 'twin', 'Admin-Word-1', ['SCRAM-SHA-256']);
    const inApp = reachPeer(driver, peer, { database: 'app' });
    expect(await driver.verify(inApp, by('twin', 'App-Word-1'))).toBe('accepted');
    expect(await driver.verify(inApp, by('admin/twin', 'Admin-Word-1'))).toBe('accepted');
    expect(await driver.verify(reachPeer(driver, peer), by('app/twin', 'App-Word-1'))).toBe('accepted');
    expect(await reset('app/twin')).toEqual({ is: 'done' });
    expect(await driver.verify(inApp, by('twin', 'Next-Word-6'))).toBe('accepted');
    expect(await peer.isPassword('twin', 'Admin-Word-1')).toBe(true);
    const found = await driver.discover?.(inApp, by('admin/pam', 'Pam-Word-0'));
    expect(found).toEqual([{ username: 'twin', privileged: false }]);
  });

  it('tells why the server refuses, and never makes a user', async () => {
    const { account, target } = await peerScene(driver, peer);
    expect(await reset('nobody')).toEqual({ is: 'refused', why: "User 'nobody@admin' not found" });
    expect(await reset('')).toMatchObject({ is: 'refused' });
    const own = await driver.reset?.(target, by(account.username, account.password), { username: 'pam' }, next);
    expect(own).toMatchObject({ is: 'refused', why: expect.stringMatching(/^not authorized/) as string });
  });

  it('signs in once for a verify, sends nothing more, and rejects whom the server does not know', async () => {
    const { account, target } = await peerScene(driver, peer);
    const from = peer.commands.length;
    expect(await driver.verify(target, by(account.username, 'Wrong-Word-0'))).toBe('rejected');
    expect(await peer.failures(account.username)).toBe(1);
    expect(peer.commands.slice(from)).toEqual(['hello', 'saslStart', 'saslContinue']);
    expect(await driver.verify(target, by('nobody', 'Wrong-Word-0'))).toBe('rejected');
  });

  it('pins a certificate at first contact, and speaks in clear text where the settings say so alone', async () => {
    const { account } = await peerScene(driver, peer);
    const login = by(account.username, account.password);
    const seen: HostKey[] = [];
    const pinned = { certificate: 'pinned' };
    const first = reachPeer(driver, peer, pinned, { trusted: [], onHostKey: (key) => void seen.push(key) });
    expect(await driver.verify(first, login)).toBe('accepted');
    expect(seen).toHaveLength(1);
    const strange = { pinned: [{ algorithm: 'x509', fingerprint: 'SHA256:x', publicKey: 'AAAA' }] };
    expect(await driver.verify(reachPeer(driver, peer, pinned, strange), login)).toBe('untrusted');
    const port = peer.plainPort;
    expect(await driver.verify(reachPeer(driver, peer, { port }), login)).toBe('unreachable');
    expect(await driver.verify(reachPeer(driver, peer, { port, connection: 'clear text' }), login)).toBe('accepted');
  });

  it('discovers the users of its database, and who administers', async () => {
    const { account, target, admin } = await peerScene(driver, peer);
    const found = await driver.discover?.(target, admin);
    expect(found).toContainEqual({ username: 'pam', privileged: true });
    expect(found).toContainEqual({ username: account.username, privileged: false });
  });
});
