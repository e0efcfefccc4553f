/**
 * The peer that file transfers are compared with: a plain Node.js HTTPS server that writes what is PUT into a file and gives it back to GET. No framework, no
 * sign-in, no checks, no encryption of its own, and a file system instead of a database.
 * Environment: PEER_TLS (directory of server.crt and server.key), PEER_FILE (where the file goes). Prints `Peer: PORT`.
 */
import { createReadStream, createWriteStream, readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';

const { PEER_TLS = '', PEER_FILE = '' } = process.env;

const server = createServer(
  { cert: readFileSync(join(PEER_TLS, 'server.crt')), key: readFileSync(join(PEER_TLS, 'server.key')) },
  (request, response) => {
    const done =
      request.method === 'PUT'
        ? pipeline(request, createWriteStream(PEER_FILE)).then(() => response.writeHead(200).end('{}'))
        : pipeline(
            createReadStream(PEER_FILE),
            response.writeHead(200, { 'content-length': statSync(PEER_FILE).size }),
          );
    done.catch((error: unknown) => process.stderr.write(`${String(error)}\n`));
  },
);
server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`Peer: ${String((server.address() as AddressInfo).port)}\n`);
});
process.once('SIGTERM', () => process.exit(0));
