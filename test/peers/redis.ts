import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from '@redis/client';
import { makeCertificate } from '../../apps/server/test/certificates.ts';
import { output, startDaemon, type Daemon } from '../lab/daemon.ts';
import { ownAddress } from '../lab/own-address.ts';
import { startWatchingProxy } from '../lab/watching-proxy.ts';
import type { Peer } from './peer.ts';

/** What a Redis server offers beside the contract of all peers. */
export interface RedisPeer extends Peer {
  /** In clear text. */
  readonly plainPort: number;
  /** Runs one command as the server's own superuser. */
  command(...words: readonly string[]): Promise<string>;
  /** Ends the server as a power cut would, and starts it again from its files. */
  restart(): Promise<void>;
  /** Where the users are kept between restarts: the ACL file, or the configuration. */
  kept(): Promise<string>;
}

const root = { username: 'root', password: 'Redis-Root-0' };
/** An answer, one line for each part of it. */
const linesOf = (answer: unknown): string[] => (Array.isArray(answer) ? answer.flatMap(linesOf) : [String(answer)]);
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

/**
 * Debian's redis-server over TLS, with an ACL file, or with the users in its configuration. Needs the Debian package redis-server.
 * It ends when the process ends that started it.
 */
export async function startPeer(keepBy: 'ACL SAVE' | 'CONFIG REWRITE' = 'ACL SAVE'): Promise<RedisPeer> {
  const { address, release } = await ownAddress();
  const dir = await mkdtemp(join(tmpdir(), 'strongroom-redis-'));
  const authority = await makeCertificate({ name: 'Lab authority', ca: true, dns: [] });
  const pair = await makeCertificate({ name: 'db.example.lan', ip: [address], by: authority });
  await writeFile(join(dir, 'cert.pem'), pair.cert);
  await writeFile(join(dir, 'key.pem'), pair.key);
  const [plainPort, directPort] = [16_379, 16_380];
  const admin = { username: 'pam', password: 'Pam-Word-0' };
  const users = [
    `user default on #${sha256('Default-Word-0')} ~* &* +@all`,
    `user ${root.username} on #${sha256(root.password)} ~* &* +@all`,
    `user ${admin.username} on #${sha256(admin.password)} -@all +acl +config|rewrite`,
  ];
  const [aclFile, configuration] = [join(dir, 'users.acl'), join(dir, 'redis.conf')];
  const inFile = keepBy === 'ACL SAVE';
  await writeFile(aclFile, inFile ? `${users.join('\n')}\n` : '');
  await writeFile(
    configuration,
    `bind ${address}\nport ${String(plainPort)}\ntls-port ${String(directPort)}\ntls-cert-file ${dir}/cert.pem\ntls-key-file ${dir}/key.pem
tls-ca-cert-file ${dir}/cert.pem\ntls-auth-clients no\ndir ${dir}\nsave ""\nlogfile ${dir}/log\n${inFile ? `aclfile ${aclFile}` : users.join('\n')}\n`,
  );
  const start = (): Promise<Daemon> =>
    startDaemon({
      command: ['/usr/bin/redis-server', configuration],
      ready: () =>
        output(['redis-cli', '-h', address, '-p', String(plainPort), '--user', root.username, '-e', 'ping'], {
          env: { REDISCLI_AUTH: root.password },
        }),
    });
  let daemon = await start();
  const connect = async () => {
    const client = createClient({
      ...root,
      RESP: 2,
      socket: { host: address, port: plainPort, reconnectStrategy: false },
    });
    client.on('error', () => undefined);
    await client.connect();
    return client;
  };
  let client = await connect();
  const command = async (...words: readonly string[]): Promise<string> =>
    linesOf(await client.sendCommand([...words])).join('\n');
  const proxy = await startWatchingProxy(address, { host: address, port: directPort }, () => command('acl', 'list'));
  let made = 0;
  return {
    host: address,
    settings: { port: proxy.port, loginWith: 'another account', keepBy },
    trusted: [authority.cert],
    admin,
    plainPort,
    command,
    kept: () => readFile(inFile ? aclFile : configuration, 'utf8'),
    async restart() {
      client.destroy();
      await daemon.stop();
      daemon = await start();
      client = await connect();
    },
    async accounts(count) {
      const fresh = Array.from({ length: count }, () => {
        made += 1;
        return { username: `u${String(made)}`, password: `First-Word-${String(made)}` };
      });
      for (const { username, password } of fresh)
        await command('acl', 'setuser', username, 'on', `>${password}`, '~*', '+@all', '-@dangerous');
      return fresh;
    },
    async isPassword(username, password) {
      const rules = (await command('acl', 'list')).split('\n').find((line) => line.startsWith(`user ${username} `));
      const hashes = (rules ?? '').split(' ').filter((word) => word.startsWith('#'));
      return hashes.length === 1 && hashes[0] === `#${sha256(password)}`;
    },
    async failures(username) {
      const log = (await command('acl', 'log')).split('\n');
      return log.reduce(
        (sum, line, at) =>
          line === 'username' && log[at + 1] === username ? sum + Number(log[log.lastIndexOf('count', at) + 1]) : sum,
        0,
      );
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
