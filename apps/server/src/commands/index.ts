// The command line beside the server: one file a command. Each prints what it did, or `--json`, and exits 0, 1 (failed) or 2 (wrong usage).
// It owns usage and wording; the work is the modules'.
// It serves nobody: `start` is main.ts.
import { auditExport, auditPublicKey } from './audit-export.ts';
import { auditVerify } from './audit-verify.ts';
import { certImport, certInstall } from './cert.ts';
import type { Command } from './command.ts';
import { configCheck } from './config-check.ts';
import { databaseMigrate } from './db-migrate.ts';
import { doctor } from './doctor.ts';
import { keyStatus } from './key-status.ts';
import { serviceInstall, serviceRemove } from './service.ts';
import { setupLink } from './setup-link.ts';

const commands: readonly Command[] = [
  configCheck,
  doctor,
  setupLink,
  keyStatus,
  auditVerify,
  auditExport,
  auditPublicKey,
  databaseMigrate,
  certInstall,
  certImport,
  serviceInstall,
  serviceRemove,
];

/** Runs the command that the arguments name. Unknown ones print the usage and give 2. */
export async function runCommand(argv: readonly string[]): Promise<number> {
  const command = commands.find(({ words }) => words === argv.slice(0, words.split(' ').length).join(' '));
  if (command) return command.run(argv.slice(command.words.split(' ').length));
  const asked = argv[0] === 'help' || argv[0] === '--help';
  (asked ? process.stdout : process.stderr).write(usageText());
  return asked ? 0 : 2;
}

/** Every command with what it is for, one a line. */
export function usageText(): string {
  const all = [{ usage: 'start', says: 'starts the server in the foreground' }, ...commands];
  const wide = Math.max(...all.map(({ usage }) => usage.length));
  return `Usage:\n${all.map(({ usage, says }) => `  strongroom ${usage.padEnd(wide)}  ${says}\n`).join('')}`;
}
