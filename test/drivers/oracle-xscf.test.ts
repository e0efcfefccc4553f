import { afterEach, describe, expect, it } from 'vitest';
import { targetAt } from '../peers/device.ts';
import { startXscf } from '../peers/oracle-boards.ts';
import { by, deviceContract, fewPasswords, secret, theDriver } from './devices.ts';

const driver = theDriver('oracle-xscf');
deviceContract(driver, 'Telnet', () => startXscf('Telnet'));
deviceContract(driver, 'SSH', () => startXscf('SSH'), fewPasswords);

let peer: Awaited<ReturnType<typeof startXscf>> | undefined;
afterEach(() => peer?.stop());

describe('oracle-xscf', () => {
  it('lets an account change its own, no other, and says what the board says of a weak password', async () => {
    peer = await startXscf('SSH');
    const target = targetAt(driver, peer);
    const ana = by('ana', 'Ana-Old1');
    const own = { username: 'ana', current: secret('Ana-Old1') };
    expect(await driver.reset?.(target, ana, own, secret('tiny'))).toEqual({
      is: 'refused',
      why: 'BAD PASSWORD: it is too short',
    });
    expect(await driver.reset?.(target, ana, own, secret('Next-Word-6'))).toEqual({ is: 'done' });
    expect(peer.state.passwords.get('ana')).toBe('Next-Word-6');
    const now = by('ana', 'Next-Word-6');
    expect(await driver.reset?.(target, now, { username: 'useradm' }, secret('Next-Word-6'))).toEqual({
      is: 'refused',
      why: 'Permission denied',
    });
    expect(peer.state.passwords.get('useradm')).toBe('Adm-Old1');
  });

  it.each(['ana x', 'ana;reboot', '../users/ana', 'ana\nreset', ''])(
    'never lets the name %j reach a command line',
    async (username) => {
      peer = await startXscf('SSH');
      const target = targetAt(driver, peer);
      const said = await driver.reset?.(target, by('useradm', 'Adm-Old1'), { username }, secret('Next-Word-6'));
      expect(said).toMatchObject({ is: 'refused' });
      expect(peer.state.typed).toEqual([]);
    },
  );
});
