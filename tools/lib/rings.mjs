/** Runs one ring of tests (a Vitest project, see vitest.config.ts) and counts what happened in it. */
import { mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { pinnedNode, root } from './install.mjs';
import { runProgram } from './steps.mjs';

/** Rings that spend most of their time waiting for servers, leases and the delays after a wrong password: they take a file more at a time. */
const waiting = new Set(['real', 'whole']);

/**
 * The files that take longest, longest first: what a file costs shows neither in its size nor, in a fresh checkout, in
 * the results of earlier runs. `node_modules/.cache/strongroom/<ring>-last.json` has the durations of the last run.
 */
export const longest = [
  'test/console/pages.whole.test.ts',
  'test/console/pages-phone.whole.test.ts',
  'test/rotation/runs.whole.test.ts',
  'test/crash/database.whole.test.ts',
  'test/rotation/fleet.whole.test.ts',
  'test/console/checkout.whole.test.ts',
  'test/start/trail.whole.test.ts',
  'test/crash/rotation.whole.test.ts',
  'test/start/doctor.whole.test.ts',
  'test/console/resets.whole.test.ts',
  'test/start/first-run.whole.test.ts',
  'test/crash/tasks.whole.test.ts',
  'test/start/refusals.whole.test.ts',
  'apps/server/src/doors/refusals.test.ts',
  'apps/server/src/share/agreement.test.ts',
  'apps/server/src/doors/ids.test.ts',
];

/**
 * Runs the project, or only the named files of it. A file that could not be loaded counts as one failed test, and so
 * does a run that failed for a reason no test names (an unhandled rejection, a broken set-up).
 * @param {string} project
 * @param {readonly string[]} [files] paths relative to the checkout
 * @returns {Promise<import('./steps.mjs').Outcome & { titles: { title: string, file: string, status: string }[] }>}
 *   with the title of every test and `passed`, `failed` or `skipped`
 */
export async function runRing(project, files = []) {
  const folder = join(root, 'node_modules', '.cache', 'strongroom');
  const report = join(folder, `${project}-${process.pid}.json`);
  mkdirSync(folder, { recursive: true });
  const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
  const args = ['run', '--project', project, '--passWithNoTests', '--no-color', '--reporter=dot', '--reporter=json'];
  if (waiting.has(project)) args.push('--maxWorkers=3');
  const { code, output } = await runProgram(pinnedNode(), [vitest, ...args, `--outputFile.json=${report}`, ...files]);
  try {
    const results = readReport(report);
    // The last one stays, for whoever asks which files take how long.
    if (results.length > 0) renameSync(report, join(folder, `${project}-last.json`));
    return { ...count(results, code), output };
  } finally {
    rmSync(report, { force: true });
  }
}

function readReport(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8')).testResults;
  } catch (error) {
    // Without a report nothing is known to have passed; the exit status decides.
    if (error.code === 'ENOENT' || error instanceof SyntaxError) return [];
    throw error;
  }
}

/**
 * @param {readonly { name: string, status: string, assertionResults: readonly { fullName: string, status: string }[] }[]} results
 * @param {number} code exit status of the run
 */
export function count(results, code) {
  const tests = { passed: 0, failed: 0, skipped: 0 };
  const titles = [];
  for (const { name, status, assertionResults } of results) {
    for (const assertion of assertionResults) {
      const is = assertion.status === 'passed' || assertion.status === 'failed' ? assertion.status : 'skipped';
      tests[is] += 1;
      titles.push({ title: assertion.fullName, file: name, status: is });
    }
    const blamed = assertionResults.some((assertion) => assertion.status === 'failed');
    if (status === 'failed' && !blamed) tests.failed += 1;
  }
  if (code !== 0 && tests.failed === 0) tests.failed = 1;
  return { ok: tests.failed === 0, tests, titles };
}
