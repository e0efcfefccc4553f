import type { Action, Ask, Grant, Perform } from '../authorise/index.ts';
import type { Database } from '../platform/db.ts';
import { collectYoung } from '../platform/memory.ts';
import { Problem } from '../platform/problem.ts';
import { growingSha256, newId } from '../platform/random.ts';
import { newFileKey, sealChunks, wipe, type Vault } from '../vault/index.ts';
import { tooLarge } from './limit.ts';
import { fileName } from './name.ts';

export interface FileParts {
  readonly database: Database;
  readonly perform: Perform;
  readonly vault: Vault;
}

/** A file as it comes in. */
export interface Incoming {
  /** As the sender calls it. */
  readonly name: string;
  /** Its content. The pieces are taken over, and overwritten once they are sealed. */
  readonly bytes: AsyncIterable<Uint8Array>;
  /** How many bytes the sender says it has; undefined when it does not say. */
  readonly length: number | undefined;
}

/** A file that is whole, and not yet anybody's. */
export interface Stored {
  readonly id: string;
  readonly name: string;
  /** Of the content, in bytes. */
  readonly size: number;
  readonly storedAt: Date;
}

/** Chunks that travel to the database together: a megabyte. */
const chunksAtOnce = 4;
/** After so many chunks what they left in memory is given back: two megabytes. */
export const collectEvery = 8;

class BeyondLimit extends Error {}

/**
 * Takes a file in and seals it, at constant memory and without a transaction open while bytes travel: one decides and makes
 * its row, one more for each megabyte, and a last one in which `keep` makes it somebody's. Each decides anew, so that
 * an upload ends with the right to it. Only the last leaves an event. Whatever goes wrong leaves nothing behind.
 * `begin` checks what the file is for, and gives the most bytes it may have.
 * Throws `too-large`, and `input-invalid` for a name that names nothing and for an upload that breaks off.
 */
export async function storeUpload<A extends Action, T>(
  parts: FileParts,
  ask: Ask<A>,
  incoming: Incoming,
  work: {
    begin(grant: Grant<A>): Promise<{ limit: number }>;
    keep(grant: Grant<A>, file: Stored): Promise<T>;
    /** For whom alone its key opens, where nothing else binds the file: an import. */
    readonly holder?: string;
  },
): Promise<T> {
  const { perform, vault } = parts;
  const { organisationId, userId } = ask.actor;
  const [id, name] = [newId(), fileName(incoming.name)];
  const key = newFileKey(organisationId, id);
  const limit = await perform(ask, async (grant) => {
    const { limit: most } = await work.begin(grant);
    if ((incoming.length ?? 0) > most) throw tooLarge(most);
    const sealedKey = await vault.sealFileKey(grant, key, work.holder);
    await grant.db
      .insertInto('storedFile')
      .values({ id, organisationId, name, sealedKey, uploadedById: userId })
      .execute();
    grant.nothingDone();
    return most;
  });
  try {
    const counted = count(incoming, limit);
    const hash = growingSha256();
    let chunks = 0;
    let batch: { n: number; sealed: Buffer }[] = [];
    const send = async (): Promise<void> => {
      await perform(ask, async (grant) => {
        // A statement each, sent together: one for all is copied over and over on its way out.
        await Promise.all(
          batch.map((chunk) =>
            grant.db
              .insertInto('fileChunk')
              .values({ organisationId, fileId: id, ...chunk })
              .execute(),
          ),
        );
        grant.nothingDone();
      });
      for (const { sealed } of batch) wipe(sealed);
      batch = [];
      if (chunks % collectEvery === 0) collectYoung();
    };
    for await (const { n, sealed } of sealChunks(key, counted.bytes)) {
      hash.update(sealed);
      chunks++;
      batch.push({ n, sealed });
      if (batch.length === chunksAtOnce) await send();
    }
    if (batch.length > 0) await send();
    const size = counted.size();
    return await perform(ask, async (grant) => {
      const row = await grant.db
        .updateTable('storedFile')
        .set({ state: 'ready', size, chunks, sha256: hash.digest() })
        .where('id', '=', id)
        .where('state', '=', 'uploading')
        .returning('createdAt')
        .executeTakeFirst();
      if (!row) throw new Error('the upload was swept away before it ended');
      grant.note({ file: name, bytes: size });
      return work.keep(grant, { id, name, size, storedAt: row.createdAt });
    });
  } catch (error) {
    // Whatever this cannot take away now, the sweep does later.
    await dropUnfinished(parts.database, organisationId, id).catch(() => undefined);
    if (error instanceof BeyondLimit) return await perform(ask, () => Promise.reject(tooLarge(limit)));
    throw error;
  }
}

/** Hands bytes on and counts them. Throws once there are more than the limit, and when they break off before their end. */
function count(incoming: Incoming, limit: number): { bytes: AsyncIterable<Uint8Array>; size(): number } {
  let size = 0;
  const brokeOff = (cause?: unknown): Problem =>
    new Problem('input-invalid', { detail: 'The upload broke off before its end. Send the file again.', cause });
  async function* bytes(): AsyncGenerator<Uint8Array> {
    const source = incoming.bytes[Symbol.asyncIterator]();
    try {
      for (;;) {
        const next = await source.next().catch((error: unknown) => {
          throw brokeOff(error);
        });
        if (next.done) break;
        size += next.value.length;
        if (size > limit) throw new BeyondLimit();
        yield next.value;
        // It is sealed, or copied to be.
        wipe(next.value);
      }
    } finally {
      await source.return?.().catch(() => undefined);
    }
    if (incoming.length !== undefined && size !== incoming.length) throw brokeOff();
  }
  return { bytes: bytes(), size: () => size };
}

const dropUnfinished = (database: Database, organisationId: string, id: string): Promise<void> =>
  database.asOrganisation(organisationId, async (db) => {
    await db.deleteFrom('storedFile').where('id', '=', id).where('state', '=', 'uploading').execute();
  });
