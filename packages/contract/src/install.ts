import { z } from 'zod';
import { call, Empty, Instant } from './call.ts';
import { TrustedCertificateId } from './ids.ts';

/** What people are told of a certificate. Never with a private key. */
export const Certificate = z
  .object({
    /** Distinguished names, the most specific part first. */
    subject: z.string(),
    issuer: z.string(),
    /** Host names and addresses it stands for. */
    names: z.array(z.string()),
    notBefore: Instant,
    notAfter: Instant,
    /** Upper-case hex of the SHA-256, bytes parted by colons. */
    fingerprint: z.string(),
    /** Kind and size of its key, such as `ECDSA P-256`. */
    key: z.string(),
    selfSigned: z.boolean(),
  })
  .meta({ id: 'Certificate' });
export type Certificate = z.infer<typeof Certificate>;

/** The certificate that this server shows to browsers. */
export const ServerCertificate = z
  .object({
    /** `self-signed`: made at the first start. `installed`: by a person or the command line. `files`: those that the server's settings name. */
    source: z.enum(['self-signed', 'installed', 'files']),
    certificate: Certificate,
    /** What leads from it to its authority, without the authority's own root. */
    chain: z.array(Certificate),
  })
  .meta({ id: 'ServerCertificate' });
export type ServerCertificate = z.infer<typeof ServerCertificate>;

export const readCertificate = call({
  name: 'certificate.read',
  method: 'GET',
  path: '/server/certificate',
  scope: 'read',
  summary: 'The certificate that this server shows.',
  input: Empty,
  reply: ServerCertificate,
});
export const installCertificate = call({
  name: 'certificate.install',
  method: 'PUT',
  path: '/server/certificate',
  scope: 'administer',
  summary: 'Replaces the server’s certificate. It is served at once; sessions and open connections stay.',
  input: z.object({
    format: z.enum(['pem', 'pkcs12']),
    /** PEM: certificate, chain and private key in any order. PKCS#12: the file as base64. */
    content: z.string().min(1).max(500_000),
    /** Of the PKCS#12 file, or of an encrypted private key. */
    password: z.string().max(1024).default(''),
  }),
  reply: ServerCertificate,
});

/** Where programs reach the SSH command line, and the key by which they know that it is this server. */
export const SshCommandLine = z
  .object({
    /** Null while the door is switched off by the server's settings. */
    port: z.int().nullable(),
    /** The host's public key as a line of known_hosts has it: kind and base64; null while the door is off. */
    hostKey: z.string().nullable(),
    /** As `ssh-keygen -l` shows it: `SHA256:` and base64; null while the door is off. */
    fingerprint: z.string().nullable(),
  })
  .meta({ id: 'SshCommandLine' });
export type SshCommandLine = z.infer<typeof SshCommandLine>;

export const readSshCommandLine = call({
  name: 'ssh-command-line.read',
  method: 'GET',
  path: '/server/ssh-command-line',
  scope: 'read',
  summary: 'Where programs reach the SSH command line, and its host key.',
  input: Empty,
  reply: SshCommandLine,
});

export const readXmlRpc = call({
  name: 'xml-rpc.read',
  method: 'GET',
  path: '/server/xml-rpc',
  scope: 'read',
  summary: 'Where programs reach XML-RPC; null while it is switched off by the server’s settings.',
  input: Empty,
  reply: z.object({ port: z.int().nullable() }),
});

/** A certificate that outgoing connections trust beside the operating system's authorities. */
export const TrustedCertificate = Certificate.extend({ id: TrustedCertificateId, addedAt: Instant }).meta({
  id: 'TrustedCertificate',
});
export type TrustedCertificate = z.infer<typeof TrustedCertificate>;

export const listTrustedCertificates = call({
  name: 'trusted-certificate.list',
  method: 'GET',
  path: '/trusted-certificates',
  scope: 'read',
  summary: 'Certificates that outgoing connections trust beside the operating system’s authorities.',
  input: Empty,
  reply: z.object({ items: z.array(TrustedCertificate) }),
});
export const addTrustedCertificates = call({
  name: 'trusted-certificate.add',
  method: 'POST',
  path: '/trusted-certificates',
  scope: 'administer',
  summary: 'Adds every certificate of a PEM text to those that outgoing connections trust.',
  input: z.object({ pem: z.string().min(1).max(500_000) }),
  /** What is trusted now of those that were sent; one that was known already is not added twice. */
  reply: z.object({ items: z.array(TrustedCertificate), added: z.int() }),
});
export const removeTrustedCertificate = call({
  name: 'trusted-certificate.remove',
  method: 'DELETE',
  path: '/trusted-certificates/:trustedCertificateId',
  scope: 'administer',
  summary: 'Ends the trust in a certificate.',
  input: z.object({ trustedCertificateId: TrustedCertificateId }),
  reply: Empty,
});
