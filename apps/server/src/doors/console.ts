import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { extname, join, relative } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { FastifyInstance } from 'fastify';
import { newNonce, sha256 } from '../platform/random.ts';

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.json': 'application/json',
  '.webmanifest': 'application/manifest+json',
  '.txt': 'text/plain; charset=utf-8',
};

/** Everything is refused but our own files, and styles and scripts that carry this page's nonce. Source: CSP Level 3. */
const contentSecurityPolicy = (nonce: string): string =>
  `default-src 'none'; script-src 'self' 'nonce-${nonce}'; style-src 'self' 'nonce-${nonce}'; img-src 'self' data:; font-src 'self'; connect-src 'self'; worker-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'`;

interface File {
  readonly body: Buffer;
  /** Whether it becomes smaller when it is packed, and itself packed once somebody has asked for it. */
  readonly packs: boolean;
  packed?: Buffer;
  readonly type: string;
  readonly tag: string;
}

/**
 * Serves the built console from memory: its files, and its page at every address that is not one of a door.
 * Names under `assets/` carry a hash of what is in them, so a browser may keep them for good.
 */
export function consoleDoor(app: FastifyInstance, folder: string): void {
  const files = new Map<string, File>();
  if (existsSync(folder)) {
    for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const path = join(entry.parentPath, entry.name);
      const type = types[extname(entry.name)];
      if (type === undefined) continue;
      const body = readFileSync(path);
      files.set('/' + relative(folder, path), {
        body,
        packs: /text|json|svg|javascript/.test(type),
        type,
        tag: `"${sha256(body).toString('base64url').slice(0, 22)}"`,
      });
    }
  }
  const page = files.get('/index.html')?.body.toString('utf8');
  files.delete('/index.html');

  app.get('/*', (request, reply) => {
    const path = request.url.split('?', 1)[0] ?? '/';
    const file = files.get(path);
    if (file) {
      void reply
        .header('cache-control', path.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache')
        .header('etag', file.tag)
        .type(file.type);
      if (request.headers['if-none-match'] === file.tag) return reply.status(304).send();
      if (file.packs && /\bgzip\b/.test(request.headers['accept-encoding'] ?? '')) {
        file.packed ??= gzipSync(file.body, { level: 9 });
        return reply.header('content-encoding', 'gzip').header('vary', 'accept-encoding').send(file.packed);
      }
      return reply.send(file.body);
    }
    if (path.startsWith('/assets/') || page === undefined)
      return reply
        .status(404)
        .type('text/plain; charset=utf-8')
        .send(page === undefined ? 'The console has not been built: npm start builds it.' : 'Not found.');
    const nonce = newNonce();
    return reply
      .header('content-security-policy', contentSecurityPolicy(nonce))
      .header('cache-control', 'no-store')
      .type('text/html; charset=utf-8')
      .send(page.replaceAll('__NONCE__', nonce));
  });
}
