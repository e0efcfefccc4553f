// needs: root openssh-server sudo slapd samba samba-ad-dc samba-ad-provision samba-dsdb-modules mariadb-server postgresql-15 redis-server
/**
 * The crash matrix of every driver: the product is killed with -9 at every step of an attempt, on real servers where there
 * are any here and on simulated ones otherwise. No stored password is lost, nothing is drawn anew in doubt, no account is locked.
 * `CRASH_DRIVER_SEEDS=20` is the whole matrix, which is `npm run bench -- crash-matrix`; without it each place is killed once.
 */
import { randomInt } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { drivers } from '@strongroom/drivers';
import { seeded } from '../lib/seeded.ts';
import { startServer, type TestServer } from '../lib/server.ts';
import { driverSteps } from './driver-steps.ts';
import { all, kinds } from './kinds.ts';
import { createMatrix, type Matrix } from './matrix.ts';
import { startPeers, type Peers } from './peers.ts';

/** Kills of each driver at each step, at least; 0 is a slice, one kill of each account. */
const seeds = Number(process.env['CRASH_DRIVER_SEEDS'] ?? 0);
/** Accounts of each kind; while those of one group are reconciled, the next are killed. */
const groups = seeds === 0 ? 1 : 5;
const seed = Number(process.env['CRASH_SEED'] ?? randomInt(1, 1_000_000));

let server: TestServer;
let peers: Peers;
let matrix: Matrix;

beforeAll(async () => {
  [server, peers] = await Promise.all([startServer({}, { durable: true }), startPeers(groups)]);
  matrix = await createMatrix({ server, peers, groups, chance: seeded(seed) });
}, 400_000);
afterAll(async () => {
  await matrix?.close();
  await server?.stop();
  await peers?.stop();
}, 120_000);

it('has every driver that sets passwords', () => {
  const known = new Set(all.map(({ driver }) => driver));
  expect(drivers.filter(({ reset, type }) => reset !== undefined && !known.has(type)).map(({ type }) => type)).toEqual(
    [],
  );
});

it('kill -9 at every step of an attempt loses no password of any driver, draws none anew and locks no account [XTR-01]', async () => {
  const from = Date.now();
  const rounds = await matrix.run(seeds);
  process.stdout.write(
    `${matrix.table()}\n${((Date.now() - from) / 1000).toFixed(0)} s for ${String(rounds)} crashes, seed ${String(seed)}\n${matrix.summary()}\n`,
  );
  expect(matrix.wrong, `seed ${String(seed)}`).toEqual([]);
  expect(await matrix.left()).toEqual({ attempts: 0, candidates: 0 });
  const kills = matrix.kills();
  if (seeds === 0) {
    // Each step on some driver, each driver at some step.
    for (const { name } of driverSteps)
      expect(
        kills.some((one) => one.step === name),
        name,
      ).toBe(true);
    for (const { driver } of kinds)
      expect(
        kills.some((one) => one.driver === driver),
        driver,
      ).toBe(true);
  } else
    for (const { driver, step, kills: count } of kills)
      expect(count, `${driver} at ${step}`).toBeGreaterThanOrEqual(seeds);
}, 7_200_000);
