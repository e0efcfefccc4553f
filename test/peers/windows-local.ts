import { execFile, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ownAddress } from '../lab/own-address.ts';
import { startSmbProxy } from '../lab/smb-proxy.ts';
import type { Peer } from './peer.ts';

const script = fileURLToPath(new URL('../lab/windows-host.sh', import.meta.url));

/** What a Windows stand-in offers beside the contract of all peers. */
export interface WindowsPeer extends Peer {
  /** The host itself, without the relay that can cut. */
  readonly direct: { readonly host: string; readonly port: number };
  /** Runs a program as root on the host, with `input` on its stdin; gives back what it wrote. Throws when it fails. */
  exec(input: string, ...command: string[]): Promise<string>;
}

// Reads name:password lines. The entries of /etc/passwd are written at once: nobody logs in with them.
const addAccounts = `while IFS=: read -r name password; do
  printf '%s:x:%s:5001::/:/usr/sbin/nologin\\n' "$name" "$((6000 + \${name#user}))" >> /etc/passwd
  printf '%s\\n%s\\n' "$password" "$password" | smbpasswd -s -a "$name"
done`;

/**
 * Samba's smbd as a stand-alone host with a SAM of its own: what MS-SAMR over SMB 2.1 to 3.1.1 is proved on here. It is not Windows:
 * it knows no AES in SAMR (4.17), and its policies are its own. `lines` are added to smb.conf's [global].
 * Needs root and the Debian package samba. It ends when the process ends that started it.
 */
export async function startPeer(...lines: string[]): Promise<WindowsPeer> {
  const { address, release } = await ownAddress();
  const dir = await mkdtemp(join(tmpdir(), 'strongroom-windows-'));
  const child = spawn(
    'setpriv',
    [
      ...['--pdeathsig', 'KILL', '--', 'unshare', '-m', '-p', '-u', '-f', '--kill-child=KILL'],
      ...[script, dir, address, 'WINHOST', ...lines],
    ],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  );
  const direct = { host: address, port: 445 };
  const end = async (): Promise<void> => {
    const ended = new Promise((resolve) => child.once('exit', resolve));
    if (child.kill('SIGKILL')) await ended;
    // Its processes end with their namespace, a moment after.
    await rm(dir, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
    release();
  };
  try {
    await answering(direct);
  } catch (error) {
    await end();
    throw error;
  }
  const proxy = await startSmbProxy(direct);
  // Process 1 of the host is the only child of unshare.
  const children = await readFile(`/proc/${String(child.pid)}/task/${String(child.pid)}/children`, 'utf8');
  const exec = (input: string, ...command: string[]) =>
    call(input, 'nsenter', ['-t', children.trim(), '-m', '-p', '-u', '--', ...command]);
  let made = 0;
  /** Name, number, LM hash, NT hash, flags … */
  const entry = async (username: string) => (await exec('', 'pdbedit', '-L', '-w', '-u', username)).trim().split(':');

  return {
    host: '127.0.0.1',
    settings: { port: proxy.port, loginWith: 'another account' },
    trusted: [],
    admin: { username: 'Administrator', password: 'Adm-WinPw-0' },
    direct,
    exec,
    async accounts(count) {
      const accounts = Array.from({ length: count }, () => {
        made += 1;
        return { username: `user${String(made)}`, password: `User-Pw-${String(made)}` };
      });
      const input = accounts.map(({ username, password }) => `${username}:${password}\n`).join('');
      await exec(input, 'sh', '-c', addAccounts);
      return accounts;
    },
    async isPassword(username, password) {
      // By OpenSSL's own MD4, which is not the one under test.
      const hash = await call(password, 'sh', [
        '-c',
        'iconv -f UTF-8 -t UTF-16LE | openssl dgst -md4 -provider legacy -provider default -r',
      ]);
      return (await entry(username))[3]?.toLowerCase() === hash.slice(0, 32);
    },
    async failures(username) {
      const shown = await exec('', 'pdbedit', '-L', '-v', '-u', username);
      return Number(/^Bad password count *: *(\d+)$/m.exec(shown)?.[1]);
    },
    cutAfterSetting(on) {
      proxy.cutting(on);
    },
    async stop() {
      await proxy.close();
      await end();
    },
  };
}

/** Resolves once somebody listens. */
async function answering(at: { host: string; port: number }): Promise<void> {
  for (const deadline = Date.now() + 20_000; Date.now() < deadline;) {
    const open = await new Promise<boolean>((resolve) => {
      const socket = connect(at.port, at.host);
      socket.once('connect', () => {
        socket.destroy();
        resolve(true);
      });
      socket.once('error', () => {
        setTimeout(resolve, 20, false);
      });
    });
    if (open) return;
  }
  throw new Error('smbd does not answer');
}

function call(input: string, file: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = execFile(file, args, { timeout: 30_000 }, (error, stdout) => {
      if (error === null) resolve(stdout);
      else reject(error);
    });
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(input);
  });
}
