import { realpathSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  collect,
  environment,
  fromEnvironment,
  fromFile,
  parsed,
  type Environment,
  type Fault,
  type Raw,
} from './config-sources.ts';
import {
  envName,
  settingKeys,
  settings,
  wordsOf,
  type LogLevel,
  type Port,
  type SettingKey,
  type Settings,
} from './settings.ts';

export type { Fault } from './config-sources.ts';

/** What the server was told: read once at start, frozen, passed down. Nothing else reads the environment. */
export interface Config {
  /** True under `NODE_ENV=production`, where what is risky is refused rather than warned about. */
  readonly production: boolean;
  /** `NODE_OPTIONS` of this process, for what `memory.ts` refuses in production. */
  readonly nodeOptions: string;
  /** The state directory, absolute. See `paths.ts` for what lies where. */
  readonly home: string;
  /** The root of the checkout this program runs from, absolute. */
  readonly checkout: string;
  readonly keyFile: string;
  /** Undefined means all addresses. */
  readonly host: string | undefined;
  readonly port: Port;
  readonly sshCliPort: Port;
  readonly xmlrpcPort: Port;
  readonly sshProxyPort: Port;
  /** Plain HTTP that only sends browsers to HTTPS. */
  readonly redirectPort: Port;
  /** Without a slash at the end. Undefined: build it from host and the port that was opened. */
  readonly publicUrl: string | undefined;
  readonly tls: { readonly cert: string; readonly key: string } | undefined;
  readonly logLevel: LogLevel;
  readonly database: {
    /** The external PostgreSQL, with its password; undefined means the embedded one. Not enumerable, so that printing a config never shows it. */
    readonly url: string | undefined;
    readonly passwordFile: string;
    readonly binDir: string | undefined;
    readonly osUser: string | undefined;
  };
  /** The user that reset listeners run as under root; undefined for the usual ones. */
  readonly listenerOsUser: string | undefined;
  /** Unattended set-up, for an empty installation. The password file is read only then, so that it may be deleted afterwards. */
  readonly setup:
    | {
        readonly organisation: string;
        readonly admin: string;
        readonly adminEmail: string | undefined;
        readonly adminPasswordFile: string;
        readonly apiTokenFile: string | undefined;
      }
    | undefined;
}

/** Where a setting's value came from, and the value as it may be shown (a database address without its password). */
export interface Origin {
  readonly key: SettingKey;
  readonly from: string;
  readonly shown: string;
}

export type ConfigResult =
  { readonly ok: Config; readonly origins: readonly Origin[] } | { readonly faults: readonly Fault[] };

const checkout = fileURLToPath(new URL('../../../../', import.meta.url)).replace(/\/$/, '');

/**
 * Reads the settings: environment first, then `strongroom.yaml` in the state directory; `<name>_FILE` reads a value from a file.
 * An empty variable counts as absent. Returns every fault at once and throws nothing: an operator mends a file once, not line by line.
 */
export function readConfig(env: Environment = process.env): ConfigResult {
  const faults: Fault[] = [];
  const raws = new Map<SettingKey, Raw>();
  collect(fromEnvironment(env), environment, envName, raws, faults);
  const home = parsed('home', raws.get('home'), faults) ?? join(homedir(), '.strongroom');
  const file = join(home, 'strongroom.yaml');
  collect(fromFile(file, faults), file, (key) => key, raws, faults);

  // Faults of single settings do not hide those that only show in several: the sound ones are judged together all the same.
  const sound = settingKeys.filter(
    (key) => key !== 'home' && raws.has(key) && parsed(key, raws.get(key), faults) !== undefined,
  );
  const all = settings.safeParse(Object.fromEntries(sound.map((key) => [key, raws.get(key)?.text])));
  if (!all.success) return { faults };

  const production = env['NODE_ENV'] === 'production';
  const config = assemble(all.data, home, production, env['NODE_OPTIONS'] ?? '');
  const say = (key: SettingKey, problem: string, allowed = wordsOf(key).allowed): void => {
    const raw = raws.get(key);
    faults.push({ where: raw?.where ?? 'default', key: raw?.name ?? key, problem, allowed });
  };
  checkTogether(config, (key) => raws.has(key), say);
  if (faults.length > 0) return { faults };
  return { ok: config, origins: settingKeys.map((key) => originOf(key, raws.get(key), config)) };
}

function assemble(values: Settings, home: string, production: boolean, nodeOptions: string): Config {
  const { setup_organisation: organisation, setup_admin: admin, setup_admin_password_file: adminPasswordFile } = values;
  const database = {
    passwordFile: values.database_password_file ?? join(home, 'database.password'),
    binDir: values.database_bin_dir,
    osUser: values.database_os_user,
  };
  return Object.freeze({
    production,
    nodeOptions,
    home,
    checkout,
    keyFile: values.key_file ?? join(homedir(), '.strongroom-key', 'master.key'),
    host: values.host,
    port: values.port,
    sshCliPort: values.ssh_cli_port,
    xmlrpcPort: values.xmlrpc_port,
    sshProxyPort: values.ssh_proxy_port,
    redirectPort: values.redirect_port,
    publicUrl: values.public_url,
    tls:
      values.tls_cert !== undefined && values.tls_key !== undefined
        ? Object.freeze({ cert: values.tls_cert, key: values.tls_key })
        : undefined,
    logLevel: values.log_level,
    listenerOsUser: values.listener_os_user,
    database: Object.freeze(
      Object.defineProperty(database, 'url', { value: values.database_url, enumerable: false }) as typeof database & {
        url: string | undefined;
      },
    ),
    setup:
      organisation !== undefined && admin !== undefined && adminPasswordFile !== undefined
        ? Object.freeze({
            organisation,
            admin,
            adminEmail: values.setup_admin_email,
            adminPasswordFile,
            apiTokenFile: values.setup_api_token_file,
          })
        : undefined,
  });
}

/** The rules that need more than one setting. */
function checkTogether(
  config: Config,
  given: (key: SettingKey) => boolean,
  say: (key: SettingKey, problem: string, allowed?: string) => void,
): void {
  if (within(config.home, checkout))
    say('home', 'is inside the checkout', 'a directory outside the program, such as ~/.strongroom');
  if (config.production && within(config.keyFile, config.home))
    say(
      'key_file',
      'is inside the state directory, where a backup would carry the key beside what it opens',
      'a file on another medium or directory',
    );
  if (config.production && within(config.keyFile, checkout))
    say('key_file', 'is inside the checkout', 'a file outside the program');
  if (config.production && config.database.url !== undefined && !safeDatabase(config.database.url))
    say('database_url', 'names another machine without verified TLS', 'sslmode=verify-full in the address');
  if (given('tls_cert') && !given('tls_key')) say('tls_cert', 'is set without tls_key', 'both or neither');
  if (given('tls_key') && !given('tls_cert')) say('tls_key', 'is set without tls_cert', 'both or neither');
  const setupKeys = ['setup_organisation', 'setup_admin', 'setup_admin_password_file'] as const;
  const set = settingKeys.filter((key) => key.startsWith('setup_') && given(key));
  if (set.length > 0)
    for (const key of setupKeys)
      if (!given(key)) say(key, `is missing, while ${set.join(', ')} is set`, wordsOf(key).allowed);
}

function safeDatabase(url: string): boolean {
  const parsedUrl = new URL(url.replace('@/', '@socket/').replace(/^postgres(ql)?:/, 'http:'));
  const host = parsedUrl.searchParams.get('host') ?? parsedUrl.hostname;
  if (
    host.startsWith('/') ||
    host === 'socket' ||
    host === '' ||
    host === 'localhost' ||
    host === '[::1]' ||
    /^127\./.test(host)
  )
    return true;
  return parsedUrl.searchParams.get('sslmode') === 'verify-full';
}

/** True when `path` is `directory` or lies in it, links followed as far as the path exists. */
function within(path: string, directory: string): boolean {
  const way = relative(real(directory), real(path));
  return way === '' || (way !== '..' && !way.startsWith(`..${sep}`));
}

function real(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    const parent = dirname(path);
    return parent === path ? path : join(real(parent), basename(path));
  }
}

function originOf(key: SettingKey, raw: Raw | undefined, config: Config): Origin {
  const from = raw === undefined ? 'default' : raw.where === environment ? raw.name : `${raw.where}, ${raw.name}`;
  if (key === 'home') return { key, from, shown: config.home };
  if (key === 'key_file') return { key, from, shown: config.keyFile };
  if (key === 'database_password_file') return { key, from, shown: config.database.passwordFile };
  if (key === 'database_url' && raw !== undefined)
    return {
      key,
      from,
      shown: raw.text.replace(/\/\/[^@/]*@/, '//[hidden]@').replace(/([?&]password=)[^&]*/gi, '$1[hidden]'),
    };
  return { key, from, shown: raw?.text ?? wordsOf(key).fallback.replaceAll('`', '') };
}

/** The faults as text for a terminal: one a line, `where: key problem. Allowed: …`. */
export function faultsText(faults: readonly Fault[]): string {
  return faults
    .map(({ where, key, problem, allowed }) => `${where}: ${key} ${problem}. Allowed: ${allowed}.`)
    .join('\n');
}

/** What `strongroom config check` prints: every setting with its value and where it came from, or every fault. No secrets. */
export function configText(result: ConfigResult): string {
  if ('faults' in result) return faultsText(result.faults);
  const width = Math.max(...settingKeys.map((key) => key.length));
  return result.origins.map(({ key, from, shown }) => `${key.padEnd(width)}  ${shown}  (${from})`).join('\n');
}
