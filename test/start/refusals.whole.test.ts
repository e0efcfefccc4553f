import { once } from 'node:events';
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Settings } from '../lib/product.ts';
import { ask, checkout, makePlace, rowsDigest, type Ended, type Place, type Running } from './program.ts';

let place: Place;
/** The one that runs, between the tests too: each start takes seconds. */
let server: Running;
/** What the rows were when the last server was ended. */
let rows: unknown;
beforeAll(async () => {
  place = await makePlace({}, { from: 'with-token' });
  server = await place.start();
  const token = readFileSync(place.tokenFile, 'utf8').trim();
  const accounts = [{ username: 'root', password: "p'w$1 `x` Ä" }];
  const made = await ask(server.url, 'POST', '/api/v1/resources', {
    token,
    body: { name: 'web', type: 'Linux', accounts },
  });
  expect(made.status).toBe(200);
  await stop();
});
afterAll(() => place.remove());

async function stop(): Promise<void> {
  rows = await place.sql(rowsDigest);
  await server.stop();
}
/** Starts the server: no row has changed since the last one was ended, whatever was tried meanwhile. */
async function startsUnchanged(settings: Settings = {}): Promise<void> {
  server = await place.start(settings);
  expect(await place.sql(rowsDigest)).toEqual(rows);
}

/** What it said for people: the lines that are not the log's. */
const words = ({ stderr }: Ended): string =>
  stderr
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('{'))
    .join('\n');

describe('a start is refused in words, and changes nothing', () => {
  it('names the port that is taken and its setting', async () => {
    const other = createServer().listen(0);
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const refused = await place.run(['start'], { STRONGROOM_PORT: String(port) });
    other.close();
    expect([refused.code, refused.stdout, words(refused)]).toEqual([
      1,
      '',
      `Port ${String(port)} is taken by another program. Stop that program, or choose another port with STRONGROOM_PORT.`,
    ]);
  });

  it('with a missing key, a key of another installation, and a file that is no key [KEY-02]', async () => {
    const own = readFileSync(place.keyFile);
    const cases: [string, () => void, RegExp][] = [
      [
        'missing',
        () => rmSync(place.keyFile),
        /^The key file .*master\.key cannot be read \(ENOENT\); put the medium with the key back/,
      ],
      [
        'another',
        () =>
          writeFileSync(place.keyFile, `strongroom-master-key-1:${Buffer.alloc(32, 7).toString('base64url')}\n`, {
            mode: 0o600,
          }),
        /^Wrong key: the database was sealed with master key [0-9a-f]{16}, but the key file holds [0-9a-f]{16}; nothing was changed/,
      ],
      [
        'none',
        () => writeFileSync(place.keyFile, 'hello\n'),
        /is not a Strongroom key file; restore it from your copy/,
      ],
    ];
    for (const [, seed, said] of cases) {
      seed();
      const refused = await place.run(['start']);
      expect([refused.code, refused.stdout]).toEqual([1, '']);
      expect(words(refused)).toMatch(said);
      expect(words(refused)).not.toContain('BwcHBwcH');
      if (said.source.includes('ENOENT')) expect(() => readFileSync(place.keyFile)).toThrow('ENOENT');
    }
    writeFileSync(place.keyFile, own, { mode: 0o600 });
    await startsUnchanged();
  });

  it('keeps the key outside, reads it at the start only, and refuses it inside in production [KEY-02]', async () => {
    const token = readFileSync(place.tokenFile, 'utf8').trim();
    renameSync(place.keyFile, `${place.keyFile}.offline`);
    const list = await ask(server.url, 'GET', '/api/v1/accounts', { token });
    const [account] = list.body['items'] as { id: string }[];
    const shown = await ask(server.url, 'POST', `/api/v1/accounts/${account?.id ?? ''}/reveal`, { token, body: {} });
    expect(shown.body['password']).toBe("p'w$1 `x` Ä");
    const more = { name: 'offline', type: 'Linux', accounts: [{ username: 'app' }] };
    expect((await ask(server.url, 'POST', '/api/v1/resources', { token, body: more })).status).toBe(200);
    await stop();

    const missing = await place.run(['start']);
    expect(words(missing)).toContain(`The key file ${place.keyFile} cannot be read (ENOENT)`);
    const [inHome, inside] = [join(place.home, 'master.key'), join(checkout, 'master.key')];
    for (const path of [inHome, inside]) {
      const refused = await place.run(['start'], { NODE_ENV: 'production', STRONGROOM_KEY_FILE: path });
      expect([refused.code, refused.stdout]).toEqual([1, '']);
      expect(words(refused)).toMatch(/STRONGROOM_KEY_FILE is inside the (state directory|checkout)/);
    }
    // Elsewhere, as the setting says; the environment needs to know nothing.
    renameSync(`${place.keyFile}.offline`, place.keyFile);
    mkdirSync(join(place.base, 'usb'), { recursive: true });
    for (const name of ['master.key', 'audit-signing.key'])
      writeFileSync(join(place.base, 'usb', name), readFileSync(join(place.base, 'key', name)), { mode: 0o600 });
    writeFileSync(join(place.home, 'strongroom.yaml'), `key_file: ${join(place.base, 'usb', 'master.key')}\n`);
    await startsUnchanged({ STRONGROOM_KEY_FILE: undefined });
    expect(
      (await ask(server.url, 'POST', `/api/v1/accounts/${account?.id ?? ''}/reveal`, { token, body: {} })).status,
    ).toBe(200);
    await stop();
    rmSync(join(place.home, 'strongroom.yaml'));
  });

  it('without the database’s password, wherever that is kept [DBS-05]', async () => {
    const usual = join(place.home, 'database.password');
    const elsewhere = join(place.base, 'database-secret');
    const [generated] = [readFileSync(usual, 'utf8').trim()];
    expect(generated).toMatch(/^[A-Za-z0-9_-]{43}$/);
    renameSync(usual, elsewhere);
    const missing = await place.run(['start']);
    expect([missing.code, missing.stdout]).toEqual([1, '']);
    expect(words(missing)).toMatch(
      new RegExp(
        `^The password of the embedded database is not at ${usual}, .*STRONGROOM_DATABASE_PASSWORD_FILE. Nothing was changed.$`,
      ),
    );
    writeFileSync(usual, `${'x'.repeat(43)}\n`, { mode: 0o600 });
    const wrong = await place.run(['start']);
    expect(words(wrong)).toMatch(
      /^The password in .* is not that of the embedded database\. .* Nothing was changed\.$/,
    );
    server = await place.start({ STRONGROOM_DATABASE_PASSWORD_FILE: elsewhere });
    // Read at the start; the rows are asked for by the one in its usual place.
    renameSync(elsewhere, usual);
    expect(await place.sql(rowsDigest)).toEqual(rows);
    await stop();
  });

  it('names every fault of the settings at once, with source, key and what is allowed, at a start and by config check [INS-06]', async () => {
    const file = join(place.home, 'strongroom.yaml');
    writeFileSync(file, 'log_level: loud\nssh_cli_prt: 5522\npublic_url: http://vault.example.org\n');
    const faulty = {
      STRONGROOM_PORT: '99999',
      STRONGROOM_TLS_CERT: '/etc/cert.pem',
      STRONGROOM_LOG_LEVL: 'x',
      STRONGROOM_HOST: '',
    };
    const expected = [
      /^environment: STRONGROOM_TLS_CERT is set without tls_key\. Allowed: both or neither\.$/m,
      /^environment: STRONGROOM_PORT has a value that is not allowed\. Allowed: a number from 0 to 65535/m,
      /^environment: STRONGROOM_LOG_LEVL is not a setting\. Allowed: perhaps STRONGROOM_LOG_LEVEL\.$/m,
      new RegExp(`^${file}: log_level has a value that is not allowed\\. Allowed: fatal, error, warn`, 'm'),
      new RegExp(`^${file}: ssh_cli_prt is not a setting\\. Allowed: perhaps ssh_cli_port\\.$`, 'm'),
      new RegExp(`^${file}: public_url has a value that is not allowed\\. Allowed: https://host`, 'm'),
    ];
    for (const args of [['start'], ['config', 'check']]) {
      const refused = await place.run(args, faulty);
      expect([refused.code, refused.stdout]).toEqual([1, '']);
      for (const line of expected) expect(refused.stderr).toMatch(line);
      expect(refused.stderr.trim().split('\n')).toHaveLength(expected.length);
    }
    const json = JSON.parse((await place.run(['config', 'check', '--json'], faulty)).stdout) as { faults: unknown[] };
    expect(json.faults).toHaveLength(expected.length);
    writeFileSync(file, 'log_level: debug\n');
    const sound = await place.run(['config', 'check'], {
      STRONGROOM_DATABASE_URL: 'postgresql://me:hunter22@db.example/x',
    });
    expect(sound.code).toBe(0);
    expect(sound.stdout).toMatch(new RegExp(`^log_level +debug {2}\\(${file}, log_level\\)$`, 'm'));
    expect(sound.stdout).not.toContain('hunter22');
    rmSync(file);
    // Every setting is in the documentation.
    const documented = readFileSync(join(checkout, 'docs/configuration.md'), 'utf8');
    for (const line of sound.stdout.trim().split('\n'))
      expect(documented).toContain(`\`STRONGROOM_${(line.split(' ', 1)[0] ?? '').toUpperCase()}\``);
  });
});
