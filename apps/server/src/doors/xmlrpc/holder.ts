import { findCertificate, type KnownCredential } from '../../identity/index.ts';
import type { ShownCertificate } from '../../platform/certificate.ts';
import type { Database } from '../../platform/db.ts';

/**
 * Whose a client certificate is: the API user for whom this very one is on file and whose name is its CN. Where users of several organisations have it, its O says
 * which is meant. Undefined for anybody else's, and before its first day; its last one is the credential's end, which each decision reads.
 */
export async function holderOf(database: Database, shown: ShownCertificate): Promise<KnownCredential | undefined> {
  const { commonName, organisation, notBefore, sha256 } = shown;
  if (commonName === undefined || notBefore > new Date()) return undefined;
  const found = await findCertificate(database, { commonName, sha256 });
  return (
    found ?? (organisation === undefined ? undefined : findCertificate(database, { commonName, sha256, organisation }))
  );
}
