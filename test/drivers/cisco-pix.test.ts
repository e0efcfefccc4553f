import { afterEach, describe, expect, it } from 'vitest';
import { targetAt } from '../peers/device.ts';
import { startPix, type PixOptions } from '../peers/cisco-pix.ts';
import { by, deviceContract, fewPasswords, secret, theDriver } from './devices.ts';

const driver = theDriver('cisco-pix');
const next = secret('Next-Word-6');
const admin = by('admin', 'Admin-Old-1');
const second = by('enable', 'Enable-Old-1');

deviceContract(driver, 'Telnet', () => startPix('Telnet'), {}, { scene: { elevation: second } });
deviceContract(driver, 'SSH', () => startPix('SSH'), fewPasswords, { scene: { elevation: second } });

const running: Awaited<ReturnType<typeof startPix>>[] = [];
afterEach(async () => {
  for (const peer of running.splice(0)) await peer.stop();
});
async function device(protocol: 'SSH' | 'Telnet', options: PixOptions = {}, settings: object = {}) {
  const peer = await startPix(protocol, options);
  running.push(peer);
  return { peer, state: peer.state, target: targetAt(driver, peer, settings) };
}

describe('cisco-pix', () => {
  it.each([{}, { pix6: true }, { height: 1 }])(
    'keeps the privilege level of a user, and makes none: %j',
    async (options) => {
      const { peer, state, target } = await device('SSH', options);
      expect(await driver.reset?.(target, admin, { username: 'admin' }, next, second)).toEqual({ is: 'done' });
      expect(peer.levels.get('admin')).toBe(15);
      expect(state.passwords.get('admin')).toBe('Next-Word-6');
      const again = by('admin', 'Next-Word-6');
      expect(await driver.reset?.(target, again, { username: 'ghost' }, next, second)).toEqual({
        is: 'refused',
        why: 'the device has no such user',
      });
    },
  );

  it('sets and proves the enable password, and the one of a Telnet log-in without a name', async () => {
    const { state, target } = await device('Telnet', { lineLogin: true });
    const telnet = by('telnet', 'Telnet-Old-1');
    expect(await driver.verify(target, telnet)).toBe('accepted');
    expect(await driver.verify(target, by('telnet', 'Wrong-Word-0'))).toBe('rejected');
    expect(await driver.verify(target, second, telnet)).toBe('accepted');
    expect(await driver.verify(target, by('enable', 'Wrong-Word-0'), telnet)).toBe('rejected');
    expect(state.failures.get('enable')).toBe(1);
    expect(await driver.reset?.(target, telnet, { username: 'enable' }, next, second)).toEqual({ is: 'done' });
    const enabled = by('enable', 'Next-Word-6');
    expect(await driver.reset?.(target, telnet, { username: 'telnet' }, secret('Other-Word-8'), enabled)).toEqual({
      is: 'done',
    });
    expect(await driver.verify(target, by('telnet', 'Other-Word-8'))).toBe('accepted');
  });

  it('writes to memory only where the settings say so, and refuses what the device would cut off', async () => {
    const { state, target } = await device('SSH', {}, { save: true });
    expect(await driver.reset?.(target, admin, { username: 'ops' }, next, second)).toEqual({ is: 'done' });
    expect(state.saved.get('ops')).toBe('Next-Word-6');
    expect(await driver.reset?.(target, admin, { username: 'ops' }, secret('x'.repeat(17)), second)).toMatchObject({
      is: 'refused',
    });
  });
});
