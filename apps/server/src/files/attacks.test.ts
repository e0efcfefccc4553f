import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bytesOf, download, fileAccount, stream, upload } from '../../test/files.ts';
import { world, type World } from '../../test/world.ts';
import type { Actor } from '../authorise/index.ts';
import { newId } from '../platform/random.ts';
import { chunkBytes, DamagedFile } from '../vault/index.ts';

// Whoever can write to the database, but has no key, must not be able to make one file come out as another.
let w: World;
let keeper: Actor;
beforeAll(async () => {
  w = await world();
  keeper = await w.people.keeper.actor();
});
afterAll(() => w.close());

const size = 3 * chunkBytes + 100;
const fileOf = async (accountId: string): Promise<string> => {
  const [row] = await w.sql<{ file_id: string }>(
    `select file_id from strongroom.secret where account_id = $1 and state = 'current'`,
    [accountId],
  );
  return row?.file_id ?? '';
};
/** Two accounts of one owner with a file each. */
async function two(): Promise<{ mine: string; other: string; content: Buffer; mineFile: string; otherFile: string }> {
  const [{ accountId: mine }, { accountId: other }] = [await fileAccount(w, keeper), await fileAccount(w, keeper)];
  const content = randomBytes(size);
  await upload(w, keeper, mine, content);
  await upload(w, keeper, other, randomBytes(size));
  return { mine, other, content, mineFile: await fileOf(mine), otherFile: await fileOf(other) };
}
/** Opens a file that must be refused before a byte of it goes out, and says nothing of what is in it. */
async function refusedAtOnce(accountId: string): Promise<void> {
  const opening = stream(w, 'account.download-file', keeper, { params: { accountId } });
  await expect(opening).rejects.toThrow();
  expect((await w.audit('account.download-file')).at(-1)).toMatchObject({
    outcome: 'failed',
    object_id: accountId,
    details: { code: 'internal' },
  });
}
/** Opens a damaged file: what comes out is genuine, and then it breaks off. Gives how many bytes came out. */
async function breaksOff(accountId: string, content: Buffer): Promise<number> {
  const reply = await stream(w, 'account.download-file', keeper, { params: { accountId } });
  const pieces: Buffer[] = [];
  await expect(
    (async () => {
      for await (const piece of reply.body as AsyncIterable<Buffer>) pieces.push(Buffer.from(piece));
    })(),
  ).rejects.toBeInstanceOf(DamagedFile);
  const out = Buffer.concat(pieces);
  expect(out.equals(content.subarray(0, out.length))).toBe(true);
  return out.length;
}

describe('a stored file', () => {
  it('does not come out of an account that it was pointed at in the clear', async () => {
    const { mine, other, otherFile } = await two();
    await w.sql(`update strongroom.secret set file_id = $2 where account_id = $1`, [mine, otherFile]);
    await refusedAtOnce(mine);
    expect(await download(w, keeper, other)).toHaveLength(size);
  });

  it('does not come out of an account whose sealed value was moved there with it', async () => {
    const { mine, other } = await two();
    await w.sql(
      `update strongroom.secret s set file_id = o.file_id, sealed = o.sealed from strongroom.secret o where s.account_id = $1 and o.account_id = $2`,
      [mine, other],
    );
    await refusedAtOnce(mine);
  });

  it('does not come out as another version than it is', async () => {
    const { mine } = await two();
    await upload(w, keeper, mine, randomBytes(10), { name: 'second' });
    await w.sql(
      `update strongroom.secret s set file_id = o.file_id, sealed = o.sealed from strongroom.secret o
       where s.account_id = $1 and o.account_id = $1 and s.version = 2 and o.version = 1`,
      [mine],
    );
    await refusedAtOnce(mine);
    expect(await download(w, keeper, mine, { version: '1' })).toHaveLength(size);
  });

  it('does not open with the key of another file', async () => {
    const { mine, mineFile, otherFile } = await two();
    await w.sql(
      `update strongroom.stored_file f set sealed_key = o.sealed_key from strongroom.stored_file o where f.id = $1 and o.id = $2`,
      [mineFile, otherFile],
    );
    await refusedAtOnce(mine);
  });

  it('breaks off where a chunk is of another file, out of place, missing or altered, and gives nothing false', async () => {
    const swap = `update strongroom.file_chunk c set sealed = o.sealed from strongroom.file_chunk o where c.file_id = $1 and c.n = $2 and o.file_id = $3 and o.n = $4`;
    const foreign = await two();
    await w.sql(swap, [foreign.mineFile, 1, foreign.otherFile, 1]);
    expect(await breaksOff(foreign.mine, foreign.content)).toBe(chunkBytes);

    const moved = await two();
    await w.sql(swap, [moved.mineFile, 2, moved.mineFile, 1]);
    expect(await breaksOff(moved.mine, moved.content)).toBe(2 * chunkBytes);

    const missing = await two();
    await w.sql('delete from strongroom.file_chunk where file_id = $1 and n = 2', [missing.mineFile]);
    expect(await breaksOff(missing.mine, missing.content)).toBe(2 * chunkBytes);

    const altered = await two();
    await w.sql(
      'update strongroom.file_chunk set sealed = set_byte(sealed, 100, (get_byte(sealed, 100) + 1) % 256) where file_id = $1 and n = 0',
      [altered.mineFile],
    );
    expect(await breaksOff(altered.mine, altered.content)).toBe(0);
  });

  it('cut short is never taken for a whole one, however the row was made to fit', async () => {
    const { mine, mineFile, content } = await two();
    await w.sql('delete from strongroom.file_chunk where file_id = $1 and n = 3', [mineFile]);
    await w.sql('update strongroom.stored_file set chunks = 3, size = $2 where id = $1', [mineFile, 3 * chunkBytes]);
    expect(await breaksOff(mine, content)).toBeLessThan(3 * chunkBytes);
  });

  it('of a size that is not told true breaks off: nobody waits for bytes that do not come, or gets more', async () => {
    const { mine, mineFile, content } = await two();
    for (const told of [size + 1, size - 1, 10, 0]) {
      await w.sql('update strongroom.stored_file set size = $2 where id = $1', [mineFile, told]);
      expect(await breaksOff(mine, content)).toBeLessThanOrEqual(Math.max(told, 0));
    }
    await w.sql('update strongroom.stored_file set size = $2 where id = $1', [mineFile, size]);
    expect((await download(w, keeper, mine)).equals(content)).toBe(true);
  });

  it('of another organisation is not there, not even for a row that names it rightly', async () => {
    const foreign = await w.people.foreign.actor();
    const { accountId: theirs } = await fileAccount(w, foreign);
    await upload(w, foreign, theirs, randomBytes(50));
    const { mine } = await two();
    // The database refuses a row that names a file beyond the wall.
    await expect(
      w.sql(`update strongroom.secret set file_id = $2 where account_id = $1`, [mine, await fileOf(theirs)]),
    ).rejects.toThrow('violates foreign key constraint');
    // And a file that was moved over with its chunks does not open.
    const [moved] = await w.sql<{ id: string }>(
      `insert into strongroom.stored_file (id, organisation_id, name, state, sealed_key, size, chunks)
       select $1, $2, name, state, sealed_key, size, chunks from strongroom.stored_file where id = $3 returning id`,
      [newId(), w.organisationId, await fileOf(theirs)],
    );
    await w.sql(`update strongroom.secret set file_id = $2 where account_id = $1`, [mine, moved?.id]);
    await refusedAtOnce(mine);
    await expect(download(w, keeper, theirs)).rejects.toMatchObject({ code: 'not-found' });
    await expect(download(w, foreign, mine)).rejects.toMatchObject({ code: 'not-found' });
  });

  it('that is not whole yet is not there', async () => {
    const { mine, mineFile } = await two();
    await w.sql(`update strongroom.stored_file set state = 'uploading' where id = $1`, [mineFile]);
    await expect(download(w, keeper, mine)).rejects.toMatchObject({ code: 'not-found' });
  });

  it('cannot be changed once it is written, by the role the server has', async () => {
    const { mineFile } = await two();
    await expect(
      w.database.asOrganisation(w.organisationId, (db) =>
        db
          .updateTable('fileChunk')
          .set({ sealed: Buffer.alloc(1) })
          .where('fileId', '=', mineFile)
          .execute(),
      ),
    ).rejects.toThrow('permission denied');
  });

  it('opened while it is deleted comes whole or breaks off', async () => {
    const { mine, mineFile } = await two();
    const reply = await stream(w, 'account.download-file', keeper, { params: { accountId: mine } });
    await w.sql(`delete from strongroom.secret where account_id = $1`, [mine]);
    await w.sql('delete from strongroom.stored_file where id = $1', [mineFile]);
    await expect(bytesOf(reply)).rejects.toBeInstanceOf(DamagedFile);
  });
});
