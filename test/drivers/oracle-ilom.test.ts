import { afterEach, describe, expect, it } from 'vitest';
import { targetAt } from '../peers/device.ts';
import { startIlom } from '../peers/oracle-boards.ts';
import { by, deviceContract, secret, theDriver } from './devices.ts';

const driver = theDriver('oracle-ilom');
deviceContract(driver, 'SSH', () => startIlom('SSH'));

let peer: Awaited<ReturnType<typeof startIlom>> | undefined;
afterEach(() => peer?.stop());

describe('oracle-ilom', () => {
  it('lets an account change its own, no other, and says what the board says of a weak password', async () => {
    peer = await startIlom('SSH');
    const target = targetAt(driver, peer);
    const ana = by('ana', 'Ana-Old1');
    const own = { username: 'ana', current: secret('Ana-Old1') };
    expect(await driver.reset?.(target, ana, own, secret('tiny'))).toEqual({
      is: 'refused',
      why: 'set: Password must be between 8 and 16 characters long',
    });
    expect(await driver.reset?.(target, ana, own, secret('Next-Word-6'))).toEqual({ is: 'done' });
    expect(peer.state.passwords.get('ana')).toBe('Next-Word-6');
    const now = by('ana', 'Next-Word-6');
    expect(await driver.reset?.(target, now, { username: 'root' }, secret('Next-Word-6'))).toEqual({
      is: 'refused',
      why: 'Permission denied',
    });
    expect(peer.state.passwords.get('root')).toBe('Adm-Old1');
  });

  it.each(['ana x', 'ana;reboot', '../users/ana', 'ana\nreset', ''])(
    'never lets the name %j reach a command line',
    async (username) => {
      peer = await startIlom('SSH');
      const target = targetAt(driver, peer);
      const said = await driver.reset?.(target, by('root', 'Adm-Old1'), { username }, secret('Next-Word-6'));
      expect(said).toMatchObject({ is: 'refused' });
      expect(peer.state.typed).toEqual([]);
    },
  );
});
