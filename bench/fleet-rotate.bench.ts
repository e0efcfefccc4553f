/**
 * 1,000 accounts on 50 real sshd reset by the product in one run, each proved by a log-in with the new password, audited; against Ansible's user module
 * on the same hosts with the same accounts in the same run, which signs in as root, sets a hash and verifies nothing. The product goes first and last, and its slower time counts.
 * Needs root and the Debian packages openssh-server, sudo, ansible and sshpass. STRONGROOM_BENCH_HOSTS: fewer hosts, for a look.
 */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { passwords, startFleet, type Fleet } from '../test/lab/fleet.ts';
import { commandLine, familyOf } from '../test/lib/processes.ts';
import { startServer, type TestServer } from '../test/lib/server.ts';
import { peakOf, serverOf } from './lib/memory.ts';
import type { Row } from './lib/rows.ts';

const hostCount = Number(process.env['STRONGROOM_BENCH_HOSTS'] ?? 50);
const perHost = 20;
const forks = 50;
/** The product's time, as a share of Ansible's. */
const most = 0.4;
const longestMs = 30 * 60_000;
const users = Array.from({ length: perHost }, (_, i) => `fleet${String(i).padStart(2, '0')}`);

interface Run {
  readonly id: string;
  readonly state: string;
  readonly counts: Readonly<Record<string, number>>;
}

/** Measures the rows `fleet-rotate` and `fleet-rotate-memory`. */
export async function run(): Promise<Row[]> {
  const fleet = await startFleet(hostCount);
  try {
    const first = await addUsers(fleet);
    const server = await startServer();
    try {
      return await measure(server, fleet, first);
    } finally {
      await server.stop();
    }
  } finally {
    await fleet.stop();
  }
}

/** The users on every host, with one password for all to begin with. */
async function addUsers(fleet: Fleet): Promise<string> {
  const password = secret();
  const script = `${users.map((name) => `useradd -M -s /bin/sh ${name}`).join('\n')}\nchpasswd <<'END'\n${users.map((name) => `${name}:${password}`).join('\n')}\nEND\n`;
  for (const { index } of fleet.hosts) {
    const { code, stderr } = await fleet.execWith(script, index, 'sh', '-e');
    if (code !== 0) throw new Error(`no users on host ${String(index)}: ${stderr}`);
  }
  return password;
}
const secret = (): string => `Aa1!${randomBytes(12).toString('hex')}`;

async function measure(server: TestServer, fleet: Fleet, first: string): Promise<Row[]> {
  const resourceIds: string[] = [];
  for (const { host, port, index } of fleet.hosts) {
    const { id } = await server.call<{ id: string }>('POST', '/resources', {
      name: `host ${String(index)}`,
      type: 'Linux',
      dnsName: host,
      accounts: [
        { username: 'root', password: passwords.root },
        ...users.map((username) => ({ username, password: first })),
      ],
      reset: {
        settings: { port, timeoutSeconds: 60, loginWith: 'another account' },
        adminUsername: 'root',
        elevationUsername: null,
      },
    });
    resourceIds.push(id);
  }
  const { items } = await allAccounts(server, resourceIds);
  const accountIds = items.filter(({ username }) => username !== 'root').map(({ id }) => id);
  const before = await reset(server, accountIds);
  const peak = peakOfProduct(server);
  const ansible = await byAnsible(fleet);
  // Ansible has set other passwords than the vault holds: the account that signs in sets them all the same.
  const after = await reset(server, accountIds);
  const value = Math.max(before, after);
  return [
    {
      name: 'fleet-rotate',
      what: `${String(accountIds.length)} accounts on ${String(hostCount)} SSH hosts reset in one run, each proved by a new log-in, audited`,
      value,
      unit: 's',
      against: `Ansible's user module, ${String(forks)} forks, nothing verified: ${ansible.toFixed(1)} s`,
      ratio: ansible / value,
      target: `at most ${String(most)} of Ansible's time (ratio >= ${String(1 / most)})`,
      ok: value / ansible <= most,
    },
    {
      name: 'fleet-rotate-memory',
      what: 'peak memory meanwhile of the server and its outposts together',
      value: peak,
      unit: 'MB',
      against: 'limit 1024 MB',
      ratio: 1024 / peak,
      target: 'at most 1 GB (ratio >= 1)',
      ok: peak <= 1024,
    },
  ];
}

async function allAccounts(
  server: TestServer,
  resourceIds: readonly string[],
): Promise<{ items: { id: string; username: string }[] }> {
  const pages = [];
  for (const id of resourceIds)
    pages.push(
      await server.call<{ items: { id: string; username: string }[] }>('GET', `/accounts?resourceId=${id}&limit=500`),
    );
  return { items: pages.flatMap((page) => page.items) };
}

/** Resets all in one run, and gives the seconds until it ended. Throws unless each was set and proved. */
async function reset(server: TestServer, accountIds: readonly string[]): Promise<number> {
  const from = performance.now();
  const { id } = await server.call<Run>('POST', '/runs', { kind: 'reset', selection: { accountIds } });
  for (const until = Date.now() + longestMs; Date.now() < until; await pause(250)) {
    const now = await server.call<Run>('GET', `/runs/${id}`);
    if (now.state === 'running') continue;
    if (now.counts['done'] !== accountIds.length) throw new Error(`not all were reset: ${JSON.stringify(now.counts)}`);
    return (performance.now() - from) / 1000;
  }
  throw new Error('the run does not end');
}

/** The most memory that the server and the processes it started for targets had, in MB; the database is not among them. */
function peakOfProduct(server: TestServer): number {
  const main = serverOf(Number(new URL(server.url).port));
  const outposts = familyOf(main).filter((pid) => commandLine(pid).includes('outpost-process'));
  return [main, ...outposts].reduce((sum, pid) => sum + peakOf(pid), 0);
}

/** The same accounts set by Ansible at its quickest: pipelining, kept connections, hosts that do not wait for each other. */
async function byAnsible(fleet: Fleet): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'strongroom-ansible-'));
  try {
    const inventory = fleet.hosts.map(
      ({ host, port, index }) =>
        `h${String(index)} ansible_host=${host} ansible_port=${String(port)} ansible_user=root ansible_password=${passwords.root}`,
    );
    await writeFile(join(folder, 'inventory'), `[fleet]\n${inventory.join('\n')}\n`);
    await writeFile(
      join(folder, 'play.yml'),
      `- hosts: fleet
  gather_facts: false
  strategy: free
  tasks:
    - user: {name: '{{ item }}', password: "{{ '${secret()}' | password_hash('sha512') }}", update_password: always}
      loop: [${users.join(', ')}]
      no_log: true
`,
    );
    const from = performance.now();
    await ansible(folder);
    return (performance.now() - from) / 1000;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function ansible(folder: string): Promise<void> {
  const child = spawn(
    'ansible-playbook',
    ['-i', join(folder, 'inventory'), '-f', String(forks), join(folder, 'play.yml')],
    {
      env: {
        PATH: '/usr/bin:/bin:/usr/sbin:/sbin',
        HOME: folder,
        LC_ALL: 'C.UTF-8',
        ANSIBLE_HOST_KEY_CHECKING: 'False',
        ANSIBLE_PIPELINING: 'True',
        ANSIBLE_LOCAL_TEMP: folder,
        ANSIBLE_SSH_CONTROL_PATH_DIR: join(folder, 'cp'),
        ANSIBLE_NOCOLOR: '1',
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (part: Buffer) => void (said += part.toString()));
  const code = await new Promise((resolve) => child.once('close', resolve));
  if (code !== 0) throw new Error(`ansible ended with ${String(code)}: ${said.slice(-2000)}`);
}
