import { existsSync } from 'node:fs';
import { readConfig, type Config } from '../platform/config.ts';
import { pathsOf } from '../platform/paths.ts';
import { findEmbedded } from '../platform/postgres.ts';
import { StartFault } from '../platform/start-fault.ts';
import { fail, ok, textOf, warn, type Check } from './check.ts';
import { command, type Outcome } from './command.ts';
import { databaseChecks } from './doctor-database.ts';
import { fileChecks } from './doctor-files.ts';
import { certificateCheck, portCheck } from './doctor-network.ts';
import { sshCheck } from './doctor-ssh.ts';
import { embeddedOptions } from './installation.ts';

/** `strongroom doctor`: looks at everything a start and a running server need, changes nothing, and says how to mend what is wrong. */
export const doctor = command(
  { words: 'doctor', says: 'looks at keys, database, clock, ports, mail and disk, and says how to mend what is wrong' },
  async () => {
    const read = readConfig();
    if ('faults' in read)
      return outcome(
        read.faults.map(({ where, key, problem, allowed }) =>
          fail('settings', `${where}: ${key} ${problem}.`, `give it ${allowed}, or take it out`),
        ),
      );
    const config = read.ok;
    const { url, running, check } = whereDatabase(config);
    const port = await portCheck(config, running);
    return outcome([
      ok('settings', 'sound.'),
      ...fileChecks(config, running || port.held),
      certificateCheck(config),
      port.check,
      await sshCheck(config),
      ...(url === undefined ? [] : await databaseChecks(config, url)),
      ...check,
    ]);
  },
);

const outcome = (checks: readonly Check[]): Outcome => {
  const count = (level: Check['level']): number => checks.filter((check) => check.level === level).length;
  return {
    ok: count('fail') === 0,
    lines: [...textOf(checks), `${count('ok')} ok, ${count('warn')} to look at, ${count('fail')} to mend`],
    facts: { checks },
  };
};

/** Where the database is asked, and whether a server runs here. An embedded one that does not run is not started: that would be more than looking. */
function whereDatabase(config: Config): { url: string | undefined; running: boolean; check: Check[] } {
  if (config.database.url !== undefined) return { url: config.database.url, running: false, check: [] };
  try {
    const found = findEmbedded(embeddedOptions(config));
    if (found !== undefined) return { url: found.url, running: true, check: [] };
  } catch (error) {
    if (!(error instanceof StartFault)) throw error;
    const mend =
      'bring the file back from a backup of the configuration, or name its place with STRONGROOM_DATABASE_PASSWORD_FILE';
    return { url: undefined, running: true, check: [fail('database', error.message, mend)] };
  }
  const { database } = pathsOf(config.home);
  if (!existsSync(database))
    return { url: undefined, running: false, check: [ok('database', 'made at the first start.')] };
  const lost = !existsSync(config.database.passwordFile);
  return {
    url: undefined,
    running: false,
    check: [
      lost
        ? fail(
            'database',
            `its password is not at ${config.database.passwordFile}, and the next start needs it.`,
            'bring the file back from a backup of the configuration, or name its place with STRONGROOM_DATABASE_PASSWORD_FILE',
          )
        : warn(
            'database',
            'does not run, because the server does not: keys, clock, mail and trail were not looked at.',
            'start the server, then ask again',
          ),
    ],
  };
}
