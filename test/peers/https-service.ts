import { createServer } from 'node:https';
import { makeCertificate } from '../../apps/server/test/certificates.ts';

/** A request as a service meets it. */
export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** What it answers; `cut` closes the connection without a word, `silence` leaves it open without one. */
export type Answer =
  { readonly status: number; readonly headers?: Record<string, string>; readonly body?: string } | 'cut' | 'silence';

export interface HttpsService {
  /** https://127.0.0.1:port */
  readonly address: string;
  /** The authority that vouches for it (PEM). */
  readonly authority: string;
  /** Its own certificate (PEM), which is not of its own making. */
  readonly certificate: string;
  /** Every request that was answered or cut, in order. */
  readonly asked: readonly Asked[];
  stop(): Promise<void>;
}

/** An answer in JSON. */
export const json = (status: number, value: unknown, headers: Record<string, string> = {}): Answer => ({
  status,
  headers: { 'content-type': 'application/json', ...headers },
  body: JSON.stringify(value),
});

/** Starts a service over HTTPS on a free port of 127.0.0.1. */
export async function startHttpsService(answer: (asked: Asked) => Answer): Promise<HttpsService> {
  const authority = await makeCertificate({ name: 'Lab authority', ca: true, dns: [] });
  const { cert, key } = await makeCertificate({ name: 'service.test', ip: ['127.0.0.1'], by: authority });
  const asked: Asked[] = [];
  const server = createServer({ cert, key }, (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const url = new URL(request.url ?? '/', 'https://service.test');
      const one: Asked = {
        method: request.method ?? '',
        path: url.pathname,
        query: url.searchParams,
        headers: Object.fromEntries(
          Object.entries(request.headers).map(([name, value]) => [name, [value].flat().join(',')]),
        ),
        body: Buffer.concat(chunks).toString('utf8'),
      };
      asked.push(one);
      const said = answer(one);
      if (said === 'cut') request.socket.destroy();
      else if (said !== 'silence') response.writeHead(said.status, said.headers ?? {}).end(said.body ?? '');
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const bound = server.address();
  if (bound === null || typeof bound === 'string') throw new Error('the service has no port');
  return {
    address: `https://127.0.0.1:${String(bound.port)}`,
    authority: authority.cert,
    certificate: cert,
    asked,
    stop() {
      server.closeAllConnections();
      return new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
      });
    },
  };
}
