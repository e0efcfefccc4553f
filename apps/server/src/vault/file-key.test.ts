import { createResource, listAccounts } from '@strongroom/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { world, type World } from '../../test/world.ts';
import { newId } from '../platform/random.ts';
import { Secret } from '../platform/secret.ts';
import { openBytes } from './cipher.ts';
import { chunkBytes, newFileKey, openChunks, sealChunks, type FileKey, type SealedChunk } from './index.ts';

describe('the key of a stored file', () => {
  let w: World;
  let accountId: string;
  beforeAll(async () => {
    w = await world();
    const keeper = await w.people.keeper.actor();
    const accounts = [{ username: 'root', password: 'here-root' }];
    await w.invoke(createResource, keeper, { name: 'here', type: 'Linux', accounts });
    accountId = (await w.invoke(listAccounts, keeper, {})).items[0]?.id ?? '';
  });
  afterAll(() => w.close());

  const seal = async (key: FileKey): Promise<Buffer> =>
    w.perform({ actor: await w.people.keeper.actor(), action: 'account.reveal', objectId: accountId }, (grant) =>
      w.vault.sealFileKey(grant, key),
    );
  const open = async (sealed: Buffer, fileId: string): Promise<FileKey> =>
    w.perform({ actor: await w.people.keeper.actor(), action: 'account.reveal', objectId: accountId }, (grant) =>
      // @ts-expect-error: whoever may see a password may not, by that, open a file; only the compiler says so, so that the rest is tried here
      w.vault.openFileKey(grant, sealed, fileId),
    );

  it('is sealed for its file, under the data key, and opens what was sealed under it', async () => {
    const fileId = newId();
    const key = newFileKey(w.organisationId, fileId);
    const content = Buffer.alloc(chunkBytes + 5, 'licence ');
    async function* source() {
      await Promise.resolve();
      yield content;
    }
    const chunks: SealedChunk[] = [];
    for await (const chunk of sealChunks(key, source())) chunks.push(chunk);
    const sealed = await seal(key);
    const again = await open(sealed, fileId);
    expect(again).toMatchObject({ organisationId: w.organisationId, fileId });
    expect(again.key.equals(key.key)).toBe(true);
    async function* stored() {
      await Promise.resolve();
      yield* chunks;
    }
    const opened: Buffer[] = [];
    for await (const plain of openChunks(again, stored(), { chunks: 2 })) opened.push(plain);
    expect(Buffer.concat(opened).equals(content)).toBe(true);

    // As ADR 5 has it: the format of every sealed value, at the place of the row.
    const [row] = await w.sql<{ wrapped: Buffer }>(
      'select wrapped from strongroom.data_key where organisation_id = $1',
      [w.organisationId],
    );
    const own = w.organisationId;
    const dataKey = openBytes(w.key.bytes, row?.wrapped ?? Buffer.alloc(0), [own, 'data_key.wrapped', own, 1]);
    expect(openBytes(dataKey, sealed, [own, 'stored_file.sealed_key', fileId, 1]).equals(key.key.export())).toBe(true);
    expect(sealed).toHaveLength(33 + 32);
    expect((await seal(key)).equals(sealed)).toBe(false);
  });

  it('does not open for another file, altered, or as a password; nor is a password the key of a file', async () => {
    const fileId = newId();
    const sealed = await seal(newFileKey(w.organisationId, fileId));
    await expect(open(sealed, newId())).rejects.toThrow();
    const altered = Buffer.from(sealed);
    altered.writeUInt8(altered.readUInt8(50) ^ 1, 50);
    await expect(open(altered, fileId)).rejects.toThrow();
    const ask = { actor: await w.people.keeper.actor(), action: 'account.reveal', objectId: accountId } as const;
    const place = { column: 'secret.sealed', rowId: fileId, version: 1 } as const;
    await expect(w.perform(ask, (grant) => w.vault.open(grant, sealed, place))).rejects.toThrow();
    const password = await w.perform(ask, (grant) => w.vault.seal(grant, new Secret('x'.repeat(32)), place));
    await expect(open(password, fileId)).rejects.toThrow();
  });

  it('is neither sealed nor opened by another organisation', async () => {
    const fileId = newId();
    await expect(seal(newFileKey(w.otherOrganisationId, fileId))).rejects.toThrow('another organisation');
    const sealed = await seal(newFileKey(w.organisationId, fileId));
    const foreign = await w.people.foreign.actor();
    const account = { username: 'root', password: 'there-root' };
    await w.invoke(createResource, foreign, { name: 'there', type: 'Linux', accounts: [account] });
    const theirs = (await w.invoke(listAccounts, foreign, {})).items[0]?.id ?? '';
    const opening = w.perform({ actor: foreign, action: 'account.reveal', objectId: theirs }, (grant) =>
      // @ts-expect-error: as above
      w.vault.openFileKey(grant, sealed, fileId),
    );
    await expect(opening).rejects.toThrow();
    expect((await w.audit('account.reveal')).at(-1)).toMatchObject({ outcome: 'failed' });
  });
});
