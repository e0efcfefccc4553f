import { existsSync } from 'node:fs';
import type { NoteSigner } from '@strongroom/audit-proof';
import { readSigningKey, signingKeyFile } from '../audit/index.ts';
import { fault } from '../key-files.ts';
import { readConfig, type Config } from '../platform/config.ts';
import { connect, type Database } from '../platform/db.ts';
import { migrate } from '../platform/migrate.ts';
import { pathsOf } from '../platform/paths.ts';
import { findEmbedded, startEmbedded, type EmbeddedOptions } from '../platform/postgres.ts';
import { organisations, type Organisation } from '../setup/index.ts';
import { Refusal } from './command.ts';

/** The settings, or a `Refusal` with all their faults. */
export function settingsOrRefuse(): Config {
  const read = readConfig();
  if ('faults' in read) throw new Refusal('The settings have faults.', read.faults);
  return read.ok;
}

/** How a command reached the database: an external one, the embedded one of a running server, or one it started itself. */
export interface Reached {
  readonly url: string;
  readonly how: 'external' | 'running' | 'started';
}

/** What of the settings the embedded database needs. */
export const embeddedOptions = (config: Config): EmbeddedOptions => ({
  home: config.home,
  passwordFile: config.database.passwordFile,
  binDir: config.database.binDir,
  osUser: config.database.osUser,
});

/**
 * Runs `work` with the address of the installation's database. Without a running server the embedded database is started for as
 * long as the work takes, and holds the state directory meanwhile. Refuses where no installation is.
 */
export async function withAddress<T>(config: Config, work: (reached: Reached) => Promise<T>): Promise<T> {
  if (config.database.url !== undefined) return work({ url: config.database.url, how: 'external' });
  const running = findEmbedded(embeddedOptions(config));
  if (running !== undefined) return work({ url: running.url, how: 'running' });
  if (!existsSync(pathsOf(config.home).database))
    throw new Refusal(
      `There is no installation in ${config.home}. Start the server, which makes one, or name another directory with STRONGROOM_HOME.`,
    );
  const embedded = await startEmbedded(embeddedOptions(config));
  try {
    return await work({ url: embedded.url, how: 'started' });
  } finally {
    await embedded.stop();
  }
}

/** Like `withAddress`, with a pool on the database and its organisations. A database that waits for migrations is refused. */
export async function withDatabase<T>(
  config: Config,
  work: (parts: { database: Database; organisations: readonly Organisation[]; how: Reached['how'] }) => Promise<T>,
): Promise<T> {
  return withAddress(config, async ({ url, how }) => {
    // Nobody else serves from a database that we started: it may be brought to this release, as the next start would do.
    if (how === 'started') await migrate(url);
    const database = connect(url, { max: 4 });
    try {
      return await work({ database, how, organisations: await organisations(database) });
    } finally {
      await database.close();
    }
  });
}

/** The organisations a command is about: the one of `--organisation`, or all. Refuses an unknown one, and an empty installation. */
export function chosen(all: readonly Organisation[], id: string | undefined): readonly Organisation[] {
  if (all.length === 0)
    throw new Refusal(
      'Nothing is set up yet: open the set-up link that the server printed, or ask for one with strongroom setup link.',
    );
  if (id === undefined) return all;
  const found = all.filter((organisation) => organisation.id === id);
  if (found.length === 0)
    throw new Refusal(
      `There is no organisation ${id}. There are: ${all.map((one) => `${one.id} (${one.name})`).join(', ')}.`,
    );
  return found;
}

/** The signers of the trails, from the key beside the master key. Throws `StartFault` when the file cannot be used. */
export const signersOf = (config: Config): ((organisationId: string) => NoteSigner) =>
  fault(() => readSigningKey(signingKeyFile(config.keyFile)));
