import { configText, faultsText, readConfig } from '../platform/config.ts';
import type { Command } from './index.ts';

export const configCheck: Command = {
  words: 'config check',
  usage: 'config check [--json]',
  says: 'reads the settings, and lists every fault at once',
  run(args) {
    const read = readConfig();
    const faulty = 'faults' in read;
    if (args.includes('--json'))
      process.stdout.write(
        `${JSON.stringify(faulty ? { ok: false, faults: read.faults } : { ok: true, settings: read.origins })}\n`,
      );
    else (faulty ? process.stderr : process.stdout).write(faulty ? faultsText(read.faults) : configText(read));
    return Promise.resolve(faulty ? 1 : 0);
  },
};
