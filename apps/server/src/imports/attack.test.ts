import { listImportLines, openImport, uploadAccountFile, createResource } from '@strongroom/contract';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { importing, type Importing } from '../../test/imports.ts';
import { world, type Person, type World } from '../../test/world.ts';

let w: World;
let imports: Importing;
let mallory: Person;
beforeAll(async () => {
  w = await world();
  imports = importing(w);
  mallory = await w.add({ username: 'mallory', role: 'password-administrator' });
});
afterAll(() => w.close());

const header = 'Host,User,Password\n';
const mapping = { resourceName: 0, username: 1, password: 2 };

/** Everything by which an import hands out what is in its file. */
async function everyWay(importId: string): Promise<void> {
  const actor = await mallory.actor();
  await expect(w.invoke(openImport, actor, { importId: importId as never })).rejects.toThrow();
  await expect(imports.check(actor, importId as never, mapping)).rejects.toThrow();
  const { items } = await w.invoke(listImportLines, actor, { importId: importId as never });
  expect(items).toEqual([]);
}

describe('somebody who can write rows, and may import', () => {
  it('gets nothing of another’s import by naming its file in their own', async () => {
    const theirs = await imports.upload(
      await w.people.keeper.actor(),
      'resource',
      `${header}secret-host,root,hunter2\n`,
    );
    const mine = await imports.upload(await mallory.actor(), 'resource', `${header}a,b,c\n`);
    await w.sql(
      `update strongroom.import_run set file_id = (select file_id from strongroom.import_run where id = $1) where id = $2`,
      [theirs.id, mine.id],
    );
    await everyWay(mine.id);
    // The file itself is whole: its own importer reads it.
    const { file } = await w.invoke(openImport, await w.people.keeper.actor(), { importId: theirs.id });
    expect(file.header).toEqual(['Host', 'User', 'Password']);
  });

  it('gets nothing of a file that is an account’s secret', async () => {
    const keeper = await w.people.keeper.actor();
    const { id: resourceId } = await w.invoke(createResource, keeper, {
      name: 'keys',
      type: 'Key Store',
      accounts: [{ username: 'ca' }],
    });
    const [account] = await w.sql<{ id: string }>(`select id from strongroom.account where resource_id = $1`, [
      resourceId,
    ]);
    const stream = w.composed.streams.find((one) => one.name === uploadAccountFile.name);
    const bytes = Buffer.from('line one\nline two\n');
    await stream?.handle({
      perform: w.perform,
      actor: keeper,
      params: { accountId: account?.id ?? '' },
      query: { name: 'ca.key' },
      fields: {},
      bytes: Readable.from([bytes]),
      length: bytes.length,
    });
    const mine = await imports.upload(await mallory.actor(), 'resource', `${header}a,b,c\n`);
    const moved = await w.sql(
      `update strongroom.import_run set file_id = (select file_id from strongroom.secret where account_id = $1 and state = 'current') where id = $2 returning file_id`,
      [account?.id, mine.id],
    );
    expect(moved[0]).toMatchObject({ file_id: expect.any(String) });
    await everyWay(mine.id);
  });

  it('makes nobody else’s import theirs without the trail and the file knowing whose it was', async () => {
    const theirs = await imports.upload(await w.people.keeper.actor(), 'resource', `${header}x,y,z\n`);
    const boss = await w.people.boss.actor();
    await expect(w.invoke(openImport, boss, { importId: theirs.id })).rejects.toMatchObject({ code: 'not-found' });
    const [event] = (await w.audit('import.open')).slice(-1);
    expect(event).toMatchObject({ outcome: 'refused', actor_name: 'boss', object_id: theirs.id });
  });
});
