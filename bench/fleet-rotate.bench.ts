/**
 * Twenty hosts rotated by the product, proved by log-in, against the same done by plain ssh2 in the same run: as root,
 * chpasswd with the new password, then a log-in with it. Slices of the two take turns, on hosts of their own.
 */
import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import ssh2, { type Client } from 'ssh2';
import { passwords, startFleet, type FleetHost } from '../test/lab/fleet.ts';
import { addHost, modes } from '../test/lib/rotating.ts';
import { startServer, type TestServer } from '../test/lib/server.ts';
import type { Row } from './lib/rows.ts';

const many = 20;
const slices = 7;
const leastRatio = 0.5;
const longestMs = 120_000;

/** Measures the row `fleet-rotate`. Needs root, as the fleet does. */
export async function run(): Promise<Row[]> {
  const fleet = await startFleet(2 * many);
  try {
    const server = await startServer();
    try {
      return [await measure(server, fleet.hosts.slice(0, many), fleet.hosts.slice(many))];
    } finally {
      await server.stop();
    }
  } finally {
    await fleet.stop();
  }
}

async function measure(server: TestServer, ours: readonly FleetHost[], bare: readonly FleetHost[]): Promise<Row> {
  const [rootItself] = modes;
  if (rootItself === undefined) throw new Error('no mode');
  const accounts: string[] = [];
  for (const host of ours)
    accounts.push((await addHost(server, `host ${String(host.index)}`, host, rootItself)).accountId);
  const known = new Map<FleetHost, string>(bare.map((host) => [host, passwords.root]));
  const database = new pg.Client({ connectionString: server.databaseUrl() });
  await database.connect();
  const times = { product: [] as number[], ssh2: [] as number[] };
  try {
    // The first round of each pins host keys and warms caches, and does not count.
    for (let n = 0; n <= slices; n += 1) {
      const product = await timed(() => byProduct(server, database, accounts));
      const plain = await timed(() => Promise.all(bare.map((host) => bySsh2(host, known))));
      if (n === 0) continue;
      times.product.push(product);
      times.ssh2.push(plain);
    }
  } finally {
    await database.end();
  }
  const [value, against] = [median(times.product), median(times.ssh2)];
  return {
    name: 'fleet-rotate',
    what: `${String(many)} hosts rotated and proved by log-in, audited`,
    value,
    unit: 's',
    against: `plain ssh2, ${against.toFixed(2)} s`,
    ratio: against / value,
    target: 'no slower than twice plain ssh2 (ratio >= 0.5)',
    ok: against / value >= leastRatio,
  };
}

/** Rotates all, and waits until every attempt has ended. Throws unless all are promoted. */
async function byProduct(server: TestServer, database: pg.Client, accounts: readonly string[]): Promise<void> {
  const attempts = await Promise.all(
    accounts.map((id) => server.call<{ attemptId: string }>('POST', `/accounts/${id}/rotate`, {})),
  );
  const ids = attempts.map(({ attemptId }) => attemptId);
  const until = Date.now() + longestMs;
  for (;;) {
    const { rows } = await database.query<{ state: string; n: number }>(
      `select state, count(*)::int as n from strongroom.rotation_attempt where id = any($1::uuid[]) group by state`,
      [ids],
    );
    if (rows[0]?.state === 'promoted' && rows[0].n === ids.length) return;
    if (Date.now() > until) throw new Error(`not all were promoted: ${JSON.stringify(rows)}`);
    await pause(20);
  }
}

async function bySsh2(host: FleetHost, known: Map<FleetHost, string>): Promise<void> {
  const next = `Aa1!${randomBytes(12).toString('hex')}`;
  const first = await signIn(host, known.get(host) ?? '');
  await new Promise<void>((resolve, reject) => {
    first.exec('env LC_ALL=C /usr/sbin/chpasswd', (error, channel) => {
      if (error) {
        reject(error);
        return;
      }
      channel.resume();
      channel.on('close', (code: unknown) => {
        if (code === 0) resolve();
        else reject(new Error(`chpasswd ended with ${String(code)}`));
      });
      channel.end(`root:${next}\n`);
    });
  });
  first.end();
  (await signIn(host, next)).end();
  known.set(host, next);
}

function signIn({ host, port }: FleetHost, password: string): Promise<Client> {
  return new Promise((resolve, reject) => {
    const client = new ssh2.Client();
    client.once('ready', () => {
      resolve(client);
    });
    client.on('error', reject);
    client.connect({ host, port, username: 'root', password, readyTimeout: longestMs });
  });
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const from = performance.now();
  await work();
  return (performance.now() - from) / 1000;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
