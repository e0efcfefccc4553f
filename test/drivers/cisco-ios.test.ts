import { afterEach, describe, expect, it } from 'vitest';
import { targetAt } from '../peers/device.ts';
import { startIos, type IosOptions } from '../peers/cisco-ios.ts';
import { by, deviceContract, fewPasswords, secret, theDriver } from './devices.ts';

const driver = theDriver('cisco-ios');
const next = secret('Next-Word-6');
const admin = by('admin', 'Admin-Old-1');
const ops = by('ops', 'Ops-Old-1');
const enable = { username: 'enable', password: 'Enable-Old-1' };

deviceContract(driver, 'Telnet', () => startIos('Telnet'));
deviceContract(driver, 'SSH', () => startIos('SSH'), fewPasswords);
deviceContract(driver, 'SSH', () => startIos('SSH'), fewPasswords, {
  account: enable,
  settings: { elevation: 'enable' },
  scene: { admin: ops, via: ops, elevation: by('enable', 'Enable-Old-1') },
});

const running: Awaited<ReturnType<typeof startIos>>[] = [];
afterEach(async () => {
  for (const peer of running.splice(0)) await peer.stop();
});
async function device(protocol: 'SSH' | 'Telnet', options: IosOptions = {}, settings: object = {}) {
  const peer = await startIos(protocol, options);
  running.push(peer);
  return { peer, state: peer.state, target: targetAt(driver, peer, settings) };
}

describe('cisco-ios', () => {
  it.each(['SSH', 'Telnet'] as const)(
    'sets the enable secret by an account that needs it itself, over %s',
    async (protocol) => {
      const { state, target } = await device(protocol, {}, { elevation: 'enable' });
      const account = { username: 'enable', current: secret('Enable-Old-1') };
      expect(await driver.reset?.(target, ops, account, next, by('enable', 'Enable-Old-1'))).toEqual({ is: 'done' });
      expect(await driver.verify(target, by('enable', 'Next-Word-6'), ops)).toBe('accepted');
      expect(await driver.verify(target, by('enable', 'Enable-Old-1'), ops)).toBe('rejected');
      // One attempt, though the device would ask three times; and privileged at once is asked all the same.
      expect(state.failures.get('enable')).toBe(1);
      expect(await driver.verify(target, by('enable', 'Enable-Old-1'), admin)).toBe('rejected');
      expect(await driver.verify(target, by('enable', 'Next-Word-6'), admin)).toBe('accepted');
      // Who signs in for it is not what was asked about.
      expect(await driver.verify(target, by('enable', 'Next-Word-6'), by('ops', 'Wrong-Word-0'))).toBe('unreachable');
      expect(await driver.verify(target, by('enable', 'Next-Word-6'))).toBe('unreachable');
    },
  );

  it('says when the enable password is wrong or missing, and tries it once', async () => {
    const { state, target } = await device('SSH', {}, { elevation: 'enable' });
    expect(await driver.reset?.(target, ops, { username: 'eve' }, next, by('enable', 'Wrong-Word-0'))).toEqual({
      is: 'refused',
      why: 'the device did not take the enable password',
    });
    expect(state.failures.get('enable')).toBe(1);
    expect(await driver.reset?.(target, ops, { username: 'eve' }, next)).toMatchObject({ is: 'refused' });
    expect(state.passwords.get('eve')).toBe('Eve-Old-1');
  });

  it('sets and proves the password of a line, which asks for no name, over Telnet alone', async () => {
    const { state, target } = await device('Telnet', { lineLogin: true }, { elevation: 'enable' });
    const vty = by('vty', 'Vty-Old-1');
    expect(await driver.verify(target, vty)).toBe('accepted');
    expect(await driver.verify(target, by('vty', 'Wrong-Word-0'))).toBe('rejected');
    const second = by('enable', 'Enable-Old-1');
    expect(await driver.reset?.(target, vty, { username: 'vty' }, next, second)).toEqual({ is: 'done' });
    expect(state.passwords.get('vty')).toBe('Next-Word-6');
    expect(state.typed).toContain('line vty 0 4');
    // A device that asks for a name says nothing of the line's password, and is not given it.
    const named = await device('Telnet');
    expect(await driver.verify(named.target, vty)).toBe('unreachable');
    const ssh = await device('SSH');
    expect(await driver.verify(ssh.target, vty)).toBe('unreachable');
    expect(await driver.reset?.(ssh.target, admin, { username: 'vty' }, next)).toMatchObject({ is: 'refused' });
    expect(ssh.state.failures.size + named.state.failures.size).toBe(0);
  });

  it('keeps the form the running configuration has, and makes no user', async () => {
    const { state, target } = await device('SSH');
    expect(await driver.reset?.(target, admin, { username: 'eve' }, next)).toEqual({ is: 'done' });
    expect(state.typed).toContain('username eve password 0 Next-Word-6');
    expect(await driver.reset?.(target, admin, { username: 'ev' }, next)).toEqual({
      is: 'refused',
      why: 'the device has no such user',
    });
    expect(state.passwords.has('ev')).toBe(false);
  });

  it('sets a password that begins with a digit and a word as text, not as a hash', async () => {
    const { state, target } = await device('SSH');
    expect(await driver.reset?.(target, admin, { username: 'ops' }, secret('5$1$abc#def!'))).toEqual({ is: 'done' });
    expect(state.passwords.get('ops')).toBe('5$1$abc#def!');
  });

  it('copies the running to the startup configuration only where the settings say so', async () => {
    const off = await device('SSH');
    expect(await driver.reset?.(off.target, admin, { username: 'ops' }, next)).toEqual({ is: 'done' });
    expect(off.state.saved.get('ops')).toBe('Ops-Old-1');
    const on = await device('SSH', {}, { save: true });
    expect(await driver.reset?.(on.target, admin, { username: 'ops' }, next)).toEqual({ is: 'done' });
    expect(on.state.saved.get('ops')).toBe('Next-Word-6');
    const full = await device(
      'SSH',
      { failsToSave: '%Error opening nvram:/startup-config (No space left)' },
      { save: true },
    );
    expect(await driver.reset?.(full.target, admin, { username: 'ops' }, next)).toEqual({
      is: 'refused',
      why: 'the password is set, but not saved: %Error opening nvram:/startup-config (No space left)',
    });
    expect(full.state.passwords.get('ops')).toBe('Next-Word-6');
  });

  it('says which word of the device stands against a password', async () => {
    const { target } = await device('SSH');
    expect(await driver.reset?.(target, admin, { username: 'ops' }, secret('Tiny1'))).toEqual({
      is: 'refused',
      why: '% Password too short - must be at least 6 characters. Password configuration failed',
    });
  });

  it('changes nothing when the prompts are not those of the settings, and finds those that are', async () => {
    const wrong = await device('SSH', {}, { prompts: { config: '(cfg)#' } });
    const quick = targetAt(driver, wrong.peer, { prompts: { config: '(cfg)#' } });
    const said = await driver.reset?.(quick, admin, { username: 'ops' }, next);
    expect(said).toEqual({ is: 'refused', why: 'the device did not enter configuration mode' });
    expect(wrong.state.passwords.get('ops')).toBe('Ops-Old-1');
    for (const protocol of ['SSH', 'Telnet'] as const) {
      const { peer, state } = await device(protocol);
      const strange = targetAt(driver, peer, { prompts: { user: 'never', enable: 'never' } }, false, 400);
      expect(await driver.reset?.(strange, admin, { username: 'ops' }, next)).toEqual({
        is: 'refused',
        why: 'the device did not show a prompt that the settings name',
      });
      expect(state.passwords.get('ops')).toBe('Ops-Old-1');
    }
    const own = await device('SSH', { host: 'Core Switch' }, { prompts: { enable: 'never | switch#' } });
    expect(await driver.reset?.(own.target, admin, { username: 'ops' }, next)).toEqual({ is: 'done' });
  });

  it.each(['ops secret 0 x', 'ops\nend', 'ops?', '', '-x', 'o"ps', '| redirect'])(
    'never lets the name %j reach a command line',
    async (username) => {
      const { state, target } = await device('SSH');
      expect(await driver.reset?.(target, admin, { username }, next)).toMatchObject({ is: 'refused' });
      expect(state.typed).toEqual([]);
    },
  );

  it('grants a Telnet server what is wanted and refuses the rest', async () => {
    const { agreedWith } = await device('Telnet').then(async ({ peer, target }) => {
      await driver.verify(target, admin);
      return { agreedWith: peer.agreed };
    });
    expect(agreedWith).toEqual(
      expect.arrayContaining(['DO 1', 'DO 3', 'WILL 24', 'WILL 31', 'WONT 39', 'DONT 5', 'SB 31 0 200 0 200']),
    );
    expect(agreedWith.filter((one) => one.startsWith('SB 24 0'))).toHaveLength(1);
  });
});
