import { afterEach, describe, expect, it } from 'vitest';
import { targetAt } from '../peers/device.ts';
import { startJunos, type JunosOptions } from '../peers/juniper-junos.ts';
import { by, deviceContract, fewPasswords, secret, theDriver } from './devices.ts';

const driver = theDriver('juniper-junos');
const root = by('root', 'Root-Old-1');
const next = secret('Next-Word-6');
deviceContract(driver, 'Telnet', () => startJunos('Telnet'));
deviceContract(driver, 'SSH', () => startJunos('SSH'), fewPasswords);

const running: Awaited<ReturnType<typeof startJunos>>[] = [];
afterEach(async () => {
  for (const peer of running.splice(0)) await peer.stop();
});
async function device(options: JunosOptions = {}) {
  const peer = await startJunos('Telnet', options);
  running.push(peer);
  return { ...peer, target: targetAt(driver, peer) };
}

describe('juniper-junos', () => {
  it('sets root its own way, and a user its own, a screen of one line notwithstanding', async () => {
    const { target, state } = await device({ height: 1 });
    expect(await driver.reset?.(target, by('ana', 'Ana-Old-1'), { username: 'ana' }, next)).toEqual({ is: 'done' });
    expect(await driver.reset?.(target, root, { username: 'root' }, next)).toEqual({ is: 'done' });
    expect(state.typed).toContain('set system root-authentication plain-text-password');
    expect([...state.passwords.values()]).toEqual(['Next-Word-6', 'Next-Word-6']);
  });

  it('leaves everything as it was when the device refuses: a weak password, a commit, a changed shared candidate, no such user', async () => {
    const why = async (options: JunosOptions, username: string, password: string) => {
      const { target, state } = await device(options);
      const said = await driver.reset?.(target, root, { username }, secret(password));
      expect(state.passwords.get('ana')).toBe('Ana-Old-1');
      expect(state.passwords.has('ghost')).toBe(false);
      return said?.is === 'refused' ? said.why : said?.is;
    };
    expect(await why({}, 'ana', 'tiny1')).toBe('error: minimum password length is 6');
    expect(await why({}, 'ana', 'allsmall')).toBe('error: require change of case, digits or punctuation');
    expect(await why({ shared: true }, 'ana', 'Next-Word-6')).toBe('error: shared configuration database modified');
    expect(await why({ failsToCommit: 'error: interface ge-0/0/9 not found' }, 'ana', 'Next-Word-6')).toBe(
      'error: interface ge-0/0/9 not found',
    );
    expect(await why({}, 'ghost', 'Next-Word-6')).toBe('the device has no such user');
  });
});
