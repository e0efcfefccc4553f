/** HTTPS for drivers of services: verified, one connection for each request, no cookies, redirects or retries. */
import { request as httpRequest } from 'node:http';
import { Cut, Unreachable, type Web, type WebReply, type WebRequest } from '@strongroom/driver-kit';
import { opening } from './opening.ts';
import { secure, type TlsReach } from './tls.ts';

/** An answer of the interfaces that drivers speak to is a few kilobytes. In bytes. */
const mostBytes = 4 * 1024 * 1024;

/** Speaks HTTPS to whatever address a request names. */
export function webOver(reach: TlsReach): Web {
  return { send: (request) => send(reach, request) };
}

async function send(reach: TlsReach, request: WebRequest): Promise<WebReply> {
  const url = new URL(request.url);
  if (url.protocol !== 'https:' || url.username !== '' || url.password !== '')
    throw new TypeError('only https, and no credentials in an address');
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const to = { ...reach, host, port: url.port === '' ? 443 : Number(url.port) };
  const socket = await opening(to, (line) => secure(line, to, 'verified'));
  const body = typeof request.body === 'string' ? Buffer.from(request.body) : request.body;
  try {
    return await new Promise<WebReply>((resolve, reject) => {
      const cut = (why: string) => (): void => {
        reject(new Cut(why));
      };
      const given = cut('given up after sending');
      const timer = setTimeout(cut(`no answer in ${String(reach.timeoutMs)} ms`), reach.timeoutMs);
      socket.once('close', () => {
        clearTimeout(timer);
        reach.signal?.removeEventListener('abort', given);
        reject(new Cut('the line broke after sending'));
      });
      if (reach.signal?.aborted === true) {
        reject(new Unreachable('given up'));
        return;
      }
      reach.signal?.addEventListener('abort', given, { once: true });
      const sent = httpRequest({
        createConnection: () => socket,
        host,
        method: request.method,
        path: `${url.pathname}${url.search}`,
        headers: {
          'user-agent': 'strongroom',
          ...request.headers,
          host: url.host,
          connection: 'close',
          ...(body === undefined ? {} : { 'content-length': String(body.length) }),
        },
      });
      sent.on('error', cut('the line broke after sending'));
      sent.on('response', (response) => {
        const chunks: Buffer[] = [];
        let size = 0;
        response.on('data', (chunk: Buffer) => {
          size += chunk.length;
          if (size > mostBytes) cut('the service wrote too much')();
          else chunks.push(chunk);
        });
        response.on('error', cut('the line broke after sending'));
        response.on('end', () => {
          if (!response.complete) return;
          const headers = Object.entries(response.headers).map(([name, value]) => [name, [value].flat().join(', ')]);
          resolve({
            status: response.statusCode ?? 0,
            headers: Object.fromEntries(headers) as Record<string, string>,
            body: Buffer.concat(chunks).toString('utf8'),
          });
        });
      });
      sent.end(body);
    });
  } finally {
    socket.destroy();
  }
}
