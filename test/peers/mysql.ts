import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { createConnection } from 'mysql2/promise';
import { makeCertificate } from '../../apps/server/test/certificates.ts';
import { output, startDaemon } from '../lab/daemon.ts';
import { ownAddress } from '../lab/own-address.ts';
import { startWatchingProxy } from '../lab/watching-proxy.ts';
import type { Peer } from './peer.ts';

/** Password of the superuser. */
const lab = 'Lab-Word-0';

/** What a MariaDB server offers beside the contract of all peers. */
export interface MysqlPeer extends Peer {
  /** The server itself, without the proxy between. */
  readonly directPort: number;
  /** Runs statements as the server's own superuser, and gives rows of columns with tabs between. */
  sql(statements: string): Promise<string>;
  /** The general query log, switched on from the start. */
  generalLog(): Promise<string>;
}

/**
 * MariaDB's own server with TLS, accounts at `%`, and passwords of 8 characters at least in mixed case with something else than letters. Needs the Debian package mariadb-server.
 * It ends when the process ends that started it.
 */
export async function startPeer(): Promise<MysqlPeer> {
  const { address, release } = await ownAddress();
  const dir = await mkdtemp(join(tmpdir(), 'strongroom-mariadb-'));
  const authority = await makeCertificate({ name: 'Lab authority', ca: true, dns: [] });
  const pair = await makeCertificate({ name: 'db.example.lan', ip: [address], by: authority });
  await writeFile(join(dir, 'cert.pem'), pair.cert);
  await writeFile(join(dir, 'key.pem'), pair.key);
  const directPort = 13306;
  const boot = `[mysqld]\nuser=${userInfo().username}\ndatadir=${dir}/data\ninnodb_buffer_pool_size=16M\ninnodb_log_file_size=8M\ninnodb_fast_shutdown=2\n`;
  await writeFile(join(dir, 'boot.cnf'), boot);
  await writeFile(
    join(dir, 'my.cnf'),
    `${boot}socket=${dir}/s\npid-file=${dir}/pid\nbind-address=${address}\nport=${String(directPort)}
log-error=${dir}/error.log\nlog_warnings=2\ngeneral_log=1\ngeneral_log_file=${dir}/general.log
ssl-cert=${dir}/cert.pem\nssl-key=${dir}/key.pem\ntls_version=TLSv1.2,TLSv1.3\nskip-name-resolve
innodb_flush_log_at_trx_commit=0\nplugin-load-add=simple_password_check\nsimple_password_check_digits=0\nsimple_password_check_letters_same_case=0\n`,
  );
  await output([
    ...(['mariadb-install-db', `--defaults-file=${dir}/boot.cnf`] as const),
    ...['--auth-root-authentication-method=socket', '--skip-test-db', `--auth-root-socket-user=${userInfo().username}`],
  ]);
  const daemon = await startDaemon({
    command: ['/usr/sbin/mariadbd', `--defaults-file=${dir}/my.cnf`],
    ready: () =>
      output(['mariadb', '--no-defaults', `-u${userInfo().username}`, '-S', `${dir}/s`], {
        input: `create user lab@localhost identified by '${lab}'; grant all on *.* to lab@localhost with grant option`,
      }),
  });
  const client = await createConnection({
    ...{ socketPath: `${dir}/s`, user: 'lab', password: lab },
    ...{ multipleStatements: true, rowsAsArray: true },
  });
  const sql = async (statements: string) => {
    const [rows] = await client.query(statements);
    return Array.isArray(rows) ? rows.map((row) => (Array.isArray(row) ? row.join('\t') : '')).join('\n') : '';
  };
  const admin = { username: 'pam', password: 'Pam-Word-0' };
  await sql(`create user pam@'%' identified by '${admin.password}'; grant select, update on mysql.* to pam@'%'`);
  const stored = () =>
    sql("select group_concat(User, '@', Host, authentication_string order by User, Host) from mysql.user");
  const proxy = await startWatchingProxy(address, { host: address, port: directPort }, stored);
  let made = 0;
  return {
    host: address,
    settings: { port: proxy.port, loginWith: 'another account' },
    trusted: [authority.cert],
    admin,
    directPort,
    sql,
    generalLog: () => readFile(join(dir, 'general.log'), 'utf8'),
    async accounts(count) {
      const fresh = Array.from({ length: count }, () => {
        made += 1;
        return { username: `u${String(made)}`, password: `First-Word-${String(made)}` };
      });
      await sql(fresh.map((one) => `create user '${one.username}'@'%' identified by '${one.password}';`).join(''));
      return fresh;
    },
    async isPassword(username, password) {
      const hashes = await sql(`select authentication_string from mysql.user where User = '${username}'`);
      const sha1 = (data: string | Buffer) => createHash('sha1').update(data).digest();
      const hash = `*${sha1(sha1(password)).toString('hex').toUpperCase()}`;
      return hashes.split('\n').every((one) => one === hash);
    },
    async failures(username) {
      const log = await readFile(join(dir, 'error.log'), 'utf8');
      return log.split(`Access denied for user '${username}'@`).length - 1;
    },
    cutAfterSetting: (on) => {
      proxy.cutAfterSetting(on);
    },
    async stop() {
      await proxy.stop();
      client.destroy();
      await daemon.stop();
      release();
      await rm(dir, { recursive: true, force: true });
    },
  };
}
