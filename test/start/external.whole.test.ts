// needs: root
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { findOsUser } from '../../apps/server/src/platform/postgres-files.ts';
import { ask, makePlace, querying, signIn, unattended, type Place } from './program.ts';

const bin = '/usr/lib/postgresql/15/bin';
const run = promisify(execFile);

// Debian's own PostgreSQL, where it is installed.
describe.skipIf(!existsSync(bin))('the same program over an external PostgreSQL 15', () => {
  let place: Place;
  let postgres: ChildProcess;
  let adminUrl: string;
  let settings: Record<string, string>;

  beforeAll(async () => {
    place = await makePlace();
    const user = findOsUser(undefined);
    const data = join(place.base, 'pg15');
    const socket = join(place.base, 's');
    for (const directory of [data, socket]) {
      mkdirSync(directory, { mode: 0o700 });
      if (user.uid !== undefined && user.gid !== undefined) chownSync(directory, user.uid, user.gid);
    }
    const as = { ...user, cwd: '/', env: { PATH: '/usr/bin:/bin', LANG: 'C.UTF-8' } };
    await run(
      `${bin}/initdb`,
      ['-D', data, '-U', 'dba', '-A', 'trust', '--encoding=UTF8', '--locale=C.UTF-8', '--no-sync'],
      as,
    );
    postgres = spawn(
      `${bin}/postgres`,
      ['-D', data, '-c', 'listen_addresses=', '-c', `unix_socket_directories=${socket}`],
      {
        ...as,
        stdio: 'ignore',
      },
    );
    const at = (role: string, database: string): string =>
      `postgresql://${role}:secret-4711@/${database}?host=${encodeURIComponent(socket)}`;
    adminUrl = at('dba', 'postgres');
    await vi.waitFor(() => querying(adminUrl, 'select 1'), { timeout: 60_000, interval: 100 });
    await querying(adminUrl, `create role keeper login createrole password 'secret-4711'`);
    await querying(adminUrl, 'create database vault owner keeper');
    writeFileSync(join(place.base, 'url'), `${at('keeper', 'vault')}\n`, { mode: 0o600 });
    settings = { ...(await unattended(place)), STRONGROOM_DATABASE_URL_FILE: join(place.base, 'url') };
  });
  afterAll(async () => {
    await place.remove();
    const gone = once(postgres, 'exit');
    postgres.kill('SIGINT');
    await gone;
  });

  it('starts, sets up, keeps a password, and starts again without an embedded database', async () => {
    const server = await place.start(settings);
    const token = readFileSync(settings['STRONGROOM_SETUP_API_TOKEN_FILE'] ?? '', 'utf8').trim();
    const body = { name: 'web', type: 'Linux', accounts: [{ username: 'root', password: "p'w$1" }] };
    expect((await ask(server.url, 'POST', '/api/v1/resources', { token, body })).status).toBe(200);
    await signIn(server.url);
    expect(await server.stop()).toBe(0);
    expect(existsSync(join(place.home, 'database'))).toBe(false);

    const again = await place.start(settings);
    const list = await ask(again.url, 'GET', '/api/v1/accounts', { token });
    const [account] = list.body['items'] as { id: string }[];
    const shown = await ask(again.url, 'POST', `/api/v1/accounts/${account?.id ?? ''}/reveal`, { token, body: {} });
    expect(shown.body['password']).toBe("p'w$1");
    const found = await place.run(['doctor', '--json'], settings);
    expect(JSON.parse(found.stdout)).toMatchObject({
      ok: true,
      checks: expect.arrayContaining([
        expect.objectContaining({ what: 'database', level: 'ok', says: expect.stringMatching(/^PostgreSQL 15\./) }),
        expect.objectContaining({ what: 'data keys', level: 'ok' }),
      ]),
    });
    for (const words of [
      ['audit', 'verify'],
      ['key', 'status'],
      ['db', 'migrate'],
    ])
      expect(await place.run(words, settings)).toMatchObject({ code: 0, stderr: '' });
    await again.stop();
    // Without a server, the same commands need nothing but the database.
    expect(await place.run(['audit', 'verify'], settings)).toMatchObject({ code: 0 });
  });

  it('says in words that the database is away, refuses the log-in, or belongs to a newer release, and shows no password', async () => {
    const url = readFileSync(settings['STRONGROOM_DATABASE_URL_FILE'] ?? '', 'utf8').trim();
    const { STRONGROOM_DATABASE_URL_FILE: _, ...others } = settings;
    const at = (changed: string) => ({ ...others, STRONGROOM_DATABASE_URL: changed });
    const away = at(url.replace(/host=.*$/, 'host=/nowhere'));
    const newer = `insert into public.strongroom_migration (number, name, sha256) values (9001, '9001_later', 'x')`;
    const vault = adminUrl.replace('/postgres?', '/vault?');
    await querying(vault, newer);
    try {
      for (const [given, said] of [
        [away, /^The database could not be brought to this release: .*(ENOENT|nowhere)/m],
        [at(url.replace('keeper', 'nobody')), /role "nobody" does not exist/],
        [at(url), /was migrated to 9001_later by a newer release/],
      ] as const) {
        const refused = await place.run(['start'], given);
        expect([refused.code, refused.stdout]).toEqual([1, '']);
        expect(refused.stderr).toMatch(said);
        expect(refused.stderr).not.toContain('secret-4711');
      }
      const { code, stdout } = await place.run(['doctor'], at(url));
      expect(code).toBe(1);
      expect(stdout).toMatch(
        /^fail {2}migrations: 9001_later in the database is not this release's\. Mend: start the release that wrote/m,
      );
      const lost = await place.run(['doctor'], away);
      expect(lost.stdout).toMatch(
        /^fail {2}database: The database cannot be reached .* Mend: see that the database runs/m,
      );
      expect(lost.stdout).not.toContain('secret-4711');
    } finally {
      await querying(vault, 'delete from public.strongroom_migration where number = 9001');
    }
  });
});
