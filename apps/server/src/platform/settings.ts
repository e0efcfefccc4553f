import { homedir } from 'node:os';
import { isAbsolute, join, normalize } from 'node:path';
import { z } from 'zod';

/**
 * Every setting of the server, as one schema. A key is the name in `strongroom.yaml`; the environment variable is the same name in
 * capitals behind `STRONGROOM_`. Values arrive as text from either source, so each schema starts from a string.
 * `docs/configuration.md` is written from this file by a test: `description` is the meaning, `allowed` what a fault tells the
 * operator, `fallback` what happens when the setting is absent, `file: true` that `<key>_file` may name a file holding the value.
 */

/** A TCP port, `0` for a free one, or `off` for a door that is not opened. */
export type Port = number | 'off';

/** How much the log says, most urgent first. `silent` says nothing and exists for tests. */
const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
export type LogLevel = (typeof logLevels)[number];

interface Words {
  readonly description: string;
  readonly allowed: string;
  readonly fallback: string;
  readonly file?: boolean;
}

/** Turns `~/x` into a path in the home directory of the user who runs the server. */
const untilde = (text: string): string =>
  text === '~' || text.startsWith('~/') ? join(homedir(), text.slice(1)) : text;

const path = (words: Omit<Words, 'allowed'>) =>
  z
    .string()
    .transform(untilde)
    .refine(isAbsolute)
    .transform(normalize)
    .optional()
    .meta({ ...words, allowed: 'an absolute path, or one that begins with ~/' });

const port = (fallback: Port, description: string) =>
  z
    .union([
      z.literal('off'),
      z
        .string()
        .regex(/^\d{1,5}$/)
        .transform(Number)
        .pipe(z.int().max(65535)),
    ])
    .default(fallback)
    .meta({
      description,
      allowed: 'a number from 0 to 65535 (0 takes a free port), or off',
      fallback: `\`${fallback}\``,
      file: true,
    });

const word = (pattern: RegExp, words: Words) =>
  z
    .string()
    .regex(pattern)
    .optional()
    .meta({ ...words });

const postgresUrl = (text: string): boolean =>
  /^postgres(ql)?:\/\/\S+$/.test(text) && URL.canParse(text.replace('@/', '@socket/'));

const publicUrl = (text: string): boolean => {
  if (!URL.canParse(text)) return false;
  const url = new URL(text);
  return (
    url.protocol === 'https:' && url.username === '' && url.search === '' && url.hash === '' && url.pathname === '/'
  );
};

/** The settings themselves; see the top of this file for how to read one. */
export const settings = z.strictObject({
  home: path({
    description:
      'The state directory: database files, certificates, recordings, backups, logs. Never inside the checkout. Only from the environment, because the file of settings lies in it.',
    fallback: '`~/.strongroom`',
  }),
  key_file: path({
    description:
      'The master key. With `NODE_ENV=production` it is refused inside the state directory and inside the checkout.',
    fallback: '`~/.strongroom-key/master.key`',
  }),
  database_url: z.string().refine(postgresUrl).optional().meta({
    description:
      'An external PostgreSQL, 15 or newer. With `NODE_ENV=production` a database on another machine needs `sslmode=verify-full`.',
    allowed:
      'postgresql://user:password@host:port/database, parameters such as sslmode=verify-full and sslrootcert=/path after a ?',
    fallback: 'unset: the embedded PostgreSQL is started',
    file: true,
  }),
  database_password_file: path({
    description:
      "Where the embedded database's generated password lies. Written at the first start; a later start without it is refused.",
    fallback: '`database.password` in the state directory',
  }),
  database_bin_dir: path({
    description:
      'A directory with `postgres` and `initdb` of another PostgreSQL to use in place of the bundled one. Its major version must be that of the data directory.',
    fallback: 'unset: the bundled PostgreSQL 18',
  }),
  database_os_user: word(/^[a-z_][a-z0-9_.-]{0,31}$/, {
    description:
      'The user of the operating system that the embedded database runs as when the server is started by root. PostgreSQL refuses root.',
    allowed: 'the name of a user other than root',
    fallback: 'the first that exists of `strongroom`, `postgres`, `nobody`',
    file: true,
  }),
  listener_os_user: word(/^[a-z_][a-z0-9_.-]{0,31}$/, {
    description:
      'The user of the operating system that reset listeners run as when the server is started by root. `root` lets them run as root.',
    allowed: 'the name of a user',
    fallback: 'the first that exists of `strongroom-listeners`, `nobody`',
    file: true,
  }),
  host: word(/^[A-Za-z0-9.:_-]{1,253}$/, {
    description: 'The address or host name to listen on.',
    allowed: 'an IP address or host name',
    fallback: 'all addresses',
    file: true,
  }),
  port: port(7272, 'HTTPS: the console, `/api/v1`, `/restapi` and web sockets.'),
  public_url: z
    .string()
    .refine(publicUrl)
    .transform((text) => text.replace(/\/$/, ''))
    .optional()
    .meta({
      description: 'What links in mails and the printed console address say.',
      allowed: 'https://host or https://host:port, without a path',
      fallback: 'from host and port',
      file: true,
    }),
  ssh_cli_port: port(5522, 'The SSH command line.'),
  xmlrpc_port: port(7070, 'XML-RPC.'),
  ssh_proxy_port: port(7222, 'Native SSH clients through the gateway.'),
  tls_cert: path({
    description:
      "The PEM file with the server's certificate, followed by its chain. Watched: a new file is used without a restart.",
    fallback: 'a self-signed certificate made at the first start',
  }),
  tls_key: path({
    description: 'The PEM file with the private key of `tls_cert`.',
    fallback: 'made with the self-signed certificate',
  }),
  redirect_port: port('off', 'Plain HTTP that sends browsers to HTTPS and serves nothing else. Usually 80.'),
  log_level: z
    .enum(logLevels)
    .default('info')
    .meta({
      description: 'How much the log says. Signal `SIGUSR2` turns `debug` on and off while the server runs.',
      allowed: logLevels.join(', '),
      fallback: '`info`',
      file: true,
    }),
  setup_organisation: word(/^\S(.{0,98}\S)?$/, {
    description: 'Unattended set-up, on an empty installation only: the name of the first organisation.',
    allowed: '1 to 100 characters',
    fallback: 'unset: a set-up link is printed',
    file: true,
  }),
  setup_admin: word(/^[^\s\p{Cc}]{1,128}$/u, {
    description: "Unattended set-up: the first administrator's user name.",
    allowed: '1 to 128 characters without spaces',
    fallback: 'unset',
    file: true,
  }),
  setup_admin_email: word(/^[^\s@]+@[^\s@]+$/, {
    description: "Unattended set-up: the first administrator's mail address.",
    allowed: 'a mail address',
    fallback: 'unset',
    file: true,
  }),
  setup_admin_password_file: path({
    description:
      "Unattended set-up: the file that holds the first administrator's password. Read on an empty installation only; delete it afterwards.",
    fallback: 'unset',
  }),
  setup_api_token_file: path({
    description:
      'Unattended set-up: where to write a token of the API user `setup@localhost`, who has the Administrator role. Mode 0600.',
    fallback: 'unset: no such user is made',
  }),
});

/** The settings by their names in `strongroom.yaml`, after parsing and defaults. */
export type Settings = z.output<typeof settings>;
export type SettingKey = keyof Settings;

/** The name of every setting, in the order of the documentation. */
export const settingKeys = Object.keys(settings.shape) as SettingKey[];

/** `port` is `STRONGROOM_PORT`. */
export const envName = (key: string): string => `STRONGROOM_${key.toUpperCase()}`;

/** What a setting means, allows and falls back to, for documentation and for faults. */
export function wordsOf(key: SettingKey): Words {
  const meta = settings.shape[key].meta() ?? {};
  const text = (name: keyof Words): string => (typeof meta[name] === 'string' ? meta[name] : '');
  return {
    description: text('description'),
    allowed: text('allowed'),
    fallback: text('fallback'),
    file: meta['file'] === true,
  };
}
