import { createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto';

/** Why a certificate or key cannot be used, as a sentence for whoever brought it. Never repeats what a key file holds. */
export class UnfitCertificate extends Error {
  override readonly name = 'UnfitCertificate';
}

/** A certificate with its private key, as a server uses them. */
export interface Pair {
  /** PEM: the server's own certificate, then those that lead up to its authority. */
  readonly cert: string;
  /** PEM, PKCS#8, not encrypted. */
  readonly key: string;
  readonly leaf: X509Certificate;
}

/** What people are told of a certificate. */
export interface CertificateFacts {
  /** Distinguished names as one line, the most specific part first: `CN=vault.example.org, O=Example`. */
  readonly subject: string;
  readonly issuer: string;
  /** Host names and IP addresses it stands for, as in its subjectAltName. */
  readonly names: readonly string[];
  readonly notBefore: Date;
  readonly notAfter: Date;
  /** Upper-case hex of the SHA-256 over the certificate, bytes parted by colons. */
  readonly fingerprint: string;
  /** `ECDSA P-256`, `RSA 3072`. */
  readonly key: string;
  readonly selfSigned: boolean;
}

const clockSkewMs = 86_400_000;
/** NIST SP 800-57 part 1: RSA below 2048 bits is not to be used any more; browsers refuse it too. */
const shortestRsaBits = 2048;
const curves: Readonly<Record<string, string>> = { prime256v1: 'P-256', secp384r1: 'P-384', secp521r1: 'P-521' };
const serverAuth = '1.3.6.1.5.5.7.3.1';
const anyPurpose = '2.5.29.37.0';

/** Every certificate of a PEM text, in its order; other blocks and text between are passed over. Throws `UnfitCertificate` for a block that is none. */
export function certificatesIn(pem: string): X509Certificate[] {
  const blocks = pem.match(/-----BEGIN (?:TRUSTED |X509 )?CERTIFICATE-----[\s\S]+?-----END [A-Z0-9 ]+-----/g) ?? [];
  return blocks.map((block, i) => {
    try {
      return new X509Certificate(block);
    } catch {
      throw new UnfitCertificate(`Certificate ${i + 1} cannot be read.`);
    }
  });
}

/**
 * The private key of a PEM text, opened with the passphrase when it is encrypted. Throws `UnfitCertificate` when there is none, several, or it cannot be opened.
 */
export function privateKeyIn(pem: string, passphrase: string): KeyObject {
  const blocks = pem.match(/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]+?-----END [A-Z ]*PRIVATE KEY-----/g) ?? [];
  const [key] = blocks;
  if (key === undefined)
    throw new UnfitCertificate('There is no private key. It belongs to the certificate and must come with it.');
  if (blocks.length > 1)
    throw new UnfitCertificate('There are several private keys. Leave only the one of the certificate.');
  const encrypted = /BEGIN ENCRYPTED|Proc-Type:.*ENCRYPTED/.test(key);
  if (encrypted && passphrase === '')
    throw new UnfitCertificate('The private key is protected by a password. Give it too.');
  try {
    return createPrivateKey({ key, passphrase });
  } catch {
    throw new UnfitCertificate(
      encrypted
        ? 'The password is wrong, or the private key is damaged.'
        : 'The private key cannot be read. It must be PEM, as PKCS#8 or in the older form of its algorithm.',
    );
  }
}

/**
 * Makes a pair of what somebody brought: finds the certificate of the key among all, puts those that lead to its authority behind it, and leaves out the rest.
 * Throws `UnfitCertificate` when the key fits none, or when browsers would refuse the certificate whatever authority it is from: expired, weak, without names, for another purpose.
 */
export function pairOf(certificates: readonly X509Certificate[], key: KeyObject): Pair {
  if (certificates.length === 0) throw new UnfitCertificate('There is no certificate.');
  const leaf = certificates.find((certificate) => certificate.checkPrivateKey(key));
  if (leaf === undefined) throw new UnfitCertificate('The private key does not belong to the certificate.');
  const chain = chainOf(leaf, certificates);
  for (const certificate of chain)
    refuseExpired(certificate, certificate === leaf ? 'The certificate' : nameOf(certificate));
  refuseWeakKey(leaf.publicKey);
  for (const certificate of chain) refuseWeakSignature(certificate);
  if (leaf.subjectAltName === undefined)
    throw new UnfitCertificate('The certificate names no host (subjectAltName), so every browser refuses it.');
  // In Node.js keyUsage is the extended key usage (RFC 5280 section 4.2.1.12); without the extension any use is allowed.
  const uses: readonly string[] | undefined = leaf.keyUsage as readonly string[] | undefined;
  if (uses !== undefined && !uses.includes(serverAuth) && !uses.includes(anyPurpose))
    throw new UnfitCertificate('The certificate is not for servers: its extended key usage lacks serverAuth.');
  return {
    cert: chain.map((certificate) => certificate.toString()).join(''),
    key: String(key.export({ type: 'pkcs8', format: 'pem' })),
    leaf,
  };
}

/** The leaf and, one after the other, who issued it. A root at the end is left out: whoever trusts it has it. */
function chainOf(leaf: X509Certificate, all: readonly X509Certificate[]): X509Certificate[] {
  const chain = [leaf];
  for (;;) {
    const last = chain.at(-1);
    const issuer = all.find(
      (other) => !chain.includes(other) && last?.checkIssued(other) === true && last.verify(other.publicKey),
    );
    if (issuer === undefined || isSelfSigned(issuer)) return chain;
    chain.push(issuer);
  }
}

function refuseExpired(certificate: X509Certificate, what: string): void {
  if (certificate.validToDate.getTime() <= Date.now())
    throw new UnfitCertificate(`${what} expired on ${certificate.validToDate.toISOString()}.`);
  if (certificate.validFromDate.getTime() > Date.now() + clockSkewMs)
    throw new UnfitCertificate(
      `${what} is not valid before ${certificate.validFromDate.toISOString()}. Check the clock.`,
    );
}

function refuseWeakKey(key: KeyObject): void {
  const { modulusLength, namedCurve = '' } = key.asymmetricKeyDetails ?? {};
  if (key.asymmetricKeyType === 'rsa' || key.asymmetricKeyType === 'rsa-pss') {
    if ((modulusLength ?? 0) >= shortestRsaBits) return;
    throw new UnfitCertificate(
      `The key is weak: RSA of ${modulusLength ?? 0} bits. At least ${shortestRsaBits} are needed.`,
    );
  }
  if (key.asymmetricKeyType === 'ec' && namedCurve in curves) return;
  throw new UnfitCertificate(
    `Browsers do not take keys of this kind (${keyText(key)}). Use ECDSA P-256 or P-384, or RSA of 2048 bits or more.`,
  );
}

function refuseWeakSignature(certificate: X509Certificate): void {
  const algorithm = certificate.signatureAlgorithm ?? '';
  if (!isSelfSigned(certificate) && /sha-?1|md[245]/i.test(algorithm.replace(/sha-?512/i, '')))
    throw new UnfitCertificate(`${nameOf(certificate)} is signed with a weak algorithm (${algorithm}).`);
}

// Not checkIssued: a server's own certificate is not allowed to sign, and may be signed by itself all the same.
const isSelfSigned = (certificate: X509Certificate): boolean =>
  certificate.subject === certificate.issuer && certificate.verify(certificate.publicKey);

const nameOf = (certificate: X509Certificate): string => `The certificate ${distinguishedName(certificate.subject)}`;

// Node.js writes one part a line, the most general first (RFC 4514 has it the other way round).
const distinguishedName = (text: string | undefined): string => (text ?? '').split('\n').reverse().join(', ');

function keyText(key: KeyObject): string {
  const { modulusLength, namedCurve } = key.asymmetricKeyDetails ?? {};
  if (key.asymmetricKeyType === 'ec') return `ECDSA ${curves[namedCurve ?? ''] ?? namedCurve ?? ''}`.trim();
  if (modulusLength !== undefined) return `${(key.asymmetricKeyType ?? '').toUpperCase()} ${modulusLength}`;
  return key.asymmetricKeyType ?? 'unknown';
}

/** What people are told of a certificate. Names that cannot stand in a line are shown as the extension writes them. */
export function factsOf(certificate: X509Certificate): CertificateFacts {
  const names = (certificate.subjectAltName ?? '').split(/, (?=[A-Za-z ]+:)/).filter((name) => name !== '');
  return {
    subject: distinguishedName(certificate.subject),
    issuer: distinguishedName(certificate.issuer),
    names: names.map((name) => name.replace(/^(DNS|IP Address):/, '')),
    notBefore: certificate.validFromDate,
    notAfter: certificate.validToDate,
    fingerprint: certificate.fingerprint256,
    key: keyText(certificate.publicKey),
    selfSigned: isSelfSigned(certificate),
  };
}

/** What a client certificate says of whom it stands for, and which one it is. */
export interface ShownCertificate {
  /** CN and O of the subject; undefined where it has none, or several. */
  readonly commonName: string | undefined;
  readonly organisation: string | undefined;
  readonly notBefore: Date;
  readonly sha256: Buffer;
}

/** Reads a certificate that a client showed in the handshake. */
export function shownOf(certificate: X509Certificate): ShownCertificate {
  const { subject } = certificate.toLegacyObject();
  return {
    commonName: onlyOne(subject.CN),
    organisation: onlyOne(subject.O),
    notBefore: certificate.validFromDate,
    sha256: Buffer.from(certificate.fingerprint256.replaceAll(':', ''), 'hex'),
  };
}

// Node.js gives several as a list, which its types do not say.
const onlyOne = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);
