import type { Ask, Grant } from '../authorise/index.ts';
import type { Database } from '../platform/db.ts';
import { collectYoung } from '../platform/memory.ts';
import { Problem } from '../platform/problem.ts';
import { DamagedFile, openChunks, wipe, type FileKey, type FileOpening, type SealedChunk } from '../vault/index.ts';
import { collectEvery, type FileParts } from './store.ts';

/** A stored file that may be read. */
export interface Opened {
  readonly name: string;
  /** In bytes. */
  readonly size: number;
  readonly storedAt: Date;
  /**
   * The content, once. Each piece was proven before it is given out; throws `DamagedFile` where it is not whole, and
   * whoever sends it on must break off then. The pieces are the receiver's, to `wipe` when nothing reads them any more.
   */
  readonly bytes: AsyncIterable<Buffer>;
}

/** Sealed chunks fetched from the database together: a megabyte. */
const chunksAtOnce = 4;

/**
 * Opens a stored file: decided and recorded in one transaction, before a byte of it is read. `find` says which file it is,
 * from something that is bound to its object; where there is no such thing, `holder` is whose its key was sealed for. The content is read afterwards, in a transaction for each megabyte.
 * Throws `not-found` when the file is not there, or not whole yet.
 */
export async function readStored<A extends FileOpening>(
  parts: FileParts,
  ask: Ask<A>,
  find: (grant: Grant<A>) => Promise<string>,
  holder?: string,
): Promise<Opened> {
  const { file, key } = await parts.perform(ask, async (grant) => {
    const id = await find(grant);
    const row = await grant.db
      .selectFrom('storedFile')
      .select(['name', 'size', 'chunks', 'sealedKey', 'createdAt'])
      .where('id', '=', id)
      .where('state', '=', 'ready')
      .executeTakeFirst();
    if (!row) throw new Problem('not-found');
    grant.note({ file: row.name, bytes: row.size });
    return { file: row, key: await parts.vault.openFileKey(grant, row.sealedKey, id, holder) };
  });
  const { name, size, createdAt, chunks } = file;
  return { name, size, storedAt: createdAt, bytes: content(parts.database, key, { size, chunks }) };
}

/** The content of a file, held to the size that was told: that one lies in the clear. */
async function* content(
  database: Database,
  key: FileKey,
  { size, chunks }: { size: number; chunks: number },
): AsyncGenerator<Buffer, void, undefined> {
  let given = 0;
  for await (const plain of openChunks(key, sealedChunks(database, key, chunks), { chunks })) {
    given += plain.length;
    if (given > size) throw new DamagedFile('there is more in the file than its size');
    yield plain;
  }
  if (given !== size) throw new DamagedFile('there is less in the file than its size');
}

/** The sealed chunks of a file in their order. The next megabyte is fetched while this one is read: both ends are at work. */
async function* sealedChunks(
  database: Database,
  { organisationId, fileId }: FileKey,
  chunks: number,
): AsyncGenerator<SealedChunk, void, undefined> {
  const fetch = async (first: number): Promise<SealedChunk[]> =>
    first >= chunks
      ? []
      : database.asOrganisation(organisationId, (db) =>
          db
            .selectFrom('fileChunk')
            .select(['n', 'sealed'])
            .where('fileId', '=', fileId)
            .where('n', '>=', first)
            .where('n', '<', first + chunksAtOnce)
            .orderBy('n')
            .execute(),
        );
  let next = fetch(0);
  for (let first = 0; first < chunks; first += chunksAtOnce) {
    const rows = await next;
    next = fetch(first + chunksAtOnce);
    // Whoever stops reading does not wait for it, and nobody else would hear of its failure.
    next.catch(() => undefined);
    for (const row of rows) {
      yield row;
      wipe(row.sealed);
    }
    if (first % collectEvery === 0) collectYoung();
  }
}
