import { execFile } from 'node:child_process';
import { chownSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { readConfig, type Config, type Origin } from '../platform/config.ts';
import { envName } from '../platform/settings.ts';
import { unitOf } from '../platform/systemd.ts';
import { codeOf } from './check.ts';
import { command, Refusal } from './command.ts';

const run = promisify(execFile);
const unit = 'strongroom.service';
const usualDirectory = '/etc/systemd/system';
/** What the unit says by itself, or what is only wanted once. */
const notCarried = (key: string): boolean => key === 'home' || key === 'key_file' || key.startsWith('setup_');

/** `strongroom service install`: writes a systemd unit for this checkout, state directory and key, and enables it. */
export const serviceInstall = command(
  {
    words: 'service install',
    takes: '[--user NAME] [--directory DIR] [--print]',
    says: 'makes a systemd service of this installation; --print only shows the unit',
    options: { user: { type: 'string' }, directory: { type: 'string' }, print: { type: 'boolean' } },
  },
  async (called) => {
    const read = readConfig();
    if ('faults' in read) throw new Refusal('The settings have faults.', read.faults);
    const config = read.ok;
    const user = called.one('user') ?? userInfo().username;
    const { uid, gid } = await idsOf(user);
    const text = unitOf({
      node: process.execPath,
      launcher: join(config.checkout, 'apps/server/bin/strongroom.mjs'),
      checkout: config.checkout,
      user,
      home: config.home,
      keyFile: config.keyFile,
      settings: fromEnvironment(read.origins),
      lowPort: [config.port, config.redirectPort, config.sshCliPort, config.xmlrpcPort, config.sshProxyPort].some(
        (port) => typeof port === 'number' && port > 0 && port < 1024,
      ),
    });
    if (called.flag('print')) return { ok: true, lines: text.trimEnd().split('\n'), facts: { unit: text } };
    const file = join(called.one('directory') ?? usualDirectory, unit);
    if (existsSync(file) && readFileSync(file, 'utf8') === text)
      return { ok: true, lines: [`${file} is installed already and up to date.`], facts: { file, changed: false } };
    makeDirectories(config, uid, gid);
    try {
      writeFileSync(file, text, { mode: 0o644 });
    } catch (error) {
      throw new Refusal(`${file} cannot be written (${codeOf(error)}). Installing a service needs root: use sudo.`);
    }
    const live = file === join(usualDirectory, unit) && isSystemd();
    if (live) await systemctl(['daemon-reload'], ['enable', unit]);
    return {
      ok: true,
      lines: [
        `Wrote ${file}: runs as ${user}, state in ${config.home}, key in ${config.keyFile}.`,
        live
          ? 'It starts with the machine. Start it now: systemctl start strongroom'
          : 'systemd does not run here. Where it does: systemctl enable --now strongroom',
      ],
      facts: { file, changed: true, user, enabled: live },
    };
  },
);

/** `strongroom service remove`: stops the service and removes its unit. Data, settings and keys stay. */
export const serviceRemove = command(
  {
    words: 'service remove',
    takes: '[--directory DIR]',
    says: 'stops the systemd service and removes it; data and keys stay',
    options: { directory: { type: 'string' } },
  },
  async (called) => {
    const file = join(called.one('directory') ?? usualDirectory, unit);
    if (!existsSync(file)) throw new Refusal(`There is no ${file}: no service is installed.`);
    const live = file === join(usualDirectory, unit) && isSystemd();
    if (live) await systemctl(['disable', '--now', unit]);
    try {
      rmSync(file);
    } catch (error) {
      throw new Refusal(`${file} cannot be removed (${codeOf(error)}). Removing a service needs root: use sudo.`);
    }
    if (live) await systemctl(['daemon-reload']);
    return { ok: true, lines: [`Removed ${file}. Data, settings and keys are as they were.`], facts: { file } };
  },
);

/** Settings that were given by variables, for the unit. A unit can be read by everybody, so one that may hold a password is refused. */
function fromEnvironment(origins: readonly Origin[]): Record<string, string> {
  const carried = origins.filter(({ key, from }) => from.startsWith('STRONGROOM_') && !notCarried(key));
  for (const { key, from } of carried)
    if (key === 'database_url' || from !== envName(key))
      throw new Refusal(
        `${from} is not written into a unit, which everybody can read. Put ${from.replace('STRONGROOM_', '').toLowerCase()} into strongroom.yaml in the state directory instead.`,
      );
  return Object.fromEntries(carried.map(({ key, shown }) => [envName(key), shown.replace(/^~(?=\/|$)/, homedir())]));
}

/** The number of a user and of their group. Source: id(1). */
async function idsOf(user: string): Promise<{ uid: number; gid: number }> {
  try {
    const numbers = await Promise.all(['-u', '-g'].map(async (flag) => (await run('id', [flag, '--', user])).stdout));
    const [uid = NaN, gid = NaN] = numbers.map(Number);
    return { uid, gid };
  } catch {
    throw new Refusal(`There is no user ${user} on this machine. Make one: useradd --system --create-home ${user}`);
  }
}

/** The unit's writable directories must be there before its first start, and the user's own. */
function makeDirectories(config: Config, uid: number, gid: number): void {
  for (const directory of [config.home, dirname(config.keyFile)]) {
    if (existsSync(directory)) continue;
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    if (process.getuid?.() === 0) chownSync(directory, uid, gid);
  }
}

/** Whether systemd is this machine's init. Source: sd_booted(3). */
const isSystemd = (): boolean => existsSync('/run/systemd/system');

async function systemctl(...calls: readonly (readonly string[])[]): Promise<void> {
  for (const args of calls)
    await run('systemctl', [...args]).catch((error: unknown) => {
      const says = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : 'unknown reason';
      throw new Refusal(`systemctl ${args.join(' ')} failed: ${says}`);
    });
}
