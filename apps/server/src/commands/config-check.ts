import { configText, readConfig } from '../platform/config.ts';
import { command, Refusal } from './command.ts';

/** `strongroom config check`. */
export const configCheck = command(
  { words: 'config check', says: 'reads the settings, and lists every fault at once' },
  () => {
    const read = readConfig();
    if ('faults' in read) throw new Refusal('The settings have faults.', read.faults);
    return Promise.resolve({ ok: true, lines: configText(read).split('\n'), facts: { settings: read.origins } });
  },
);
