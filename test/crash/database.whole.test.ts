/** The embedded database, and then the whole server, are killed under load: nothing acknowledged is lost. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import { verifyExport } from '@strongroom/audit-proof';
import { startFleet, type Fleet } from '../lab/fleet.ts';
import { addHost, hasEnded, modeFor, modes, reveal } from '../lib/rotating.ts';
import { startServer, type TestServer } from '../lib/server.ts';
import { signsIn } from '../lib/ssh.ts';
import { until } from '../lib/until.ts';
import { startLoad, type Load } from './load.ts';

const writers = 6;
const kills = 2;
/** Calls that must succeed after each kill before the next. */
const between = 60;
/** Hosts whose rotations one kill cuts off: one of each way of setting a password. */
const eachTime = modes.length;

let server: TestServer;
let fleet: Fleet;
let load: Load | undefined;
let hosts: { accountId: string; username: string; at: { host: string; port: number } }[];

beforeAll(async () => {
  [server, fleet] = await Promise.all([startServer({}, { durable: true }), startFleet(kills * eachTime)]);
  hosts = [];
  for (const at of fleet.hosts) {
    const mode = modeFor(at.index);
    const { accountId } = await addHost(server, `host ${String(at.index)}`, at, mode);
    hosts.push({ accountId, username: mode.username, at });
  }
});
afterEach(async () => {
  await load?.stop();
});
afterAll(async () => {
  await server?.stop();
  await fleet?.stop();
});

/** Everything that was acknowledged is there, and the trail shows all of it and is whole. */
async function expectKept({ promised }: Load): Promise<void> {
  const lost: string[] = [];
  for (const [account, may] of promised.accounts)
    if (!may.has((await reveal(server, account)).password)) lost.push(account);
  expect(lost).toEqual([]);
  for (const name of promised.resources) {
    const found = await server.call<{ items: unknown[] }>('GET', `/resources?name=${name}`);
    if (found.items.length !== 1) lost.push(name);
  }
  expect(lost).toEqual([]);

  const { publicKey } = await server.call<{ publicKey: string }>('GET', '/audit-seal');
  const text = String((await server.ask('GET', '/audit-export')).body);
  expect(await verifyExport([Buffer.from(text)], publicKey)).toMatchObject({ intact: true });
  const shown = new Map<string, string>();
  for (const line of text.split('\n')) {
    const requestId = /"requestId":"([^"]+)"/.exec(line)?.[1];
    const action = /"action":"([^"]+)"/.exec(line)?.[1];
    if (requestId !== undefined && action !== undefined && line.includes('"outcome":"done"'))
      shown.set(requestId, action);
  }
  const unrecorded = [...promised.events].filter(([requestId, action]) => shown.get(requestId) !== action);
  expect(promised.events.size).toBeGreaterThan(0);
  expect(unrecorded).toEqual([]);
}

/** Starts a rotation on each of these hosts. */
async function rotateAll(some: typeof hosts): Promise<{ accountId: string; attemptId: string }[]> {
  return Promise.all(
    some.map(async ({ accountId }) => ({
      accountId,
      ...(await server.call<{ attemptId: string }>('POST', `/accounts/${accountId}/rotate`, {})),
    })),
  );
}

/** 503 meanwhile, and the server recovers by itself. */
async function databaseIsKilled(): Promise<void> {
  load = startLoad(server, writers, 'before');
  const outages: number[] = [];
  const attempts: { accountId: string; attemptId: string }[] = [];
  for (let n = 0; n < kills; n += 1) {
    await load.acknowledged(between);
    attempts.push(...(await rotateAll(hosts.slice(n * eachTime, (n + 1) * eachTime))));
    await server.killDatabase9();
    const from = Date.now();
    await load.acknowledged(1);
    outages.push(Date.now() - from);
  }
  await load.acknowledged(between);
  await load.stop();
  // Rotations that were cut off by it end without a person and without a restart: those of all kills wait for their leases side by side.
  for (const { accountId, attemptId } of attempts) await until(server, accountId, attemptId, hasEnded, 90);
  for (const { accountId, username, at } of hosts) {
    const { password, candidate } = await reveal(server, accountId);
    expect(candidate).toBeNull();
    expect(await signsIn(at.host, at.port, username, password)).toBe(true);
  }
  process.stdout.write(
    `database killed ${String(kills)} times: ${JSON.stringify(load.counts)}, first success after ${outages.join(', ')} ms\n`,
  );
  expect(load.wrong).toEqual([]);
  expect(load.counts.unavailable).toBeGreaterThan(0);
  expect((await server.ask('GET', '/openapi.json')).status).toBe(200);
  await expectKept(load);
}

async function serverIsKilled(): Promise<void> {
  load = startLoad(server, writers, 'after');
  for (let n = 0; n < kills; n += 1) {
    await load.acknowledged(between);
    load.mustAnswer = false;
    await server.kill9();
    await server.restart();
    load.mustAnswer = true;
  }
  await load.acknowledged(between);
  await load.stop();
  process.stdout.write(`server killed ${String(kills)} times: ${JSON.stringify(load.counts)}\n`);
  expect(load.wrong).toEqual([]);
  expect(load.counts.unanswered).toBeGreaterThan(0);
  await vi.waitFor(async () => {
    expect((await server.call<{ unsealed: number }>('GET', '/audit-seal')).unsealed).toBe(0);
  }, 20_000);
  await expectKept(load);
}

it('the embedded database, in its own directory under a random password, and the whole server are killed with -9 under load: nothing acknowledged is lost [DBS-01]', async () => {
  // Nothing in the settings names a database.
  expect(existsSync(join(server.home, 'database', 'PG_VERSION'))).toBe(true);
  const passwordFile = join(server.home, 'database.password');
  expect(statSync(passwordFile).mode & 0o777).toBe(0o600);
  expect(readFileSync(passwordFile, 'utf8').trim()).toMatch(/^[\w-]{43}$/);
  expect(new URL(server.databaseUrl().replace('@/', '@localhost/')).password.length).toBeGreaterThanOrEqual(43);
  await databaseIsKilled();
  await serverIsKilled();
}, 1_200_000);
