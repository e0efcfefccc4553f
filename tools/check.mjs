/**
 * `npm run check`: format, lint, types, import rules, dead code and the pure tests. One line a step, everything a failed
 * step said, exit status 1 when one failed. Names of steps as arguments run only those. Runs under plain Node.js 20.
 */
import { ensureInstalled } from './lib/install.mjs';

await ensureInstalled();
const { checks } = await import('./lib/checks.mjs');
const { runSteps } = await import('./lib/steps.mjs');
const names = process.argv.slice(2);
const unknown = names.filter((name) => !checks.some((check) => check.name === name));
if (unknown.length > 0) {
  process.stderr.write(`No such step: ${unknown.join(', ')}. Steps: ${checks.map(({ name }) => name).join(', ')}\n`);
  process.exit(2);
}
const began = performance.now();
const outcomes = await runSteps(names.length === 0 ? checks : checks.filter(({ name }) => names.includes(name)));
const failed = outcomes.filter(({ ok }) => !ok);
const seconds = ((performance.now() - began) / 1000).toFixed(0);
process.stdout.write(
  failed.length === 0
    ? `All ${outcomes.length} checks passed in ${seconds} s\n`
    : `${failed.length} of ${outcomes.length} checks failed in ${seconds} s: ${failed.map(({ name }) => name).join(', ')}\n`,
);
process.exitCode = failed.length === 0 ? 0 : 1;
