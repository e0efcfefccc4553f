import 'reflect-metadata';
import * as x509 from '@peculiar/x509';

// Whichever of its two declarations is in view, Node.js's or the browser's.
type Key = Parameters<typeof crypto.subtle.exportKey>[1];
interface KeyPair {
  readonly publicKey: Key;
  readonly privateKey: Key;
}

/** A certificate with its key, made for a test. PEM. */
export interface Made {
  readonly cert: string;
  readonly key: string;
  readonly x509: x509.X509Certificate;
  readonly keys: KeyPair;
}

/** What is asked of a certificate; the rest is as a public authority makes it today. */
export interface Wanted {
  readonly name?: string;
  /** Host names; none leaves the extension out. */
  readonly dns?: readonly string[];
  readonly ip?: readonly string[];
  /** Days from now. */
  readonly from?: number;
  readonly to?: number;
  readonly key?: 'P-256' | 'Ed25519' | 1024 | 2048;
  readonly ca?: boolean;
  readonly usage?: x509.ExtendedKeyUsage;
  readonly hash?: 'SHA-1' | 'SHA-256';
  /** Who issues it; itself when left out. */
  readonly by?: Made;
}

const dayMs = 86_400_000;

/** Makes a certificate. */
export async function makeCertificate(wanted: Wanted = {}): Promise<Made> {
  x509.cryptoProvider.set(crypto);
  const { name = 'vault.example', dns = [name], ip = [], from = -1, to = 90, key = 'P-256', hash = 'SHA-256' } = wanted;
  const algorithm =
    key === 'P-256'
      ? { name: 'ECDSA', namedCurve: key, hash }
      : key === 'Ed25519'
        ? { name: key }
        : { name: 'RSASSA-PKCS1-v1_5', modulusLength: key, publicExponent: new Uint8Array([1, 0, 1]), hash };
  const keys = (await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])) as KeyPair;
  const names = [
    ...dns.map((value) => ({ type: 'dns' as const, value })),
    ...ip.map((value) => ({ type: 'ip' as const, value })),
  ];
  const certificate = await x509.X509CertificateGenerator.create({
    subject: `CN=${name}, O=Test`,
    issuer: wanted.by?.x509.subject ?? `CN=${name}, O=Test`,
    notBefore: new Date(Date.now() + from * dayMs),
    notAfter: new Date(Date.now() + to * dayMs),
    publicKey: keys.publicKey,
    signingKey: wanted.by?.keys.privateKey ?? keys.privateKey,
    signingAlgorithm: wanted.by ? { name: 'ECDSA', hash } : algorithm,
    extensions: [
      ...(wanted.ca ? [new x509.BasicConstraintsExtension(true, undefined, true)] : []),
      // Authorities of one name are told apart by their keys.
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
      ...(wanted.by ? [await x509.AuthorityKeyIdentifierExtension.create(wanted.by.keys.publicKey)] : []),
      ...(names.length === 0 ? [] : [new x509.SubjectAlternativeNameExtension(names)]),
      ...(wanted.usage === undefined ? [] : [new x509.ExtendedKeyUsageExtension([wanted.usage])]),
    ],
  });
  return {
    cert: `${certificate.toString('pem')}\n`,
    key: `${x509.PemConverter.encode(await crypto.subtle.exportKey('pkcs8', keys.privateKey), 'PRIVATE KEY')}\n`,
    x509: certificate,
    keys,
  };
}
