/**
 * `npm run bench -- NAME…`: runs bench/*.bench.ts one after the other, each in a process of its own, writes
 * bench/results.json and prints the rows. A name picks the file of that name, or the files that deliver rows of that
 * name; no name picks all. Exit status 1 when a row misses its target or a benchmark did not finish, 2 for a wrong name.
 */
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describeMachine, faultsOf, merge, table } from './lib/bench-rows.mjs';
import { ensureInstalled, pinnedNode, root } from './lib/install.mjs';
import { runProgram } from './lib/steps.mjs';

await ensureInstalled();
const folder = join(root, 'bench');
const files = readdirSync(folder)
  .filter((name) => name.endsWith('.bench.ts'))
  .sort();
const texts = new Map(files.map((file) => [file, readFileSync(join(folder, file), 'utf8')]));
const delivers = (file, name) =>
  file === `${name}.bench.ts` ||
  [`'${name}'`, `"${name}"`].some((quoted) => texts.get(file).includes(`name: ${quoted}`));

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !files.some((file) => delivers(file, name)));
if (unknown.length > 0 || files.length === 0) {
  const known = files.map((file) => file.replace(/\.bench\.ts$/, '')).join(', ');
  process.stderr.write(`No benchmark ${unknown.join(', ')}. There are: ${known || 'none'}\n`);
  process.exit(2);
}
const picked = files.filter((file) => wanted.length === 0 || wanted.some((name) => delivers(file, name)));

const node = await runProgram(pinnedNode(), ['--version']);
const machine = describeMachine(node.output.trim().replace(/^v/, ''));
const scratch = mkdtempSync(join(tmpdir(), 'bench-'));
const rows = [];
const broken = [];
try {
  for (const file of picked) {
    process.stderr.write(`${file} ...\n`);
    const out = join(scratch, `${file}.json`);
    const child = fileURLToPath(new URL('./lib/bench-one.mjs', import.meta.url));
    const { code } = await runProgram(pinnedNode(), [child, join(folder, file), out], {
      // Some take the better part of an hour, and say how far they are.
      onOutput: (text) => process.stderr.write(text),
    });
    const result = code === 0 ? JSON.parse(readFileSync(out, 'utf8')) : undefined;
    const faults = code === 0 ? faultsOf(result) : [`it ended with exit status ${code}`];
    if (faults.length === 0) {
      rows.push(...result.map((row) => ({ ...row, machine, at: new Date().toISOString() })));
    } else {
      broken.push(file);
      process.stderr.write(`${file}: ${faults.join('; ')}\n`);
    }
  }
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

const results = join(folder, 'results.json');
writeFileSync(results, `${JSON.stringify(merge(readOld(results), rows), null, 2)}\n`);
if (rows.length > 0) process.stdout.write(`${table(rows)}\n`);
for (const file of broken) process.stdout.write(`FAIL  ${file} did not finish\n`);
process.exitCode = broken.length === 0 && rows.every(({ ok }) => ok) ? 0 : 1;

function readOld(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    if (error.code === 'ENOENT') return [];
    throw error;
  }
}
