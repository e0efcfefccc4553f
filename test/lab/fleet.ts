/**
 * Real OpenSSH hosts for tests: a fleet of independent sshd, sudo, su and passwd on loopback addresses.
 * Needs root and the Debian packages openssh-server and sudo. A fleet has its own directory and its own addresses, so
 * suites may run side by side; it ends with stop(), and also when the process that started it ends in any other way.
 */
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const script = fileURLToPath(new URL('ssh-fleet.sh', import.meta.url));
const port = 2200;

/** One host; `index` counts from 1. */
export interface FleetHost {
  readonly index: number;
  /** 127.x.y.index */
  readonly host: string;
  readonly port: number;
}

/** What a command said. */
export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Passwords of the users every host starts with: svcapp is plain, bob has sudo with and pamsvc without a password. */
export const passwords = {
  root: 'Root-Pw-0',
  alice: 'Alice-Pw-0',
  bob: 'Bob-Pw-0',
  svcapp: 'Svc-Pw-0',
  pamsvc: 'Pam-Pw-0',
} as const;

/** A running fleet. Hosts are named by index, from 1. */
export interface Fleet {
  readonly hosts: readonly FleetHost[];
  /** Private keys that sign in as alice, bob and pamsvc; the RSA one opens with 'Key-Phrase-0'. */
  readonly keys: { readonly ed25519: string; readonly rsa: string };
  /** Runs a command as root inside a host, with `input` on its stdin. Never throws for its exit status. */
  exec(index: number, ...command: string[]): Promise<Ran>;
  execWith(input: string, index: number, ...command: string[]): Promise<Ran>;
  /** Puts lines before sshd's configuration, where they win, and restarts it. */
  configure(index: number, ...lines: string[]): Promise<void>;
  /** The host as new, with the same host keys; its sessions end. */
  reset(index: number): Promise<void>;
  /** Ends the host's sessions and starts it again with its files; after down() too. */
  restart(index: number): Promise<void>;
  /** The host proves itself with new keys from now on. */
  changeHostKey(index: number): Promise<void>;
  /** The host refuses connections from now on. */
  down(index: number): Promise<void>;
  /** Kills every session of a host, as a line that breaks. */
  cutSessions(index: number): Promise<void>;
  /** What sshd logged. */
  log(index: number): Promise<string>;
  /** Asks OpenSSH's own client, with one attempt. Throws when the host cannot be reached. */
  canLogIn(index: number, username: string, password: string): Promise<boolean>;
  /** The same with a private key in the format of OpenSSH. */
  canLogInWith(index: number, username: string, privateKey: string): Promise<boolean>;
  stop(): Promise<void>;
}

/** Starts `count` hosts (1 to 200). Takes about a second for 20 on a quiet machine. */
export async function startFleet(count: number): Promise<Fleet> {
  const { prefix, reservation } = await reserve();
  const dir = await mkdtemp(join(tmpdir(), 'strongroom-fleet-'));
  const child = spawn(script, [dir, String(count), prefix, String(port)], { stdio: ['pipe', 'pipe', 'pipe'] });
  try {
    await ready(child);
  } catch (error) {
    reservation.close();
    await rm(dir, { recursive: true, force: true });
    throw error;
  }
  const askpass = join(dir, 'askpass');
  await writeFile(askpass, '#!/bin/sh\nprintf "%s\\n" "$FLEET_PASSWORD"\n', { mode: 0o700 });
  const [ed25519, rsa] = await Promise.all(
    ['id_ed25519', 'id_rsa'].map((name) => readFile(join(dir, 'tmpl', name), 'utf8')),
  );

  const hosts = Array.from({ length: count }, (_, at) => ({
    index: at + 1,
    host: `${prefix}.${String(at + 1)}`,
    port,
  }));
  const control = async (verb: string, index: number): Promise<void> => {
    const { code, stderr } = await call(script, [dir, verb, String(index)]);
    if (code !== 0) throw new Error(`${verb} of host ${String(index)} failed: ${stderr}`);
  };
  const execWith = (input: string, index: number, ...command: string[]) =>
    call(script, [dir, 'exec', String(index), ...command], { input });
  const must = async (ran: Promise<Ran>): Promise<void> => {
    const { code, stderr } = await ran;
    if (code !== 0) throw new Error(stderr);
  };

  return {
    hosts,
    keys: { ed25519: ed25519 ?? '', rsa: rsa ?? '' },
    exec: (index, ...command) => execWith('', index, ...command),
    execWith,
    async configure(index, ...lines) {
      const old = await execWith('', index, 'cat', '/etc/ssh/sshd_config_lab');
      await must(execWith(`${lines.join('\n')}\n${old.stdout}`, index, 'tee', '/etc/ssh/sshd_config_lab'));
      await control('restart', index);
    },
    reset: (index) => control('reset', index),
    restart: (index) => control('restart', index),
    changeHostKey: (index) => control('hostkey', index),
    down: (index) => control('down', index),
    cutSessions: (index) => must(execWith('', index, 'pkill', '-KILL', '-f', '^sshd: [a-z]')),
    log: (index) => readFile(join(dir, `h${String(index)}`, 'sshd.log'), 'utf8'),
    async canLogIn(index, username, password) {
      const { code, stderr } = await call('ssh', sshArguments(`${username}@${prefix}.${String(index)}`), {
        env: {
          ...process.env,
          SSH_ASKPASS: askpass,
          SSH_ASKPASS_REQUIRE: 'force',
          FLEET_PASSWORD: password,
          LC_ALL: 'C',
        },
      });
      if (code === 0) return true;
      if (stderr.includes('Permission denied')) return false;
      throw new Error(`ssh said neither yes nor no: ${stderr}`);
    },
    async canLogInWith(index, username, privateKey) {
      const file = join(dir, `key-${String(randomInt(2 ** 40))}`);
      await writeFile(file, privateKey, { mode: 0o600 });
      const options = [
        '-i',
        file,
        '-o',
        'IdentitiesOnly=yes',
        '-o',
        'PreferredAuthentications=publickey',
        '-o',
        'PubkeyAuthentication=yes',
      ];
      // The first of two options counts.
      const { code, stderr } = await call('ssh', [
        ...options,
        ...sshArguments(`${username}@${prefix}.${String(index)}`),
      ]);
      await rm(file);
      if (code === 0) return true;
      if (stderr.includes('Permission denied')) return false;
      throw new Error(`ssh said neither yes nor no: ${stderr}`);
    },
    async stop() {
      const gone = new Promise((resolve) => child.once('exit', resolve));
      child.stdin.end();
      if (child.exitCode === null) await gone;
      reservation.close();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

function sshArguments(destination: string): string[] {
  const options = {
    PreferredAuthentications: 'password',
    PubkeyAuthentication: 'no',
    NumberOfPasswordPrompts: '1',
    StrictHostKeyChecking: 'no',
    UserKnownHostsFile: '/dev/null',
    LogLevel: 'ERROR',
    ConnectTimeout: '20',
  };
  return [
    ...['-F', 'none', '-p', String(port)],
    ...Object.entries(options).flatMap(([name, value]) => ['-o', `${name}=${value}`]),
    ...[destination, 'true'],
  ];
}

/** Finds a free /24 of loopback, and holds it with a socket, which the kernel takes back however this process ends. */
async function reserve(): Promise<{ prefix: string; reservation: Server }> {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const prefix = `127.${String(randomInt(100, 250))}.${String(randomInt(1, 250))}`;
    const reservation = await listen(`${prefix}.254`);
    if (reservation !== undefined) return { prefix, reservation };
  }
  throw new Error('no free loopback network found');
}

function listen(host: string): Promise<Server | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => {
      resolve(undefined);
    });
    server.listen(port, host, () => {
      resolve(server.unref());
    });
  });
}

function ready(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let errors = '';
    child.stderr?.on('data', (chunk: Buffer) => {
      errors += chunk.toString();
    });
    child.stdout?.once('data', () => {
      resolve();
    });
    child.once('error', reject);
    child.once('exit', (code) => {
      reject(new Error(`the fleet did not start (${String(code)}): ${errors}`));
    });
  });
}

function call(file: string, args: string[], options: { input?: string; env?: NodeJS.ProcessEnv } = {}): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const child = execFile(
      file,
      args,
      { env: options.env ?? process.env, timeout: 60_000 },
      (error, stdout, stderr) => {
        if (error !== null && typeof error.code !== 'number') {
          reject(error);
          return;
        }
        resolve({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr });
      },
    );
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(options.input ?? '');
  });
}
