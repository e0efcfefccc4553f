// needs: root slapd
import { driverContract } from '@strongroom/driver-kit/testing';
import type { HostKey } from '@strongroom/driver-kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startPeer, type LdapPeer } from '../peers/ldap.ts';
import { by, peerScene, reachPeer, theDriver } from '../peers/scene.ts';

const driver = theDriver('ldap');
const secret = (text: string) => ({ expose: () => text });
const next = secret('Next-Word-6');
let peer: LdapPeer;
beforeAll(async () => {
  peer = await startPeer();
});
afterAll(() => peer.stop());

// One way for each form a change takes on the wire.
const ways = {
  'password modify by an administrator': [{}, 'administrator'],
  'password modify by the account itself': [{}, 'itself'],
  'userPassword by an administrator': [{ server: 'eDirectory' }, 'administrator'],
  'userPassword by the account itself': [{ server: 'other', setBy: 'userPassword' }, 'itself'],
} as const;
// What is refused is refused before anything is sent, whichever way: every forbidden character in the first alone.
const odd = ['Odd-Wörd-7', 'Odd-Word\n-7', ''];
Object.entries(ways).forEach(([way, [settings, who]], at) => {
  driverContract(driver, `${way}, on slapd`, () => peerScene(driver, peer, settings, who), at === 0 ? {} : { odd });
});

describe('ldap on slapd', () => {
  it.each(['administrator', 'itself'] as const)(
    'leaves a hash behind and no failed log-in: by %s [RST-06]',
    async (who) => {
      const s = await peerScene(driver, peer, {}, who);
      expect(await driver.reset?.(s.target, s.admin, account(s), next)).toEqual({ is: 'done' });
      expect(await peer.isPassword(s.account.username, 'Next-Word-6')).toBe(true);
      expect(await peer.isPassword(s.account.username, s.account.password)).toBe(false);
      expect(await peer.failures(s.account.username)).toBe(0);
    },
  );

  it.each(['eDirectory', 'Oracle Internet Directory'])(
    'writes userPassword for %s, here to a slapd that hashes it as they do [RST-06]',
    async (server) => {
      const s = await peerScene(driver, peer, { server });
      expect(await driver.reset?.(s.target, s.admin, account(s), next)).toEqual({ is: 'done' });
      expect(await peer.isPassword(s.account.username, 'Next-Word-6')).toBe(true);
      expect(await driver.verify(s.target, by(s.account.username, 'Next-Word-6'))).toBe('accepted');
    },
  );

  it('says what the policy refuses, and leaves the old password', async () => {
    const s = await peerScene(driver, peer, {}, 'itself');
    expect(await driver.reset?.(s.target, s.admin, account(s), secret('short'))).toEqual({
      is: 'refused',
      why: expect.stringMatching(/^the directory refused \(19\): Password fails quality/) as string,
    });
    expect(await driver.verify(s.target, by(s.account.username, s.account.password))).toBe('accepted');
  });

  it('refuses a name that is no distinguished name, and one that nobody has', async () => {
    const s = await peerScene(driver, peer);
    const reset = (username: string) => driver.reset?.(s.target, s.admin, { username }, next);
    expect(await reset('u1')).toMatchObject({
      is: 'refused',
      why: expect.stringMatching(/distinguished name/) as string,
    });
    for (const name of ['uid=nobody,ou=people,dc=example,dc=lan', 'uid=*,ou=people,dc=example,dc=lan', 'uid=x)(uid=*'])
      expect(await reset(name)).toMatchObject({ is: 'refused' });
    expect(await driver.verify(s.target, by(s.account.username, s.account.password))).toBe('accepted');
  });

  it('sends one wrong password only, and says nothing of a locked account', async () => {
    const s = await peerScene(driver, peer);
    const { username, password } = s.account;
    for (const failed of [1, 2, 3]) {
      expect(await driver.verify(s.target, by(username, 'Wrong-Word-0'))).toBe('rejected');
      expect(await peer.failures(username)).toBe(failed);
    }
    expect(await driver.verify(s.target, by(username, password))).toBe('unreachable');
    expect(await driver.verify(s.target, by(username, 'Wrong-Word-0'))).toBe('unreachable');
  });

  it('never signs in as nobody: an empty password or name is not asked about', async () => {
    const s = await peerScene(driver, peer);
    expect(await driver.verify(s.target, by(s.account.username, ''))).toBe('unreachable');
    expect(await driver.verify(s.target, by('', 'anything'))).toBe('unreachable');
    expect(await driver.verify(s.target, by('EXTERNAL', 'anything'))).toBe('unreachable');
  });

  it('takes a password that has run out for the right one', async () => {
    const s = await peerScene(driver, peer);
    const { username } = s.account;
    const password = 'Next-Word-6';
    await peer.replace('cn=default,dc=example,dc=lan', { pwdMaxAge: ['1'] });
    try {
      expect(await driver.reset?.(s.target, s.admin, account(s), next)).toEqual({ is: 'done' });
      // Until slapd lets it in no more; a right password counts as no failed log-in.
      await expect.poll(() => peer.letsIn(username, password), { timeout: 5000 }).toBe(false);
      expect(await driver.verify(s.target, by(username, password))).toBe('accepted');
      expect(await driver.verify(s.target, by(username, 'Wrong-Word-0'))).toBe('rejected');
      expect(
        await driver.reset?.(s.target, by(username, password), { username }, secret('Other-Word-8')),
      ).toMatchObject({
        is: 'refused',
      });
    } finally {
      await peer.replace('cn=default,dc=example,dc=lan', { pwdMaxAge: [] });
    }
  });

  it('starts TLS, and trusts only whom the authorities vouch for, by that name', async () => {
    const s = await peerScene(driver, peer);
    const login = by(s.account.username, s.account.password);
    const verify = (settings: Record<string, unknown>, trusted = peer.trusted) =>
      driver.verify(reachPeer(driver, peer, settings, { trusted }), login);
    for (const on of [
      { connection: 'StartTLS', port: peer.plainPort },
      { connection: 'LDAPS', port: peer.directPort },
    ]) {
      expect(await verify(on)).toBe('accepted');
      expect(await verify({ ...on, certificateName: 'ldap.example.lan' })).toBe('accepted');
      expect(await verify({ ...on, certificateName: 'other.example.lan' })).toBe('untrusted');
      expect(await verify(on, [peer.stranger])).toBe('untrusted');
    }
    expect(await verify({ connection: 'clear text', port: peer.plainPort })).toBe('accepted');
    expect(await verify({ connection: 'StartTLS', port: peer.directPort, timeoutSeconds: 1 })).toBe('unreachable');
    expect(await peer.failures(s.account.username)).toBe(0);
  });

  it('pins the certificate of a first contact before it signs in, and refuses another', async () => {
    const s = await peerScene(driver, peer);
    const login = by(s.account.username, s.account.password);
    const seen: HostKey[] = [];
    const alarms: HostKey[] = [];
    const target = (pinned: HostKey[]) =>
      reachPeer(
        driver,
        peer,
        { certificate: 'pinned' },
        {
          trusted: [],
          pinned,
          onHostKey: (key) => void seen.push(key),
          onUntrusted: (key) => void alarms.push(key),
        },
      );
    expect(await driver.verify(target([]), login)).toBe('accepted');
    expect(seen).toEqual([
      {
        algorithm: 'x509',
        fingerprint: expect.stringMatching(/^SHA256:/) as string,
        publicKey: expect.any(String) as string,
      },
    ]);
    expect(await driver.verify(target(seen), login)).toBe('accepted');
    const other = seen.map((key) => ({ ...key, publicKey: 'AAAA' }));
    expect(await driver.verify(target(other), login)).toBe('untrusted');
    expect(alarms).toEqual(seen);
  });
});

function account(s: { account: { username: string; password: string } }) {
  return { username: s.account.username, current: secret(s.account.password) };
}

it('offers Active Directory over LDAPS only [RST-06]', () => {
  for (const connection of ['StartTLS', 'clear text'])
    expect(driver.settings.safeParse({ server: 'Active Directory', connection }).success).toBe(false);
  expect(driver.settings.safeParse({ server: 'Active Directory' }).success).toBe(true);
});
