// needs: mariadb-server
import { awkwardPasswords, driverContract } from '@strongroom/driver-kit/testing';
import type { HostKey } from '@strongroom/driver-kit';
import { createConnection } from 'mysql2/promise';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startPeer, type MysqlPeer } from '../peers/mysql.ts';
import { by, peerScene, reachPeer, theDriver } from '../peers/scene.ts';

const driver = theDriver('mysql');
const secret = (text: string) => ({ expose: () => text });
const next = secret('Next-Word-6');

let peer: MysqlPeer;
beforeAll(async () => {
  peer = await startPeer();
});
afterAll(() => peer.stop());

// What is forbidden is refused before anything is sent: one of each kind.
const odd = ['Odd-Word\u0000-7', 'Odd-Word\nroot:hijacked', 'Odd-Wörd-7', 'Odd-Word-\ud800', `x-${'x'.repeat(79)}`, ''];
driverContract(driver, 'by an administrator, on a real MariaDB', () => peerScene(driver, peer), { odd });
driverContract(
  driver,
  'its own, on a real MariaDB',
  () => peerScene(driver, peer, { loginWith: 'the account itself' }, 'itself'),
  { odd: [''], awkward: awkwardPasswords.slice(1, 4) },
);

/** A fresh account, and the target as the administrator and others reach it. */
async function fresh(settings: Readonly<Record<string, unknown>> = {}) {
  const s = await peerScene(driver, peer, settings);
  return { ...s, ...s.account, set: (password = next) => reset(s.target, s.account.username, password) };
}
const reset = (target: Parameters<typeof driver.verify>[0], username: string, password = next, admin = peer.admin) =>
  driver.reset?.(target, by(admin?.username ?? '', admin?.password ?? ''), { username }, password);

describe('mysql on a real MariaDB', () => {
  it("lets the server's own client in with the new password, and counts one failed log-in for one wrong verify", async () => {
    const s = await fresh();
    expect(await s.set()).toEqual({ is: 'done' });
    const client = await createConnection({
      ...{ host: peer.host, port: peer.directPort, user: s.username, password: 'Next-Word-6' },
      ssl: { ca: peer.trusted.join('\n'), verifyIdentity: false },
    });
    await client.end();
    expect(await peer.isPassword(s.username, 'Next-Word-6')).toBe(true);
    expect(await driver.verify(s.target, by(s.username, 'Wrong-Word-0'))).toBe('rejected');
    expect(await peer.failures(s.username)).toBe(1);
  });

  it('does not let a name or a password leave its quotes', async () => {
    const s = await fresh();
    const name = `it's "x"; \\' --`;
    await peer.sql(`create user 'it''s "x"; \\\\'' --'@'%' identified by 'First-Word-0'`);
    const password = "x'; DROP USER root@localhost; -- \\' \"A-1";
    expect(await reset(s.target, name, secret(password))).toEqual({ is: 'done' });
    expect(await driver.verify(s.target, by(name, password))).toBe('accepted');
    expect(await reset(s.target, `${s.username}'@'%' = PASSWORD('Hijacked-1'), '`, next)).toEqual({
      is: 'refused',
      why: 'there is no such account',
    });
    expect(await reset(s.target, '', next)).toMatchObject({ is: 'refused' });
    expect(await driver.verify(s.target, by(s.username, s.password))).toBe('accepted');
  });

  it('tells why the server finds a password too weak', async () => {
    const s = await fresh();
    expect(await s.set(secret('weak'))).toEqual({
      is: 'refused',
      why: '1819: Your password does not satisfy the current policy requirements (simple_password_check)',
    });
    expect(await driver.verify(s.target, by(s.username, s.password))).toBe('accepted');
  });

  it('sets every host part of a name, those that are named only where all are there, and says unknown when one of several is refused', async () => {
    const s = await fresh();
    const hosts = () =>
      peer.sql(`select count(distinct authentication_string) from mysql.user where User = '${s.username}'`);
    await peer.sql(`create user ${s.username}@localhost identified by 'Other-Word-1'`);
    expect(await hosts()).toBe('2');
    expect(await s.set()).toEqual({ is: 'done' });
    expect(await hosts()).toBe('1');
    expect(await peer.isPassword(s.username, 'Next-Word-6')).toBe(true);

    const named = reachPeer(driver, peer, { hostParts: 'localhost, 10.0.0.%' });
    expect(await reset(named, s.username)).toEqual({
      is: 'refused',
      why: 'there is no account of this name for 10.0.0.%',
    });
    const one = reachPeer(driver, peer, { hostParts: 'localhost' });
    expect(await reset(one, s.username, secret('Third-Word-7'))).toEqual({ is: 'done' });
    expect(await driver.verify(s.target, by(s.username, 'Next-Word-6'))).toBe('accepted');

    await peer.sql(`alter user ${s.username}@localhost identified via unix_socket`);
    const both = reachPeer(driver, peer, { hostParts: '%, localhost' });
    expect(await reset(both, s.username, secret('Fourth-Word-8'))).toEqual({ is: 'unknown' });
    expect(await driver.verify(s.target, by(s.username, 'Fourth-Word-8'))).toBe('accepted');
  });

  it('changes nothing where an account may set its own host part and not the other that is named', async () => {
    const s = await fresh();
    await peer.sql(`create user ${s.username}@localhost identified by 'Other-Word-1'`);
    const both = reachPeer(driver, peer, { loginWith: 'the account itself', hostParts: '%, localhost' });
    const own = (target: typeof both) =>
      driver.reset?.(target, by(s.username, s.password), { username: s.username }, next);
    expect(await own(both)).toMatchObject({ is: 'refused', why: expect.stringMatching(/^1044: /) as string });
    expect(await driver.verify(both, by(s.username, s.password))).toBe('accepted');
    expect(await own(reachPeer(driver, peer, { loginWith: 'the account itself' }))).toEqual({ is: 'done' });
    expect(await driver.verify(both, by(s.username, 'Next-Word-6'))).toBe('accepted');
  });

  it('needs the host parts named by an administrator that may not read them', async () => {
    const s = await fresh();
    await peer.sql("create user blind@'%' identified by 'Blind-Word-0'; grant update on mysql.* to blind@'%'");
    const blind = { username: 'blind', password: 'Blind-Word-0' };
    expect(await reset(s.target, s.username, next, blind)).toEqual({
      is: 'refused',
      why: 'the administrator may not read mysql.user: name the host parts of the accounts in the settings',
    });
    const named = reachPeer(driver, peer, { hostParts: '%' });
    expect(await reset(named, s.username, next, blind)).toEqual({ is: 'done' });
    expect(await reset(named, 'nobody', next, blind)).toMatchObject({ is: 'refused' });
  });

  it('keeps the requirements and the plugin of an account', async () => {
    const s = await fresh();
    await peer.sql(
      `install soname 'auth_ed25519'; alter user ${s.username}@'%' identified via ed25519 using password('First-Word-1') require ssl with max_user_connections 3`,
    );
    const read = () =>
      peer.sql(`select plugin, ssl_type, max_user_connections from mysql.user where User = '${s.username}'`);
    const before = await read();
    expect(await s.set()).toEqual({ is: 'done' });
    expect(await read()).toBe(before);
    expect(before).toBe('ed25519\tANY\t3');
    // Its exchange is not known to the client library: no evidence, and no other attempt in its place.
    expect(await driver.verify(s.target, by(s.username, 'Next-Word-6'))).toBe('unreachable');
    expect(await peer.failures(s.username)).toBeLessThanOrEqual(1);
  });

  it('takes a password that ran out for the right one, and a locked account for no evidence', async () => {
    const s = await fresh();
    await peer.sql(`set global disconnect_on_expired_password = on; alter user ${s.username}@'%' password expire`);
    expect(await driver.verify(s.target, by(s.username, s.password))).toBe('accepted');
    expect(await driver.verify(s.target, by(s.username, 'Wrong-Word-0'))).toBe('rejected');
    await peer.sql(`alter user ${s.username}@'%' account lock`);
    expect(await driver.verify(s.target, by(s.username, s.password))).toBe('unreachable');
  });

  it('writes the password into the general log of MariaDB, unless its hash is what is sent', async () => {
    const s = await fresh();
    const weigh = async (settings: Readonly<Record<string, unknown>>, password: string) => {
      await peer.sql('uninstall soname "simple_password_check"');
      try {
        const target = reachPeer(driver, peer, settings);
        expect(await reset(target, s.username, secret(password))).toEqual({ is: 'done' });
        expect(await driver.verify(target, by(s.username, password))).toBe('accepted');
        return (await peer.generalLog()).includes(password);
      } finally {
        await peer.sql('install soname "simple_password_check"');
      }
    };
    expect(await weigh({}, 'Logged-Word-1')).toBe(true);
    expect(await weigh({ sendAs: 'hash' }, 'Hidden-Word-2')).toBe(false);
    const hashed = reachPeer(driver, peer, { sendAs: 'hash' });
    expect(await reset(hashed, s.username, next)).toMatchObject({ is: 'refused' });
  });

  it('pins a certificate at first contact, before it says who it is, and talks to no other', async () => {
    const s = await fresh();
    const seen: HostKey[] = [];
    const first = reachPeer(
      driver,
      peer,
      { certificate: 'pinned' },
      { trusted: [], onHostKey: (key) => void seen.push(key) },
    );
    expect(await driver.verify(first, by(s.username, s.password))).toBe('accepted');
    expect(seen).toHaveLength(1);
    expect(seen[0]).toMatchObject({ algorithm: 'x509' });
    const known = reachPeer(driver, peer, { certificate: 'pinned' }, { trusted: [], pinned: seen });
    expect(await driver.verify(known, by(s.username, s.password))).toBe('accepted');
    const alarms: HostKey[] = [];
    const other = { algorithm: 'x509', fingerprint: 'SHA256:x', publicKey: 'AAAA' };
    const strange = reachPeer(
      driver,
      peer,
      { certificate: 'pinned' },
      { pinned: [other], onUntrusted: (key) => void alarms.push(key) },
    );
    expect(await driver.verify(strange, by(s.username, 'Wrong-Word-0'))).toBe('untrusted');
    expect(alarms).toEqual(seen);
    expect(await peer.failures(s.username)).toBe(0);
  });

  it('speaks in clear text where the settings say so, and never where they do not', async () => {
    const s = await fresh();
    const plain = reachPeer(driver, peer, { connection: 'clear text' });
    expect(await driver.verify(plain, by(s.username, s.password))).toBe('accepted');
    expect(await reset(plain, s.username)).toEqual({ is: 'done' });
    expect(await driver.verify(plain, by(s.username, 'Wrong-Word-0'))).toBe('rejected');
    await peer.sql(`alter user ${s.username}@'%' require ssl`);
    expect(await driver.verify(s.target, by(s.username, 'Next-Word-6'))).toBe('accepted');
  });

  it('discovers accounts by name, and who is above the others', async () => {
    const s = await fresh();
    const found = await driver.discover?.(s.target, s.admin);
    expect(found).toContainEqual({ username: 'root', privileged: true });
    expect(found).toContainEqual({ username: s.username, privileged: false });
  });
});
