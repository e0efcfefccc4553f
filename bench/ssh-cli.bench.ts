/**
 * Retrievals over the SSH command line with OpenSSH, a process and a connection each, as scripts make them; against a bare SSH server of the same
 * library and algorithms that looks nothing up, decides nothing and records nothing.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { hostKeyFile } from '../apps/server/src/doors/ssh-cli/host-key.ts';
import { run as start } from './lib/processes.ts';
import { startProduct, type Product } from './lib/product.ts';
import type { Row } from './lib/rows.ts';

const retrievals = 200;
const atOnce = 8;
const leastRatio = 0.5;
const password = 'Bench-Pass -- 4711';
const execute = promisify(execFile);
const peerFile = fileURLToPath(new URL('./lib/ssh-peer.ts', import.meta.url));

/** Measures the row `ssh-cli`. */
export async function run(): Promise<Row[]> {
  const folder = await mkdtemp(join(tmpdir(), 'strongroom-bench-ssh-'));
  try {
    await using product = await startProduct({ STRONGROOM_SSH_CLI_PORT: '0', STRONGROOM_HOST: '127.0.0.1' });
    return await measure(product, folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function measure(product: Product, folder: string): Promise<Row[]> {
  const keyFile = join(folder, 'key');
  await execute('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', keyFile]);
  const publicKey = (await readFile(`${keyFile}.pub`, 'utf8')).trim();
  const port = await prepare(product, publicKey);
  const peer = start(process.execPath, [
    peerFile,
    hostKeyFile(product.home),
    publicKey.split(' ').slice(0, 2).join(' '),
    password,
  ]);
  try {
    const peerPort = Number((await peer.line(/^port (\d+)$/))[1]);
    await writeFile(
      join(folder, 'config'),
      'StrictHostKeyChecking no\nUserKnownHostsFile /dev/null\nIdentitiesOnly yes\nIdentityAgent none\n',
    );
    const fetchAll = (to: number, count: number): Promise<number> => timed(to, folder, keyFile, count);
    await fetchAll(peerPort, atOnce);
    await fetchAll(port, atOnce);
    // In turns, so that both meet the same machine.
    const seconds = { ours: 0, theirs: 0 };
    for (let turn = 0; turn < 2; turn++) {
      seconds.theirs += await fetchAll(peerPort, retrievals / 2);
      seconds.ours += await fetchAll(port, retrievals / 2);
    }
    const [ours, theirs] = [retrievals / seconds.ours, retrievals / seconds.theirs];
    return [
      {
        name: 'ssh-cli',
        what: `${String(retrievals)} retrievals with OpenSSH, ${String(atOnce)} at once, a connection each`,
        value: ours,
        unit: '1/s',
        against: `a bare SSH server, ${theirs.toFixed(1)}/s`,
        ratio: ours / theirs,
        target: `>= ${String(leastRatio)} of the bare server`,
        ok: ours / theirs >= leastRatio,
      },
    ];
  } finally {
    await peer.stop();
  }
}

/** Stores one password, and makes an API user who may have it. Gives the port of the SSH command line. */
async function prepare(product: Product, sshKey: string): Promise<number> {
  const { body: me, cookie } = await product.ask('POST', '/session', {}, product.admin);
  const session = { cookie, 'x-csrf-token': String(me['csrfToken']) };
  const { body: resource } = await product.ask('POST', '/resources', session, {
    name: 'test-server',
    type: 'Linux',
    accounts: [{ username: 'root', password }],
  });
  const { body: made } = await product.ask('POST', '/api-users', session, {
    username: 'test',
    fullName: 'bench',
    host: '127.0.0.1',
    role: 'password-user',
    expiresAt: null,
    sshKey,
  });
  await product.ask('POST', `/resources/${String(resource['id'])}/shares`, session, {
    set: [{ to: { kind: 'user', id: (made['user'] as { id: string }).id }, permission: 'view' }],
  });
  const { body: door } = await product.ask('GET', '/server/ssh-command-line', session);
  return Number(door['port']);
}

/** Fetches the password so often, so many at a time. Gives the seconds. Throws for any answer but the password. */
async function timed(port: number, folder: string, keyFile: string, count: number): Promise<number> {
  const line = ['RETRIEVE', '--resource=test-server', '--account=root', '--reason=nightly job'];
  const args = ['-F', join(folder, 'config'), '-q', '-p', String(port), '-i', keyFile, 'test@127.0.0.1', ...line];
  const started = performance.now();
  let left = count;
  const worker = async (): Promise<void> => {
    while (left > 0) {
      left--;
      const { stdout } = await execute('ssh', args);
      if (stdout !== `${password}\r\n`) throw new Error('another answer than the password');
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return (performance.now() - started) / 1000;
}
