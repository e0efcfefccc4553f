import { afterEach, describe, expect, it } from 'vitest';
import { targetAt } from '../peers/device.ts';
import { startAlom } from '../peers/oracle-boards.ts';
import { by, deviceContract, fewPasswords, secret, theDriver } from './devices.ts';

const driver = theDriver('oracle-alom');
deviceContract(driver, 'Telnet', () => startAlom('Telnet'));
deviceContract(driver, 'SSH', () => startAlom('SSH'), fewPasswords);

let peer: Awaited<ReturnType<typeof startAlom>> | undefined;
afterEach(() => peer?.stop());

describe('oracle-alom', () => {
  it('lets an account change its own, no other, and says what the board says of a weak password', async () => {
    peer = await startAlom('SSH');
    const target = targetAt(driver, peer);
    const ana = by('ana', 'Ana-Old1');
    const own = { username: 'ana', current: secret('Ana-Old1') };
    expect(await driver.reset?.(target, ana, own, secret('tiny'))).toEqual({
      is: 'refused',
      why: 'Password must have at least six characters',
    });
    expect(await driver.reset?.(target, ana, own, secret('Nxt-Wd-6'))).toEqual({ is: 'done' });
    expect(peer.state.passwords.get('ana')).toBe('Nxt-Wd-6');
    const now = by('ana', 'Nxt-Wd-6');
    expect(await driver.reset?.(target, now, { username: 'admin' }, secret('Nxt-Wd-6'))).toEqual({
      is: 'refused',
      why: 'Permission denied',
    });
    expect(peer.state.passwords.get('admin')).toBe('Adm-Old1');
  });

  it.each(['ana x', 'ana;reboot', '../users/ana', 'ana\nreset', ''])(
    'never lets the name %j reach a command line',
    async (username) => {
      peer = await startAlom('SSH');
      const target = targetAt(driver, peer);
      const said = await driver.reset?.(target, by('admin', 'Adm-Old1'), { username }, secret('Nxt-Wd-6'));
      expect(said).toMatchObject({ is: 'refused' });
      expect(peer.state.typed).toEqual([]);
    },
  );
});
