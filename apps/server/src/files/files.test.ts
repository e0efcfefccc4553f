import { randomBytes } from 'node:crypto';
import {
  changePassword,
  copyAccount,
  createAccounts,
  createResource,
  deleteAccount,
  listAccounts,
  moveAccount,
  readAccount,
  readHistory,
  restoreVersion,
  revealAccount,
  revealFormer,
  rotateAccount,
} from '@strongroom/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bytesOf, download, fileAccount, inPieces, stored, stream, upload } from '../../test/files.ts';
import { world, type World } from '../../test/world.ts';
import type { Actor } from '../authorise/index.ts';
import { newId } from '../platform/random.ts';
import { chunkBytes } from '../vault/index.ts';
import { sweepFiles } from './index.ts';

let w: World;
let keeper: Actor;
beforeAll(async () => {
  w = await world();
  keeper = await w.people.keeper.actor();
});
afterAll(() => w.close());

const set = (name: string, value: unknown): Promise<unknown> =>
  w.sql('insert into strongroom.setting (organisation_id, name, value) values ($1, $2, $3)', [
    w.organisationId,
    name,
    JSON.stringify(value),
  ]);
const share = (accountId: string, userId: string, permission: string): Promise<unknown> =>
  w.sql(
    `insert into strongroom.share (id, organisation_id, account_id, user_id, permission, shared_by) values ($1, $2, $3, $4, $5, 'keeper')`,
    [newId(), w.organisationId, accountId, userId, permission],
  );

describe('a file as the secret of an account', () => {
  it('comes back byte for byte, whatever its size, and shows by name and size', async () => {
    const { accountId } = await fileAccount(w, keeper);
    expect(await w.invoke(readAccount, keeper, { accountId })).toMatchObject({
      holdsFile: true,
      file: null,
      resettable: false,
    });
    const sizes = [0, 1, chunkBytes - 1, chunkBytes, chunkBytes + 1, 6 * chunkBytes + 12_345];
    for (const [i, size] of sizes.entries()) {
      const content = randomBytes(size);
      const name = `file ${String(i)}.bin`;
      const answer = await upload(w, keeper, accountId, content, { name });
      expect(answer).toMatchObject({ version: i + 1, file: { name, size } });
      expect((await download(w, keeper, accountId)).equals(content)).toBe(true);
      const account = await w.invoke(readAccount, keeper, { accountId });
      expect(account).toMatchObject({ file: { name, size }, secretVersion: i + 1 });
      expect(account.can).toEqual(expect.arrayContaining(['account.download-file', 'account.upload-file']));
      expect(account.can).not.toEqual(expect.arrayContaining(['account.reveal']));
      expect(account.can).not.toEqual(expect.arrayContaining(['account.change-password']));
    }
    // Lies sealed: nothing of the content is in the database.
    const marked = Buffer.from(`a mark to look for ${randomBytes(16).toString('hex')}`);
    await upload(w, keeper, accountId, marked, { name: 'marked' });
    const [found] = await w.sql<{ n: number }>(
      'select count(*)::int as n from strongroom.file_chunk where position($1::bytea in sealed) > 0',
      [marked],
    );
    expect(found?.n).toBe(0);
  });

  it('keeps its former files in the history, to be opened and restored', async () => {
    const { accountId } = await fileAccount(w, keeper, 'Key Store');
    const [first, second] = [randomBytes(1000), randomBytes(300_000)];
    await upload(w, keeper, accountId, first, { name: 'old.key' });
    await upload(w, keeper, accountId, second, { name: 'new.key', reason: 'the old one was lost' });
    const { items } = await w.invoke(readHistory, keeper, { accountId });
    expect(
      items.map(({ version, state, changedBy, file }) => [version, state, changedBy, file?.name, file?.size]),
    ).toEqual([
      [2, 'current', 'keeper', 'new.key', 300_000],
      [1, 'former', 'keeper', 'old.key', 1000],
    ]);
    expect((await download(w, keeper, accountId, { version: '1' })).equals(first)).toBe(true);
    expect(await w.invoke(restoreVersion, keeper, { accountId, version: 1 })).toEqual({ version: 3 });
    expect((await download(w, keeper, accountId)).equals(first)).toBe(true);
    expect((await download(w, keeper, accountId, { version: '2' })).equals(second)).toBe(true);
    await expect(download(w, keeper, accountId, { version: '9' })).rejects.toMatchObject({ code: 'not-found' });
    await expect(download(w, keeper, accountId, { version: '0' })).rejects.toMatchObject({ code: 'input-invalid' });
  });

  it('leaves one event when it is stored, and one with its reason before the first byte of it goes out', async () => {
    const { accountId } = await fileAccount(w, keeper);
    await upload(w, keeper, accountId, randomBytes(3 * chunkBytes), {
      name: 'b.pdf',
      reason: 'renewed',
      ticket: 'T-7',
    });
    const events = (await w.audit('account.upload-file')).filter((event) => event.object_id === accountId);
    expect(events).toMatchObject([
      {
        outcome: 'done',
        reason: 'renewed',
        ticket: 'T-7',
        details: { file: 'b.pdf', bytes: String(3 * chunkBytes), version: '1', where: 'local' },
      },
    ]);
    const reply = await stream(w, 'account.download-file', keeper, {
      params: { accountId },
      fields: { reason: 'audit by the vendor' },
    });
    expect((await w.audit('account.download-file')).at(-1)).toMatchObject({
      outcome: 'done',
      reason: 'audit by the vendor',
      object_id: accountId,
      details: { file: 'b.pdf', bytes: String(3 * chunkBytes), version: '1', state: 'current' },
    });
    await bytesOf(reply);
  });

  it('is downloaded under the rules of a reveal, and replaced under those of a change', async () => {
    const { accountId } = await fileAccount(w, keeper);
    await upload(w, keeper, accountId, randomBytes(10));
    const viewer = await w.add({ username: 'file-viewer', role: 'password-user' });
    const modifier = await w.add({ username: 'file-modifier', role: 'password-user' });
    await share(accountId, viewer.id, 'view');
    await share(accountId, modifier.id, 'modify');
    for (const stranger of [w.people.nobody, w.people.admin, w.people.foreign]) {
      await expect(download(w, await stranger.actor(), accountId)).rejects.toMatchObject({ code: 'not-found' });
      await expect(upload(w, await stranger.actor(), accountId, randomBytes(9))).rejects.toMatchObject({
        code: 'not-found',
      });
    }
    expect(await download(w, await viewer.actor(), accountId)).toHaveLength(10);
    await expect(upload(w, await viewer.actor(), accountId, randomBytes(9))).rejects.toMatchObject({
      code: 'not-found',
    });
    await upload(w, await modifier.actor(), accountId, randomBytes(11));
    expect(await download(w, await viewer.actor(), accountId)).toHaveLength(11);
    const reader = await w.people.keeper.token(['read', 'manage']);
    await expect(download(w, reader.actor, accountId)).rejects.toMatchObject({ code: 'scope-missing' });

    await set('reasonToReveal', true);
    await set('ticketToReveal', true);
    await set('reasonToChange', true);
    await expect(download(w, keeper, accountId)).rejects.toMatchObject({ code: 'reason-required' });
    await expect(download(w, keeper, accountId, { reason: 'lost mine' })).rejects.toMatchObject({
      code: 'ticket-required',
    });
    await expect(upload(w, keeper, accountId, randomBytes(9))).rejects.toMatchObject({ code: 'reason-required' });
    expect(await download(w, keeper, accountId, { reason: 'lost mine', ticket: 'T-1' })).toHaveLength(11);
    await w.sql('delete from strongroom.setting');
  });

  it('is no password: what is asked of it as one is answered kindly, and files go to no other account', async () => {
    const { accountId, resourceId } = await fileAccount(w, keeper, 'License Store');
    const refused = { code: 'not-that-state', detail: expect.stringContaining('file') as string };
    const password = 'Not-For-A-File-11-!!';
    await expect(w.invoke(revealAccount, keeper, { accountId })).rejects.toMatchObject(refused);
    await expect(download(w, keeper, accountId)).rejects.toMatchObject(refused);
    await expect(w.invoke(changePassword, keeper, { accountId, password })).rejects.toMatchObject(refused);
    await upload(w, keeper, accountId, randomBytes(5));
    await expect(w.invoke(revealAccount, keeper, { accountId })).rejects.toMatchObject(refused);
    await expect(w.invoke(revealFormer, keeper, { accountId, version: 1 })).rejects.toMatchObject(refused);
    await expect(w.invoke(changePassword, keeper, { accountId, password })).rejects.toMatchObject(refused);
    await expect(w.invoke(rotateAccount, keeper, { accountId })).rejects.toMatchObject({ code: 'not-resettable' });
    await expect(
      w.invoke(createAccounts, keeper, { resourceId, accounts: [{ username: 'x', password }] }),
    ).rejects.toMatchObject({ code: 'input-invalid' });

    const linux = await w.invoke(createResource, keeper, {
      name: 'no-store',
      type: 'Linux',
      accounts: [{ username: 'root', password }],
    });
    const root = (await w.invoke(listAccounts, keeper, { resourceId: linux.id })).items[0];
    if (!root) throw new Error('no account');
    await expect(upload(w, keeper, root.id, randomBytes(5))).rejects.toMatchObject({ code: 'not-that-state' });
    await expect(download(w, keeper, root.id)).rejects.toMatchObject({ code: 'not-that-state' });
    await expect(w.invoke(moveAccount, keeper, { accountId, resourceId: linux.id })).rejects.toMatchObject(refused);
    await expect(
      w.invoke(copyAccount, keeper, { accountId: root.id, resourceIds: [resourceId] }),
    ).rejects.toMatchObject(refused);
    expect(root).toMatchObject({ holdsFile: false, file: null });
  });

  it('is copied with its account, and lives as long as one of the two', async () => {
    const { accountId } = await fileAccount(w, keeper);
    const content = randomBytes(500_000);
    const store = async (name: string) => (await w.invoke(createResource, keeper, { name, type: 'File Store' })).id;
    // One that has no file yet is copied as one that has none.
    const early = await w.invoke(copyAccount, keeper, { accountId, resourceIds: [await store('early')] });
    expect(early.items).toMatchObject([{ holdsFile: true, file: null }]);
    await upload(w, keeper, accountId, content, { name: 'both.bin' });
    const resourceId = await store('late');
    const copy = (await w.invoke(copyAccount, keeper, { accountId, resourceIds: [resourceId] })).items[0];
    expect(copy).toMatchObject({ file: { name: 'both.bin', size: 500_000 } });
    await w.invoke(deleteAccount, keeper, { accountId });
    await sweepFiles(w.database, w.organisationId);
    expect((await download(w, keeper, copy?.id ?? '')).equals(content)).toBe(true);
    const before = await stored(w);
    await w.invoke(deleteAccount, keeper, { accountId: copy?.id as never });
    await sweepFiles(w.database, w.organisationId);
    expect(await stored(w)).toEqual({ files: before.files - 1, chunks: before.chunks - 2 });
  });
});

describe('the sweep', () => {
  it('takes uploads that never ended after a day, and no other', async () => {
    const { accountId } = await fileAccount(w, keeper);
    await upload(w, keeper, accountId, randomBytes(10));
    await sweepFiles(w.database, w.organisationId);
    const before = await stored(w);
    const insert = (age: string): Promise<unknown> =>
      w.sql(
        `insert into strongroom.stored_file (id, organisation_id, name, sealed_key, created_at) values ($1, $2, 'x', '\\x00', now() - $3::interval)`,
        [newId(), w.organisationId, age],
      );
    await insert('23 hours');
    await insert('25 hours');
    await sweepFiles(w.database, w.organisationId);
    expect((await stored(w)).files).toBe(before.files + 1);
    expect(await download(w, keeper, accountId)).toHaveLength(10);
    await w.sql(`delete from strongroom.stored_file where state = 'uploading'`);
  });

  it('never takes an upload that ends beside it', async () => {
    const { accountId } = await fileAccount(w, keeper);
    for (let i = 0; i < 10; i++) {
      const content = randomBytes(1000);
      await Promise.all([
        upload(w, keeper, accountId, content),
        sweepFiles(w.database, w.organisationId),
        sweepFiles(w.database, w.organisationId),
      ]);
      expect((await download(w, keeper, accountId)).equals(content)).toBe(true);
    }
  });
});

describe('an upload', () => {
  it('holds no connection to the database while bytes travel, and ends with the right to it', async () => {
    const { accountId } = await fileAccount(w, keeper);
    const leaver = await w.add({ username: 'leaver', role: 'password-user' });
    await share(accountId, leaver.id, 'modify');
    const before = await stored(w);
    const busy: number[] = [];
    async function* bytes(): AsyncGenerator<Buffer> {
      for (let i = 0; i < 40; i++) {
        busy.push(w.database.load().busy);
        if (i === 20) await w.sql(`update strongroom.app_user set state = 'disabled' where id = $1`, [leaver.id]);
        yield randomBytes(chunkBytes / 2);
      }
    }
    await expect(
      stream(w, 'account.upload-file', await leaver.actor(), {
        params: { accountId },
        query: { name: 'x' },
        bytes: bytes(),
      }),
    ).rejects.toMatchObject({ code: 'signed-out' });
    expect(busy.length).toBeGreaterThan(20);
    expect(busy.length).toBeLessThan(40);
    expect(new Set(busy)).toEqual(new Set([0]));
    expect(await stored(w)).toEqual(before);
    expect((await w.audit('account.upload-file')).at(-1)).toMatchObject({ outcome: 'refused', actor_name: 'leaver' });
  });

  it('of two at the same time gives each its own version', async () => {
    const { accountId } = await fileAccount(w, keeper);
    const contents = Array.from({ length: 5 }, (_, i) => Buffer.alloc(400_000 + i, i));
    const answers = await Promise.all(contents.map((content) => upload(w, keeper, accountId, content)));
    expect(answers.map((answer) => answer.version).sort()).toEqual([1, 2, 3, 4, 5]);
    for (const { version, file } of answers)
      expect(await download(w, keeper, accountId, { version: String(version) })).toHaveLength(file.size);
  });

  it('beyond the limit, told or found out, is refused and leaves nothing', async () => {
    const { accountId } = await fileAccount(w, keeper);
    await set('fileLimitMegabytes', 1);
    const before = await stored(w);
    const limit = 1024 * 1024;
    const send = (content: Buffer, length: number | undefined): Promise<unknown> =>
      stream(w, 'account.upload-file', keeper, {
        params: { accountId },
        query: { name: 'x' },
        bytes: inPieces(content),
        length,
      });
    const tooLarge = { code: 'too-large', detail: 'A file may have at most 1 MB.' };
    await expect(send(Buffer.alloc(10), 2 ** 31)).rejects.toMatchObject(tooLarge);
    await expect(send(Buffer.alloc(limit + 1), undefined)).rejects.toMatchObject(tooLarge);
    await expect(send(Buffer.alloc(3 * limit), limit)).rejects.toMatchObject(tooLarge);
    expect(await stored(w)).toEqual(before);
    expect((await w.audit('account.upload-file')).slice(-3)).toMatchObject(
      Array.from({ length: 3 }, () => ({ outcome: 'refused', details: { code: 'too-large' } })),
    );
    await send(Buffer.alloc(limit), limit);
    await w.sql('delete from strongroom.setting');
    expect(await download(w, keeper, accountId)).toHaveLength(limit);
  });

  it('that breaks off, or brings less than it said, leaves nothing', async () => {
    const { accountId } = await fileAccount(w, keeper);
    await set('fileLimitMegabytes', 2048);
    const before = await stored(w);
    async function* breaking(): AsyncGenerator<Buffer> {
      await Promise.resolve();
      yield Buffer.alloc(5 * chunkBytes);
      throw Object.assign(new Error('aborted'), { code: 'ECONNRESET' });
    }
    const send = (bytes: AsyncIterable<Buffer>, length?: number): Promise<unknown> =>
      stream(w, 'account.upload-file', keeper, { params: { accountId }, query: { name: 'x' }, bytes, length });
    const brokeOff = { code: 'input-invalid', detail: expect.stringContaining('broke off') as string };
    await expect(send(breaking())).rejects.toMatchObject(brokeOff);
    // Two gigabytes announced, a hundred bytes sent.
    await expect(send(inPieces(Buffer.alloc(100)), 2 ** 31 - 1)).rejects.toMatchObject(brokeOff);
    await expect(send(inPieces(Buffer.alloc(100)), 99)).rejects.toMatchObject(brokeOff);
    expect(await stored(w)).toEqual(before);
    expect(await w.invoke(readAccount, keeper, { accountId })).toMatchObject({ file: null });
    await w.sql('delete from strongroom.setting');
  });
});
