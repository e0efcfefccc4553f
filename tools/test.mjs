/**
 * `npm test`: installs what is missing, runs the checks and every ring of tests, and ends with the one line
 * `N passed, N failed, N skipped` over all of them; each check counts as one test. Exit status 1 when anything failed.
 * Runs under plain Node.js 20; everything it starts runs on the pinned Node.js.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensureConsoleBuilt, ensureInstalled, root } from './lib/install.mjs';
import { installPeers, isDebian, isRoot, missingPeers, sortByNeeds } from './lib/peers.mjs';

const say = (line) => process.stdout.write(`${line}\n`);

await ensureInstalled();
const { checks } = await import('./lib/checks.mjs');
const { idsIn, titlesWithIds } = await import('./lib/requirements.mjs');
const { runRing } = await import('./lib/rings.mjs');
const { runSteps } = await import('./lib/steps.mjs');

const absent = new Set(await missingPeers());
if (absent.size > 0 && isRoot() && isDebian()) {
  say(`Installing Debian packages: ${[...absent].join(' ')}`);
  await installPeers([...absent], say);
  absent.clear();
  for (const peer of await missingPeers()) absent.add(peer);
}
if (absent.size > 0) say(`Not installed here: ${[...absent].join(', ')}`);
if (!isRoot()) absent.add('root');

const real = sortByNeeds(/\.real\.test\.ts$/, absent);
const whole = sortByNeeds(/\.whole\.test\.ts$/, absent);
const leftOut = [...real.leftOut, ...whole.leftOut];
for (const { file, lacks } of leftOut) say(`Skipping ${file}: it needs ${lacks.join(' and ')}`);

const build = {
  name: 'console build',
  run: async () => ({ ok: true, output: await ensureConsoleBuilt({ say: () => {} }) }),
};
// A ring without files that can run here is passed over: without names Vitest would take all of them.
const ring = (name, files) => (files?.length === 0 ? [] : [{ name, run: () => runRing(name, files) }]);

const outcomes = [
  ...(await runSteps([...checks, build])),
  // The rings share two cores and start servers of their own: one after the other, each a few files wide.
  ...(await runSteps([...ring('web'), ...ring('server'), ...ring('real', real.files), ...ring('whole', whole.files)], {
    width: 1,
  })),
];

const total = { passed: 0, failed: 0, skipped: leftOut.length };
for (const { ok, tests } of outcomes) {
  const counted = tests ?? { passed: ok ? 1 : 0, failed: ok ? 0 : 1, skipped: 0 };
  for (const key of Object.keys(total)) total[key] += counted[key];
}
// A requirement is shown by tests that ran: what was only skipped here is not shown on this machine.
const unshown = new Set(
  outcomes.flatMap(({ titles = [] }) =>
    titles.filter(({ status }) => status === 'skipped').flatMap(({ title }) => idsIn(title)),
  ),
);
for (const { file } of leftOut) {
  for (const { ids } of titlesWithIds(file, readFileSync(join(root, file), 'utf8')))
    for (const id of ids) unshown.add(id);
}
if (unshown.size > 0)
  say(`Not wholly shown in this run, because tests were skipped: ${[...unshown].sort().join(', ')}`);
const failed = outcomes.filter(({ ok }) => !ok).map(({ name }) => name);
if (failed.length > 0) say(`Failed: ${failed.join(', ')}`);
say(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exitCode = total.failed === 0 ? 0 : 1;
