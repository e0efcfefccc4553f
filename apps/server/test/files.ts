import { createResource, listAccounts, type AccountId, type ResourceId } from '@strongroom/contract';
import type { Actor, StreamReply } from '../src/authorise/index.ts';
import type { World } from './world.ts';

/** Bytes in pieces of a size that fits no chunk, each handed over on its own turn. */
export async function* inPieces(content: Buffer, pieceBytes = 70_001): AsyncGenerator<Buffer> {
  for (let at = 0; at < content.length; at += pieceBytes) {
    await Promise.resolve();
    // Whoever takes a piece may overwrite it.
    yield Buffer.from(content.subarray(at, at + pieceBytes));
  }
}

export async function bytesOf(reply: StreamReply): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of reply.body as AsyncIterable<Buffer>) pieces.push(Buffer.from(piece));
  return Buffer.concat(pieces);
}

export interface Sent {
  readonly params: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  readonly fields?: Readonly<Record<string, string>>;
  readonly bytes?: AsyncIterable<Uint8Array>;
  readonly length?: number | undefined;
}

/** Makes a call that carries bytes as an actor, as the door does. */
export async function stream(w: World, name: string, actor: Actor, sent: Sent): Promise<StreamReply> {
  const endpoint = w.composed.streams.find((one) => one.name === name);
  if (!endpoint) throw new Error(`no stream ${name}`);
  return endpoint.handle({
    perform: w.perform,
    actor,
    query: {},
    fields: {},
    bytes: inPieces(Buffer.alloc(0)),
    length: undefined,
    ...sent,
  });
}

/** Stores a file as the account's secret. */
export async function upload(
  w: World,
  actor: Actor,
  accountId: string,
  content: Buffer,
  query: Readonly<Record<string, string>> = {},
): Promise<{ version: number; file: { name: string; size: number; storedAt: string } }> {
  const sent = {
    params: { accountId },
    query: { name: 'a.bin', ...query },
    bytes: inPieces(content),
    length: content.length,
  };
  const reply = await stream(w, 'account.upload-file', actor, sent);
  return JSON.parse(String(reply.body)) as never;
}

/** Opens the account's file. */
export const download = async (
  w: World,
  actor: Actor,
  accountId: string,
  fields: Readonly<Record<string, string>> = {},
): Promise<Buffer> => bytesOf(await stream(w, 'account.download-file', actor, { params: { accountId }, fields }));

let made = 0;
/** A new resource of a type whose accounts hold files, with one account. */
export async function fileAccount(
  w: World,
  owner: Actor,
  type = 'File Store',
): Promise<{ accountId: AccountId; resourceId: ResourceId }> {
  const resource = await w.invoke(createResource, owner, {
    name: `store-${String(++made)}`,
    type,
    accounts: [{ username: 'the file' }],
  });
  const { items } = await w.invoke(listAccounts, owner, { resourceId: resource.id });
  if (!items[0]) throw new Error('no account was made');
  return { accountId: items[0].id, resourceId: resource.id };
}

/** How much of files there is in the database, of every organisation. */
export async function stored(w: World): Promise<{ files: number; chunks: number }> {
  const [row] = await w.sql<{ files: number; chunks: number }>(
    'select (select count(*)::int from strongroom.stored_file) as files, (select count(*)::int from strongroom.file_chunk) as chunks',
  );
  return row ?? { files: -1, chunks: -1 };
}
