import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { findEmbedded, startEmbedded, type Embedded, type EmbeddedOptions } from './postgres.ts';
import { findOsUser } from './postgres-files.ts';
import { pathsOf } from './paths.ts';

let home: string;
let options: EmbeddedOptions;
const notes: { event: string; details: Record<string, string | number> }[] = [];

beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'sr-embedded-'));
  options = {
    home,
    passwordFile: join(home, 'database.password'),
    note: (event, details) => notes.push({ event, details }),
  };
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

async function ask<T extends pg.QueryResultRow>(url: string, text: string, values: unknown[] = []): Promise<T[]> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query<T>(text, values)).rows;
  } finally {
    await client.end();
  }
}

async function whileRunning(work: (embedded: Embedded) => Promise<void>): Promise<void> {
  const embedded = await startEmbedded(options);
  try {
    await work(embedded);
  } finally {
    await embedded.stop();
  }
}

const isAlive = (pid: number): boolean => {
  try {
    // A zombie is dead; its parent may only not have asked yet.
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
};
/** A process's command line as everybody may read it; empty when the process has ended since. */
const argvOf = (pid: number): string => {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
};
const childrenOf = (pid: number): number[] =>
  readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number);

/** Four connections that insert as fast as they can until theirs breaks, and what they were told was written. */
function startLoad(url: string): {
  flowing(): Promise<void>;
  ended: Promise<unknown>;
  lost(url: string): Promise<number[]>;
} {
  const acknowledged: number[] = [];
  let next = 0;
  const write = async (): Promise<void> => {
    const client = new pg.Client({ connectionString: url });
    client.on('error', () => undefined);
    try {
      await client.connect();
      for (;;) {
        const id = next++;
        await client.query('insert into load values ($1)', [id]);
        acknowledged.push(id);
      }
    } catch {
      return;
    }
  };
  return {
    ended: Promise.all(Array.from({ length: 4 }, write)),
    flowing: () => vi.waitFor(() => expect(acknowledged.length).toBeGreaterThan(200), { timeout: 20_000, interval: 5 }),
    async lost(again) {
      const rows = await ask<{ id: number }>(again, 'select id from load');
      const there = new Set(rows.map((row) => row.id));
      return acknowledged.filter((id) => !there.has(id));
    },
  };
}

describe('the embedded database', () => {
  it('makes itself at the first start: a private socket only, checked pages, a role that is no superuser [DBS-01]', async () => {
    await whileRunning(async ({ url, pid }) => {
      const [row] = await ask(
        url,
        `select current_user as role, current_database() as name, (select rolsuper or rolbypassrls from pg_roles where rolname = current_user) as mighty,
         current_setting('listen_addresses') as tcp, current_setting('data_checksums') as checksums, current_setting('wal_level') as wal,
         (select datlocprovider::text || ' ' || datlocale from pg_database where datname = current_database()) as locale`,
      );
      expect(row).toEqual({
        role: 'strongroom',
        name: 'strongroom',
        mighty: false,
        tcp: '',
        checksums: 'on',
        wal: 'logical',
        locale: 'b C.UTF-8',
      });
      const password = readFileSync(options.passwordFile, 'utf8').trim();
      const argv = [pid, ...childrenOf(pid)].map(argvOf).join('\n');
      expect(argv).toContain('postgres');
      for (const secret of [password, new URL(url.replace('@/', '@x/')).password]) expect(argv).not.toContain(secret);
    });
    expect(statSync(home).mode & 0o007).toBe(0);
    expect(statSync(options.passwordFile).mode & 0o777).toBe(0o600);
    expect(statSync(pathsOf(home).database).mode & 0o777).toBe(0o700);
  });

  it('keeps what was written over a second start, which is quick', async () => {
    await whileRunning(async ({ url }) => void (await ask(url, `create table kept as select 'still here' as text`)));
    const began = performance.now();
    await whileRunning(async ({ url }) => {
      expect(performance.now() - began).toBeLessThan(4000);
      expect(await ask(url, 'select text from kept')).toEqual([{ text: 'still here' }]);
    });
  });

  it.each(['the postmaster', 'every process'])(
    'loses no acknowledged write when %s of the database is killed, and comes back by itself [DBS-01]',
    async (victims) => {
      await whileRunning(async (embedded) => {
        await ask(embedded.url, 'drop table if exists load');
        await ask(embedded.url, 'create table load (id int primary key)');
        const up = new Promise<void>((resolve) => embedded.onUp(resolve));
        let downs = 0;
        embedded.onDown(() => downs++);
        const load = startLoad(embedded.url);
        await load.flowing();
        const before = embedded.pid;
        const killed = victims === 'every process' ? [before, ...childrenOf(before)] : [before];
        for (const pid of killed) process.kill(pid, 'SIGKILL');
        await Promise.all([load.ended, up]);
        expect(downs).toBe(1);
        expect(embedded.pid).not.toBe(before);
        expect(await load.lost(embedded.url)).toEqual([]);
      });
    },
  );

  it('loses no acknowledged write when the server is killed, ends with it, and starts again in order [DBS-01]', async () => {
    const script = `import { startEmbedded } from ${JSON.stringify(fileURLToPath(new URL('postgres.ts', import.meta.url)))};
      const { pid, url } = await startEmbedded(${JSON.stringify(options)});
      process.stdout.write(JSON.stringify({ pid, url })); setInterval(() => undefined, 1e6);`;
    const server = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [chunk] = (await once(server.stdout, 'data')) as [Buffer];
    const { pid, url } = JSON.parse(chunk.toString()) as { pid: number; url: string };
    await ask(url, 'truncate load');
    const load = startLoad(url);
    await load.flowing();
    expect(isAlive(pid)).toBe(true);
    server.kill('SIGKILL');
    await load.ended;
    await vi.waitFor(() => expect(isAlive(pid)).toBe(false), { timeout: 20_000, interval: 20 });
    await whileRunning(async (embedded) => expect(await load.lost(embedded.url)).toEqual([]));
  });

  it('is not started again by a restart that was under way when it was told to stop', async () => {
    const embedded = await startEmbedded(options);
    const down = new Promise<void>((resolve) => embedded.onDown(resolve));
    process.kill(embedded.pid, 'SIGKILL');
    await down;
    await embedded.stop();
    expect(embedded.pid).toBe(0);
    expect(findEmbedded(options)).toBeUndefined();
  });

  it('ends a database process that an earlier server left behind', async () => {
    await whileRunning(async () => undefined);
    const socket = join(pathsOf(home).run, 'database');
    const postgres = join(pathsOf(home).postgres, '18.4', 'bin', 'postgres');
    const leftover = spawn(
      postgres,
      ['-D', pathsOf(home).database, '-c', 'listen_addresses=', '-c', `unix_socket_directories=${socket}`],
      { ...findOsUser(undefined), cwd: '/', stdio: 'ignore' },
    );
    const ended = once(leftover, 'exit');
    await vi.waitFor(
      () => expect(readFileSync(join(pathsOf(home).database, 'postmaster.pid'), 'utf8')).toContain('ready'),
      { timeout: 20_000, interval: 10 },
    );
    await whileRunning(async ({ pid }) => {
      expect(notes).toContainEqual({ event: 'stopped-leftover', details: { pid: leftover.pid } });
      expect(pid).not.toBe(leftover.pid);
    });
    await ended;
  });

  it('refuses a second start on the same state directory, by whatever path it is named', async () => {
    await whileRunning(async ({ url }) => {
      await expect(startEmbedded(options)).rejects.toThrow(`Strongroom already runs on ${home}`);
      await expect(startEmbedded({ ...options, home: `${home}/run/..` })).rejects.toThrow('already runs');
      expect(await ask(url, 'select 1 as one')).toEqual([{ one: 1 }]);
      expect(findEmbedded(options)?.url).toBe(url);
    });
    expect(findEmbedded(options)).toBeUndefined();
  });

  it('refuses to start without its password file or with a wrong one, and damages nothing [DBS-05]', async () => {
    const elsewhere = join(home, 'moved.password');
    renameSync(options.passwordFile, elsewhere);
    await expect(startEmbedded(options)).rejects.toThrow(
      new RegExp(
        `The password of the embedded database is not at ${options.passwordFile}.*STRONGROOM_DATABASE_PASSWORD_FILE`,
      ),
    );
    writeFileSync(options.passwordFile, 'short');
    await expect(startEmbedded(options)).rejects.toThrow('too short');
    writeFileSync(options.passwordFile, 'x'.repeat(43));
    await expect(startEmbedded(options)).rejects.toThrow(
      `The password in ${options.passwordFile} is not that of the embedded database`,
    );
    const named = await startEmbedded({ ...options, passwordFile: elsewhere });
    expect(await ask(named.url, 'select text from kept')).toEqual([{ text: 'still here' }]);
    await named.stop();
    renameSync(elsewhere, options.passwordFile);
  });

  it('refuses a data directory of another major version', async () => {
    const file = join(pathsOf(home).database, 'PG_VERSION');
    const version = readFileSync(file, 'utf8');
    writeFileSync(file, '15\n');
    await expect(startEmbedded(options)).rejects.toThrow('was made by PostgreSQL 15, but the binaries are 18.4');
    writeFileSync(file, version);
  });

  it('names an OS user that cannot be used', () => {
    if (process.getuid?.() !== 0) return expect(findOsUser('whoever')).toEqual({});
    expect(() => findOsUser('no-such-user')).toThrow('STRONGROOM_DATABASE_OS_USER');
    expect(() => findOsUser('root')).toThrow('is root');
  });
});
