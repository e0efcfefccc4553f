import 'reflect-metadata';
import { createPrivateKey, webcrypto, X509Certificate, type KeyObject } from 'node:crypto';
import { existsSync, readFileSync, watch, type FSWatcher } from 'node:fs';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { createSecureContext, type TlsOptions } from 'node:tls';
import * as x509 from '@peculiar/x509';
import { pathsOf, writePrivate } from './paths.ts';
import { StartFault } from './start-fault.ts';

const dayMs = 86_400_000;
const validDays = 825;
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

/** The server's certificate and how it follows its files. */
export interface Tls {
  /** For `https.createServer`: certificate, key, TLS 1.2 or newer, suites with forward secrecy and authenticated encryption only. */
  readonly options: Pick<TlsOptions, 'cert' | 'key' | 'minVersion' | 'ciphers' | 'honorCipherOrder' | 'ecdhCurve'>;
  /** Upper-case hex of the SHA-256 over the certificate, bytes parted by colons. */
  readonly fingerprint: string;
  readonly notAfter: Date;
  readonly selfSigned: boolean;
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

interface Pair {
  readonly cert: string;
  readonly key: string;
  readonly leaf: X509Certificate;
}

/**
 * Gives the certificate: the operator's PEM files, or a self-signed one that is made at the first start and made anew 30 days before it ends or when it does not cover
 * the public address. Throws `StartFault` when the operator's files cannot be read, do not belong together or have expired.
 */
export async function loadTls(source: TlsSource): Promise<Tls> {
  const { pair, files } = await load(source);
  return {
    options: optionsOf(pair),
    fingerprint: pair.leaf.fingerprint256,
    notAfter: pair.leaf.validToDate,
    selfSigned: source.tls === undefined,
    watch: (server, onChange) => follow(source, files, pair, server, onChange),
  };
}

async function load(source: TlsSource): Promise<{ pair: Pair; files: { cert: string; key: string } }> {
  const directory = pathsOf(source.home).tls;
  const files = source.tls ?? { cert: join(directory, 'server.crt'), key: join(directory, 'server.key') };
  if (source.tls === undefined && !isStillGood(files, source)) await makeSelfSigned(files, source);
  return { pair: readPair(files), files };
}

const optionsOf = ({ cert, key }: Pair): Tls['options'] => ({
  cert,
  key,
  minVersion: 'TLSv1.2',
  ciphers,
  honorCipherOrder: true,
  ecdhCurve: 'X25519MLKEM768:X25519:P-256:P-384',
});

/** Reads a PEM pair and checks that a server can use it. Throws `StartFault` that says which file is wrong and how; never with what the key file holds. */
export function readPair(files: { readonly cert: string; readonly key: string }): Pair {
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
  if (leaf.validToDate.getTime() <= Date.now())
    throw new StartFault(`The certificate in ${files.cert} expired on ${leaf.validToDate.toISOString()}.`);
  if (leaf.validFromDate.getTime() > Date.now() + dayMs)
    throw new StartFault(
      `The certificate in ${files.cert} is not valid before ${leaf.validFromDate.toISOString()}. Check the clock.`,
    );
  const pair = { cert, key, leaf };
  try {
    createSecureContext(optionsOf(pair));
  } catch (error) {
    throw new StartFault(
      `The certificate in ${files.cert} cannot be used: ${error instanceof Error ? error.message : 'unknown reason'}.`,
    );
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
function namesFor(source: TlsSource): { dns: string[]; ip: string[] } {
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

/** ECDSA P-256, for 825 days, the most that Apple's systems take. */
async function makeSelfSigned(files: { cert: string; key: string }, source: TlsSource): Promise<void> {
  x509.cryptoProvider.set(webcrypto);
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const { dns, ip } = namesFor(source);
  const now = Date.now();
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: [{ CN: [dns[dns.length - 1] ?? 'localhost'] }, { O: ['Strongroom, self-signed'] }],
    // An hour back, for clients whose clock is late.
    notBefore: new Date(now - 3_600_000),
    notAfter: new Date(now - 3_600_000 + validDays * dayMs),
    signingAlgorithm: algorithm,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension([
        ...dns.map((value) => ({ type: 'dns' as const, value })),
        ...ip.map((value) => ({ type: 'ip' as const, value })),
      ]),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  const pkcs8 = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey));
  // The key first: with a new key beside an old certificate the pair does not fit and is made again; no state is left that fits by accident.
  writePrivate(files.key, x509.PemConverter.encode(pkcs8, 'PRIVATE KEY'));
  pkcs8.fill(0);
  writePrivate(files.cert, `${certificate.toString('pem')}\n`);
}

function follow(
  source: TlsSource,
  files: { cert: string; key: string },
  first: Pair,
  server: Reloadable,
  onChange: (change: TlsChange) => void,
): () => void {
  let current = first;
  let timer: NodeJS.Timeout | undefined;
  const reload = async (): Promise<void> => {
    try {
      const { pair } = await load(source);
      if (pair.cert === current.cert && pair.key === current.key) return;
      server.setSecureContext(optionsOf(pair));
      current = pair;
      onChange({ is: 'changed', fingerprint: pair.leaf.fingerprint256, notAfter: pair.leaf.validToDate });
    } catch (error) {
      onChange({ is: 'kept', why: error instanceof Error ? error.message : String(error) });
    }
  };
  // Certificate and key are replaced one after the other: wait until they have settled.
  const soon = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => void reload(), settleMs);
  };
  // Directories, not files: tools replace a file by renaming another over it, which a watch on the file does not survive.
  const watchers: FSWatcher[] = [...new Set([dirname(files.cert), dirname(files.key)])].map((directory) => {
    const names = [files.cert, files.key].filter((file) => dirname(file) === directory).map((file) => basename(file));
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
