// needs: root samba samba-ad-dc samba-ad-provision samba-dsdb-modules
import { awkwardPasswords, driverContract, type Scene } from '@strongroom/driver-kit/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { by, peerScene, reachPeer, theDriver } from '../peers/scene.ts';
import { startPeer as startDomain, type DomainPeer } from '../peers/windows-domain.ts';
import { startPeer, type WindowsPeer } from '../peers/windows-local.ts';

const driver = theDriver('windows-local');
const secret = (text: string) => ({ expose: () => text });
const next = secret('Next-Word-6');
let peer: WindowsPeer;
beforeAll(async () => {
  peer = await startPeer();
});
afterAll(() => peer.stop());

/** SMB has no host key and no certificate, so that nobody is untrusted. */
async function scene(who: 'administrator' | 'itself', at = peer, settings = {}): Promise<Scene<unknown>> {
  const { untrusted: _, ...rest } = await peerScene(driver, at, settings, who);
  return rest;
}

// What is refused is refused before anything is sent: windows-local.test.ts tries every forbidden character.
const odd = ['Odd-Wörd-7', 'Odd-Word\n-7', ''];
driverContract(driver, 'by an administrator, over SMB', () => scene('administrator'), { odd });
driverContract(driver, 'by the account itself, over SMB', () => scene('itself'), {
  odd,
  awkward: [...awkwardPasswords.slice(-3), 'L'.repeat(124) + '-5x'],
});

describe('windows-local on Samba', () => {
  it.each([
    ['2.1, signed by HMAC-SHA256', ['server max protocol = SMB2_10'], 'where offered'],
    ['3.0, encrypted by AES-CCM', ['server max protocol = SMB3_00'], 'required'],
    ['3.1.1, signed by AES-CMAC', ['server smb encrypt = off'], 'where offered'],
    ['3.1.1, encrypted by AES-CCM', ['server smb3 encryption algorithms = AES-128-CCM'], 'required'],
  ])('sets and verifies over SMB %s [RST-07]', async (_, lines, encryption) => {
    const host = await startPeer(...lines);
    try {
      const s = await scene('administrator', host, { encryption });
      expect(await driver.reset?.(s.target, s.admin, { username: s.account.username }, next)).toEqual({ is: 'done' });
      expect(await host.isPassword(s.account.username, 'Next-Word-6')).toBe(true);
      expect(await driver.verify(s.target, by(s.account.username, 'Next-Word-6'))).toBe('accepted');
      expect(await driver.verify(s.target, by(s.account.username, s.account.password))).toBe('rejected');
    } finally {
      await host.stop();
    }
  });

  it('says what the host refuses: its policy, an account that it has not, whoever is no administrator', async () => {
    const s = await scene('administrator');
    await peer.exec('', 'pdbedit', '-P', 'min password length', '-C', '8');
    const reset = (username: string, password: string, admin = s.admin) =>
      driver.reset?.(s.target, admin, { username }, secret(password));
    try {
      const refused = { is: 'refused', why: expect.stringMatching(/policy/) as string };
      // Samba's stand-alone server holds administrators to no policy; the domain controller below does.
      const own = by(s.account.username, s.account.password);
      expect(await reset(s.account.username, 'short-1', own)).toEqual(refused);
      expect(await reset('nobody-here', 'Next-Word-6')).toEqual({ is: 'refused', why: 'the host has no such account' });
      const [other] = await peer.accounts(1);
      expect(await reset(other?.username ?? '', 'Next-Word-6', own)).toMatchObject({
        is: 'refused',
        why: expect.stringMatching(/^access denied/) as string,
      });
    } finally {
      await peer.exec('', 'pdbedit', '-P', 'min password length', '-C', '5');
    }
    expect(await peer.isPassword(s.account.username, s.account.password)).toBe(true);
  });

  it('takes a name with and without the host before it, and none of another domain', async () => {
    const s = await scene('administrator');
    const { username } = s.account;
    const names = [`WINHOST\\${username}`, `.\\${username}`, username.toUpperCase()];
    for (const [at, name] of names.entries()) {
      const word = `Next-Word-${String(at)}`;
      expect(await driver.reset?.(s.target, s.admin, { username: name }, secret(word))).toEqual({ is: 'done' });
      expect(await driver.verify(s.target, by(name, word))).toBe('accepted');
    }
    const elsewhere = { username: `ELSEWHERE\\${username}` };
    expect(await driver.reset?.(s.target, s.admin, elsewhere, next)).toMatchObject({ is: 'refused' });
    expect(await peer.isPassword(username, 'Next-Word-2')).toBe(true);
  });

  it('refuses names that would be another, before anything is sent', async () => {
    const s = await scene('administrator');
    for (const username of ['', 'a/b', 'a\\b\\c', `${s.account.username}\n`, '*', 'x@y', 'n'.repeat(105)])
      expect(await driver.reset?.(s.target, s.admin, { username }, next)).toMatchObject({ is: 'refused' });
    expect(await driver.verify(s.target, by(`${s.account.username}\0x`, s.account.password))).toBe('rejected');
  });

  it('takes a disabled account for no evidence, and discovers who is there', async () => {
    const s = await scene('administrator');
    const found = await driver.discover?.(s.target, s.admin);
    expect(found).toContainEqual({ username: 'Administrator', privileged: true });
    expect(found).toContainEqual({ username: s.account.username, privileged: false });
    await peer.exec('', 'smbpasswd', '-d', s.account.username);
    expect(await driver.verify(s.target, by(s.account.username, s.account.password))).toBe('unreachable');
  });

  it('takes being let in as a guest for no evidence', async () => {
    const host = await startPeer('map to guest = Bad Password', 'guest account = nobody', 'restrict anonymous = 0');
    try {
      const s = await scene('administrator', host);
      expect(await driver.verify(s.target, by(s.account.username, s.account.password))).toBe('accepted');
      expect(await driver.verify(s.target, by(s.account.username, 'Wrong-Word-0'))).toBe('unreachable');
    } finally {
      await host.stop();
    }
  });
});

describe('windows-local on a domain controller', () => {
  let domain: DomainPeer;
  beforeAll(async () => {
    domain = await startDomain('ldap, rpc, s3fs, winbindd');
  });
  afterAll(() => domain.stop());
  const onController = () => reachPeer(driver, { ...domain, settings: {} });
  const fresh = async () => {
    const [account] = await domain.accounts(1);
    if (account === undefined) throw new Error('no account');
    return { username: `EXAMPLE\\${account.username}`, password: account.password };
  };

  it.each(['an administrator', 'the account itself'] as const)(
    'sets the password of a domain account by %s [RST-07]',
    async (who) => {
      const account = await fresh();
      const target = onController();
      const admin = who === 'an administrator' ? domain.admin : account;
      const subject = { username: account.username, current: secret(account.password) };
      const login = by(admin?.username ?? '', admin?.password ?? '');
      expect(await driver.reset?.(target, login, subject, next)).toEqual({ is: 'done' });
      expect(await domain.isPassword(account.username, 'Next-Word-6')).toBe(true);
      expect(await driver.verify(target, by(account.username, 'Next-Word-6'))).toBe('accepted');
      expect(await driver.verify(target, by(account.username, account.password))).toBe('rejected');
    },
  );

  it('signs in once for each question, so that a wrong password counts once, and says nothing of a locked account', async () => {
    const account = await fresh();
    const target = onController();
    const verify = (password: string) => driver.verify(target, by(account.username, password));
    for (const count of [1, 2, 3]) {
      expect(await verify(`Wrong-Word-${String(count)}`)).toBe('rejected');
      expect(await domain.failures(account.username)).toBe(count);
    }
    expect(await verify(account.password)).toBe('unreachable');
  });

  it('accepts a password that must be changed, and not a wrong one', async () => {
    const account = await fresh();
    await domain.replace(account.username.slice('EXAMPLE\\'.length), { pwdLastSet: '0' });
    const target = onController();
    expect(await driver.verify(target, by(account.username, account.password))).toBe('accepted');
    expect(await driver.verify(target, by(account.username, 'Wrong-Word-0'))).toBe('rejected');
    const said = await driver.reset?.(
      target,
      by(account.username, account.password),
      { username: account.username },
      next,
    );
    expect(said).toEqual({ is: 'refused', why: 'the target wants the password of the login account changed first' });
  });
});
