/** The steps of `npm run check`. They need the installed packages and nothing else: no database, no network. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pinnedNode, root } from './install.mjs';
import { runRing } from './rings.mjs';
import { runProgram } from './steps.mjs';

const tool = (...path) => join(root, 'node_modules', ...path);

/** Runs a JavaScript tool under the pinned Node.js; exit status 0 is success. */
async function runTool(path, args) {
  const { code, output } = await runProgram(pinnedNode(), [path, ...args]);
  return { ok: code === 0, output };
}

async function checkTypes() {
  const projects = ['tsconfig.json', 'test/tsconfig.json', 'apps/web/tsconfig.json'].filter((project) =>
    existsSync(join(root, project)),
  );
  const outcomes = await Promise.all(
    projects.map((project) => runTool(tool('ts7', 'bin', 'tsc'), ['--noEmit', '-p', project])),
  );
  return { ok: outcomes.every(({ ok }) => ok), output: outcomes.map(({ output }) => output).join('') };
}

async function checkImports() {
  const { cruiseImports } = await import('./import-rules.mjs');
  const { modules, violations } = await cruiseImports(root);
  return { ok: violations.length === 0, output: `${violations.join('\n')}\n${modules} modules read` };
}

async function checkDeadCode() {
  const { deadCode } = await import('./dead-exports.mjs');
  const findings = deadCode(root);
  return { ok: findings.length === 0, output: findings.join('\n') };
}

/** Promises nobody waits for and the like: the rules of .oxlintrc.json, which ask for types. */
const lintTypes = () => runTool(tool('oxlint', 'bin', 'oxlint'), ['--deny-warnings', '.']);

/**
 * Longest first, so that two lanes end together.
 * @type {readonly import('./steps.mjs').Step[]}
 */
export const checks = [
  { name: 'unit tests', run: () => runRing('unit') },
  { name: 'lint', run: () => runTool(tool('eslint', 'bin', 'eslint.js'), ['.', '--max-warnings', '0']) },
  {
    name: 'format',
    run: () =>
      runTool(tool('prettier', 'bin', 'prettier.cjs'), [
        '--check',
        '--log-level=warn',
        '--cache',
        `--cache-location=${tool('.cache', 'strongroom', 'prettier')}`,
        '.',
      ]),
  },
  { name: 'types', run: checkTypes },
  { name: 'typed lint', run: lintTypes },
  { name: 'import rules', run: checkImports },
  { name: 'dead code', run: checkDeadCode },
];
