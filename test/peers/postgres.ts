import { createHash, createHmac, pbkdf2Sync } from 'node:crypto';
import { chown, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { makeCertificate } from '../../apps/server/test/certificates.ts';
import { output, startDaemon } from '../lab/daemon.ts';
import { ownAddress } from '../lab/own-address.ts';
import { startWatchingProxy } from '../lab/watching-proxy.ts';
import type { Peer } from './peer.ts';

/** What a PostgreSQL server offers beside the contract of all peers. */
export interface PostgresPeer extends Peer {
  /** The server itself, without the proxy between. */
  readonly directPort: number;
  /** Runs statements as the server's own superuser, and gives rows of columns with bars between. */
  sql(statements: string): Promise<string>;
  /** The server's log, which holds every statement with its values. */
  log(): Promise<string>;
  /** Whether psql gets in with this password, over TLS. */
  letsIn(username: string, password: string): Promise<boolean>;
}

/**
 * Debian's PostgreSQL with SCRAM over TLS, and in clear text for the role `plain` alone. Needs root, as the server will not run
 * as root and is given to the user postgres, and the Debian package postgresql-15. It ends when the process ends that started it.
 */
export async function startPeer(): Promise<PostgresPeer> {
  const { address, release } = await ownAddress();
  const dir = await mkdtemp(join(tmpdir(), 'strongroom-postgres-'));
  const authority = await makeCertificate({ name: 'Lab authority', ca: true, dns: [] });
  const pair = await makeCertificate({ name: 'db.example.lan', ip: [address], by: authority });
  const directPort = 15_432;
  await writeFile(join(dir, 'ca.pem'), authority.cert);
  await writeFile(join(dir, 'cert.pem'), pair.cert);
  await writeFile(join(dir, 'key.pem'), pair.key, { mode: 0o600 });
  await writeFile(
    join(dir, 'hba.conf'),
    'local all postgres trust\nhostnossl all plain 127.0.0.0/8 scram-sha-256\nhostssl all all 127.0.0.0/8 scram-sha-256\n',
  );
  await writeFile(
    join(dir, 'more.conf'),
    `listen_addresses = '${address}'\nport = ${String(directPort)}\nunix_socket_directories = '${dir}'\nssl = on
ssl_cert_file = '${dir}/cert.pem'\nssl_key_file = '${dir}/key.pem'\nhba_file = '${dir}/hba.conf'
fsync = off\nshared_buffers = 16MB\nmax_connections = 100\nlogging_collector = on\nlog_directory = '${dir}'\nlog_filename = 'log'
log_statement = 'all'\nlog_parameter_max_length = -1\n`,
  );
  const [uid, gid] = await Promise.all([output(['id', '-u', 'postgres']), output(['id', '-g', 'postgres'])]);
  for (const name of ['', ...(await readdir(dir))]) await chown(join(dir, name), Number(uid), Number(gid));
  const bin = await programs();
  const asPostgres = ['setpriv', '--reuid=postgres', '--regid=postgres', '--clear-groups', '--'] as const;
  await output([
    ...asPostgres,
    `${bin}/initdb`,
    '-D',
    `${dir}/data`,
    '-U',
    'postgres',
    '-A',
    'trust',
    '--no-sync',
    '-E',
    'UTF8',
    '--no-locale',
  ]);
  const connect = async (): Promise<Client> => {
    const one = new Client({ host: dir, port: directPort, user: 'postgres', database: 'postgres' });
    one.on('error', () => undefined);
    await one.connect();
    return one;
  };
  const daemon = await startDaemon({
    command: [
      ...([`${bin}/postgres`, '-D', `${dir}/data`] as const),
      ...['-c', `config_file=${dir}/more.conf`, '-c', `data_directory=${dir}/data`],
    ],
    user: 'postgres',
    ready: async () => (await connect()).end(),
  });
  const client = await connect();
  const sql = async (statements: string) => {
    const { rows } = await client.query<unknown[]>({ text: statements, rowMode: 'array' });
    return (rows as unknown[][] | undefined)?.map((row) => row.join('|')).join('\n') ?? '';
  };
  const admin = { username: 'pam', password: 'Pam-Word-0' };
  await sql(`create role pam login createrole password '${admin.password}'`);
  const stored = () =>
    sql("select string_agg(rolname || coalesce(rolpassword, ''), ',' order by rolname) from pg_authid");
  const proxy = await startWatchingProxy(address, { host: address, port: directPort }, stored);
  const log = () => readFile(join(dir, 'log'), 'utf8');
  let made = 0;
  return {
    host: address,
    settings: { port: proxy.port, loginWith: 'another account' },
    trusted: [authority.cert],
    admin,
    directPort,
    sql,
    log,
    async letsIn(username, password) {
      const line = `host=${address} port=${String(directPort)} user=${username} dbname=postgres sslmode=verify-full sslrootcert=${dir}/ca.pem`;
      const env = { PGPASSWORD: password };
      return output(['psql', '-X', '-A', '-t', '-c', 'select 1', line], { env }).then(
        (said) => said === '1',
        (error: unknown) => {
          if (error instanceof Error && error.message.includes('password authentication failed')) return false;
          throw error;
        },
      );
    },
    async accounts(count) {
      const fresh = Array.from({ length: count }, () => {
        made += 1;
        return { username: `u${String(made)}`, password: `First-Word-${String(made)}` };
      });
      await sql(fresh.map((one) => `create role ${one.username} login password '${one.password}';`).join(''));
      return fresh;
    },
    async isPassword(username, password) {
      const stored = await sql(`select rolpassword from pg_authid where rolname = '${username}'`);
      const [, rounds = '', salt = '', storedKey = ''] = /^SCRAM-SHA-256\$(\d+):([^$]+)\$([^:]+):/.exec(stored) ?? [];
      const salted = pbkdf2Sync(password, Buffer.from(salt, 'base64'), Number(rounds), 32, 'sha256');
      const clientKey = createHmac('sha256', salted).update('Client Key').digest();
      return createHash('sha256').update(clientKey).digest('base64') === storedKey;
    },
    async failures(username) {
      return (await log()).split(`password authentication failed for user "${username}"`).length - 1;
    },
    cutAfterSetting: (on) => {
      proxy.cutAfterSetting(on);
    },
    async stop() {
      await proxy.stop();
      await client.end();
      await daemon.stop();
      release();
      await rm(dir, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** Where the newest of the installed servers has its programs. */
async function programs(): Promise<string> {
  const versions = await readdir('/usr/lib/postgresql');
  return `/usr/lib/postgresql/${String(Math.max(...versions.map(Number)))}/bin`;
}
