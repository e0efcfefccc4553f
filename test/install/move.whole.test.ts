// needs: root
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, copyFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { findOsUser } from '../../apps/server/src/platform/postgres-files.ts';
import { makeCertificate } from '../../apps/server/test/certificates.ts';
import { ask, makePlace, querying, unattended, type Place } from '../start/program.ts';

const bin = '/usr/lib/postgresql/15/bin';
const run = promisify(execFile);

// Debian's own PostgreSQL, where it is installed.
describe.skipIf(!existsSync(bin))('moving to another machine that reaches the same external database', () => {
  let [old, fresh]: [Place, Place] = [undefined as never, undefined as never];
  let postgres: ChildProcess;
  let url: string;

  beforeAll(async () => {
    [old, fresh] = [await makePlace(), await makePlace()];
    const user = findOsUser(undefined);
    const [data, socket] = [join(old.base, 'pg15'), join(old.base, 's')];
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
      { ...as, stdio: 'ignore' },
    );
    const at = (role: string, database: string): string =>
      `postgresql://${role}@/${database}?host=${encodeURIComponent(socket)}`;
    await vi.waitFor(() => querying(at('dba', 'postgres'), 'select 1'), { timeout: 60_000, interval: 100 });
    await querying(at('dba', 'postgres'), 'create role keeper login createrole');
    await querying(at('dba', 'postgres'), 'create database vault owner keeper');
    url = at('keeper', 'vault');
  });
  afterAll(async () => {
    await Promise.all([old.remove(), fresh.remove()]);
    const gone = once(postgres, 'exit');
    postgres.kill('SIGINT');
    await gone;
  });

  it('takes the key files and the address of the database: every secret opens, the trail is intact, trust has come along', async () => {
    const database = { STRONGROOM_DATABASE_URL: url };
    const settings: Record<string, string> = { ...(await unattended(old)), ...database };
    const server = await old.start(settings);
    const token = readFileSync(settings['STRONGROOM_SETUP_API_TOKEN_FILE'] ?? '', 'utf8').trim();
    const passwords = new Map(Array.from({ length: 40 }, (_, i) => [`user${i}`, `p'w$${i} ä\\`]));
    const accounts = [...passwords].map(([username, password]) => ({ username, password }));
    for (const [i, some] of [accounts.slice(0, 20), accounts.slice(20)].entries()) {
      const body = { name: `host${i}`, type: 'Linux', accounts: some };
      expect((await ask(server.url, 'POST', '/api/v1/resources', { token, body })).status).toBe(200);
    }
    const { cert } = await makeCertificate({ name: 'Company Root', dns: [], ca: true });
    expect((await ask(server.url, 'POST', '/api/v1/trusted-certificates', { token, body: { pem: cert } })).status).toBe(
      200,
    );
    expect(await server.stop()).toBe(0);

    // The other machine: nothing of the old state directory, only the two key files.
    mkdirSync(dirname(fresh.keyFile), { mode: 0o700 });
    // A start without the key is refused and makes none: a new key would open nothing.
    const without = await fresh.run(['start'], database);
    expect([without.code, existsSync(fresh.keyFile)]).toEqual([1, false]);
    for (const name of ['master.key', 'audit-signing.key'])
      copyFileSync(join(dirname(old.keyFile), name), join(dirname(fresh.keyFile), name));
    const moved = await fresh.start(database);
    const list = await ask(moved.url, 'GET', '/api/v1/accounts?limit=100', { token });
    const found = list.body['items'] as { id: string; username: string }[];
    expect(found).toHaveLength(passwords.size);
    for (const { id, username } of found) {
      const shown = await ask(moved.url, 'POST', `/api/v1/accounts/${id}/reveal`, { token, body: {} });
      expect([username, shown.body['password']]).toEqual([username, passwords.get(username)]);
    }
    const trusted = await ask(moved.url, 'GET', '/api/v1/trusted-certificates', { token });
    expect(trusted.body['items']).toMatchObject([{ subject: 'O=Test, CN=Company Root' }]);
    expect(await moved.stop()).toBe(0);
    const verified = await fresh.run(['audit', 'verify', '--json'], database);
    expect([verified.code, JSON.parse(verified.stdout)]).toMatchObject([
      0,
      { ok: true, organisations: [{ intact: true, unsealed: 0 }] },
    ]);
  });
});
