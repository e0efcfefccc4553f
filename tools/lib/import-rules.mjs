/**
 * Runs the import rules of dependency-cruiser.cjs over a checkout, and refuses to call a run clean in which the tool saw
 * nothing: with a compiler it does not know, dependency-cruiser reads no module at all and reports no violation.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pinnedNode, root } from './install.mjs';
import { sourceFiles } from './sources.mjs';

/** The folders the rules speak of. */
const areas = ['apps', 'packages', 'test', 'bench'];

/**
 * Cruises `directory`, which is laid out like this repository.
 * Returns the number of modules seen and the violations as `rule: from → to` lines, sorted; a source file that the tool
 * did not see counts as a violation of the rule `everything-is-seen`, and so does seeing no module at all.
 * Throws an Error with the tool's own words when it could not run.
 * @param {string} directory absolute path
 * @returns {Promise<{ modules: number, violations: string[] }>}
 */
export async function cruiseImports(directory) {
  const tool = join(root, 'node_modules', 'dependency-cruiser', 'bin', 'dependency-cruiser.mjs');
  const config = join(root, 'dependency-cruiser.cjs');
  const present = areas.filter((area) => existsSync(join(directory, area)));
  if (present.length === 0) return { modules: 0, violations: [nothingSeen] };
  const args = [tool, ...present, '--config', config, '--output-type', 'json'];
  const { stdout, stderr } = await collect(pinnedNode(), args, directory);
  let result;
  try {
    result = JSON.parse(stdout);
  } catch {
    throw new Error(`dependency-cruiser did not run: ${stderr || stdout}`);
  }
  const { modules, summary } = result;
  const violations = summary.violations.map(({ rule, from, to }) => `${rule.name}: ${from} → ${to}`);
  const seen = new Set(modules.map((module) => module.source));
  if (![...seen].some((source) => /^(apps|packages)\//.test(source))) violations.push(nothingSeen);
  for (const file of sourceFiles(directory, ['apps', 'packages'])) {
    if (/\.tsx?$/.test(file) && !file.endsWith('.d.ts') && !seen.has(file)) {
      violations.push(`everything-is-seen: ${file} → not read by dependency-cruiser`);
    }
  }
  return { modules: seen.size, violations: [...new Set(violations)].sort() };
}

const nothingSeen = 'everything-is-seen: dependency-cruiser read no module of apps or packages';

function collect(command, args, cwd) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text) => (stderr += text));
    child.on('error', reject);
    child.on('close', () => resolve({ stdout, stderr }));
  });
}
