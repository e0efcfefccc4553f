/**
 * The peer that the reveal is compared with: a bare Node.js HTTPS server that does one indexed SELECT and one INSERT in one transaction and answers with what
 * it read. No framework, no sign-in, no checks, no encryption of its own. Statements are prepared once per connection, which is the best of plain `pg`.
 * Environment: PEER_DATABASE (address), PEER_TLS (directory of server.crt and server.key), PEER_POOL (connections). Prints `Peer: PORT`.
 */
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import pg from 'pg';

const { PEER_DATABASE = '', PEER_TLS = '', PEER_POOL = '' } = process.env;
const pool = new pg.Pool({ connectionString: PEER_DATABASE, max: Number(PEER_POOL) });

async function answer(id: string, address: string): Promise<string> {
  const client = await pool.connect();
  try {
    await client.query('begin');
    const { rows } = await client.query<{ username: string; password: string }>({
      name: 'read',
      text: 'select username, password from item where id = $1',
      values: [id],
    });
    await client.query({
      name: 'note',
      text: 'insert into event (item_id, actor, address) values ($1, $2, $3)',
      values: [id, 'peer', address],
    });
    await client.query('commit');
    return JSON.stringify(rows[0]);
  } finally {
    client.release();
  }
}

const server = createServer(
  { cert: readFileSync(join(PEER_TLS, 'server.crt')), key: readFileSync(join(PEER_TLS, 'server.key')) },
  (request, response) => {
    request.resume().once('end', () => {
      answer(request.url?.slice(1) ?? '', request.socket.remoteAddress ?? '').then(
        (text) =>
          response
            .writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) })
            .end(text),
        (error: unknown) =>
          response.writeHead(500, { 'content-length': 0 }).end() && process.stderr.write(`${String(error)}\n`),
      );
    });
  },
);
server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`Peer: ${String((server.address() as AddressInfo).port)}\n`);
});
process.once('SIGTERM', () => process.exit(0));
