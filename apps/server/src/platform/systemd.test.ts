import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { unitOf, type Service } from './systemd.ts';

const service: Service = {
  node: process.execPath,
  launcher: '/opt/strong room/strongroom.mjs',
  checkout: '/opt/strong room',
  user: 'daemon',
  home: '/srv/100%/home',
  keyFile: '/srv/k$y/master.key',
  settings: { STRONGROOM_PORT: '443' },
  lowPort: true,
};
const valueOf = (unit: string, name: string): string[] =>
  [...unit.matchAll(new RegExp(`^${name}=(.*)$`, 'gm'))].map(([, value]) => value ?? '');

describe('the systemd unit', () => {
  it('lets the service write to its own directories alone and gain no right', () => {
    const unit = unitOf(service);
    for (const [name, value] of [
      ['User', 'daemon'],
      ['NoNewPrivileges', 'yes'],
      ['ProtectSystem', 'strict'],
      ['LimitCORE', '0'],
      ['KillMode', 'mixed'],
      ['CapabilityBoundingSet', 'CAP_NET_BIND_SERVICE'],
      ['ReadWritePaths', '/srv/100%%/home /srv/k$$y'],
      ['WorkingDirectory', '"/opt/strong room"'],
    ] as const)
      expect([name, valueOf(unit, name)]).toEqual([name, [value]]);
    expect(valueOf(unit, 'Environment')).toEqual([
      '"NODE_ENV=production"',
      '"STRONGROOM_HOME=/srv/100%%/home"',
      '"STRONGROOM_KEY_FILE=/srv/k$y/master.key"',
      '"STRONGROOM_PORT=443"',
    ]);
    expect(valueOf(unitOf({ ...service, lowPort: false }), 'CapabilityBoundingSet')).toEqual(['']);
  });

  it.skipIf(!existsSync('/usr/bin/systemd-analyze'))('is sound to systemd itself', () => {
    const folder = mkdtempSync(join(tmpdir(), 'sr-unit-'));
    try {
      const file = join(folder, 'strongroom.service');
      for (const user of ['daemon', 'root']) {
        writeFileSync(file, unitOf({ ...service, user, home: '/srv/home', checkout: '/' }));
        // It exits with 1 and says why for what it does not understand or find.
        expect(execFileSync('/usr/bin/systemd-analyze', ['verify', file], { encoding: 'utf8', stdio: 'pipe' })).toBe(
          '',
        );
      }
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
