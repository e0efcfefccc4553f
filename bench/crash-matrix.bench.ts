import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Row } from './lib/rows.ts';

const repository = fileURLToPath(new URL('../', import.meta.url));
const vitest = fileURLToPath(new URL('../node_modules/vitest/vitest.mjs', import.meta.url));
const seeds = 50;
const withinSeconds = 60;

/**
 * The whole crash matrix: `test/crash/rotation.whole.test.ts` with at least 50 kills of each step. The test fails, and so
 * does this, when one password is lost, one attempt is left open, or one start takes longer than a minute to reconcile.
 */
export async function run(): Promise<Row[]> {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [vitest, 'run', '--project', 'whole', 'test/crash/rotation.whole.test.ts'],
    { cwd: repository, env: { ...process.env, CRASH_SEEDS: String(seeds) }, maxBuffer: 64 * 1024 * 1024 },
  );
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
