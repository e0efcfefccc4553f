import { randomBytes } from 'node:crypto';
import {
  copyResource,
  createField,
  createResource,
  deleteField,
  deleteResource,
  listAccounts,
  readAccount,
  readResource,
  removeAccountField,
  removeResourceFile,
  type FieldId,
  type ResourceId,
} from '@strongroom/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bytesOf, inPieces, stored, stream } from '../../test/files.ts';
import { world, type World } from '../../test/world.ts';
import type { Actor } from '../authorise/index.ts';
import { newId } from '../platform/random.ts';
import { sweepFiles } from './index.ts';

let w: World;
let keeper: Actor;
let diagram: FieldId;
let contract: FieldId;
let n = 0;
beforeAll(async () => {
  w = await world();
  keeper = await w.people.keeper.actor();
  const admin = await w.people.admin.actor();
  diagram = (
    await w.invoke(createField, admin, { belongsTo: 'resource', name: 'Diagram', kind: 'file', types: ['Linux'] })
  ).id;
  contract = (
    await w.invoke(createField, admin, { belongsTo: 'account', name: 'Contract', kind: 'file', types: ['Linux'] })
  ).id;
});
afterAll(() => w.close());

async function host(type = 'Linux', owner = keeper): Promise<{ resourceId: ResourceId; accountId: string }> {
  const accounts = [{ username: 'root', password: 'Field-Files-Password-11-!!' }];
  const { id } = await w.invoke(createResource, owner, { name: `host-${String(++n)}`, type, accounts });
  const { items } = await w.invoke(listAccounts, owner, { resourceId: id });
  return { resourceId: id, accountId: items[0]?.id ?? '' };
}
const put = (action: string, actor: Actor, params: Record<string, string>, content: Buffer, name = 'a.pdf') =>
  stream(w, action, actor, { params, query: { name }, bytes: inPieces(content), length: content.length });
const get = async (action: string, actor: Actor, params: Record<string, string>, fields = {}): Promise<Buffer> =>
  bytesOf(await stream(w, action, actor, { params, fields }));

describe('a file in a field', () => {
  it('of a resource is stored, shown, opened, replaced and taken away', async () => {
    const { resourceId } = await host();
    const params = { resourceId, fieldId: diagram };
    const [first, second] = [randomBytes(300_000), randomBytes(200_000)];
    const before = await stored(w);
    await put('resource.upload-file', keeper, params, first, 'old.svg');
    expect((await get('resource.download-file', keeper, params, { reason: 'on call' })).equals(first)).toBe(true);
    expect((await w.audit('resource.download-file')).at(-1)).toMatchObject({
      outcome: 'done',
      reason: 'on call',
      object_id: resourceId,
      details: { field: 'Diagram', file: 'old.svg', bytes: '300000' },
    });
    const answer = await put('resource.upload-file', keeper, params, second, 'new.svg');
    expect(JSON.parse(String(answer.body))).toMatchObject({
      file: { fieldId: diagram, name: 'new.svg', size: 200_000 },
    });
    expect((await get('resource.download-file', keeper, params)).equals(second)).toBe(true);
    const shown = await w.invoke(readResource, keeper, { resourceId });
    expect(shown.files).toMatchObject([{ fieldId: diagram, name: 'new.svg', size: 200_000 }]);
    expect(shown.secretFields).toEqual([]);
    expect(shown.can).toEqual(expect.arrayContaining(['resource.upload-file', 'resource.download-file']));
    // The one that was replaced is gone with its key, at once.
    expect(await stored(w)).toEqual({ files: before.files + 1, chunks: before.chunks + 1 });
    await w.invoke(removeResourceFile, keeper, params);
    expect(await stored(w)).toEqual(before);
    await expect(get('resource.download-file', keeper, params)).rejects.toMatchObject({ code: 'not-found' });
    await w.invoke(removeResourceFile, keeper, params);
  });

  it('of an account likewise, beside its password', async () => {
    const { accountId } = await host();
    const params = { accountId, fieldId: contract };
    const content = randomBytes(70_000);
    await put('account.upload-field', keeper, params, content);
    expect((await get('account.download-field', keeper, params)).equals(content)).toBe(true);
    const shown = await w.invoke(readAccount, keeper, { accountId: accountId as never });
    expect(shown).toMatchObject({
      holdsFile: false,
      file: null,
      files: [{ fieldId: contract, name: 'a.pdf', size: 70_000 }],
    });
    expect((await w.audit('account.upload-field')).at(-1)).toMatchObject({
      outcome: 'done',
      details: { field: 'Contract', file: 'a.pdf', bytes: '70000' },
    });
    await w.invoke(removeAccountField, keeper, { accountId: accountId as never, fieldId: contract });
    expect((await w.invoke(readAccount, keeper, { accountId: accountId as never })).files).toEqual([]);
  });

  it('is only where the field is: of this kind, for this kind of object, on this type', async () => {
    const admin = await w.people.admin.actor();
    const text = (await w.invoke(createField, admin, { belongsTo: 'resource', name: 'Rack', kind: 'text' })).id;
    const { resourceId, accountId } = await host();
    const windows = await host('Windows');
    const before = await stored(w);
    for (const [action, params] of [
      ['resource.upload-file', { resourceId, fieldId: text }],
      ['resource.upload-file', { resourceId, fieldId: contract }],
      ['resource.upload-file', { resourceId, fieldId: newId() }],
      ['resource.upload-file', { resourceId: windows.resourceId, fieldId: diagram }],
      ['account.upload-field', { accountId, fieldId: diagram }],
      ['account.upload-field', { accountId: windows.accountId, fieldId: contract }],
    ] as const)
      await expect(put(action, keeper, params, randomBytes(9)), action).rejects.toMatchObject({ code: 'not-found' });
    expect(await stored(w)).toEqual(before);
  });

  it('is opened by who holds ‘view’ and put there by who manages, as for every secret', async () => {
    const { resourceId, accountId } = await host();
    const [onResource, onAccount] = [
      { resourceId, fieldId: diagram },
      { accountId, fieldId: contract },
    ];
    await put('resource.upload-file', keeper, onResource, randomBytes(9));
    await put('account.upload-field', keeper, onAccount, randomBytes(9));
    const viewer = await w.add({ username: 'field-viewer', role: 'password-user' });
    const theirs = await viewer.actor();
    await w.sql(
      `insert into strongroom.share (id, organisation_id, resource_id, user_id, permission, shared_by) values ($1, $2, $3, $4, 'view', 'keeper')`,
      [newId(), w.organisationId, resourceId, viewer.id],
    );
    expect(await get('resource.download-file', theirs, onResource)).toHaveLength(9);
    expect(await get('account.download-field', theirs, onAccount)).toHaveLength(9);
    const refused = { code: 'not-found' };
    await expect(put('resource.upload-file', theirs, onResource, randomBytes(8))).rejects.toMatchObject(refused);
    await expect(put('account.upload-field', theirs, onAccount, randomBytes(8))).rejects.toMatchObject(refused);
    await expect(w.invoke(removeResourceFile, theirs, onResource)).rejects.toMatchObject(refused);
    for (const who of [w.people.nobody, w.people.foreign]) {
      await expect(get('resource.download-file', await who.actor(), onResource)).rejects.toMatchObject(refused);
      await expect(get('account.download-field', await who.actor(), onAccount)).rejects.toMatchObject(refused);
    }
    await w.sql(`insert into strongroom.setting (organisation_id, name, value) values ($1, 'reasonToReveal', 'true')`, [
      w.organisationId,
    ]);
    await expect(get('resource.download-file', theirs, onResource)).rejects.toMatchObject({ code: 'reason-required' });
    await expect(get('account.download-field', theirs, onAccount)).rejects.toMatchObject({ code: 'reason-required' });
    await w.sql('delete from strongroom.setting');
  });

  it('does not come out of another object’s field that it was pointed at, with its sealed value or without', async () => {
    const [one, two] = [await host(), await host()];
    for (const { resourceId } of [one, two])
      await put('resource.upload-file', keeper, { resourceId, fieldId: diagram }, randomBytes(9));
    const point = (what: string): Promise<unknown> =>
      w.sql(
        `update strongroom.field_value v set ${what} from strongroom.field_value o where v.resource_id = $1 and o.resource_id = $2`,
        [one.resourceId, two.resourceId],
      );
    for (const what of ['file_id = o.file_id', 'file_id = o.file_id, sealed = o.sealed']) {
      await point(what);
      await expect(
        get('resource.download-file', keeper, { resourceId: one.resourceId, fieldId: diagram }),
      ).rejects.toThrow();
      expect((await w.audit('resource.download-file')).at(-1)).toMatchObject({ outcome: 'failed' });
    }
    expect(await get('resource.download-file', keeper, { resourceId: two.resourceId, fieldId: diagram })).toHaveLength(
      9,
    );
  });

  it('is copied with its resource and account, and is there as long as one of them', async () => {
    const { resourceId, accountId } = await host();
    const [ofResource, ofAccount] = [randomBytes(300_000), randomBytes(9)];
    await put('resource.upload-file', keeper, { resourceId, fieldId: diagram }, ofResource);
    await put('account.upload-field', keeper, { accountId, fieldId: contract }, ofAccount);
    const inherit = { fields: true, accounts: true };
    const copy = (await w.invoke(copyResource, keeper, { resourceId, names: ['the copy'], inherit })).items[0];
    if (!copy) throw new Error('no copy was made');
    const copied = (await w.invoke(listAccounts, keeper, { resourceId: copy.id })).items[0];
    await w.invoke(removeResourceFile, keeper, { resourceId, fieldId: diagram });
    await w.invoke(deleteResource, keeper, { resourceId });
    await sweepFiles(w.database, w.organisationId);
    const back = await get('resource.download-file', keeper, { resourceId: copy.id, fieldId: diagram });
    expect(back.equals(ofResource)).toBe(true);
    const params = { accountId: copied?.id ?? '', fieldId: contract };
    expect((await get('account.download-field', keeper, params)).equals(ofAccount)).toBe(true);
    const before = await stored(w);
    await w.invoke(deleteResource, keeper, { resourceId: copy.id });
    await sweepFiles(w.database, w.organisationId);
    expect((await stored(w)).files).toBe(before.files - 2);
  });

  it('goes with its field', async () => {
    const admin = await w.people.admin.actor();
    const field = await w.invoke(createField, admin, {
      belongsTo: 'resource',
      name: 'Photo',
      kind: 'file',
      types: ['Linux'],
    });
    const { resourceId } = await host();
    await put('resource.upload-file', keeper, { resourceId, fieldId: field.id }, randomBytes(9));
    const before = await stored(w);
    expect(await w.invoke(deleteField, admin, { fieldId: field.id })).toEqual({ values: 1 });
    await sweepFiles(w.database, w.organisationId);
    expect((await stored(w)).files).toBeLessThan(before.files);
  });
});
