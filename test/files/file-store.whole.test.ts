import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { Agent, request } from 'node:https';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { forgetPeak, memoryOf, peakOf, serverOf } from '../../bench/lib/memory.ts';
import { startServer, type TestServer } from '../lib/server.ts';

const megabyte = 1024 * 1024;
/** The most that the server may need above what it needs when idle, in MB. */
const mostGrowth = 50;

let server: TestServer;
let path: string;
beforeAll(async () => {
  server = await startServer();
  const { id } = await server.call<{ id: string }>('POST', '/resources', {
    name: 'Images',
    type: 'File Store',
    accounts: [{ username: 'disk' }],
  });
  const { items } = await server.call<{ items: { id: string }[] }>('GET', `/accounts?resourceId=${id}`);
  path = `/accounts/${items[0]?.id ?? ''}/file`;
});
afterAll(() => server?.stop());

const going = (method: string, to: string, headers: Record<string, string>) =>
  request(`${server.url}/api/v1${to}`, {
    method,
    // A connection each, which the server keeps: one whose upload was answered before its end is no use to the next.
    agent: new Agent({ keepAlive: true, maxFreeSockets: 0 }),
    rejectUnauthorized: false,
    headers: { authorization: `Bearer ${server.token}`, ...headers },
  });

/** Sends random bytes, a megabyte at a time, and gives their hash and one piece of them to look for. */
async function put(megabytes: number): Promise<{ status: number; hash: string; piece: Buffer }> {
  const sent = going('PUT', `${path}?name=disk.img&reason=first%20copy`, {
    'content-length': String(megabytes * megabyte),
  });
  const answered = once(sent, 'response') as Promise<[IncomingMessage]>;
  const hash = createHash('sha256');
  let piece = randomBytes(megabyte);
  for (let i = 0; i < megabytes; i++) {
    piece = randomBytes(megabyte);
    hash.update(piece);
    // Whoever is answered before they have sent everything has nothing left to wait for: their pipe may never drain.
    if (!sent.write(piece)) await Promise.race([once(sent, 'drain'), answered]);
  }
  sent.end();
  const [answer] = await answered;
  answer.resume();
  return { status: answer.statusCode ?? 0, hash: hash.digest('hex'), piece };
}
/** Opens the file, reads it as it comes, and gives its hash and size. */
async function open(body: object): Promise<{ status: number; hash: string; size: number }> {
  const asked = going('POST', path, { 'content-type': 'application/json' });
  asked.end(JSON.stringify(body));
  const [answer] = (await once(asked, 'response')) as [IncomingMessage];
  const hash = createHash('sha256');
  let size = 0;
  for await (const part of answer as AsyncIterable<Buffer>) {
    hash.update(part);
    size += part.length;
  }
  return { status: answer.statusCode ?? 0, hash: hash.digest('hex'), size };
}

describe('a file store', () => {
  it('takes 100 MB in and gives them out under the rules of a reveal, sealed, within the limit, at constant memory [RES-06]', async () => {
    const pid = serverOf(Number(new URL(server.url).port));
    // Warmed up by a small one.
    expect((await put(1)).status).toBe(200);
    expect((await open({})).size).toBe(megabyte);
    const idle = memoryOf(pid);
    forgetPeak(pid);
    const sent = await put(100);
    expect(sent.status).toBe(200);
    expect(await open({})).toEqual({ status: 200, hash: sent.hash, size: 100 * megabyte });
    expect(peakOf(pid) - idle).toBeLessThan(mostGrowth);

    // What lies in the database has nothing of it.
    const database = new pg.Client({ connectionString: server.databaseUrl() });
    await database.connect();
    const found = await database.query<{ chunks: number; inside: number }>(
      `select count(*)::int as chunks, count(*) filter (where position($1::bytea in sealed) > 0)::int as inside from strongroom.file_chunk`,
      [sent.piece.subarray(0, 64)],
    );
    await database.end();
    expect(found.rows).toEqual([{ chunks: 4 + 400, inside: 0 }]);

    // The limit that the administrator sets holds, whatever the type of the store.
    await server.call('PATCH', '/settings', { fileLimitMegabytes: 2, reasonToReveal: true });
    expect((await put(3)).status).toBe(413);
    for (const type of ['Key Store', 'License Store'])
      expect((await server.ask('POST', '/resources', { name: type, type, accounts: [{ username: 'x' }] })).status).toBe(
        200,
      );

    // Opened as a password is: with a reason where one is asked for, and recorded.
    expect((await open({})).status).toBe(403);
    expect((await open({ reason: 'disk replaced' })).hash).toBe(sent.hash);
    const { items } = await server.call<{ items: { action: string; reason: string | null; outcome: string }[] }>(
      'GET',
      '/audit?action=account.download-file&limit=10',
    );
    expect(items.slice(0, 2)).toMatchObject([
      { outcome: 'done', reason: 'disk replaced' },
      { outcome: 'refused', reason: null },
    ]);
  });
});
