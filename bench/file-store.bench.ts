/**
 * A file of 100 MB into a file store and out again through the product's HTTPS server: how much memory the server needs for it, and how fast it is
 * against a plain Node.js HTTPS server that writes a file.
 */
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { forgetPeak, memoryOf, peakOf, serverOf } from './lib/memory.ts';
import { run as start } from './lib/processes.ts';
import { startProduct, type Product } from './lib/product.ts';
import type { Row } from './lib/rows.ts';

const megabyte = 1024 * 1024;
const megabytes = 100;
const rounds = 3;
const mostGrowth = 50;
const leastRatio = 0.05;

/** Measures the rows `file-store`. */
export async function run(): Promise<Row[]> {
  await using product = await startProduct();
  const folder = mkdtempSync(join(tmpdir(), 'file-peer-'));
  const peer = start(process.execPath, [fileURLToPath(new URL('./lib/file-peer.ts', import.meta.url))], {
    ...process.env,
    PEER_TLS: product.tls,
    PEER_FILE: join(folder, 'file'),
  });
  try {
    const peerPort = Number((await peer.line(/^Peer: (\d+)$/))[1]);
    return await measure(product, peerPort);
  } finally {
    await peer.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Way {
  readonly port: number;
  readonly ca: string;
  readonly headers: Record<string, string>;
  readonly put: string;
  readonly get: readonly [method: string, path: string];
}
interface Figures {
  readonly inPerSecond: number;
  readonly outPerSecond: number;
}

async function measure(product: Product, peerPort: number): Promise<Row[]> {
  const ours = await fileStore(product);
  const theirs: Way = { port: peerPort, ca: product.ca, headers: {}, put: '/', get: ['GET', '/'] };
  const pid = serverOf(product.port);
  const piece = randomBytes(megabyte);
  for (const way of [ours, theirs]) await transfer(way, piece, 1);
  const figures: { ours: Figures[]; theirs: Figures[] } = { ours: [], theirs: [] };
  // Idle, warmed up by the small file; all that comes is held against this one figure.
  await pause(2000);
  const idle = memoryOf(pid);
  let [peakIn, peakOut] = [0, 0];
  for (let i = 0; i < rounds; i++) {
    figures.theirs.push(await transfer(theirs, piece, megabytes));
    forgetPeak(pid);
    const figure = await transfer(ours, piece, megabytes, () => {
      peakIn = Math.max(peakIn, peakOf(pid));
      forgetPeak(pid);
    });
    peakOut = Math.max(peakOut, peakOf(pid));
    figures.ours.push(figure);
    process.stderr.write(
      `idle ${idle.toFixed(0)} MB, peak in ${peakIn.toFixed(0)} MB, out ${peakOut.toFixed(0)} MB; in ${figure.inPerSecond.toFixed(0)} MB/s, out ${figure.outPerSecond.toFixed(0)} MB/s\n`,
    );
  }
  const best = (who: keyof typeof figures, way: keyof Figures): number => Math.max(...figures[who].map((f) => f[way]));
  const growth = (what: string, value: number): Row => ({
    name: 'file-store',
    what: `the server’s memory above idle at its peak while ${String(megabytes)} MB ${what}, worst of ${String(rounds)}`,
    value,
    unit: 'MB',
    against: `the limit, ${String(mostGrowth)} MB`,
    ratio: mostGrowth / Math.max(value, 0.1),
    target: `< ${String(mostGrowth)} MB`,
    ok: value < mostGrowth,
  });
  const speed = (what: string, way: keyof Figures): Row => {
    const [our, their] = [best('ours', way), best('theirs', way)];
    return {
      name: 'file-store',
      what: `a file of ${String(megabytes)} MB ${what}, sealed, best of ${String(rounds)}`,
      value: our,
      unit: 'MB/s',
      against: `a plain Node.js HTTPS server and a file, ${their.toFixed(0)} MB/s`,
      ratio: our / their,
      target: `>= ${String(leastRatio)} of the plain server`,
      ok: our / their >= leastRatio,
    };
  };
  return [
    growth('come in', peakIn - idle),
    growth('go out', peakOut - idle),
    speed('in', 'inPerSecond'),
    speed('out', 'outPerSecond'),
  ];
}

/** Signs in and makes a file store with one account. */
async function fileStore(product: Product): Promise<Way> {
  const { body: me, cookie } = await product.ask('POST', '/session', {}, product.admin);
  const headers = { cookie, 'x-csrf-token': String(me['csrfToken']) };
  const { body: resource } = await product.ask('POST', '/resources', headers, {
    name: 'images',
    type: 'File Store',
    accounts: [{ username: 'disk' }],
  });
  const { body: list } = await product.ask('GET', `/accounts?resourceId=${String(resource['id'])}`, headers);
  const path = `/api/v1/accounts/${(list['items'] as { id: string }[])[0]?.id ?? ''}/file`;
  return { port: product.port, ca: product.ca, headers, put: `${path}?name=disk.img`, get: ['POST', path] };
}

/** Sends a file of so many pieces, takes it back, and holds the two against each other. `between` is called between the two. */
async function transfer(way: Way, piece: Buffer, pieces: number, between?: () => void): Promise<Figures> {
  const to = { host: '127.0.0.1', servername: 'localhost', port: way.port, ca: way.ca };
  const sentHash = createHash('sha256');
  const began = performance.now();
  const sent = request({
    ...to,
    method: 'PUT',
    path: way.put,
    headers: { ...way.headers, 'content-length': String(pieces * piece.length) },
  });
  const answered = once(sent, 'response') as Promise<[IncomingMessage]>;
  for (let i = 0; i < pieces; i++) {
    // Each piece another, or a server could cheat.
    piece.writeUInt32BE(i, 0);
    sentHash.update(piece);
    if (!sent.write(Buffer.from(piece))) await once(sent, 'drain');
  }
  sent.end();
  const [answer] = await answered;
  answer.resume();
  if (answer.statusCode !== 200) throw new Error(`the file was not taken: ${String(answer.statusCode)}`);
  await once(answer, 'end');
  const inMs = performance.now() - began;
  between?.();
  const receivedHash = createHash('sha256');
  const asked = performance.now();
  const back = request({
    ...to,
    method: way.get[0],
    path: way.get[1],
    headers: { ...way.headers, ...(way.get[0] === 'POST' ? { 'content-type': 'application/json' } : {}) },
  });
  back.end(way.get[0] === 'POST' ? '{}' : undefined);
  const [file] = (await once(back, 'response')) as [IncomingMessage];
  for await (const part of file as AsyncIterable<Buffer>) receivedHash.update(part);
  const outMs = performance.now() - asked;
  if (sentHash.digest('hex') !== receivedHash.digest('hex')) throw new Error('another file came back than was sent');
  return { inPerSecond: (pieces * 1000) / inMs, outPerSecond: (pieces * 1000) / outMs };
}
