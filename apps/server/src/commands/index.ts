// The command line beside the server: one file a command. Each prints what it did, or `--json`, and exits 0, 1 (failed) or 2 (wrong usage).
// It owns usage and wording; the work is the modules'.
// It serves nobody: `start` is main.ts.
import type { Command } from './command.ts';

/** A command by its words. Each loads what it needs itself: a question should not wait for the modules of all the others. */
interface Known {
  readonly words: string;
  load(): Promise<Command>;
}

const commands: readonly Known[] = [
  { words: 'config check', load: async () => (await import('./config-check.ts')).configCheck },
  { words: 'doctor', load: async () => (await import('./doctor.ts')).doctor },
  { words: 'setup link', load: async () => (await import('./setup-link.ts')).setupLink },
  { words: 'key status', load: async () => (await import('./key-status.ts')).keyStatus },
  { words: 'audit verify', load: async () => (await import('./audit-verify.ts')).auditVerify },
  { words: 'audit export', load: async () => (await import('./audit-export.ts')).auditExport },
  { words: 'audit public-key', load: async () => (await import('./audit-export.ts')).auditPublicKey },
  { words: 'db migrate', load: async () => (await import('./db-migrate.ts')).databaseMigrate },
  { words: 'cert install', load: async () => (await import('./cert.ts')).certInstall },
  { words: 'cert import', load: async () => (await import('./cert.ts')).certImport },
  { words: 'service install', load: async () => (await import('./service.ts')).serviceInstall },
  { words: 'service remove', load: async () => (await import('./service.ts')).serviceRemove },
];

/** Runs the command that the arguments name. Unknown ones print the usage and give 2. */
export async function runCommand(argv: readonly string[]): Promise<number> {
  const known = commands.find(({ words }) => words === argv.slice(0, words.split(' ').length).join(' '));
  if (known) return (await known.load()).run(argv.slice(known.words.split(' ').length));
  const asked = argv[0] === 'help' || argv[0] === '--help';
  (asked ? process.stdout : process.stderr).write(await usageText());
  return asked ? 0 : 2;
}

/** Every command with what it is for, one a line. */
export async function usageText(): Promise<string> {
  const loaded = await Promise.all(commands.map((known) => known.load()));
  const all = [{ usage: 'start', says: 'starts the server in the foreground' }, ...loaded];
  const wide = Math.max(...all.map(({ usage }) => usage.length));
  return `Usage:\n${all.map(({ usage, says }) => `  strongroom ${usage.padEnd(wide)}  ${says}\n`).join('')}`;
}
