import { createSetupToken } from '../setup/index.ts';
import { addressFor } from './address.ts';
import { command, Refusal } from './command.ts';
import { settingsOrRefuse, withDatabase } from './installation.ts';

/** `strongroom setup link`: a fresh one-time link for an empty installation; the former one ends. */
export const setupLink = command(
  { words: 'setup link', says: 'prints a fresh set-up link for an empty installation; the former one ends' },
  async () => {
    const config = settingsOrRefuse();
    return withDatabase(config, async ({ database, organisations, how }) => {
      if (organisations.length > 0)
        throw new Refusal(
          `This installation is set up already (${organisations.map(({ name }) => name).join(', ')}): no set-up link is made. An administrator adds users in the console.`,
        );
      // A start makes a link of its own, which would end ours before anybody could open it.
      if (how === 'started') throw new Refusal('The server is not running. Start it: it prints a set-up link.');
      const address = addressFor(config);
      const token = await createSetupToken(database);
      if (token === undefined) throw new Refusal('This installation was set up just now: no set-up link is made.');
      const link = `${address}/setup#${token}`;
      return { ok: true, lines: [`Set-up: ${link}`], facts: { link } };
    });
  },
);
