// needs: root samba
import { awkwardPasswords, driverContract, type Scene } from '@strongroom/driver-kit/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { by, peerScene, theDriver } from '../peers/scene.ts';
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
    ['3.0.2, signed by AES-CMAC', ['server max protocol = SMB3_02', 'server smb encrypt = off'], 'where offered'],
    ['3.1.1, signed by AES-CMAC', ['server smb encrypt = off'], 'where offered'],
    ['3.1.1, encrypted by AES-CCM', ['server smb3 encryption algorithms = AES-128-CCM'], 'required'],
  ])('sets and verifies over SMB %s', async (_, lines, encryption) => {
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
});
