import {
  addTrustedCertificates,
  installCertificate as installCall,
  listTrustedCertificates,
  readCertificate,
  removeTrustedCertificate,
  type Certificate,
  type ServerCertificate,
} from '@strongroom/contract';
import { endpoint, longEndpoint, type Endpoint } from '../authorise/index.ts';
import { factsOf, type CertificateFacts } from '../platform/certificate.ts';
import type { Database } from '../platform/db.ts';
import type { Tls } from '../platform/tls.ts';
import { installCertificate } from './server-certificate.ts';
import { addTrusted, listTrusted, removeTrusted, type Trusted } from './trusted.ts';

/** The certificate this server shows, and the certificates that outgoing connections trust. */
export const trustEndpoints = (database: Database, tls: Tls): Endpoint[] => {
  const shown = (): ServerCertificate => {
    const { kind, certificates } = tls.current();
    const [certificate, ...chain] = certificates.map((one) => wire(factsOf(one)));
    if (certificate === undefined) throw new Error('no certificate is in use');
    return { source: kind, certificate, chain };
  };
  return [
    endpoint(readCertificate, { run: () => Promise.resolve(shown()) }),
    longEndpoint(installCall, async (perform, actor, { format, content, password }) => {
      const ask = { actor, action: 'certificate.install', objectId: actor.organisationId } as const;
      const bytes = Buffer.from(content, format === 'pem' ? 'utf8' : 'base64');
      await installCertificate({ perform, database }, ask, { format, content: bytes, password }, (pair) =>
        tls.install(pair),
      );
      await tls.reload();
      return shown();
    }),
    endpoint(listTrustedCertificates, {
      run: async (grant) => ({ items: (await listTrusted(grant.db)).map(wireTrusted) }),
    }),
    endpoint(addTrustedCertificates, {
      async run(grant, { pem }) {
        const { items, added } = await addTrusted(grant, pem);
        return { items: items.map(wireTrusted), added };
      },
    }),
    endpoint(removeTrustedCertificate, {
      async run(grant, { trustedCertificateId }) {
        await removeTrusted(grant, trustedCertificateId);
        return {};
      },
    }),
  ];
};

const wire = (facts: CertificateFacts): Certificate => ({
  subject: facts.subject,
  issuer: facts.issuer,
  names: [...facts.names],
  notBefore: facts.notBefore.toISOString(),
  notAfter: facts.notAfter.toISOString(),
  fingerprint: facts.fingerprint,
  key: facts.key,
  selfSigned: facts.selfSigned,
});

const wireTrusted = (trusted: Trusted) => ({
  ...wire(trusted),
  id: trusted.id,
  addedAt: trusted.addedAt.toISOString(),
});
