import 'reflect-metadata';
import * as x509 from '@peculiar/x509';
import { writePrivate } from './paths.ts';

const dayMs = 86_400_000;
const validDays = 825;

/** What a certificate is for. */
export interface Names {
  /** Host names; the last one becomes the certificate's own. */
  readonly dns: readonly string[];
  readonly ip: readonly string[];
}

/** Writes a key and a certificate for it as PEM: ECDSA P-256, for 825 days, the most that Apple's systems take. */
export async function makeSelfSigned(
  files: { readonly cert: string; readonly key: string },
  { dns, ip }: Names,
): Promise<void> {
  x509.cryptoProvider.set(crypto);
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
  const keys = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
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
  const pkcs8 = Buffer.from(await crypto.subtle.exportKey('pkcs8', keys.privateKey));
  // The key first: with a new key beside an old certificate the pair does not fit and is made again; no state is left that fits by accident.
  writePrivate(files.key, x509.PemConverter.encode(pkcs8, 'PRIVATE KEY'));
  pkcs8.fill(0);
  writePrivate(files.cert, `${certificate.toString('pem')}\n`);
}
