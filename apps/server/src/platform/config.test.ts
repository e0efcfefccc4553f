import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { configText, readConfig, type Config, type Fault } from './config.ts';
import { envName, settingKeys, wordsOf } from './settings.ts';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'sr-config-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const read = (env: Record<string, string>) => readConfig({ STRONGROOM_HOME: home, ...env });

function good(env: Record<string, string>): Config {
  const result = read(env);
  if ('faults' in result) throw new Error(configText(result));
  return result.ok;
}

function faults(env: Record<string, string>): readonly Fault[] {
  const result = read(env);
  return 'faults' in result ? result.faults : [];
}

describe('the settings', () => {
  it('have the documented defaults', () => {
    const result = readConfig({});
    if ('faults' in result) throw new Error(configText(result));
    expect(result.ok).toMatchObject({
      home: join(homedir(), '.strongroom'),
      keyFile: join(homedir(), '.strongroom-key/master.key'),
      port: 7272,
      sshCliPort: 5522,
      xmlrpcPort: 7070,
      sshProxyPort: 7222,
      logLevel: 'info',
      production: false,
    });
    expect(result.ok.host).toBeUndefined();
    expect(result.ok.database.url).toBeUndefined();
  });

  it('come from the environment first, then from the file', () => {
    writeFileSync(join(home, 'strongroom.yaml'), 'port: 1111\nxmlrpc_port: off\nlog_level: debug\n');
    expect(good({ STRONGROOM_PORT: '2222' })).toMatchObject({ port: 2222, xmlrpcPort: 'off', logLevel: 'debug' });
  });

  it('take a value from the file that a name ending in _FILE gives, without its last line feed', () => {
    const file = join(home, 'url');
    writeFileSync(file, 'postgresql://u:p@db.example/x\n');
    expect(good({ STRONGROOM_DATABASE_URL_FILE: file }).database.url).toBe('postgresql://u:p@db.example/x');
    writeFileSync(join(home, 'strongroom.yaml'), `database_url_file: ${file}\n`);
    expect(good({}).database.url).toBe('postgresql://u:p@db.example/x');
    expect(faults({ STRONGROOM_DATABASE_URL_FILE: join(home, 'none') })[0]).toMatchObject({
      key: 'STRONGROOM_DATABASE_URL_FILE',
      problem: expect.stringContaining('ENOENT'),
    });
    expect(
      faults({ STRONGROOM_DATABASE_URL_FILE: file, STRONGROOM_DATABASE_URL: 'postgresql://x/y' })[0]?.problem,
    ).toContain('given twice');
  });

  it('take 0 for a free port and off for a closed door; an empty variable counts as absent', () => {
    expect(good({ STRONGROOM_PORT: '0', STRONGROOM_SSH_CLI_PORT: 'off', STRONGROOM_XMLRPC_PORT: '' })).toMatchObject({
      port: 0,
      sshCliPort: 'off',
      xmlrpcPort: 7070,
    });
    for (const odd of ['-1', '65536', '7 2', '0x10', '1e3', 'on'])
      expect(faults({ STRONGROOM_PORT: odd }), odd).toHaveLength(1);
  });

  it('report every fault at once, with the file or environment, the key and what is allowed [INS-06]', () => {
    const file = join(home, 'strongroom.yaml');
    writeFileSync(file, 'port: 70000\ncolour: red\nhome: /x\nlog_level: [info]\n');
    const found = faults({
      STRONGROOM_PROT: '1',
      STRONGROOM_LOG_LEVEL: 'loud',
      STRONGROOM_TLS_CERT_FILE: '/x',
      STRONGROOM_PUBLIC_URL: 'http://x',
      STRONGROOM_KEY_FILE: 'relative',
    });
    const expected: [string, string, string][] = [
      ['environment', 'STRONGROOM_PROT', 'perhaps STRONGROOM_PORT'],
      ['environment', 'STRONGROOM_LOG_LEVEL', 'fatal, error, warn, info, debug, trace, silent'],
      ['environment', 'STRONGROOM_TLS_CERT_FILE', 'STRONGROOM_TLS_CERT'],
      ['environment', 'STRONGROOM_PUBLIC_URL', 'https://host or https://host:port, without a path'],
      ['environment', 'STRONGROOM_KEY_FILE', 'an absolute path, or one that begins with ~/'],
      [file, 'port', 'a number from 0 to 65535 (0 takes a free port), or off'],
      [file, 'colour', 'the settings listed in docs/configuration.md'],
      [file, 'home', 'the environment variable STRONGROOM_HOME'],
      [file, 'log_level', 'fatal, error, warn, info, debug, trace, silent'],
    ];
    const place = ([where, key]: [string, string, string]): string => `${where} ${key}`;
    expect(
      found
        .map(({ where, key, allowed }): [string, string, string] => [where, key, allowed])
        .sort((a, b) => place(a).localeCompare(place(b))),
    ).toEqual(expected.sort((a, b) => place(a).localeCompare(place(b))));
    const text = configText({ faults: found });
    expect(text.split('\n')).toHaveLength(expected.length);
    expect(text).toContain('environment: STRONGROOM_PROT is not a setting. Allowed: perhaps STRONGROOM_PORT.');
  });

  it('never repeat a value in a fault, since it may be a password in the wrong place', () => {
    expect(
      configText({ faults: faults({ STRONGROOM_PORT: 'hunter2', STRONGROOM_DATABASE_URL: 'mysql://root:hunter2@x' }) }),
    ).not.toContain('hunter2');
  });

  it('say the line where the file is no YAML', () => {
    writeFileSync(join(home, 'strongroom.yaml'), 'port: 1\nhost: "a\nlog_level: info\n');
    expect(faults({})[0]?.key).toMatch(/^line \d$/);
    writeFileSync(join(home, 'strongroom.yaml'), '- port\n');
    expect(faults({})[0]?.problem).toBe('is not a list of settings');
  });

  it('cannot be changed, and do not show the database password when printed', () => {
    const config = good({ STRONGROOM_DATABASE_URL: 'postgresql://u:hunter2@db.example/x' });
    expect(() => Object.assign(config, { port: 1 })).toThrow();
    expect(() => Object.assign(config.database, { url: '' })).toThrow();
    const result = read({ STRONGROOM_DATABASE_URL: 'postgresql://u:hunter2@db.example/x?password=hunter2' });
    for (const print of [inspect(config), JSON.stringify(config), inspect({ ...config.database }), configText(result)])
      expect(print).not.toContain('hunter2');
    expect(config.database.url).toContain('hunter2');
  });

  it('list each setting with its value and origin for `config check` [INS-06]', () => {
    writeFileSync(join(home, 'strongroom.yaml'), 'port: 1111\n');
    const text = configText(read({ STRONGROOM_LOG_LEVEL: 'warn' }));
    expect(text.split('\n')).toHaveLength(settingKeys.length);
    expect(text).toMatch(new RegExp(`^port +1111 {2}\\(${home}/strongroom.yaml, port\\)$`, 'm'));
    expect(text).toMatch(/^log_level +warn {2}\(STRONGROOM_LOG_LEVEL\)$/m);
    expect(text).toMatch(/^xmlrpc_port +7070 {2}\(default\)$/m);
  });

  it('need certificate and key together, and the unattended set-up whole', () => {
    expect(faults({ STRONGROOM_TLS_CERT: '/c.pem' })[0]).toMatchObject({
      key: 'STRONGROOM_TLS_CERT',
      problem: 'is set without tls_key',
    });
    expect(faults({ STRONGROOM_SETUP_ADMIN: 'ana' }).map((fault) => fault.key)).toEqual([
      'setup_organisation',
      'setup_admin_password_file',
    ]);
    const setup = {
      STRONGROOM_SETUP_ORGANISATION: 'Ørsted & Co',
      STRONGROOM_SETUP_ADMIN: 'ana',
      STRONGROOM_SETUP_ADMIN_EMAIL: 'ana@x.test',
      STRONGROOM_SETUP_ADMIN_PASSWORD_FILE: '/gone',
      STRONGROOM_SETUP_API_TOKEN_FILE: '/t',
    };
    expect(good(setup).setup).toEqual({
      organisation: 'Ørsted & Co',
      admin: 'ana',
      adminEmail: 'ana@x.test',
      adminPasswordFile: '/gone',
      apiTokenFile: '/t',
    });
  });

  it('refuse a state directory inside the checkout, links followed', () => {
    const { checkout } = good({});
    symlinkSync(join(checkout, 'apps'), join(home, 'link'));
    for (const inside of [checkout, join(checkout, 'state'), join(home, 'link', 'not-there-yet')]) {
      expect(faults({ STRONGROOM_HOME: inside })[0], inside).toMatchObject({
        key: 'STRONGROOM_HOME',
        problem: 'is inside the checkout',
      });
    }
    mkdirSync(join(home, 'state'));
    expect(faults({ STRONGROOM_HOME: join(home, 'state') })).toEqual([]);
  });

  it('refuse, in production only, a key inside the state directory or the checkout', () => {
    const inside = [join(home, 'keys', 'master.key'), join(good({}).checkout, 'master.key')];
    for (const file of inside) {
      expect(faults({ STRONGROOM_KEY_FILE: file }), file).toEqual([]);
      expect(faults({ STRONGROOM_KEY_FILE: file, NODE_ENV: 'production' })[0]?.key, file).toBe('STRONGROOM_KEY_FILE');
    }
    expect(faults({ STRONGROOM_KEY_FILE: `${home}-key/master.key`, NODE_ENV: 'production' })).toEqual([]);
  });

  it('refuse, in production only, a database on another machine without verified TLS', () => {
    const url = 'postgresql://u:p@db.example/x';
    expect(faults({ STRONGROOM_DATABASE_URL: url })).toEqual([]);
    expect(faults({ STRONGROOM_DATABASE_URL: url, NODE_ENV: 'production' })[0]?.problem).toContain(
      'without verified TLS',
    );
    for (const fine of [
      `${url}?sslmode=verify-full`,
      'postgresql://u:p@localhost/x',
      'postgresql://u:p@127.0.0.1:5433/x',
      'postgresql://u:p@/x?host=/run/postgresql',
    ]) {
      expect(faults({ STRONGROOM_DATABASE_URL: fine, NODE_ENV: 'production' }), fine).toEqual([]);
    }
  });

  it('are documented in docs/configuration.md, which this test writes (vitest -u)', async () => {
    const rows = settingKeys.map((key) => {
      const { description, allowed, fallback, file } = wordsOf(key);
      expect(description && allowed && fallback, key).toBeTruthy();
      return `| \`${envName(key)}\`${file === true ? ' *' : ''} | ${key === 'home' ? 'not there' : `\`${key}\``} | ${description} | ${allowed} | ${fallback} |`;
    });
    await expect(`${intro}\n${rows.join('\n')}\n`).toMatchFileSnapshot('../../../../docs/configuration.md');
  });
});

const intro = `# Configuration

This page is written by a test from \`apps/server/src/platform/settings.ts\`.

A setting comes from the environment, or else from \`strongroom.yaml\` in the state directory (one \`name: value\` a line); the environment wins. A variable with our
prefix or a name in the file that is not listed here is a fault, so that a misspelt setting is never silently ignored. An empty variable counts as absent.
For settings marked * the same name with \`_FILE\` (in the file: \`_file\`) names a file that holds the value, for secrets and mounted files.

\`strongroom config check\` prints every setting with its value and where it came from, or every fault at once. \`NODE_ENV=production\` refuses what is
risky: as the meanings below say, and any debugger, heap snapshot or core dump.

| environment | in the file | meaning | allowed | if absent |
| --- | --- | --- | --- | --- |`;
