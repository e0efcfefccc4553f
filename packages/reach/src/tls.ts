import { createHash } from 'node:crypto';
import { connect as dial, isIP, type Socket } from 'node:net';
import { connect as secure, getCACertificates, type TLSSocket } from 'node:tls';
import { Unreachable, Untrusted, type HostKey } from '@strongroom/driver-kit';
import type { Reach } from './connect.ts';
import { isPinned } from './host-key.ts';

/** How a server's certificate is judged: by the authorities and its name, or by being the one that was pinned. */
export type CertificateCheck = 'verified' | 'pinned';

/** What TLS needs to know beside where to connect. */
export interface TlsReach extends Pick<Reach, 'pinned' | 'onHostKey' | 'timeoutMs' | 'signal'> {
  /** Called with the certificate a host offered that is not the pinned one, before Untrusted is thrown. */
  readonly onUntrusted?: (key: HostKey) => void;
  /** Certificates (PEM) trusted beside the authorities this process trusts anyway. */
  readonly trusted?: readonly string[];
}

/**
 * Describes a certificate (DER) as host keys are described: algorithm `x509`, the SHA-256 of the whole certificate, and
 * the certificate itself in base64.
 */
export function certificateKey(der: Buffer): HostKey {
  return {
    algorithm: 'x509',
    fingerprint: `SHA256:${createHash('sha256').update(der).digest('base64').replace(/=+$/, '')}`,
    publicKey: der.toString('base64'),
  };
}

/** Runs `start` until it calls one of its two functions, time runs out or the signal ends it: then Unreachable. */
function within<T extends Socket>(
  limits: Pick<Reach, 'timeoutMs' | 'signal'>,
  socket: T,
  event: 'connect' | 'secureConnect',
): Promise<T> {
  return new Promise((resolve, reject) => {
    const done = (): void => {
      clearTimeout(timer);
      limits.signal?.removeEventListener('abort', aborted);
      socket.off('error', failed);
      socket.off('close', closed);
    };
    const fail = (why: string): void => {
      done();
      // What comes after is nobody's business any more.
      socket.on('error', () => undefined);
      socket.destroy();
      reject(new Unreachable(why));
    };
    const failed = (error: Error & { code?: unknown }): void => {
      fail(`no connection (${typeof error.code === 'string' ? error.code : 'TLS'})`);
    };
    const closed = (): void => {
      fail('the target ended the connection');
    };
    const aborted = (): void => {
      fail('given up');
    };
    const timer = setTimeout(() => {
      fail(`no answer in ${String(limits.timeoutMs)} ms`);
    }, limits.timeoutMs);
    socket.once('error', failed);
    socket.once('close', closed);
    socket.once(event, () => {
      done();
      resolve(socket);
    });
    if (limits.signal?.aborted === true) aborted();
    else limits.signal?.addEventListener('abort', aborted, { once: true });
  });
}

/** Connects without TLS. Throws Unreachable. */
export function dialPlain(to: Pick<Reach, 'host' | 'port' | 'timeoutMs' | 'signal'>): Promise<Socket> {
  return within(to, dial({ host: to.host, port: to.port, noDelay: true }), 'connect');
}

/**
 * Starts TLS on a connection and judges the certificate before anything is sent: with `verified` by the authorities,
 * the trusted certificates and the name; with `pinned` as a host key is, a first contact being reported first.
 * Throws Unreachable, Untrusted, or what onHostKey throws; the connection is then gone.
 */
export async function secureOver(
  socket: Socket,
  name: string,
  check: CertificateCheck,
  reach: TlsReach,
): Promise<TLSSocket> {
  const line = await within(
    reach,
    secure({
      socket,
      // An address is no server name (RFC 6066 section 3), but is what the certificate is held against.
      ...(isIP(name) === 0 ? { servername: name } : {}),
      host: name,
      ca: [...getCACertificates('default'), ...(reach.trusted ?? [])],
      // A trusted certificate is trusted, be it a root, an intermediate or the server's own.
      allowPartialTrustChain: true,
      minVersion: 'TLSv1.2',
      // Judged below, where the certificate can be named: an alert of the handshake would lose it.
      rejectUnauthorized: false,
    }),
    'secureConnect',
  );
  try {
    await judge(line, check, reach);
  } catch (error) {
    line.on('error', () => undefined);
    line.destroy();
    throw error;
  }
  return line;
}

async function judge(line: TLSSocket, check: CertificateCheck, reach: TlsReach): Promise<void> {
  const der = line.getPeerX509Certificate()?.raw;
  if (der === undefined) throw new Unreachable('the target showed no certificate');
  const key = certificateKey(der);
  if (check === 'verified') {
    if (!line.authorized) throw new Untrusted(key);
    return;
  }
  if (reach.pinned.length === 0) {
    await reach.onHostKey(key);
    return;
  }
  if (isPinned(key, reach.pinned)) return;
  reach.onUntrusted?.(key);
  throw new Untrusted(key);
}

/** Connects with TLS from the first byte. Throws as dialPlain and secureOver do. */
export async function dialSecure(
  to: Pick<Reach, 'host' | 'port'> & TlsReach,
  check: CertificateCheck,
  name: string = to.host,
): Promise<TLSSocket> {
  return secureOver(await dialPlain(to), name, check, to);
}
