import { foresee, type Ask, type Grant, type Perform } from '../authorise/index.ts';
import { certificatesIn, factsOf, pairOf, privateKeyIn, UnfitCertificate, type Pair } from '../platform/certificate.ts';
import type { Database } from '../platform/db.ts';
import { openPkcs12 } from '../platform/pkcs12.ts';
import { Problem } from '../platform/problem.ts';

type Installing = 'certificate.install' | 'certificate.install-by-command';

/** What somebody brings to be the server's certificate. */
export interface Brought {
  readonly format: 'pem' | 'pkcs12';
  readonly content: Uint8Array;
  /** Of the PKCS#12 file, or of an encrypted key; empty for none. */
  readonly password: string;
}

/** Opens and checks what was brought. Throws `UnfitCertificate` with what is wrong. */
async function prepare({ format, content, password }: Brought): Promise<Pair> {
  const pem = format === 'pem' ? Buffer.from(content).toString('utf8') : await openPkcs12(content, password);
  // What openssl hands over is no longer encrypted.
  return pairOf(certificatesIn(pem), privateKeyIn(pem, format === 'pem' ? password : ''));
}

/**
 * Installs a certificate as an audited action: decided before the file is opened, which takes a process and time, and decided again with the work. What is unfit is recorded as a
 * refusal. The file is put in place just before the event commits, and taken back when that fails. Throws `certificate-unfit`.
 */
export async function installCertificate<A extends Installing>(
  parts: { perform: Perform; database: Database },
  ask: Ask<A>,
  brought: Brought,
  store: (pair: Pair) => () => void,
): Promise<void> {
  const refused = (error: unknown): Error => {
    if (error instanceof UnfitCertificate) return new Problem('certificate-unfit', { detail: error.message });
    return error instanceof Error ? error : new Error('unknown error');
  };
  const allowed = (await foresee(parts.database, ask)) === undefined;
  const pair = allowed ? await prepare(brought).catch(refused) : undefined;
  let takeBack: (() => void) | undefined;
  try {
    await parts.perform(ask, (grant) => {
      if (pair instanceof Error) throw pair;
      // The right was given between the two decisions.
      if (pair === undefined) throw new Problem('changed-meanwhile');
      note(grant, pair);
      try {
        takeBack = store(pair);
      } catch (error) {
        throw refused(error);
      }
      return Promise.resolve();
    });
  } catch (error) {
    takeBack?.();
    throw error;
  }
}

function note(grant: Grant<Installing>, { leaf }: Pair): void {
  const { subject, issuer, fingerprint, notAfter } = factsOf(leaf);
  grant.about({ kind: 'certificate', id: fingerprint, name: subject });
  grant.note({ issuer, fingerprint, 'not after': notAfter.toISOString() });
}
