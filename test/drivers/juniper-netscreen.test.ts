import { afterEach, describe, expect, it } from 'vitest';
import { targetAt } from '../peers/device.ts';
import { startNetscreen } from '../peers/juniper-netscreen.ts';
import { by, deviceContract, fewPasswords, secret, theDriver } from './devices.ts';

const driver = theDriver('juniper-netscreen');
const admin = by('netscreen', 'Screen-Old-1');
const next = secret('Next-Word-6');
deviceContract(driver, 'Telnet', () => startNetscreen('Telnet'));
deviceContract(driver, 'SSH', () => startNetscreen('SSH'), fewPasswords);

const running: Awaited<ReturnType<typeof startNetscreen>>[] = [];
afterEach(async () => {
  for (const peer of running.splice(0)) await peer.stop();
});
async function device(height?: number, settings: object = {}) {
  const peer = await startNetscreen('Telnet', height);
  running.push(peer);
  return { ...peer, target: targetAt(driver, peer, settings) };
}

describe('juniper-netscreen', () => {
  it.each([22, 2, 1])('keeps each privilege, found in a list of %i lines a screen', async (height) => {
    const { target, state, privileges } = await device(height);
    for (const username of ['ana', 'bob', 'netscreen'])
      expect(await driver.reset?.(target, admin, { username }, next)).toEqual({ is: 'done' });
    expect(Object.fromEntries(privileges)).toEqual({ netscreen: 'Root', ana: 'Read-Write', bob: 'Read-Only' });
    expect([...state.passwords.values()]).toEqual(['Next-Word-6', 'Next-Word-6', 'Next-Word-6']);
  });

  it('makes no administrator, and says what stands against a password', async () => {
    const { target, state } = await device();
    expect(await driver.reset?.(target, admin, { username: 'an' }, next)).toEqual({
      is: 'refused',
      why: 'the firewall has no such administrator',
    });
    expect(state.passwords.has('an')).toBe(false);
    expect(await driver.reset?.(target, admin, { username: 'ana' }, secret('abc'))).toEqual({
      is: 'refused',
      why: 'Password is too short',
    });
    expect(await driver.reset?.(target, by('bob', 'Bob-Old-1'), { username: 'ana' }, next)).toMatchObject({
      is: 'refused',
    });
  });

  it('saves only where the settings say so', async () => {
    const off = await device();
    await driver.reset?.(off.target, admin, { username: 'ana' }, next);
    expect(off.state.saved.get('ana')).toBe('Ana-Old-1');
    const on = await device(22, { save: true });
    expect(await driver.reset?.(on.target, admin, { username: 'ana' }, next)).toEqual({ is: 'done' });
    expect(on.state.saved.get('ana')).toBe('Next-Word-6');
  });
});
