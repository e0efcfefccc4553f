// needs: root
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makePlace, type Place } from '../start/program.ts';

describe.skipIf(process.getuid?.() !== 0)('strongroom service', () => {
  let place: Place;
  let directory: string;
  beforeAll(async () => {
    place = await makePlace();
    directory = mkdtempSync(join(tmpdir(), 'sr-units-'));
  });
  afterAll(async () => {
    await place.remove();
    rmSync(directory, { recursive: true, force: true });
  });
  const install = (...more: string[]) =>
    place.run(['service', 'install', '--user', 'daemon', '--directory', directory, ...more]);

  it('shows a unit without writing anything, and installs and removes it', async () => {
    const file = join(directory, 'strongroom.service');
    const shown = await install('--print');
    expect([shown.code, existsSync(file), existsSync(place.home)]).toEqual([0, false, false]);
    const done = await install('--json');
    expect([done.code, JSON.parse(done.stdout)]).toMatchObject([
      0,
      { ok: true, file, changed: true, user: 'daemon', enabled: false },
    ]);
    expect(readFileSync(file, 'utf8').trim()).toBe(shown.stdout.trim());
    expect(statSync(file).mode & 0o777).toBe(0o644);
    const { uid, mode } = statSync(place.home);
    expect([uid, mode & 0o777]).toEqual([1, 0o700]);
    expect(JSON.parse((await install('--json')).stdout)).toMatchObject({ changed: false });
    expect(await place.run(['service', 'remove', '--directory', directory])).toMatchObject({ code: 0, stderr: '' });
    expect([existsSync(file), existsSync(place.home)]).toEqual([false, true]);
    expect((await place.run(['service', 'remove', '--directory', directory])).code).toBe(1);
  });

  it('starts as the unit says: in production, as an ordinary user, without any right to gain one', async () => {
    expect((await install()).code).toBe(0);
    const unit = readFileSync(join(directory, 'strongroom.service'), 'utf8');
    const [, node = '', launcher = ''] = /^ExecStart=(\S+) (\S+) start$/m.exec(unit) ?? [];
    const env = Object.fromEntries(
      [...unit.matchAll(/^Environment="(\w+)=(.*)"$/gm)].map(([, name, value]) => [name, value]),
    );
    expect(env).toMatchObject({ NODE_ENV: 'production', STRONGROOM_HOME: place.home, STRONGROOM_PORT: '0' });
    const as = [
      '--reuid=daemon',
      '--regid=daemon',
      '--clear-groups',
      '--bounding-set=-all',
      '--inh-caps=-all',
      '--no-new-privs',
    ];
    const child = spawn('setpriv', [...as, 'prlimit', '--core=0:0', node, launcher, 'start'], {
      cwd: '/',
      env: { PATH: '/usr/bin:/bin', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const ended = once(child, 'exit');
    const said: string[] = [];
    createInterface(child.stderr).on('line', (line) => said.push(line));
    const ready = new Promise<string>((resolve) =>
      createInterface(child.stdout).on('line', (line) => line === 'Ready' && resolve(line)),
    );
    try {
      expect(await Promise.race([ready, ended.then(() => said.join('\n'))])).toBe('Ready');
      expect(statSync(join(place.home, 'tls', 'server.key')).uid).toBe(1);
    } finally {
      child.kill('SIGTERM');
    }
    expect(await ended).toEqual([0, null]);
  });

  it('refuses an unknown user, and to write a password where everybody can read it', async () => {
    const nobody = await place.run(['service', 'install', '--user', 'no-such-user', '--print']);
    expect([nobody.code, nobody.stderr]).toEqual([1, expect.stringMatching(/^There is no user no-such-user/)]);
    const secret = await place.run(['service', 'install', '--print'], {
      STRONGROOM_DATABASE_URL: 'postgresql://a:pass-4711@/b?host=/x',
    });
    expect([secret.code, secret.stderr, secret.stdout]).toEqual([1, expect.stringMatching(/strongroom\.yaml/), '']);
    expect(secret.stderr).not.toContain('pass-4711');
  });
});
