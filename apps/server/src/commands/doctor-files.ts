import { existsSync, statSync, statfsSync, type Stats } from 'node:fs';
import { dirname, isAbsolute, join, relative } from 'node:path';
import { readSigningKey, signingKeyFile } from '../audit/index.ts';
import type { Config } from '../platform/config.ts';
import { memoryFaults, memoryState } from '../platform/memory.ts';
import { pathsOf } from '../platform/paths.ts';
import { readMasterKey } from '../vault/index.ts';
import { codeOf, fail, ok, warn, type Check } from './check.ts';

const gibibyte = 2 ** 30;

/** What can be said of the installation's files without a database. `running`: a server has the keys in memory already. */
export function fileChecks(config: Config, running: boolean): Check[] {
  return [
    ...keyChecks(config, running),
    homeCheck(config.home),
    diskCheck(config.home, freeBytes(config.home)),
    memoryCheck(config),
    existsSync(join(config.checkout, 'apps/web/dist/index.html'))
      ? ok('console', 'built.')
      : fail('console', 'not built, so browsers get nothing.', 'start with npm start, which builds it'),
  ];
}

/** True when an installation was made here: then its keys must be here too. */
const isInstalled = (config: Config): boolean =>
  config.database.url !== undefined || existsSync(pathsOf(config.home).database);

function keyChecks(config: Config, running: boolean): Check[] {
  const files = [
    { what: 'key file', file: config.keyFile, read: () => `holds master key ${readMasterKey(config.keyFile).id}` },
    {
      what: 'audit signing key',
      file: signingKeyFile(config.keyFile),
      read: () => {
        readSigningKey(signingKeyFile(config.keyFile));
        return 'can be read';
      },
    },
  ];
  return files.flatMap(({ what, file, read }) => keyCheck(config, running, what, file, read));
}

function keyCheck(config: Config, running: boolean, what: string, file: string, read: () => string): Check[] {
  if (!existsSync(file)) {
    if (!isInstalled(config)) return [ok(what, `${file} is made at the first start.`)];
    const mend = `put the medium with ${file} back, or name its place with STRONGROOM_KEY_FILE`;
    return [
      running && what === 'key file'
        ? warn(what, `${file} is not there. The server that runs has read it; the next start needs it.`, mend)
        : fail(what, `${file} is not there.`, mend),
    ];
  }
  const checks: Check[] = [];
  try {
    checks.push(ok(what, `${file} ${read()}.`));
  } catch (error) {
    checks.push(
      fail(
        what,
        `${error instanceof Error ? error.message : 'cannot be read'}.`,
        `restore ${file} from your copy, readable to the server's user`,
      ),
    );
  }
  const mode = statSync(file).mode & 0o777;
  if ((mode & 0o077) !== 0)
    checks.push(
      fail(
        what,
        `${file} has mode 0${mode.toString(8)}: other users of this machine may read it.`,
        `chmod 600 ${file}`,
      ),
    );
  for (const [folder, where] of [
    [config.home, 'the state directory'],
    [config.checkout, 'the program'],
  ] as const)
    if (isInside(file, folder))
      checks.push(
        warn(
          what,
          `${file} lies in ${where}, so a copy of that carries the key beside what it opens.`,
          'stop the server, move the file elsewhere, name it with STRONGROOM_KEY_FILE, and start again',
        ),
      );
  return checks;
}

function isInside(file: string, folder: string): boolean {
  const way = relative(folder, file);
  return !way.startsWith('..') && !isAbsolute(way);
}

function homeCheck(home: string): Check {
  const what = 'state directory';
  let stats: Stats;
  try {
    stats = statSync(home);
  } catch (error) {
    return codeOf(error) === 'ENOENT'
      ? ok(what, `${home} is made at the first start.`)
      : fail(
          what,
          `${home} cannot be read (${codeOf(error)}).`,
          'start as the user it belongs to, or name another one with STRONGROOM_HOME',
        );
  }
  if (!stats.isDirectory()) return fail(what, `${home} is no directory.`, 'name another one with STRONGROOM_HOME');
  const ours = process.getuid?.();
  if (ours !== undefined && ours !== 0 && stats.uid !== ours)
    return fail(
      what,
      `${home} belongs to another user.`,
      `start as that user, or name another one with STRONGROOM_HOME`,
    );
  const mode = stats.mode & 0o777;
  // 0710 is how the embedded database's own user gets through.
  if ((mode & 0o067) !== 0)
    return fail(
      what,
      `${home} has mode 0${mode.toString(8)}: other users of this machine may look into it.`,
      `chmod 700 ${home}`,
    );
  return ok(what, `${home}, closed to other users.`);
}

function freeBytes(home: string): number {
  for (let path = home; ; path = dirname(path)) {
    if (!existsSync(path)) continue;
    const { bavail, bsize } = statfsSync(path);
    return bavail * bsize;
  }
}

/** How much room the state directory has: below 256 MB PostgreSQL may stop at any moment, below 2 GB it is time to see to it. */
export function diskCheck(home: string, free: number): Check {
  const says = `${(free / gibibyte).toFixed(1)} GB are free where ${home} lies.`;
  const mend = 'free some room, or move the state directory to a larger disk';
  if (free < gibibyte / 4) return fail('disk', `Only ${says}`, mend);
  return free < 2 * gibibyte ? warn('disk', `Only ${says}`, mend) : ok('disk', says);
}

function memoryCheck(config: Config): Check {
  const faults = memoryFaults(memoryState(config.nodeOptions));
  if (faults.length === 0) return ok('memory', 'no core dump, debugger or heap snapshot would give keys away.');
  const [says, mend] = [faults.join(' '), 'start with the command strongroom, without NODE_OPTIONS'];
  return config.production ? fail('memory', says, mend) : warn('memory', says, mend);
}
