import { createHash, type X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { connect as dial, isIP, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import {
  connect as startTls,
  createSecureContext,
  getCACertificates,
  type SecureContext,
  type TLSSocket,
} from 'node:tls';
import { Unreachable, Untrusted, type HostKey } from '@strongroom/driver-kit';
import type { Reach } from './connect.ts';
import { isPinned } from './host-key.ts';

/** How to reach a target that proves itself with a certificate. */
export interface TlsReach extends Reach {
  /** Certificates (PEM) that are trusted beside the authorities this process trusts anyway. */
  readonly trusted?: readonly string[];
}

/** Describes a certificate (DER) as host keys are described: `x509`, the SHA-256 of the whole certificate, and itself in base64. */
function readCertificate(der: Uint8Array): HostKey {
  return {
    algorithm: 'x509',
    fingerprint: `SHA256:${createHash('sha256').update(der).digest('base64').replace(/=+$/, '')}`,
    publicKey: Buffer.from(der).toString('base64'),
  };
}

/**
 * Waits for `work`; when time is up or the errand is given up, runs `end` and throws what `fault` makes of the reason.
 * `work` goes on by itself then, and what it says later is not heard: `end` must bring it to an end.
 */
export async function within<T>(
  { timeoutMs, signal }: Reach,
  work: Promise<T>,
  end: () => void,
  fault: (why: string) => Error,
): Promise<T> {
  const ended = Promise.withResolvers<never>();
  const stop = (why: string) => (): void => {
    end();
    ended.reject(fault(why));
  };
  const abort = stop('given up');
  const timer = setTimeout(stop(`no answer in ${String(timeoutMs)} ms`), timeoutMs);
  signal?.addEventListener('abort', abort, { once: true });
  if (signal?.aborted === true) abort();
  try {
    return await Promise.race([work, ended.promise]);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', abort);
    // Whichever lost the race is nobody's to handle.
    work.catch(() => undefined);
    ended.promise.catch(() => undefined);
  }
}

/** Opens a TCP connection. Throws Unreachable. The caller ends the socket, and bounds the time. */
export async function openSocket({ host, port }: Reach): Promise<Socket> {
  const socket = dial({ host, port, noDelay: true });
  // An error when nobody waits any more must not end the process; whoever waits hears `close` as well.
  socket.on('error', () => undefined);
  try {
    await once(socket, 'connect');
    return socket;
  } catch (error) {
    socket.destroy();
    throw unreachable(error);
  }
}

/**
 * Starts TLS on a connection and checks who answers, before anything else is sent.
 * `verified`: an authority that is trusted vouches for the host's name or address. `pinned`: the certificate is one that
 * was shown before; at first contact it is reported, as SSH host keys are, and whatever the report throws is thrown.
 * Throws Untrusted with the certificate that was shown, and Unreachable when there was no handshake.
 */
export async function secure(
  socket: Duplex,
  reach: TlsReach,
  by: 'verified' | 'pinned',
  { maxVersion }: { readonly maxVersion?: 'TLSv1.2' } = {},
): Promise<TLSSocket> {
  const tls = startTls({
    socket,
    // For checking the name: an address has no server name to ask for (RFC 6066 section 3).
    host: reach.host,
    ...(isIP(reach.host) === 0 ? { servername: reach.host } : {}),
    secureContext: trusting(reach.trusted ?? [], maxVersion),
    // Judged below, where the certificate that was refused can be shown to a person.
    rejectUnauthorized: false,
  });
  tls.on('error', () => undefined);
  try {
    await once(tls, 'secureConnect');
  } catch (error) {
    tls.destroy();
    throw unreachable(error);
  }
  try {
    await judge(tls, reach, by);
    return tls;
  } catch (error) {
    tls.destroy();
    throw error;
  }
}

const shownOn = new WeakMap<TLSSocket, X509Certificate>();

/** The certificate that was shown on a line that secure() made. Node.js gives it once only, to whoever asks first. */
export function certificateOf(tls: TLSSocket): X509Certificate {
  const certificate = shownOn.get(tls);
  if (certificate === undefined) throw new TypeError('not a line of secure()');
  return certificate;
}

async function judge(tls: TLSSocket, reach: TlsReach, by: 'verified' | 'pinned'): Promise<void> {
  const certificate = tls.getPeerX509Certificate();
  if (certificate === undefined) throw new Unreachable('the target showed no certificate');
  shownOn.set(tls, certificate);
  const shown = readCertificate(certificate.raw);
  if (by === 'verified') {
    if (!tls.authorized) throw new Untrusted(shown);
    return;
  }
  const pinned = reach.pinned.filter(({ algorithm }) => algorithm === shown.algorithm);
  if (pinned.length === 0) await reach.onHostKey(shown);
  else if (!isPinned(shown, pinned)) throw new Untrusted(shown);
}

let known: { readonly of: string; readonly context: SecureContext } | undefined;

/** Whom to trust. Reading the authorities costs tens of milliseconds, so what was read for the last certificates is kept. */
function trusting(trusted: readonly string[], maxVersion: 'TLSv1.2' | undefined): SecureContext {
  const of = [maxVersion ?? '', ...trusted].join('\n');
  if (known?.of !== of) {
    const context = createSecureContext({
      ca: [...getCACertificates('default'), ...trusted],
      // A trusted certificate is trusted, be it a root, an intermediate or the server's own.
      allowPartialTrustChain: true,
      minVersion: 'TLSv1.2',
      ...(maxVersion === undefined ? {} : { maxVersion }),
    });
    known = { of, context };
  }
  return known.context;
}

/** Never the target's own words: they could hold anything. */
function unreachable(error: unknown): Unreachable {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'closed';
  return new Unreachable(`no connection (${code})`);
}
