import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { administrator, ask, makePlace, signIn, unattended, type Place, type Running } from './program.ts';

const setup = (token: string, more: Record<string, unknown> = {}) => ({
  token,
  ...administrator,
  fullName: 'Ada Example',
  timeZone: 'UTC',
  ...more,
});
const outsider = 'never-printed-by-anybody-0123456789abcdefghij';

describe('the first run behind its link', () => {
  let place: Place;
  let server: Running;
  const people = () => place.sql('select username from strongroom.app_user');
  beforeAll(async () => {
    place = await makePlace();
    server = await place.start();
  });
  afterAll(() => place.remove());

  it('prints Console, Set-up and Ready on standard output, and nothing else', () => {
    const port = new URL(server.url).port;
    expect(server.stdout).toEqual([
      `Console: https://localhost:${port}/`,
      expect.stringMatching(new RegExp(`^Set-up: https://localhost:${port}/setup#[A-Za-z0-9_-]{43}$`)),
      'Ready',
    ]);
    for (const line of server.stderr) expect(JSON.parse(line)).toHaveProperty('level');
    expect(server.stderr.join('\n')).not.toContain(server.setupToken);
  });

  it('answers health, readiness and figures, each with a request id, which the log names once its level was raised at run time [INS-08]', async () => {
    const [alive, ready, figures] = await Promise.all(
      ['/healthz', '/readyz', '/metrics'].map((path) => ask(server.url, 'GET', path)),
    );
    expect([alive?.status, alive?.text]).toEqual([200, 'alive\n']);
    expect([ready?.status, ready?.text]).toEqual([200, 'ready\n']);
    expect(figures?.status).toBe(200);
    expect(figures?.headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(figures?.text).toMatch(/^strongroom_http_requests_total\{route="\/healthz",method="GET",status="200"\} 1$/m);
    for (const answer of [alive, ready, figures]) expect(answer?.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
    server.signal('SIGUSR2');
    await vi.waitFor(() => expect(server.stderr.join('\n')).toContain('log level changed'), { timeout: 20_000 });
    const { headers } = await ask(server.url, 'GET', '/healthz');
    const isOfIt = (line: string): boolean => {
      const entry = JSON.parse(line) as Record<string, unknown>;
      return entry['msg'] === 'request' && entry['requestId'] === headers['x-request-id'];
    };
    await vi.waitFor(() => expect(server.stderr.some(isOfIt)).toBe(true), { timeout: 20_000 });
    server.signal('SIGUSR2');
  });

  it('lets nobody create an administrator without the link [INS-02]', async () => {
    for (const token of [outsider, `${server.setupToken ?? ''}x`, '0'.repeat(43)])
      expect((await ask(server.url, 'POST', '/api/v1/setup', { body: setup(token) })).status).toBe(404);
    expect((await ask(server.url, 'POST', '/api/v1/setup', { body: setup('') })).status).toBe(400);
    for (const path of ['/api/v1/users', '/api/v1/users/api', '/api/v1/session'])
      expect((await ask(server.url, 'POST', path, { body: setup('x') })).status).toBeGreaterThanOrEqual(400);
    expect(await people()).toEqual([]);
    expect(await place.sql('select from strongroom.organisation')).toEqual([]);
  });

  it('ends the former link when the command makes a fresh one', async () => {
    const { code, stdout, stderr } = await place.run(['setup', 'link']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(
      new RegExp(`^Set-up: https://localhost:${new URL(server.url).port}/setup#[A-Za-z0-9_-]{43}\n$`),
    );
    const fresh = stdout.trim().split('#')[1] ?? '';
    const inspect = (token = '') => ask(server.url, 'POST', '/api/v1/setup/inspect', { body: { token } });
    expect((await inspect(server.setupToken)).status).toBe(404);
    expect((await inspect(fresh)).body).toMatchObject({ keyFile: place.keyFile });
  });

  it('creates organisation, administrator, mail server and key location by the link, once, of two that come at once [INS-02]', async () => {
    const link = JSON.parse((await place.run(['setup', 'link', '--json'])).stdout) as { link: string };
    const token = link.link.split('#')[1] ?? '';
    const moved = join(place.base, 'elsewhere', 'master.key');
    const mail = { host: 'mail.example.org', port: 587, security: 'starttls', from: 'vault@example.org' };
    const first = await ask(server.url, 'POST', '/api/v1/setup', { body: setup(token, { keyFile: place.home, mail }) });
    expect([first.status, await people()]).toEqual([400, []]);

    const answers = await Promise.all([
      ask(server.url, 'POST', '/api/v1/setup', { body: setup(token, { keyFile: moved, mail }) }),
      ask(server.url, 'POST', '/api/v1/setup', { body: setup(token, { keyFile: moved, mail, username: 'eve' }) }),
    ]);
    expect(answers.map(({ status }) => status === 200).sort()).toEqual([false, true]);
    expect(await people()).toHaveLength(1);
    expect(existsSync(moved) && !existsSync(place.keyFile)).toBe(true);
    expect(await place.sql("select value ->> 'host' as host from strongroom.setting where name = 'mail'")).toEqual([
      { host: 'mail.example.org' },
    ]);
    const again = await ask(server.url, 'POST', '/api/v1/setup', { body: setup(token, { username: 'mallory' }) });
    expect(again.status).toBe(404);
    const refused = await place.run(['setup', 'link']);
    expect(refused).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringContaining('is set up already (Northwind IT)'),
    });
    expect(await people()).toHaveLength(1);
  });

  it('starts again without a link, with the key where it was moved to', async () => {
    await server.stop();
    server = await place.start({ STRONGROOM_KEY_FILE: undefined });
    expect(server.stdout).toEqual([`Console: https://localhost:${new URL(server.url).port}/`, 'Ready']);
  });
});

describe('the first run unattended', () => {
  it('sets up from the environment, with a token of an API user that only its owner may read, and once [INS-02]', async () => {
    const place = await makePlace();
    try {
      const settings = await unattended(place);
      const server = await place.start(settings);
      expect(server.stdout.some((line) => line.startsWith('Set-up'))).toBe(false);
      const tokenFile = settings['STRONGROOM_SETUP_API_TOKEN_FILE'] ?? '';
      expect(statSync(tokenFile).mode & 0o777).toBe(0o600);
      const token = readFileSync(tokenFile, 'utf8').trim();
      const users = await ask(server.url, 'GET', '/api/v1/users', { token });
      expect(users.body['items']).toEqual(
        expect.arrayContaining([
          expect.objectContaining({ username: 'setup@localhost', role: 'administrator' }),
          expect.objectContaining({ username: 'ada', role: 'privileged-administrator', email: administrator.email }),
        ]),
      );
      await signIn(server.url);
      await server.stop();
      // The same settings on an installation that is set up change nothing, and need their files no more.
      const again = await place.start({ ...settings, STRONGROOM_SETUP_ADMIN_PASSWORD_FILE: '/nowhere/password' });
      expect(readFileSync(tokenFile, 'utf8').trim()).toBe(token);
      expect(await place.sql('select from strongroom.app_user')).toHaveLength(2);
      expect((await ask(again.url, 'GET', '/api/v1/users', { token })).status).toBe(200);
    } finally {
      await place.remove();
    }
  });

  it('creates nothing when the password is too weak, and sets up from the file of settings once it is mended [INS-02]', async () => {
    const place = await makePlace();
    try {
      const settings = await unattended(place);
      const passwordFile = settings['STRONGROOM_SETUP_ADMIN_PASSWORD_FILE'] ?? '';
      writeFileSync(passwordFile, 'ada\n');
      const refused = await place.run(['start'], settings);
      expect(refused).toMatchObject({ code: 1, stdout: '' });
      expect(
        refused.stderr
          .split('\n')
          .filter((line) => !line.startsWith('{'))
          .join(''),
      ).toMatch(/^Unattended set-up failed: .*Nothing was created\.$/);
      writeFileSync(passwordFile, `${administrator.password}\n`);
      writeFileSync(
        join(place.home, 'strongroom.yaml'),
        Object.entries(settings)
          .map(([name, value]) => `${name.replace('STRONGROOM_', '').toLowerCase()}: "${value}"\n`)
          .join(''),
      );
      const server = await place.start();
      expect(server.setupToken).toBeUndefined();
      await signIn(server.url);
      expect(await place.sql('select name from strongroom.organisation')).toEqual([{ name: 'Northwind IT' }]);
    } finally {
      await place.remove();
    }
  });
});
