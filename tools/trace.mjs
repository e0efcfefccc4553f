/**
 * `npm run trace`: writes docs/requirements.md and prints `N of M requirements shown by tests`. What is missing or
 * contradictory is listed on stderr; the exit status is 1 then. Runs under plain Node.js 20.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensureInstalled, root } from './lib/install.mjs';

await ensureInstalled();
// Needs an installed package, so it can only be loaded now.
const { traceRequirements } = await import('./lib/requirements.mjs');
const { page, shown, total, faults } = traceRequirements(root);
mkdirSync(join(root, 'docs'), { recursive: true });
writeFileSync(join(root, 'docs', 'requirements.md'), page);
for (const fault of faults) process.stderr.write(`${fault}\n`);
process.stdout.write(`${shown} of ${total} requirements shown by tests\n`);
process.exitCode = faults.length === 0 ? 0 : 1;
