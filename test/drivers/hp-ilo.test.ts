import { afterEach, describe, expect, it } from 'vitest';
import { targetAt } from '../peers/device.ts';
import { startIlo } from '../peers/hp-ilo.ts';
import { by, deviceContract, fewPasswords, secret, theDriver } from './devices.ts';

const driver = theDriver('hp-ilo');
deviceContract(driver, 'Telnet', () => startIlo('Telnet'));
deviceContract(driver, 'SSH', () => startIlo('SSH'), fewPasswords);

const running: Awaited<ReturnType<typeof startIlo>>[] = [];
afterEach(async () => {
  for (const peer of running.splice(0)) await peer.stop();
});

describe('hp-ilo', () => {
  it('lets a user change its own, and says what the iLO says against it', async () => {
    const peer = await startIlo('SSH');
    running.push(peer);
    const target = targetAt(driver, peer);
    const ana = by('ana', 'Ana-Old-12');
    expect(await driver.reset?.(target, ana, { username: 'ana' }, secret('Next-Word-6'))).toEqual({ is: 'done' });
    const now = by('ana', 'Next-Word-6');
    const why = async (username: string, next: string) => driver.reset?.(target, now, { username }, secret(next));
    expect(await why('ana', 'shorty')).toEqual({ is: 'refused', why: 'PROPERTY VALUE OUT OF RANGE' });
    expect(await why('Administrator', 'Next-Word-6')).toEqual({ is: 'refused', why: 'COMMAND NOT AUTHORIZED' });
  });

  it.each(['ana password=x', 'ana,group=admin', '../accounts1/ana', 'ana\nreset', ''])(
    'never lets the name %j reach a command line',
    async (username) => {
      const peer = await startIlo('SSH');
      running.push(peer);
      const said = await driver.reset?.(
        targetAt(driver, peer),
        by('Administrator', 'Admin-Old-1'),
        { username },
        secret('Next-Word-6'),
      );
      expect(said).toMatchObject({ is: 'refused' });
      expect(peer.state.typed).toEqual([]);
    },
  );
});
