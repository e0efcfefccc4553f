import 'reflect-metadata';
import { once } from 'node:events';
import { copyFileSync, mkdtempSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import { generateKeyPairSync, webcrypto, X509Certificate } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, type ConnectionOptions, type TLSSocket } from 'node:tls';
import * as x509 from '@peculiar/x509';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { prepareHome } from './paths.ts';
import { loadTls, readPair, type Tls, type TlsChange, type TlsSource } from './tls.ts';

let home: string;
const cleanUps: (() => unknown)[] = [];
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'sr-tls-'));
  prepareHome(home);
});
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
  rmSync(home, { recursive: true, force: true });
});

const selfSigned = (more: Partial<TlsSource> = {}): Promise<Tls> =>
  loadTls({ home, tls: undefined, host: undefined, publicUrl: undefined, ...more });
const leafOf = (tls: Tls): X509Certificate => new X509Certificate(String(tls.options.cert));

/** A pair of PEM files as an operator brings them. */
async function pair(name: string, from: Date, to: Date): Promise<{ cert: string; key: string }> {
  x509.cryptoProvider.set(webcrypto);
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: `CN=${name}`,
    notBefore: from,
    notAfter: to,
    signingAlgorithm: algorithm,
    keys,
  });
  const files = { cert: join(home, `${name}.crt`), key: join(home, `${name}.key`) };
  writeFileSync(files.cert, certificate.toString('pem'));
  writeFileSync(
    files.key,
    x509.PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey), 'PRIVATE KEY'),
  );
  return files;
}
const days = (n: number): Date => new Date(Date.now() + n * 86_400_000);

async function serve(tls: Tls): Promise<{ server: Server; port: number }> {
  const server = createServer({ ...tls.options }, (_, response) => response.end('ok')).listen(0, '127.0.0.1');
  await once(server, 'listening');
  cleanUps.push(() => new Promise((resolve) => (server.closeAllConnections(), server.close(resolve))));
  return { server, port: (server.address() as AddressInfo).port };
}

async function shake(port: number, options: ConnectionOptions = {}): Promise<TLSSocket> {
  const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false, ...options });
  cleanUps.push(() => socket.destroy());
  await once(socket, 'secureConnect');
  return socket;
}

describe('the self-signed certificate', () => {
  it('is made at the first start for every name of this machine, and kept at the second', async () => {
    const tls = await selfSigned({ publicUrl: 'https://vault.example:7443', host: '192.0.2.7' });
    const leaf = leafOf(tls);
    for (const name of ['localhost', hostname().toLowerCase(), 'vault.example'])
      expect(leaf.checkHost(name), name).toBe(name);
    for (const address of ['127.0.0.1', '::1', '192.0.2.7']) expect(leaf.checkIP(address), address).toBe(address);
    expect(Math.round((leaf.validToDate.getTime() - leaf.validFromDate.getTime()) / 86_400_000)).toBe(825);
    expect(leaf.publicKey.asymmetricKeyDetails).toEqual({ namedCurve: 'prime256v1' });
    expect(leaf.ca).toBe(false);
    expect(statSync(join(home, 'tls', 'server.key')).mode & 0o777).toBe(0o600);
    const again = await selfSigned({ publicUrl: 'https://vault.example:7443', host: '192.0.2.7' });
    expect(again.fingerprint).toBe(tls.fingerprint);
  });

  it('is made anew when it nears its end, is broken, or does not cover the public address', async () => {
    const first = await selfSigned();
    const renamed = await selfSigned({ publicUrl: 'https://other.example' });
    expect(renamed.fingerprint).not.toBe(first.fingerprint);
    const old = await pair('old', days(-800), days(29));
    copyFileSync(old.cert, join(home, 'tls', 'server.crt'));
    copyFileSync(old.key, join(home, 'tls', 'server.key'));
    expect((await selfSigned()).notAfter.getTime()).toBeGreaterThan(days(800).getTime());
    writeFileSync(join(home, 'tls', 'server.key'), 'garbage');
    expect((await selfSigned()).selfSigned).toBe(true);
  });
});

describe('the TLS it speaks', () => {
  it('is 1.2 or newer with forward secrecy and authenticated encryption only', async () => {
    const { port } = await serve(await selfSigned());
    expect((await shake(port)).getProtocol()).toBe('TLSv1.3');
    const older = await shake(port, { maxVersion: 'TLSv1.2' });
    expect(older.getCipher().name).toMatch(/^ECDHE-ECDSA-(AES256-GCM|CHACHA20|AES128-GCM)/);
    // Level 0 lets this client offer what it must not get.
    await expect(
      shake(port, { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'ALL:@SECLEVEL=0' }),
    ).rejects.toThrow(/protocol version|alert/i);
    await expect(
      shake(port, {
        maxVersion: 'TLSv1.2',
        ciphers: 'ECDHE-ECDSA-AES128-SHA256:ECDHE-ECDSA-AES256-SHA:AES128-GCM-SHA256',
      }),
    ).rejects.toThrow(/handshake failure/i);
  });

  it('changes its certificate without a restart, and open connections stay', async () => {
    const one = await pair('one', days(-1), days(30));
    const two = await pair('two', days(-1), days(30));
    const tls = await loadTls({ home, tls: { cert: one.cert, key: one.key }, host: undefined, publicUrl: undefined });
    const { server, port } = await serve(tls);
    const changes: TlsChange[] = [];
    let told = (): void => undefined;
    const next = (): Promise<void> => new Promise((resolve) => (told = resolve));
    cleanUps.push(tls.watch(server, (change) => (changes.push(change), told())));
    const open = await shake(port);
    expect(open.getPeerCertificate().subject.CN).toBe('one');

    let change = next();
    renameSync(two.cert, one.cert);
    await change;
    expect(changes.at(-1)).toEqual({ is: 'kept', why: expect.stringContaining('does not belong to the certificate') });
    expect((await shake(port)).getPeerCertificate().subject.CN).toBe('one');

    change = next();
    renameSync(two.key, one.key);
    await change;
    expect(changes.at(-1)?.is).toBe('changed');
    expect((await shake(port)).getPeerCertificate().subject.CN).toBe('two');
    open.write('GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n');
    const [answer] = (await once(open, 'data')) as [Buffer];
    expect(answer.toString()).toContain('200 OK');

    const three = await pair('three', days(-1), days(30));
    change = next();
    writeFileSync(one.key, readFileSync(three.key));
    writeFileSync(one.cert, readFileSync(three.cert));
    process.emit('SIGHUP');
    await change;
    expect((await shake(port)).getPeerCertificate().subject.CN).toBe('three');
  });
});

describe('PEM files that cannot be used', () => {
  it('are named with what is wrong, and never quoted', async () => {
    const [good, other, expired, future] = await Promise.all([
      pair('good', days(-1), days(9)),
      pair('other', days(-1), days(9)),
      pair('expired', days(-9), days(-1)),
      pair('future', days(5), days(9)),
    ]);
    expect(readPair(good).leaf.subject).toBe('CN=good');
    const sealed = join(home, 'sealed.key');
    writeFileSync(
      sealed,
      generateKeyPairSync('ec', {
        namedCurve: 'P-256',
        publicKeyEncoding: { type: 'spki', format: 'pem' },
        privateKeyEncoding: { type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' },
      }).privateKey,
    );
    const cases: [{ cert: string; key: string }, string][] = [
      [{ cert: join(home, 'none.crt'), key: good.key }, 'none.crt cannot be read (ENOENT)'],
      [{ cert: good.key, key: good.key }, 'holds no PEM certificate'],
      [{ cert: good.cert, key: good.cert }, 'holds no PEM private key'],
      [{ cert: good.cert, key: sealed }, 'is protected by a passphrase'],
      [{ cert: good.cert, key: other.key }, 'does not belong to the certificate'],
      [expired, 'expired on'],
      [future, 'is not valid before'],
    ];
    for (const [files, why] of cases) expect(() => readPair(files), why).toThrow(why);
    await expect(loadTls({ home, tls: expired, host: undefined, publicUrl: undefined })).rejects.toThrow('expired on');
  });
});
