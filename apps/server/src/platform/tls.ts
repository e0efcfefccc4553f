import { constants, createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto';
import { existsSync, readFileSync, rmSync, watch, type FSWatcher } from 'node:fs';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { createSecureContext, type TlsOptions } from 'node:tls';
import { certificatesIn, UnfitCertificate, type Pair } from './certificate.ts';
import { pathsOf, writePrivate } from './paths.ts';
import type { Names } from './self-signed.ts';
import { StartFault } from './start-fault.ts';

const dayMs = 86_400_000;
const renewDays = 30;
const settleMs = 250;

/** What of the configuration decides the certificate. */
export interface TlsSource {
  readonly home: string;
  readonly tls: { readonly cert: string; readonly key: string } | undefined;
  readonly host: string | undefined;
  readonly publicUrl: string | undefined;
}

/** What happened to the certificate while the server runs. After `kept` the earlier one stays in use. */
export type TlsChange =
  | { readonly is: 'changed'; readonly fingerprint: string; readonly notAfter: Date }
  | { readonly is: 'kept'; readonly why: string };

/** Where the certificate in use came from: the files that the settings name, one that was installed, or one we made. */
export type TlsKind = 'files' | 'installed' | 'self-signed';

/** The server's certificate and how it follows its files. */
export interface Tls {
  /** For `https.createServer`: certificate, key, TLS 1.2 or newer, suites with forward secrecy and authenticated encryption only. */
  readonly options: Pick<TlsOptions, 'cert' | 'key' | 'minVersion' | 'ciphers' | 'honorCipherOrder' | 'ecdhCurve'>;
  /** Upper-case hex of the SHA-256 over the certificate, bytes parted by colons. */
  readonly fingerprint: string;
  readonly notAfter: Date;
  readonly selfSigned: boolean;
  /** The certificate in use at this moment, then its chain, and where they came from. */
  current(): { readonly kind: TlsKind; readonly certificates: readonly X509Certificate[] };
  /**
   * Stores a pair for this and every later start. Returns how to undo that. Throws `UnfitCertificate` when a server cannot use it, or when the settings name files,
   * which come first. It is served after `reload`, or when the watch sees it.
   */
  install(pair: Pair): () => void;
  /** Takes the present files into use. Throws as `loadTls` does, and the former pair stays. */
  reload(): Promise<void>;
  /**
   * Follows the files, SIGHUP, and the end of a self-signed certificate's days: a new pair is given to the server without a restart, and open connections stay. A pair that
   * does not fit is reported and not used. Returns how to stop.
   */
  watch(server: Reloadable, onChange: (change: TlsChange) => void): () => void;
}

/** As much of `https.Server` as reloading needs. */
export interface Reloadable {
  setSecureContext(options: TlsOptions): void;
}

// RFC 9325 section 4.2: ECDHE with AEAD only. The first three are TLS 1.3's.
const ciphers = [
  'TLS_AES_256_GCM_SHA384',
  'TLS_CHACHA20_POLY1305_SHA256',
  'TLS_AES_128_GCM_SHA256',
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-RSA-AES256-GCM-SHA384',
  'ECDHE-ECDSA-CHACHA20-POLY1305',
  'ECDHE-RSA-CHACHA20-POLY1305',
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-RSA-AES128-GCM-SHA256',
].join(':');

/**
 * Gives the certificate: the operator's PEM files, else the one that was installed, else a self-signed one that is made at the first start and made anew 30 days before it ends or
 * when it does not cover the public address. Throws `StartFault` when files cannot be read, do not belong together or, of the operator's, have expired. An installed certificate that
 * has expired is served on, since the console to replace it is reached through it.
 */
export async function loadTls(source: TlsSource): Promise<Tls> {
  let current = await load(source);
  const followers = new Set<(pair: Pair) => void>();
  const reload = async (): Promise<void> => {
    const next = await load(source);
    if (next.pair.cert === current.pair.cert && next.pair.key === current.pair.key) return;
    for (const follower of followers) follower(next.pair);
    current = next;
  };
  return {
    options: optionsOf(current.pair),
    fingerprint: current.pair.leaf.fingerprint256,
    notAfter: current.pair.leaf.validToDate,
    selfSigned: current.kind === 'self-signed',
    current: () => ({ kind: current.kind, certificates: certificatesIn(current.pair.cert) }),
    install: (pair) => installPair(source, pair),
    reload,
    watch(server, onChange) {
      const follower = (pair: Pair): void => {
        server.setSecureContext(optionsOf(pair));
        onChange({ is: 'changed', fingerprint: pair.leaf.fingerprint256, notAfter: pair.leaf.validToDate });
      };
      followers.add(follower);
      const stop = follow(source, () =>
        reload().catch((error: unknown) => {
          onChange({ is: 'kept', why: error instanceof Error ? error.message : String(error) });
        }),
      );
      return () => {
        followers.delete(follower);
        stop();
      };
    },
  };
}

/** Where the certificate lies that is in use now or at the next start. An installed one is a single file, so that key and certificate are replaced in one step. */
export function tlsFiles(source: Pick<TlsSource, 'home' | 'tls'>): { kind: TlsKind; cert: string; key: string } {
  if (source.tls !== undefined) return { kind: 'files', ...source.tls };
  const installed = installedFile(source);
  if (existsSync(installed)) return { kind: 'installed', cert: installed, key: installed };
  const directory = pathsOf(source.home).tls;
  return { kind: 'self-signed', cert: join(directory, 'server.crt'), key: join(directory, 'server.key') };
}

const installedFile = (source: Pick<TlsSource, 'home'>): string => join(pathsOf(source.home).tls, 'installed.pem');

async function load(source: TlsSource): Promise<{ pair: Pair; kind: TlsKind }> {
  const { kind, ...files } = tlsFiles(source);
  if (kind === 'self-signed' && !isStillGood(files, source)) {
    // Loaded by the start that makes one: it brings two hundred modules, and the others need none of them.
    const { makeSelfSigned } = await import('./self-signed.ts');
    await makeSelfSigned(files, namesFor(source));
  }
  return { pair: readPair(files, kind === 'installed'), kind };
}

/**
 * Stores a pair where `loadTls` finds it, written aside and renamed. Returns how to undo that, which does nothing once somebody stored another. For the command line, which has no
 * server; a running one sees the file. Throws as `Tls.install`.
 */
export function installPair(source: Pick<TlsSource, 'home' | 'tls'>, pair: Pair): () => void {
  if (source.tls !== undefined)
    throw new UnfitCertificate(
      'The certificate comes from the files that STRONGROOM_TLS_CERT and STRONGROOM_TLS_KEY name. Replace those files, which the running server follows, or take the two settings away.',
    );
  try {
    createSecureContext(optionsOf(pair));
  } catch (error) {
    throw new UnfitCertificate(`The certificate cannot be used: ${reasonOf(error)}.`);
  }
  const file = installedFile(source);
  const ours = `${pair.key}${pair.cert}`;
  const before = existsSync(file) ? readFileSync(file, 'utf8') : undefined;
  writePrivate(file, ours, source.home);
  return () => {
    if (!existsSync(file) || readFileSync(file, 'utf8') !== ours) return;
    if (before === undefined) rmSync(file);
    else writePrivate(file, before, source.home);
  };
}

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : 'unknown reason');

const optionsOf = ({ cert, key }: Pair): Tls['options'] => ({
  cert,
  key,
  minVersion: 'TLSv1.2',
  ciphers,
  honorCipherOrder: true,
  ecdhCurve: 'X25519MLKEM768:X25519:P-256:P-384',
});

/** The same without session tickets, for a door that clients enter by certificate: each connection shows its own anew. */
export const withoutTickets = (tls: TlsOptions): TlsOptions => ({ ...tls, secureOptions: constants.SSL_OP_NO_TICKET });

/** Reads a PEM pair and checks that a server can use it. Throws `StartFault` that says which file is wrong and how; never with what the key file holds. */
export function readPair(files: { readonly cert: string; readonly key: string }, evenExpired = false): Pair {
  const cert = readPem(files.cert, 'certificate');
  const key = readPem(files.key, 'private key');
  let leaf: X509Certificate;
  try {
    leaf = new X509Certificate(cert);
  } catch {
    throw new StartFault(`${files.cert} holds no PEM certificate.`);
  }
  let privateKey: KeyObject;
  try {
    privateKey = createPrivateKey(key);
  } catch {
    const why = /ENCRYPTED/.test(key)
      ? 'is protected by a passphrase; store the key without one, readable to the server only'
      : 'holds no PEM private key';
    throw new StartFault(`${files.key} ${why}.`);
  }
  if (!leaf.checkPrivateKey(privateKey))
    throw new StartFault(
      `The private key in ${files.key} does not belong to the certificate in ${files.cert}. The server's own certificate must come first, then its chain.`,
    );
  if (!evenExpired && leaf.validToDate.getTime() <= Date.now())
    throw new StartFault(`The certificate in ${files.cert} expired on ${leaf.validToDate.toISOString()}.`);
  if (leaf.validFromDate.getTime() > Date.now() + dayMs)
    throw new StartFault(
      `The certificate in ${files.cert} is not valid before ${leaf.validFromDate.toISOString()}. Check the clock.`,
    );
  const pair = { cert, key, leaf };
  try {
    createSecureContext(optionsOf(pair));
  } catch (error) {
    throw new StartFault(`The certificate in ${files.cert} cannot be used: ${reasonOf(error)}.`);
  }
  return pair;
}

function readPem(file: string, what: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown reason';
    throw new StartFault(`The ${what} ${file} cannot be read (${code}).`);
  }
}

/** The names a browser may use: this machine's, and what the operator said. */
function namesFor(source: TlsSource): Names {
  const named = [
    source.host,
    source.publicUrl === undefined ? undefined : new URL(source.publicUrl).hostname.replace(/^\[|\]$/g, ''),
  ];
  const others = named.filter((name): name is string => name !== undefined && name !== '0.0.0.0' && name !== '::');
  const isIp = (name: string): boolean => /^[0-9.]+$|:/.test(name);
  const host = hostname().toLowerCase();
  return {
    dns: [
      ...new Set([
        'localhost',
        ...(/^[a-z0-9.-]{1,253}$/.test(host) ? [host] : []),
        ...others.filter((name) => !isIp(name)),
      ]),
    ],
    ip: [...new Set(['127.0.0.1', '::1', ...others.filter(isIp)])],
  };
}

function isStillGood(files: { cert: string; key: string }, source: TlsSource): boolean {
  if (!existsSync(files.cert) || !existsSync(files.key)) return false;
  try {
    const { leaf } = readPair(files);
    const { dns, ip } = namesFor(source);
    return (
      leaf.validToDate.getTime() - Date.now() > renewDays * dayMs &&
      dns.every((name) => leaf.checkHost(name) !== undefined) &&
      ip.every((address) => leaf.checkIP(address) !== undefined)
    );
  } catch {
    // Ours, and made in a moment: a broken one is replaced rather than argued about.
    return false;
  }
}

function follow(source: TlsSource, reload: () => Promise<void>): () => void {
  let timer: NodeJS.Timeout | undefined;
  // Certificate and key are replaced one after the other: wait until they have settled.
  const soon = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => void reload(), settleMs);
  };
  const own = pathsOf(source.home).tls;
  const watched = source.tls
    ? [source.tls.cert, source.tls.key]
    : [join(own, 'server.crt'), join(own, 'server.key'), installedFile(source)];
  // Directories, not files: tools replace a file by renaming another over it, which a watch on the file does not survive.
  const watchers: FSWatcher[] = [...new Set(watched.map((file) => dirname(file)))].map((directory) => {
    const names = watched.filter((file) => dirname(file) === directory).map((file) => basename(file));
    const watcher = watch(directory, { persistent: false }, (_, name) => {
      // Mounted secrets are swapped through a link such as ..data.
      if (name === null || names.includes(name) || name.startsWith('..')) soon();
    });
    return watcher.on('error', () => watcher.close());
  });
  process.on('SIGHUP', soon);
  const daily = setInterval(soon, dayMs).unref();
  return () => {
    for (const watcher of watchers) watcher.close();
    process.off('SIGHUP', soon);
    clearInterval(daily);
    clearTimeout(timer);
  };
}
