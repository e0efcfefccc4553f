import type { Grant } from '../authorise/index.ts';
import { certificatesIn, factsOf, UnfitCertificate, type CertificateFacts } from '../platform/certificate.ts';
import type { OrganisationDb } from '../platform/db.ts';
import { Problem } from '../platform/problem.ts';
import { newId } from '../platform/random.ts';
import { trusting, type TrustOptions } from '../platform/trust.ts';

/** A certificate that is trusted, as it is shown. */
export interface Trusted extends CertificateFacts {
  readonly id: string;
  readonly addedAt: Date;
}

/** An organisation that trusts more than this by hand trusts everybody. */
const most = 200;

/**
 * Whom this organisation's outgoing TLS trusts. Every TLS client of the product puts this into its options: what is imported counts everywhere, and from the next connection on.
 */
export async function trustOf(db: OrganisationDb): Promise<TrustOptions> {
  const rows = await db.selectFrom('trustedCertificate').select('pem').orderBy('addedAt').execute();
  return trusting(rows.map(({ pem }) => pem));
}

/** The trusted certificates, newest first. */
export async function listTrusted(db: OrganisationDb): Promise<Trusted[]> {
  const rows = await db
    .selectFrom('trustedCertificate')
    .select(['id', 'pem', 'addedAt'])
    .orderBy('addedAt', 'desc')
    .orderBy('id', 'desc')
    .execute();
  return rows.flatMap(({ id, pem, addedAt }) =>
    certificatesIn(pem).map((certificate) => ({ ...factsOf(certificate), id, addedAt })),
  );
}

/**
 * Adds every certificate of a PEM text; those known already stay as they are. Returns all of them as they are trusted now, and how many are new. Throws `certificate-unfit` for a text
 * without a certificate, with a private key, or with one that has expired: then none is added.
 */
export async function addTrusted(
  grant: Grant<'trusted-certificate.add' | 'trusted-certificate.add-by-command'>,
  pem: string,
): Promise<{ items: Trusted[]; added: number }> {
  const certificates = readAll(pem);
  const { organisationId } = grant.actor;
  const known = await grant.db.selectFrom('trustedCertificate').select('fingerprint').execute();
  if (known.length + certificates.length > most)
    throw new Problem('certificate-unfit', { detail: `At most ${most} certificates can be trusted.` });
  const inserted = await grant.db
    .insertInto('trustedCertificate')
    .values(
      certificates.map((certificate) => ({
        id: newId(),
        organisationId,
        fingerprint: certificate.fingerprint256,
        pem: certificate.toString(),
      })),
    )
    .onConflict((conflict) => conflict.columns(['organisationId', 'fingerprint']).doNothing())
    .returning('id')
    .execute();
  const sent = certificates.map((certificate) => certificate.fingerprint256);
  const items = (await listTrusted(grant.db)).filter(({ fingerprint }) => sent.includes(fingerprint));
  const [first] = items;
  if (first !== undefined) grant.about({ kind: 'trusted-certificate', id: first.id, name: first.subject });
  grant.note({
    added: inserted.length,
    ...Object.fromEntries(
      items.map(({ subject, fingerprint }, i) => [`certificate ${i + 1}`, `${subject} ${fingerprint}`]),
    ),
  });
  return { items, added: inserted.length };
}

function readAll(pem: string): ReturnType<typeof certificatesIn> {
  const unfit = (detail: string): Problem => new Problem('certificate-unfit', { detail });
  if (/BEGIN [A-Z ]*PRIVATE KEY/.test(pem))
    throw unfit(
      'The text holds a private key. Trusting a certificate needs none; nobody should have it but the owner.',
    );
  let certificates: ReturnType<typeof certificatesIn>;
  try {
    certificates = certificatesIn(pem);
  } catch (error) {
    throw error instanceof UnfitCertificate ? unfit(error.message) : error;
  }
  if (certificates.length === 0) throw unfit('There is no PEM certificate in it.');
  const expired = certificates.find((certificate) => certificate.validToDate.getTime() <= Date.now());
  if (expired) throw unfit(`${factsOf(expired).subject} expired on ${expired.validToDate.toISOString()}.`);
  return [...new Map(certificates.map((certificate) => [certificate.fingerprint256, certificate])).values()];
}

/** Ends the trust in a certificate, for connections that begin from now on. Throws `not-found`. */
export async function removeTrusted(grant: Grant<'trusted-certificate.remove'>, id: string): Promise<void> {
  const row = await grant.db.deleteFrom('trustedCertificate').where('id', '=', id).returning('pem').executeTakeFirst();
  const [certificate] = certificatesIn(row?.pem ?? '');
  if (certificate === undefined) throw new Problem('not-found');
  const { subject, fingerprint } = factsOf(certificate);
  grant.about({ kind: 'trusted-certificate', id, name: subject });
  grant.note({ fingerprint });
}
