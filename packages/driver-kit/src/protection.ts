import { z } from 'zod';

/**
 * How a line that could carry TLS is protected.
 * `verified`: the certificate is of a trusted authority, for the host's name. `pinned`: it is the one this host showed before, as with SSH host keys.
 * `clear text`: no TLS; whoever listens reads along.
 */
export type Protection = 'verified' | 'pinned' | 'clear text';

/** The settings from which protectionOf() tells how the line is protected. */
export interface ProtectionSettings {
  readonly connection: 'TLS' | 'clear text';
  readonly certificate: 'verified' | 'pinned';
}

/** Properties of a settings object for targets that can speak TLS. */
export const protectionSettings = {
  connection: z.enum(['TLS', 'clear text']).default('TLS').meta({
    title: 'Connection',
    description: 'In clear text, whoever is on the way can read what is sent, passwords too.',
  }),
  certificate: z.enum(['verified', 'pinned']).default('verified').meta({
    title: 'Certificate',
    description:
      'Verified: from a trusted authority, for the name or address of the resource. Pinned: the one it showed at first contact, for certificates that a server made itself.',
  }),
};

/** What the two settings come to. */
export function protectionOf({ connection, certificate }: ProtectionSettings): Protection {
  return connection === 'TLS' ? certificate : 'clear text';
}
