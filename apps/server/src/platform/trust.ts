import { getCACertificates, type SecureContextOptions } from 'node:tls';

/** What a TLS client is given, so that it trusts whom this organisation trusts. Goes into the options of `tls.connect`. */
export type TrustOptions = Required<Pick<SecureContextOptions, 'allowPartialTrustChain'>> & { readonly ca: string[] };

let system: readonly string[] | undefined;

/** The operating system's authorities, or those that came with Node.js where the system has none (a bare container). Read once. */
export function systemAuthorities(): readonly string[] {
  if (system !== undefined) return system;
  const own = getCACertificates('system');
  // Debian's directory names each certificate several times.
  system = [...new Set(own.length > 0 ? own : getCACertificates('bundled'))];
  return system;
}

/**
 * Whom outgoing TLS trusts: the operating system's authorities and the imported certificates (PEM). An imported certificate is trusted, whether it is a root, an intermediate or a
 * server's own, so that importing it is enough; that the name fits the host is checked all the same.
 */
export function trusting(imported: readonly string[]): TrustOptions {
  return { ca: [...systemAuthorities(), ...imported], allowPartialTrustChain: true };
}
