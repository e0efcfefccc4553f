// needs: root postgresql-15
import { awkwardPasswords, driverContract } from '@strongroom/driver-kit/testing';
import type { HostKey } from '@strongroom/driver-kit';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { startPeer, type PostgresPeer } from '../peers/postgres.ts';
import { by, peerScene, reachPeer, theDriver } from '../peers/scene.ts';

const driver = theDriver('postgres');
const secret = (text: string) => ({ expose: () => text });
const next = secret('Next-Word-6');

let peer: PostgresPeer;
beforeAll(async () => {
  peer = await startPeer();
});
afterAll(() => peer.stop());

// What is forbidden is refused before anything is sent: one of each kind. The last three are what SASLprep changes.
const odd = ['Odd-Word\u0000-7', 'Odd-Word\npostgres', 'Odd-Wörd-7', 'Odd-Word-\ud800', 'x'.repeat(100), ''];
const prepared = ['Odd-Wo\u0308rd-7', 'Odd\u00a0Word-7', 'Odd-Wo\u00adrd-7'];
driverContract(driver, 'by an administrator, on a real PostgreSQL', () => peerScene(driver, peer), {
  odd: [...odd, ...prepared],
});
driverContract(
  driver,
  'its own, on a real PostgreSQL',
  () => peerScene(driver, peer, { loginWith: 'the account itself' }, 'itself'),
  { odd: [''], awkward: awkwardPasswords.slice(1, 4) },
);

const reset = (target: Parameters<typeof driver.verify>[0], username: string, password = next) =>
  driver.reset?.(target, by(peer.admin?.username ?? '', peer.admin?.password ?? ''), { username }, password);

describe('postgres on a real PostgreSQL', () => {
  it.each(['Next-Word-6', 'ünïCöde✓-3 Ω漢字', '🔑Astral-4 key'])(
    "lets libpq's psql and a client library in with %j",
    async (password) => {
      const s = await peerScene(driver, peer);
      expect(await reset(s.target, s.account.username, secret(password))).toEqual({ is: 'done' });
      expect(await peer.isPassword(s.account.username, password)).toBe(true);
      expect(await peer.letsIn(s.account.username, password)).toBe(true);
      expect(await peer.letsIn(s.account.username, s.account.password)).toBe(false);
      const client = new Client({
        ...{ host: peer.host, port: peer.directPort, user: s.account.username, password, database: 'postgres' },
        ssl: { ca: peer.trusted.join('\n') },
      });
      await client.connect();
      await client.end();
    },
  );

  it('never sends the password: the log of every statement has the verifier alone', async () => {
    const s = await peerScene(driver, peer);
    expect(await reset(s.target, s.account.username, secret('Unlogged-Word-7'))).toEqual({ is: 'done' });
    // The log may be written a moment after the answer.
    await vi.waitFor(async () => {
      expect(await peer.log()).toContain(`ALTER ROLE ${s.account.username} PASSWORD 'SCRAM-SHA-256$4096:`);
    });
    expect(await peer.log()).not.toContain('Unlogged-Word-7');
  });

  it('does not let a name leave its quotes, nor be cut to that of another', async () => {
    const s = await peerScene(driver, peer);
    const name = `o'x" ; -- \\ $$`;
    await peer.sql(`create role "o'x"" ; -- \\ $$" login`);
    expect(await reset(s.target, name)).toEqual({ is: 'done' });
    expect(await driver.verify(s.target, by(name, 'Next-Word-6'))).toBe('accepted');
    const long = 'r'.repeat(63);
    await peer.sql(`create role ${long} login password 'First-Word-1'`);
    for (const other of [`${long}r`, 'nobody', 'current_user', 'public', `${s.account.username}" superuser --`])
      expect(await reset(s.target, other)).toEqual({ is: 'refused', why: 'there is no such role' });
    for (const bad of ['', 'a\u0000b', 'a\nb']) expect(await reset(s.target, bad)).toMatchObject({ is: 'refused' });
    expect(await driver.verify(s.target, by(long, 'First-Word-1'))).toBe('accepted');
  });

  it('counts one failed log-in for one wrong verify, and tells what is no evidence', async () => {
    const s = await peerScene(driver, peer);
    const { username, password } = s.account;
    expect(await driver.verify(s.target, by(username, 'Wrong-Word-0'))).toBe('rejected');
    // The server writes its log when it gets to it.
    await expect.poll(() => peer.failures(username), { timeout: 10_000 }).toBe(1);
    await peer.sql(`alter role ${username} nologin`);
    expect(await driver.verify(s.target, by(username, password))).toBe('unreachable');
    await peer.sql(`alter role ${username} login`);
    const elsewhere = reachPeer(driver, peer, { database: 'nowhere' });
    expect(await driver.verify(elsewhere, by(username, password))).toBe('unreachable');
    expect(await driver.verify(reachPeer(driver, peer), by('nobody', password))).toBe('rejected');
  });

  it('tells why the server refuses: an account may not set the password of another, nor an administrator that of a superuser', async () => {
    const s = await peerScene(driver, peer);
    const [other] = await peer.accounts(1);
    const said = await driver.reset?.(
      s.target,
      by(s.account.username, s.account.password),
      { username: other?.username ?? '' },
      next,
    );
    expect(said).toMatchObject({ is: 'refused', why: expect.stringMatching(/^42501: /) as string });
    expect(await reset(s.target, 'postgres')).toMatchObject({ is: 'refused' });
  });

  it('pins a certificate at first contact, before it says who it is, and talks to no other', async () => {
    const s = await peerScene(driver, peer);
    const { username, password } = s.account;
    const seen: HostKey[] = [];
    const pinned = { certificate: 'pinned' };
    const first = reachPeer(driver, peer, pinned, { trusted: [], onHostKey: (key) => void seen.push(key) });
    expect(await driver.verify(first, by(username, password))).toBe('accepted');
    expect(seen).toHaveLength(1);
    const known = reachPeer(driver, peer, pinned, { trusted: [], pinned: seen });
    expect(await driver.verify(known, by(username, password))).toBe('accepted');
    const other = { algorithm: 'x509', fingerprint: 'SHA256:x', publicKey: 'AAAA' };
    const strange = reachPeer(driver, peer, pinned, { pinned: [other] });
    expect(await driver.verify(strange, by(username, 'Wrong-Word-0'))).toBe('untrusted');
    expect(await peer.failures(username)).toBe(0);
  });

  it('checks the name in the certificate, and takes no server without TLS', async () => {
    const s = await peerScene(driver, peer);
    const { username, password } = s.account;
    // The same server by another name than its certificate has, through a relay.
    const relay = createServer((near) => {
      const far = connect(peer.directPort, peer.host);
      near.pipe(far).pipe(near);
      near.on('error', () => far.destroy());
      far.on('error', () => near.destroy());
    });
    relay.listen(0, '127.0.0.1');
    await once(relay, 'listening');
    const port = (relay.address() as { port: number }).port;
    const misnamed = reachPeer(driver, peer, {}, { host: '127.0.0.1', port });
    expect(await driver.verify(misnamed, by(username, password))).toBe('untrusted');
    relay.close();

    // A server that answers N, as one without TLS does, with more behind it, as one on the way would send.
    for (const answer of ['N', 'SE', '']) {
      const heard: Buffer[] = [];
      const bare = createServer((near) => {
        near.on('data', (chunk) => {
          heard.push(chunk);
          if (answer === '') near.destroy();
          else near.write(answer);
        });
        near.on('error', () => undefined);
      });
      bare.listen(0, '127.0.0.1');
      await once(bare, 'listening');
      const target = reachPeer(
        driver,
        peer,
        {},
        { host: '127.0.0.1', port: (bare.address() as { port: number }).port },
      );
      expect(await driver.verify(target, by(username, password))).toBe('unreachable');
      expect(Buffer.concat(heard).toString('latin1')).not.toContain(username);
      bare.close();
    }
  });

  it('speaks in clear text where the settings say so alone', async () => {
    await peer.sql(`create role plain login password 'First-Word-1'`);
    const target = reachPeer(driver, peer, { connection: 'clear text' });
    expect(await driver.verify(target, by('plain', 'First-Word-1'))).toBe('accepted');
    expect(await driver.verify(target, by('plain', 'Wrong-Word-0'))).toBe('rejected');
    expect(await reset(reachPeer(driver, peer), 'plain')).toEqual({ is: 'done' });
    expect(await driver.verify(target, by('plain', 'Next-Word-6'))).toBe('accepted');
  });

  it('discovers the roles that may log in, and the superusers among them', async () => {
    const s = await peerScene(driver, peer);
    await peer.sql('create role group_of_some nologin');
    const found = await driver.discover?.(s.target, s.admin);
    expect(found).toContainEqual({ username: 'postgres', privileged: true });
    expect(found).toContainEqual({ username: s.account.username, privileged: false });
    expect(found?.map(({ username }) => username)).not.toContain('group_of_some');
  });
});
