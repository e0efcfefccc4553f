import { createHash, createPublicKey } from 'node:crypto';
import { certificatesIn, factsOf, UnfitCertificate } from '../platform/certificate.ts';
import { Problem } from '../platform/problem.ts';

const unfit = (path: string, message: string): Problem => new Problem('input-invalid', { errors: [{ path, message }] });

/** The parts of a key's blob: each a length in four bytes and as many bytes, up to the very end. Undefined for anything else. Source: RFC 4253 section 6.6. */
function partsOf(blob: Buffer): Buffer[] | undefined {
  const parts: Buffer[] = [];
  let at = 0;
  while (at < blob.length) {
    if (at + 4 > blob.length) return undefined;
    const end = at + 4 + blob.readUInt32BE(at);
    if (end > blob.length) return undefined;
    parts.push(blob.subarray(at + 4, end));
    at = end;
  }
  return parts;
}

const curves: Readonly<Record<string, { crv: string; bytes: number }>> = {
  nistp256: { crv: 'P-256', bytes: 32 },
  nistp384: { crv: 'P-384', bytes: 48 },
  nistp521: { crv: 'P-521', bytes: 66 },
};
/** A number as the blob has it: no sign byte in JWK. */
const plain = (number: Buffer): string => (number[0] === 0 ? number.subarray(1) : number).toString('base64url');

/** The key as a JWK, or why it is none. Sources: RFC 4253 (RSA), RFC 5656 (ECDSA), RFC 8709 (Ed25519), RFC 7518. */
function jwkOf(type: string, parts: readonly Buffer[]): Record<string, string> | string {
  const [name, first, second] = parts;
  if (name?.toString('latin1') !== type || !first) return 'the name of its kind is not what lies inside';
  if (type === 'ssh-ed25519')
    return parts.length === 2 && first.length === 32
      ? { kty: 'OKP', crv: 'Ed25519', x: first.toString('base64url') }
      : 'is cut short';
  if (type === 'ssh-rsa')
    return parts.length === 3 && second ? { kty: 'RSA', e: plain(first), n: plain(second) } : 'is cut short';
  const curve = curves[type.replace('ecdsa-sha2-', '')];
  if (type.startsWith('ecdsa-sha2-') && curve)
    return parts.length === 3 &&
      second?.[0] === 4 &&
      second.length === 1 + 2 * curve.bytes &&
      `ecdsa-sha2-${first.toString('latin1')}` === type
      ? {
          kty: 'EC',
          crv: curve.crv,
          x: second.subarray(1, 1 + curve.bytes).toString('base64url'),
          y: second.subarray(1 + curve.bytes).toString('base64url'),
        }
      : 'is cut short';
  return 'is of a kind that is not taken: use Ed25519, ECDSA or RSA';
}

/**
 * Reads an OpenSSH public key and gives it back in one line, its comment kept. Empty stays empty.
 * Throws `input-invalid` for what is no key, for a private one and for RSA below 2048 bits (NIST SP 800-57 part 1).
 */
export function sshKeyGiven(text: string): string {
  if (text === '') return '';
  if (/PRIVATE KEY/.test(text))
    throw unfit('sshKey', 'is a private key: give its public half, the file that ends in .pub');
  const [type = '', encoded = '', ...comment] = text.trim().split(/\s+/);
  const blob = Buffer.from(encoded, 'base64');
  // Node.js passes over what is no base64: written again it must be the same.
  const parts =
    /^[A-Za-z0-9+/]+={0,2}$/.test(encoded) && blob.toString('base64') === encoded ? partsOf(blob) : undefined;
  if (!parts) throw unfit('sshKey', 'is no OpenSSH public key: its line starts with a kind such as ssh-ed25519');
  const jwk = jwkOf(type, parts);
  if (typeof jwk === 'string') throw unfit('sshKey', jwk);
  try {
    const key = createPublicKey({ key: jwk, format: 'jwk' });
    if (type === 'ssh-rsa' && (key.asymmetricKeyDetails?.modulusLength ?? 0) < 2048)
      throw unfit('sshKey', 'has fewer than 2048 bits');
  } catch (error) {
    if (error instanceof Problem) throw error;
    throw unfit('sshKey', 'is no key that can be used');
  }
  return [type, encoded, ...comment].join(' ');
}

/** As `ssh-keygen -l` shows it. Null for an empty text. */
export function sshFingerprint(line: string): string | null {
  const encoded = line.split(' ')[1];
  if (encoded === undefined) return null;
  return `SHA256:${createHash('sha256').update(Buffer.from(encoded, 'base64')).digest('base64').replace(/=+$/, '')}`;
}

/** Reads one certificate and gives it back as PEM. Empty stays empty. Throws `input-invalid` for none, several, an ended one, or a private key. */
export function certificateGiven(text: string): string {
  if (text === '') return '';
  if (/PRIVATE KEY/.test(text))
    throw unfit('certificate', 'has a private key with it: keep that, give the certificate alone');
  try {
    const [certificate, ...more] = certificatesIn(text);
    if (!certificate || more.length > 0) throw unfit('certificate', 'must be one certificate as PEM');
    if (certificate.validToDate <= new Date()) throw unfit('certificate', 'has ended already');
    return certificate.toString();
  } catch (error) {
    if (error instanceof UnfitCertificate) throw unfit('certificate', 'cannot be read');
    throw error;
  }
}

/** What people are told of a stored certificate. Null for an empty text. */
export function certificateFacts(
  pem: string,
): { subject: string; issuer: string; fingerprint: string; validUntil: string } | null {
  const [certificate] = certificatesIn(pem);
  if (!certificate) return null;
  const { subject, issuer, fingerprint, notAfter } = factsOf(certificate);
  return { subject, issuer, fingerprint, validUntil: notAfter.toISOString() };
}
