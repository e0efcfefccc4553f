// The command line beside the server: one file a command. Each prints what it did, or `--json`, and exits 0, 1 (failed) or 2 (wrong usage).
// It owns usage and wording; the work is the modules'.
// It serves nobody: `start` is main.ts.
import { configCheck } from './config-check.ts';

/** One command: its words as typed, what it is for, and the work. Returns the exit status. */
export interface Command {
  readonly words: string;
  readonly usage: string;
  readonly says: string;
  run(args: readonly string[]): Promise<number>;
}

const commands: readonly Command[] = [configCheck];

/** Runs the command that the arguments name. Unknown ones print the usage and give 2. */
export async function runCommand(argv: readonly string[]): Promise<number> {
  const command = commands.find(({ words }) => words === argv.slice(0, words.split(' ').length).join(' '));
  if (command) return command.run(argv.slice(command.words.split(' ').length));
  const wide = Math.max(...commands.map(({ usage }) => usage.length));
  const lines = [{ usage: 'start', says: 'starts the server in the foreground' }, ...commands].map(
    ({ usage, says }) => `  strongroom ${usage.padEnd(wide)}  ${says}`,
  );
  process.stderr.write(`Usage:\n${lines.join('\n')}\n`);
  return argv[0] === 'help' || argv[0] === '--help' ? 0 : 2;
}
