// needs: freetds-bin
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startPeer, type MssqlPeer } from '../peers/mssql.ts';
import { by, reachPeer, theDriver } from '../peers/scene.ts';
import { tsql } from '../peers/tsql.ts';

const driver = theDriver('mssql');
let peer: MssqlPeer;
beforeAll(async () => {
  peer = await startPeer();
});
afterAll(() => peer.stop());

describe('the stand-in for SQL Server', () => {
  it("lets another's client in over TLS and in clear text, and by NTLM, and none with a wrong password", async () => {
    const query =
      "select name, is_srvrolemember('sysadmin', name) as privileged from sys.sql_logins where name not like '##%' order by name";
    const { username, password } = peer.domainAdmin;
    const tls = {
      port: peer.settings['port'] as number,
      version: '7.4',
      encryption: 'require',
      trusted: peer.trusted,
    } as const;
    const clear = { port: peer.plainPort, version: '7.4', encryption: 'off' } as const;
    expect(await tsql(tls, 'sa', 'Lab-Word-0', query)).toMatch(/^name\tprivileged\nsa\t1\n/);
    expect(await tsql(clear, 'sa', 'Lab-Word-0', query)).toMatch(/^name\tprivileged\nsa\t1\n/);
    expect(await tsql(tls, username, password, query)).toMatch(/^name\tprivileged\nsa\t1\n/);
    expect(await tsql(tls, 'sa', 'Wrong-Word-0', query)).toMatch(/^Msg 18456 \(severity 14/);
    expect(await tsql(tls, username, 'Wrong-Word-0', query)).toMatch(/^Msg 18452 \(severity 14/);
    expect(await tsql({ ...tls, port: peer.plainPort }, 'sa', 'Lab-Word-0', query)).not.toContain('privileged');
  });

  it('takes a password from it that the driver verifies, and one from the driver that lets it in', async () => {
    const tls = {
      port: peer.settings['port'] as number,
      version: '7.4',
      encryption: 'require',
      trusted: peer.trusted,
    } as const;
    const target = reachPeer(driver, peer);
    peer.make('both', 'First-Word-1');
    await tsql(tls, 'sa', 'Lab-Word-0', "ALTER LOGIN [both] WITH PASSWORD = N'it''s Ünïcode-2'");
    expect(await driver.verify(target, by('both', "it's Ünïcode-2"))).toBe('accepted');
    const next = { expose: () => '✓ "Third" \'word\' 3' };
    expect(await driver.reset?.(target, by('sa', 'Lab-Word-0'), { username: 'both' }, next)).toEqual({ is: 'done' });
    expect(await tsql(tls, 'both', next.expose(), 'set nocount on')).not.toMatch(/Msg|Error/);
    expect(await tsql(tls, 'both', 'First-Word-1', 'set nocount on')).toMatch(/^Msg 18456/);
  });
});
