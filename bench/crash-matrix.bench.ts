import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Row } from './lib/rows.ts';

const repository = fileURLToPath(new URL('../', import.meta.url));
const vitest = fileURLToPath(new URL('../node_modules/vitest/vitest.mjs', import.meta.url));
/** Kills of each step on Linux hosts, and of each step of each driver; `CRASH_DRIVER_SEEDS=2` is a quick look at the latter. */
const seeds = 50;
const driverSeeds = Number(process.env['CRASH_DRIVER_SEEDS'] ?? 20);
const withinSeconds = 60;
const mostFailures = 2;

/** Runs one file of the whole ring, and gives what it printed. Throws when a test of it fails. */
async function output(file: string, env: Record<string, string>): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [vitest, 'run', '--project', 'whole', file], {
    cwd: repository,
    env: { ...process.env, ...env },
    maxBuffer: 64 * 1024 * 1024,
  });
  return stdout;
}

/** Linux hosts, in every way there is to set a password on one. */
async function linux(): Promise<Row[]> {
  const stdout = await output('test/crash/rotation.whole.test.ts', { CRASH_SEEDS: String(seeds) });
  // One line a step: its name, then kills, caught, promoted, rolled back, slowest in seconds, failed log-ins.
  const steps = [...stdout.matchAll(/^(.+?)\s{2,}(\d+)\s+(\d+)\s+(\d+)\s+(\d+)\s+([\d.]+)\s+(\d+)\s*$/gm)];
  const kills = steps.map((step) => Number(step[2]));
  const slowest = Math.max(0, ...steps.map((step) => Number(step[6])));
  const fewest = Math.min(...kills);
  return [
    {
      name: 'crash-matrix',
      what: `kills of each of ${String(steps.length)} steps of a rotation, at least; ${String(kills.reduce((a, b) => a + b, 0))} in all, no password lost`,
      value: fewest,
      unit: 'kills',
      against: `${String(seeds)} seeds at every step`,
      ratio: fewest / seeds,
      target: `>= ${String(seeds)} of each`,
      ok: steps.length >= 12 && fewest >= seeds,
    },
    {
      name: 'crash-matrix',
      what: 'slowest reconciliation after a start, without a person',
      value: slowest,
      unit: 's',
      against: `the limit, ${String(withinSeconds)} s`,
      ratio: withinSeconds / slowest,
      target: `<= ${String(withinSeconds)} s`,
      ok: slowest > 0 && slowest <= withinSeconds,
    },
  ];
}

/** Every driver that sets passwords, on a real server of its kind or a simulated one. */
async function everyDriver(): Promise<Row[]> {
  const stdout = await output('test/crash/drivers.whole.test.ts', { CRASH_DRIVER_SEEDS: String(driverSeeds) });
  const [table = ''] = /^driver {2,}[^]*?\n(?=\d+ s for )/m.exec(stdout) ?? [];
  process.stdout.write(table);
  const numbers =
    /^crash matrix: (\d+) drivers, (\d+) kills, (\d+) at least, (\d+) failed log-ins$/m.exec(stdout) ?? [];
  const [drivers = 0, kills = 0, fewest = 0, failures = Infinity] = numbers.slice(1).map(Number);
  return [
    {
      name: 'crash-matrix',
      what: `kills of each step of each of ${String(drivers)} drivers, at least; ${String(kills)} in all, no password lost or drawn anew`,
      value: fewest,
      unit: 'kills',
      against: `${String(driverSeeds)} seeds at every step`,
      ratio: fewest / driverSeeds,
      target: `>= ${String(driverSeeds)} of each`,
      ok: drivers >= 28 && fewest >= driverSeeds,
    },
    {
      name: 'crash-matrix',
      what: 'failed log-ins of an account in one attempt, at most',
      value: failures,
      unit: 'log-ins',
      against: 'a target that locks at the third',
      ratio: mostFailures / Math.max(failures, 1),
      target: `<= ${String(mostFailures)}`,
      ok: failures <= mostFailures,
    },
  ];
}

/**
 * The whole crash matrix: both tests of `test/crash/` with many kills of each step. A test fails, and so does this, when one
 * password is lost, one attempt is left open, or one start takes longer than a minute to reconcile.
 */
export const run = async (): Promise<Row[]> => [...(await linux()), ...(await everyDriver())];
