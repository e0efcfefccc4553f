import { afterEach, describe, expect, it } from 'vitest';
import { targetAt } from '../peers/device.ts';
import { startCatos } from '../peers/cisco-catos.ts';
import { by, deviceContract, fewPasswords, secret, theDriver } from './devices.ts';

const driver = theDriver('cisco-catos');
const login = by('login', 'Login-Old-1');
const second = by('enable', 'Enable-Old-1');
const enable = { username: 'enable', password: 'Enable-Old-1' };

// The log-in password is its own administrator: whoever signs in sets it.
const itself = { account: { username: 'login', password: 'Login-Old-1' }, scene: { elevation: second } };
deviceContract(driver, 'Telnet', () => startCatos('Telnet'), {}, itself);
deviceContract(driver, 'SSH', () => startCatos('SSH'), fewPasswords, itself);
deviceContract(driver, 'Telnet', () => startCatos('Telnet'), fewPasswords, {
  account: enable,
  scene: { via: login, elevation: second },
});

const running: Awaited<ReturnType<typeof startCatos>>[] = [];
afterEach(async () => {
  for (const peer of running.splice(0)) await peer.stop();
});

describe('cisco-catos', () => {
  it('needs the old password, and says so', async () => {
    const peer = await startCatos('Telnet');
    running.push(peer);
    const target = targetAt(driver, peer);
    const next = secret('Next-Word-6');
    expect(await driver.reset?.(target, login, { username: 'login' }, next, second)).toMatchObject({ is: 'refused' });
    const wrong = { username: 'login', current: secret('Wrong-Word-0') };
    expect(await driver.reset?.(target, login, wrong, next, second)).toEqual({
      is: 'refused',
      why: 'Sorry password incorrect.',
    });
    expect(peer.state.failures.get('login')).toBe(1);
  });

  it('writes to memory where the settings say so', async () => {
    const peer = await startCatos('Telnet');
    running.push(peer);
    const account = { username: 'login', current: secret('Login-Old-1') };
    const target = targetAt(driver, peer, { save: true });
    expect(await driver.reset?.(target, login, account, secret('Next Word 6'), second)).toEqual({ is: 'done' });
    expect(peer.state.saved.get('login')).toBe('Next Word 6');
  });
});
