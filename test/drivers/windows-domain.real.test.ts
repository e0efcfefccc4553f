// needs: root samba samba-ad-dc samba-ad-provision samba-dsdb-modules
import { awkwardPasswords, driverContract, type Scene } from '@strongroom/driver-kit/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startPeer, type DomainPeer } from '../peers/windows-domain.ts';
import { by, peerScene, reachPeer, theDriver } from '../peers/scene.ts';

const driver = theDriver('windows-domain');
const ldap = theDriver('ldap');
const secret = (text: string) => ({ expose: () => text });
const next = secret('Next-Word-6');
let peer: DomainPeer;
beforeAll(async () => {
  peer = await startPeer();
});
afterAll(() => peer.stop());

const account = (s: Scene<unknown>) => ({
  username: s.account.username,
  current: secret(s.account.password),
});

// A bind costs Samba a process. What the driver refuses it refuses before it sends anything, whichever the character.
const odd = ['Odd-Wörd-7', 'Odd-Word\n-7', ''];
// Both drivers send the same unicodePwd.
const fewest = { odd: [], awkward: awkwardPasswords.slice(-1) };
const few = { odd, awkward: awkwardPasswords.slice(-3) };
driverContract(driver, 'by an administrator, on a Samba domain', () => peerScene(driver, peer), { odd });
driverContract(driver, 'by the account itself, on a Samba domain', () => peerScene(driver, peer, {}, 'itself'), few);

/** The account of a scene under its distinguished name, as the driver for any LDAP server wants it. */
async function ldapScene(who: 'administrator' | 'itself'): Promise<Scene<unknown>> {
  const s = await peerScene(ldap, peer, { server: 'Active Directory' }, who);
  const username = peer.dnOf(s.account.username);
  return {
    ...s,
    account: { ...s.account, username },
    admin: who === 'itself' ? by(username, s.account.password) : s.admin,
  };
}
driverContract(ldap, 'unicodePwd by an administrator, on a Samba domain', () => ldapScene('administrator'), fewest);
driverContract(ldap, 'unicodePwd by the account itself, on a Samba domain', () => ldapScene('itself'), fewest);

it.each(['administrator', 'itself'] as const)(
  'ldap sets an account of Active Directory by its distinguished name, and no failed log-in is counted: by %s [RST-06]',
  async (who) => {
    const s = await ldapScene(who);
    expect(await ldap.reset?.(s.target, s.admin, account(s), next)).toEqual({ is: 'done' });
    const name = /^CN=([^,]+),/.exec(s.account.username)?.[1] ?? '';
    expect(await peer.isPassword(name, 'Next-Word-6')).toBe(true);
    expect(await peer.failures(name)).toBe(0);
  },
);

describe('windows-domain on Samba', () => {
  it.each(['u', 'EXAMPLE\\u', 'u@example.lan', 'other@suffix.test'])(
    'finds and signs in an account by its name: %s',
    async (form) => {
      const s = await peerScene(driver, peer);
      const name = s.account.username;
      const username = form === 'other@suffix.test' ? `${name}@suffix.test` : form.replace('u', name);
      if (form.endsWith('suffix.test')) await peer.replace(name, { userPrincipalName: username });
      const domain = form.startsWith('EXAMPLE') ? 'not.asked' : 'EXAMPLE';
      const target = reachPeer(driver, peer, { domain });
      expect(await driver.reset?.(target, s.admin, { username }, next)).toEqual({ is: 'done' });
      expect(await driver.verify(target, by(username, 'Next-Word-6'))).toBe('accepted');
      expect(await driver.verify(target, by(username, s.account.password))).toBe('rejected');
      expect(await peer.isPassword(name, 'Next-Word-6')).toBe(true);
    },
  );

  it('finds no other account than the one named, whatever the name holds', async () => {
    const s = await peerScene(driver, peer);
    await peer.account('svc(1)&!');
    expect(await driver.reset?.(s.target, s.admin, { username: 'svc(1)&!' }, next)).toEqual({ is: 'done' });
    expect(await peer.isPassword('svc(1)&!', 'Next-Word-6')).toBe(true);
    for (const username of ['u*', '*', 'u1)(sAMAccountName=*', 'u1\u0000', '', ' ', 'a\\b\\c', '*@example.lan'])
      expect(await driver.reset?.(s.target, s.admin, { username }, secret('Other-Word-8'))).toMatchObject({
        is: 'refused',
      });
    expect(await peer.isPassword(s.account.username, s.account.password)).toBe(true);
  });

  it('refuses accounts of another domain, and names that say none', async () => {
    const s = await peerScene(driver, peer);
    const { username, password } = s.account;
    const reset = (name: string, domain = '') =>
      driver.reset?.(reachPeer(driver, peer, { domain }), s.admin, { username: name }, next);
    expect(await reset(`OTHER\\${username}`)).toMatchObject({
      why: expect.stringMatching(/not of the account/) as string,
    });
    expect(await reset(username, 'other.lan')).toMatchObject({ is: 'refused' });
    expect(await reset(username)).toMatchObject({ why: expect.stringMatching(/said nowhere/) as string });
    expect(await driver.verify(reachPeer(driver, peer, { domain: '' }), by(username, password))).toBe('unreachable');
  });

  it('says what the policy refuses, and what the login account may not', async () => {
    const s = await peerScene(driver, peer, {}, 'itself');
    for (const admin of [s.admin, by('EXAMPLE\\pamadmin', 'Pam-Admin-Pw-0')])
      expect(await driver.reset?.(s.target, admin, account(s), secret('weak'))).toMatchObject({
        why: expect.stringMatching(/^the domain’s policy refuses/) as string,
      });
    const [other] = await peer.accounts(1);
    const said = await driver.reset?.(s.target, s.admin, { username: other?.username ?? '' }, next);
    expect(said).toEqual({ is: 'refused', why: 'the login account may not set this password' });
    expect(await driver.verify(s.target, s.admin)).toBe('accepted');
  });

  it('sends a wrong password once, and says nothing of an account that is locked or disabled', async () => {
    const s = await peerScene(driver, peer);
    const { username, password } = s.account;
    for (const failed of [1, 2, 3]) {
      expect(await driver.verify(s.target, by(username, 'Wrong-Word-0'))).toBe('rejected');
      expect(await peer.failures(username)).toBe(failed);
    }
    expect(await driver.verify(s.target, by(username, password))).toBe('unreachable');
    const [disabled] = await peer.accounts(1);
    if (disabled === undefined) throw new Error('no account');
    await peer.replace(disabled.username, { userAccountControl: '514' });
    expect(await driver.verify(s.target, by(disabled.username, disabled.password))).toBe('unreachable');
    expect(await driver.verify(s.target, by(disabled.username, 'Wrong-Word-0'))).toBe('rejected');
  });

  it('takes a password that must be changed for the right one, and an administrator sets another', async () => {
    const s = await peerScene(driver, peer);
    const { username, password } = s.account;
    await peer.replace(username, { pwdLastSet: '0' });
    expect(await driver.verify(s.target, by(username, password))).toBe('accepted');
    expect(await driver.verify(s.target, by(username, 'Wrong-Word-0'))).toBe('rejected');
    expect(await driver.reset?.(s.target, by(username, password), account(s), next)).toMatchObject({ is: 'refused' });
    expect(await driver.reset?.(s.target, s.admin, account(s), next)).toEqual({ is: 'done' });
    expect(await driver.verify(s.target, by(username, 'Next-Word-6'))).toBe('accepted');
  });

  it('checks the name in the certificate of the controller itself', async () => {
    const s = await peerScene(driver, peer);
    const login = by(s.account.username, s.account.password);
    const verify = (certificateName: string) =>
      driver.verify(reachPeer(driver, peer, { port: peer.directPort, certificateName }), login);
    expect(await verify('dc1.example.lan')).toBe('accepted');
    expect(await verify('dc2.example.lan')).toBe('untrusted');
  });

  it('discovers the accounts of the domain', async () => {
    const s = await peerScene(driver, peer);
    const found = await driver.discover?.(s.target, s.admin);
    expect(found).toContainEqual({ username: 'Administrator', privileged: true });
    expect(found).toContainEqual({ username: s.account.username, privileged: false });
  });
});
