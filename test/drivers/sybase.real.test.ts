// needs: freetds-bin
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { by, reachPeer, theDriver } from '../peers/scene.ts';
import { startPeer, type SybasePeer } from '../peers/sybase.ts';
import { tsql } from '../peers/tsql.ts';

let peer: SybasePeer;
beforeAll(async () => {
  peer = await startPeer();
});
afterAll(() => peer.stop());

describe('the stand-in for Sybase ASE', () => {
  it("lets another's client in by RSA and by a password in clear, and none with a wrong one", async () => {
    const wish = { port: peer.plainPort, version: '5.0' } as const;
    const set = (password: string) => `exec sp_password 'Lab-Word-0', '${password}', both`;
    peer.make('both', 'First-Word-1');
    const driver = theDriver('sybase');
    const verify = (password: string) => driver.verify(reachPeer(driver, peer), by('both', password));

    expect(await tsql({ ...wish, encryption: 'require' }, 'sso', 'Lab-Word-0', set('By-Rsa-2'))).toMatch(/^Msg 17721 /);
    expect(peer.clearPasswords).toEqual([]);
    expect(await verify('By-Rsa-2')).toBe('accepted');
    expect(await tsql({ ...wish, encryption: 'off' }, 'sso', 'Lab-Word-0', set('In-Clear-3'))).toMatch(/^Msg 17721 /);
    expect(peer.clearPasswords).toEqual(['Lab-Word-0']);
    expect(await verify('In-Clear-3')).toBe('accepted');

    const next = { expose: () => 'From-Driver-4' };
    const sso = by('sso', 'Lab-Word-0');
    expect(await driver.reset?.(reachPeer(driver, peer), sso, { username: 'both' }, next)).toEqual({ is: 'done' });
    expect(await tsql({ ...wish, encryption: 'require' }, 'both', 'From-Driver-4', 'select 1')).not.toMatch(
      /Msg|Error/,
    );
    expect(await tsql({ ...wish, encryption: 'require' }, 'both', 'In-Clear-3', 'select 1')).toMatch(/^Msg 4002 /);
  });
});
