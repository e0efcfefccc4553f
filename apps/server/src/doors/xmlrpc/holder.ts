import type { X509Certificate } from 'node:crypto';
import { findCertificate, type KnownCredential } from '../../identity/index.ts';
import type { Database } from '../../platform/db.ts';

/** The value of one attribute of the subject, where it has exactly one. */
function attributeOf(certificate: X509Certificate, name: 'CN' | 'O'): string | undefined {
  // Node.js gives several as a list, which its types do not say.
  const value: unknown = certificate.toLegacyObject().subject[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** As whom a certificate is shown; undefined where it does not say, or says several. */
export const commonNameOf = (certificate: X509Certificate): string | undefined => attributeOf(certificate, 'CN');

/**
 * Whose a client certificate is: the API user for whom this very one is on file and whose name is its CN. Where users of several organisations have it, its O says
 * which is meant. Undefined for anybody else's, and before its first day; its last one is the credential's end, which each decision reads.
 */
export async function holderOf(database: Database, shown: X509Certificate): Promise<KnownCredential | undefined> {
  const commonName = commonNameOf(shown);
  if (commonName === undefined || shown.validFromDate > new Date()) return undefined;
  const sha256 = Buffer.from(shown.fingerprint256.replaceAll(':', ''), 'hex');
  const found = await findCertificate(database, { commonName, sha256 });
  const organisation = attributeOf(shown, 'O');
  return (
    found ?? (organisation === undefined ? undefined : findCertificate(database, { commonName, sha256, organisation }))
  );
}
