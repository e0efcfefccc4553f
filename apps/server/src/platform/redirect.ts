import { createServer, type Server } from 'node:http';

const hostName = /^(?:[A-Za-z0-9.-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])$/;

/**
 * A plain HTTP server that sends browsers to HTTPS and serves nothing itself. `to()` is the HTTPS address to send to, without a slash at the end; without a public address its host is
 * the one the browser asked for. A request that is no GET or HEAD is refused, not redirected: a program that sends a token here has sent it in the clear, and must learn of it.
 */
export function redirectServer(to: () => { url: string; isPublic: boolean }): Server {
  const server = createServer(
    { maxHeaderSize: 8192, requestTimeout: 10_000, headersTimeout: 10_000 },
    (request, reply) => {
      reply.setHeader('connection', 'close');
      reply.setHeader('cache-control', 'no-store');
      reply.setHeader('content-type', 'text/plain; charset=utf-8');
      if (request.method !== 'GET' && request.method !== 'HEAD') {
        reply.writeHead(403).end('This port only sends browsers to HTTPS. What was sent here was not encrypted.\n');
        return;
      }
      const target = new URL(to().url);
      const asked = (request.headers.host ?? '').replace(/:\d{1,5}$/, '');
      if (!to().isPublic && hostName.test(asked)) target.hostname = asked;
      // Joined as text: resolved against the address, a path such as //elsewhere would name another host.
      const path = request.url?.startsWith('/') === true ? request.url : '/';
      reply.writeHead(308, { location: `${target.origin}${path}` }).end();
    },
  );
  server.maxConnections = 256;
  return server;
}
