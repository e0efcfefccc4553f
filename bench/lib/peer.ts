import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { run } from './processes.ts';
import type { Product } from './product.ts';

/** Connections to the database: as many as the product opens. */
const connections = 20;

/** The bare server of peer-server.ts, at work. */
export interface Peer {
  readonly port: number;
  /** One path for each of its rows. */
  readonly paths: readonly string[];
  [Symbol.asyncDispose](): Promise<void>;
}

/** Makes a database for the peer on the product's PostgreSQL server, fills it with so many rows, and starts it with the product's certificate. */
export async function startPeer(product: Product, rows: number): Promise<Peer> {
  await withClient(product.adminUrl, (client) => client.query('create database bench_peer'));
  const url = product.adminUrl.replace('/postgres?', '/bench_peer?');
  const ids = Array.from({ length: rows }, () => randomUUID());
  await withClient(url, async (client) => {
    await client.query('create table item (id uuid primary key, username text not null, password text not null)');
    await client.query(
      'create table event (id bigint generated always as identity primary key, at timestamptz not null default now(), item_id uuid not null, actor text not null, address text not null)',
    );
    await client.query(
      `insert into item select id, 'user-' || n, 'Password-of-item-' || n from unnest($1::uuid[]) with ordinality as t (id, n)`,
      [ids],
    );
    await client.query('analyze item');
  });
  const running = run(process.execPath, [fileURLToPath(new URL('./peer-server.ts', import.meta.url))], {
    ...process.env,
    PEER_DATABASE: url,
    PEER_TLS: product.tls,
    PEER_POOL: String(connections),
  });
  const port = Number((await running.line(/^Peer: (\d+)$/))[1]);
  return { port, paths: ids.map((id) => `/${id}`), [Symbol.asyncDispose]: () => running.stop() };
}

async function withClient(url: string, work: (client: pg.Client) => Promise<unknown>): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}
