import {
  createAccounts,
  createField,
  createResource,
  createResourceType,
  createTag,
  createTagValue,
  deleteField,
  deleteResourceType,
  deleteTag,
  deleteTagValue,
  listFields,
  listResourceTypes,
  listTags,
  readAccount,
  readResource,
  revealAccountField,
  revealResourceField,
  setTypeIcon,
  tagResource,
  updateAccount,
  updateField,
  updateResource,
  updateResourceType,
  updateSettings,
  updateTag,
  updateTagValue,
} from '@strongroom/contract';
import { PNG } from 'pngjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { world, type World } from '../../test/world.ts';
import type { Actor } from '../authorise/index.ts';

let w: World;
let keeper: Actor;
let admin: Actor;
beforeAll(async () => {
  w = await world();
  [keeper, admin] = [await w.people.keeper.actor(), await w.people.admin.actor()];
});
afterAll(() => w.close());

let n = 0;
const resource = (more: object = {}) =>
  w.invoke(createResource, keeper, { name: `host-${++n}`, type: 'Linux', ...more } as never);
const field = (belongsTo: 'resource' | 'account', name: string, kind: string, more: object = {}) =>
  w.invoke(createField, admin, { belongsTo, name, kind, ...more } as never);
const faultsOf = (work: Promise<unknown>) =>
  work.then(
    () => [],
    (error: { code: string; errors?: { path: string; message: string }[] }) =>
      error.errors?.map((one) => `${one.path}: ${one.message}`) ?? [error.code],
  );
const clearFields = () =>
  w.sql(`with gone as (delete from strongroom.custom_field) update strongroom.resource set fields = '{}'`);

describe('fields of one’s own', () => {
  it('hold text, numbers and instants, checked and in one spelling, with faults by the field’s name', async () => {
    const rack = await field('resource', 'Rack', 'text');
    const colour = await field('resource', 'Colour', 'text', { options: ['red', 'blue'] });
    const units = await field('resource', 'Units', 'number');
    const bought = await field('resource', 'Bought', 'date-time');
    const made = await resource({
      fields: { [rack.id]: ' R7 ', [colour.id]: 'red', [units.id]: 4.5, [bought.id]: '2026-05-31T16:00:00+02:00' },
    });
    expect(made.fields).toEqual({
      [rack.id]: 'R7',
      [colour.id]: 'red',
      [units.id]: '4.5',
      [bought.id]: '2026-05-31T14:00:00Z',
    });
    expect(
      await faultsOf(
        resource({ fields: { [colour.id]: 'green', [units.id]: 'four', [bought.id]: '2026-02-30', [made.id]: 'x' } }),
      ),
    ).toEqual([
      `fields.${colour.id}: ‘Colour’ must be one of: red, blue`,
      `fields.${units.id}: ‘Units’ must be a number such as 42 or -0.5`,
      `fields.${bought.id}: ‘Bought’ must be a date and time such as 2026-05-31T14:30:00Z`,
      `fields.${made.id}: is no such field`,
    ]);
    const changed = await w.invoke(updateResource, keeper, {
      resourceId: made.id,
      fields: { [rack.id]: null, [units.id]: '07' } as never,
    });
    expect(changed.fields).toEqual({ [colour.id]: 'red', [units.id]: '7', [bought.id]: '2026-05-31T14:00:00Z' });
    expect(changed.version).toBe(made.version + 1);
    // The database makes the search text of them.
    const [row] = await w.sql<{ search_text: string }>('select search_text from strongroom.resource where id = $1', [
      made.id,
    ]);
    expect(row?.search_text).toContain('red');
    await clearFields();
  });

  it('are at most twenty for resources and twenty for accounts, each of a name of its own', async () => {
    await Promise.all(Array.from({ length: 20 }, (_, i) => field('account', `F${i}`, 'text')));
    expect(await faultsOf(field('account', 'One more', 'text'))).toEqual(['too-many-fields']);
    const other = await field('resource', 'F1', 'text');
    expect(await faultsOf(field('resource', 'f1', 'number'))).toEqual(['name: is the name of another field']);
    const { items } = await w.invoke(listFields, keeper, { belongsTo: 'account' });
    expect(items.map((one) => one.slot).sort((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
    const [first] = items;
    if (!first) throw new Error('no field');
    await w.invoke(deleteField, admin, { fieldId: first.id });
    // The place that came free is taken again.
    expect((await field('account', 'Again', 'number')).slot).toBe(first.slot);
    await w.invoke(deleteField, admin, { fieldId: other.id });
    await clearFields();
  });

  it('are asked for at creation where they are required, and then not cleared', async () => {
    const owner = await field('account', 'Contact', 'text', { required: true });
    const pin = await field('account', 'PIN', 'password', { required: true });
    const made = await resource();
    const add = (fields: object) =>
      w.invoke(createAccounts, keeper, { resourceId: made.id, accounts: [{ username: `u${++n}`, fields }] } as never);
    expect(await faultsOf(add({}))).toEqual([
      `accounts.0.fields.${owner.id}: ‘Contact’ is required`,
      `accounts.0.fields.${pin.id}: ‘PIN’ is required`,
    ]);
    const { items } = await add({ [owner.id]: 'Ada', [pin.id]: '4711' });
    const id = items[0]?.id as never;
    expect(
      await faultsOf(w.invoke(updateAccount, keeper, { accountId: id, fields: { [owner.id]: null } as never })),
    ).toEqual([`fields.${owner.id}: ‘Contact’ is required`]);
    await clearFields();
  });

  it('are changed and deleted by who may customise; a list of options holds for what is stored from then on', async () => {
    const colour = await field('resource', 'Colour', 'text');
    const made = await resource({ fields: { [colour.id]: 'green' } });
    const updated = await w.invoke(updateField, admin, { fieldId: colour.id, version: 1, options: ['red'] });
    expect(updated).toMatchObject({ version: 2, options: ['red'], values: 1 });
    expect(await faultsOf(w.invoke(updateField, admin, { fieldId: colour.id, version: 1, name: 'x' }))).toEqual([
      'changed-meanwhile',
    ]);
    // What is there stays, and does not stand in the way of other changes.
    expect((await w.invoke(updateResource, keeper, { resourceId: made.id, location: 'x' })).fields).toEqual({
      [colour.id]: 'green',
    });
    for (const wrong of [
      { kind: 'number', options: ['1'] },
      { kind: 'text', types: ['Linux'] },
      { kind: 'file', required: true },
      { kind: 'file', types: ['Toaster'] },
    ])
      expect((await faultsOf(field('resource', 'Wrong', wrong.kind, wrong))).length).toBe(1);
    // How many values there are is told to who sets fields up, and to nobody else.
    const counts = async (actor: Actor) =>
      (await w.invoke(listFields, actor, { counts: true })).items.map((f) => f.values);
    expect([await counts(admin), await counts(keeper)]).toEqual([[1], [null]]);
    expect(await faultsOf(w.invoke(deleteField, keeper, { fieldId: colour.id }))).toEqual(['not-your-role']);
    expect(await w.invoke(deleteField, admin, { fieldId: colour.id })).toEqual({ values: 1 });
    expect((await w.invoke(readResource, keeper, { resourceId: made.id })).fields).toEqual({});
  });

  it('are not deleted while a group gathers by them', async () => {
    const rack = await field('resource', 'Rack', 'text');
    await w.sql(
      `with g as (insert into strongroom.resource_group (id, organisation_id, number, name, kind, owner_id) values (gen_random_uuid(), $1, 1, 'g', 'criteria', $2) returning id)
       insert into strongroom.resource_criterion (organisation_id, group_id, n, field, field_id, operator, value) select $1, id, 1, 'resource-field', $3, 'equals', 'R7' from g`,
      [w.organisationId, w.people.keeper.id, rack.id],
    );
    expect(await faultsOf(w.invoke(deleteField, admin, { fieldId: rack.id }))).toEqual(['field-in-use']);
    await w.sql('delete from strongroom.resource_group');
    expect(await w.invoke(deleteField, admin, { fieldId: rack.id })).toEqual({ values: 0 });
  });
});

describe('password fields', () => {
  it('are sealed, masked in every reply, and opened under the rules of a reveal', async () => {
    const pin = await field('resource', 'Pin', 'password');
    const key = await field('account', 'Key', 'password');
    const secret = 'field-secret-8c1d';
    const made = await resource({
      fields: { [pin.id]: secret },
      accounts: [{ username: 'root', fields: { [key.id]: `${secret}-2` } }],
    });
    expect([made.fields, made.secretFields]).toEqual([{}, [pin.id]]);
    const [row] = await w.sql<{ id: string }>('select id from strongroom.account where resource_id = $1', [made.id]);
    const accountId = row?.id as never;
    const account = await w.invoke(readAccount, keeper, { accountId });
    expect([account.fields, account.secretFields]).toEqual([{}, [key.id]]);
    expect(JSON.stringify([made, account])).not.toContain(secret);
    expect(await w.invoke(revealResourceField, keeper, { resourceId: made.id, fieldId: pin.id })).toEqual({
      value: secret,
    });
    expect(await w.invoke(revealAccountField, keeper, { accountId, fieldId: key.id })).toEqual({
      value: `${secret}-2`,
    });
    const dump = JSON.stringify(
      await w.sql(
        'select to_jsonb(e) from strongroom.audit_event e union all select to_jsonb(r) from strongroom.resource r',
      ),
    );
    expect(dump).not.toContain(secret);
    const [event] = await w.audit('resource.reveal-field');
    expect(event).toMatchObject({ outcome: 'done', object_id: made.id, details: { field: 'Pin', purpose: 'show' } });

    // Not by who holds nothing of it, not by another field or object, and with a reason where one is asked for.
    const nobody = await w.people.nobody.actor();
    const asked: [Actor, string, string, string][] = [
      [nobody, made.id, pin.id, 'not-found'],
      [keeper, made.id, key.id, 'not-found'],
      [keeper, (await resource()).id, pin.id, 'not-found'],
      [await w.people.foreign.actor(), made.id, pin.id, 'not-found'],
    ];
    for (const [actor, resourceId, fieldId, code] of asked)
      expect(await faultsOf(w.invoke(revealResourceField, actor, { resourceId, fieldId } as never))).toEqual([code]);
    await w.invoke(updateSettings, await w.people.privileged.actor(), { reasonToReveal: true });
    expect(await faultsOf(w.invoke(revealResourceField, keeper, { resourceId: made.id, fieldId: pin.id }))).toEqual([
      'reason-required',
    ]);
    expect(await faultsOf(w.invoke(revealAccountField, keeper, { accountId, fieldId: key.id }))).toEqual([
      'reason-required',
    ]);
    await w.sql('delete from strongroom.setting');
    // Cleared, it is gone.
    const cleared = await w.invoke(updateResource, keeper, {
      resourceId: made.id,
      fields: { [pin.id]: null } as never,
    });
    expect(cleared.secretFields).toEqual([]);
    await clearFields();
  });

  it('open nowhere but in their own row: not moved to another object, field or organisation, nor taken for a password', async () => {
    const [one, two] = [await field('resource', 'One', 'password'), await field('resource', 'Two', 'password')];
    const make = (name: string) =>
      resource({ fields: { [one.id]: `${name}-1`, [two.id]: `${name}-2` }, accounts: [{ username: 'root' }] });
    const [a, b] = [await make('a'), await make('b')];
    const opens = (resourceId: string, fieldId: string) =>
      w.invoke(revealResourceField, keeper, { resourceId, fieldId } as never).then(
        ({ value }) => value,
        () => 'refused',
      );
    const put = (from: [string, string], to: [string, string]) =>
      w.sql(
        `update strongroom.field_value set sealed = (select sealed from strongroom.field_value where object_id = $1 and field_id = $2) where object_id = $3 and field_id = $4`,
        [...from, ...to],
      );
    expect(await opens(b.id, one.id)).toBe('b-1');
    await put([a.id, one.id], [b.id, one.id]);
    expect(await opens(b.id, one.id)).toBe('refused');
    await put([b.id, two.id], [b.id, one.id]);
    expect(await opens(b.id, one.id)).toBe('refused');
    await w.sql(
      `update strongroom.field_value set sealed = (select s.sealed from strongroom.secret s join strongroom.account c on c.id = s.account_id where c.resource_id = $1) where object_id = $1 and field_id = $2`,
      [b.id, one.id],
    );
    expect(await opens(b.id, one.id)).toBe('refused');
    // And what was tampered with says so in the trail.
    const failed = (await w.audit('resource.reveal-field')).filter((row) => row.outcome === 'failed');
    expect(failed.length).toBe(3);
    expect(await opens(a.id, one.id)).toBe('a-1');
    await clearFields();
  });
});

describe('tags', () => {
  const tagsOf = async (resourceId: string) =>
    (await w.invoke(readResource, keeper, { resourceId: resourceId as never })).tags.map(
      (tag) => `${tag.name}=${tag.value}`,
    );

  it('are made with values, given to many resources, renamed on all of them, and taken away with their value [RES-09]', async () => {
    const tag = await w.invoke(createTag, admin, {
      scope: 'client',
      name: 'Asset number',
      description: 'Of the books',
      values: [{ value: 'A-1', description: 'first' }],
    });
    expect(tag).toMatchObject({ scope: 'client', version: 1, values: [{ value: 'A-1', resources: 0 }] });
    const more = await w.invoke(createTagValue, admin, { tagId: tag.id, value: 'A-2' });
    const [a1, a2] = more.values;
    if (!a1 || !a2) throw new Error('no values');
    const provider = await w.invoke(createTag, admin, {
      scope: 'service-provider',
      name: 'Tier',
      values: [{ value: 'gold' }],
    });
    const gold = provider.values[0];
    const made = await resource({ tags: [a1.id] });
    expect(await tagsOf(made.id)).toEqual(['Asset number=A-1']);
    const given = await w.invoke(tagResource, keeper, {
      resourceId: made.id,
      add: [a2.id, gold?.id as never, a2.id],
      remove: [a1.id],
    });
    expect(given.tags.map((one) => one.value)).toEqual(['A-2', 'gold']);
    const second = await resource({ tags: [a2.id] });

    await w.invoke(updateTag, admin, { tagId: tag.id, version: 1, name: 'Inventory' });
    await w.invoke(updateTagValue, admin, { tagValueId: a2.id, value: 'B-9' });
    expect([await tagsOf(made.id), await tagsOf(second.id)]).toEqual([
      ['Inventory=B-9', 'Tier=gold'],
      ['Inventory=B-9'],
    ]);
    const found = await w.sql<{ id: string }>(
      `select id from strongroom.resource where search_text like '%inventory b-9%' order by number`,
    );
    expect(found.map((row) => row.id)).toEqual([made.id, second.id]);

    const { items } = await w.invoke(listTags, admin, { counts: true });
    expect(items.find((one) => one.id === tag.id)?.values.map((one) => one.resources)).toEqual([0, 2]);
    // How many have it is told to who sets tags up only.
    const seen = await w.invoke(listTags, keeper, { counts: true });
    expect(seen.items.flatMap((one) => one.values.map((value) => value.resources))).toEqual([null, null, null]);

    expect(await w.invoke(deleteTagValue, admin, { tagValueId: a2.id })).toEqual({ resources: 2 });
    expect(await w.invoke(deleteTag, admin, { tagId: provider.id })).toEqual({ resources: 1 });
    expect([await tagsOf(made.id), await tagsOf(second.id)]).toEqual([[], []]);
    expect(await w.sql(`select id from strongroom.resource where search_text like '%gold%'`)).toEqual([]);
  });

  it('are refused twice by one name, to another organisation, and to who does not manage the resource', async () => {
    const tag = await w.invoke(createTag, admin, { scope: 'client', name: 'Env', values: [{ value: 'prod' }] });
    const prod = tag.values[0]?.id as never;
    expect(await faultsOf(w.invoke(createTag, admin, { scope: 'client', name: 'ENV' }))).toEqual([
      'name: is in use already',
    ]);
    expect(await faultsOf(w.invoke(createTagValue, admin, { tagId: tag.id, value: 'PROD' }))).toEqual([
      'value: is in use already',
    ]);
    const foreigner = await w.people.foreign.actor();
    const theirs = await w.invoke(createResource, foreigner, { name: 'theirs', type: 'Linux' });
    expect(await faultsOf(w.invoke(tagResource, foreigner, { resourceId: theirs.id, add: [prod] }))).toEqual([
      'not-found',
    ]);
    expect(await faultsOf(w.invoke(createResource, foreigner, { name: 'x', type: 'Linux', tags: [prod] }))).toEqual([
      'not-found',
    ]);
    const made = await resource();
    const other = await w.people.privileged.actor();
    expect(await faultsOf(w.invoke(tagResource, other, { resourceId: made.id, add: [prod] }))).toEqual(['not-found']);
    expect(await faultsOf(w.invoke(updateTag, keeper, { tagId: tag.id, name: 'x' }))).toEqual(['not-your-role']);
  });
});

describe('types of one’s own', () => {
  const type = (name: string, more: object = {}) => w.invoke(createResourceType, admin, { name, ...more } as never);
  const png = (side: number): string =>
    PNG.sync.write(new PNG({ width: side, height: side, fill: true })).toString('base64');

  it('show what they say, reset like a built-in type, have a picture made anew, and file fields [TYP-02]', async () => {
    const scan = await field('resource', 'Scan', 'file', { types: ['Linux'] });
    const made = await type('Alpine', {
      attributes: ['dnsName', 'description'],
      accountLabel: 'Log-in',
      resetsLike: 'linux',
      fileFieldIds: [scan.id],
    });
    expect(made).toMatchObject({
      builtIn: false,
      attributes: ['dnsName', 'description'],
      resetsLike: 'Linux',
      driver: 'linux-ssh',
      icon: null,
      fileFieldIds: [scan.id],
    });
    const { items } = await w.invoke(listResourceTypes, keeper, {});
    expect(items.find((one) => one.name === 'Linux')?.fileFieldIds).toEqual([scan.id]);
    // A resource of it takes the driver's settings, and its accounts can be rotated.
    const one = await w.invoke(createResource, keeper, {
      name: 'alpine-1',
      type: 'ALPINE',
      dnsName: 'alpine.invalid',
      accounts: [{ username: 'root' }],
      reset: { settings: {} },
    });
    expect(one.type).toBe('Alpine');
    const [row] = await w.sql<{ id: string }>('select id from strongroom.account where resource_id = $1', [one.id]);
    const account = await w.invoke(readAccount, keeper, { accountId: row?.id as never });
    expect([account.resettable, account.can.includes('account.rotate')]).toEqual([true, true]);

    const pictured = await w.invoke(setTypeIcon, admin, { resourceTypeId: made.id as never, png: png(300) });
    expect(pictured.icon).toMatch(/^[0-9a-f]{16}$/);
    const session = await w.people.nobody.session();
    const url = `/api/v1/resource-types/${String(made.id)}/icon`;
    const read = await w.app().inject({ url, headers: session.headers });
    const picture = PNG.sync.read(read.rawPayload);
    expect([
      read.statusCode,
      read.headers['content-type'],
      read.headers['x-content-type-options'],
      picture.width,
    ]).toEqual([200, 'image/png', 'nosniff', 64]);
    expect((await w.app().inject({ url })).statusCode).toBe(401);
    const foreigner = await w.people.foreign.session();
    expect((await w.app().inject({ url, headers: foreigner.headers })).statusCode).toBe(404);
    await expect(
      w.invoke(setTypeIcon, admin, { resourceTypeId: made.id as never, png: Buffer.from('<svg/>').toString('base64') }),
    ).rejects.toMatchObject({ code: 'input-invalid' });

    // Renamed, it is renamed wherever it stands; another way of resetting switches the former's settings off.
    const renamed = await w.invoke(updateResourceType, admin, {
      resourceTypeId: made.id as never,
      version: 1,
      name: 'Alpine Linux',
    });
    expect([renamed.version, renamed.fileFieldIds]).toEqual([2, [scan.id]]);
    const after = await w.invoke(readResource, keeper, { resourceId: one.id });
    expect([after.type, after.reset === null]).toEqual(['Alpine Linux', false]);
    await w.invoke(updateResourceType, admin, { resourceTypeId: made.id as never, resetsLike: 'Solaris' });
    expect((await w.invoke(readResource, keeper, { resourceId: one.id })).reset).toBeNull();
    expect((await w.invoke(setTypeIcon, admin, { resourceTypeId: made.id as never, png: null })).icon).toBeNull();

    // In use it stays; and what its accounts hold stays.
    expect(await faultsOf(w.invoke(deleteResourceType, admin, { resourceTypeId: made.id as never }))).toEqual([
      'type-in-use',
    ]);
    expect(
      await faultsOf(
        w.invoke(updateResourceType, admin, { resourceTypeId: made.id as never, resetsLike: null, holdsFiles: true }),
      ),
    ).toEqual(['type-in-use']);
    await w.invoke(updateResource, keeper, { resourceId: one.id, type: 'Linux' });
    await w.invoke(deleteResourceType, admin, { resourceTypeId: made.id as never });
    expect(await faultsOf(resource({ type: 'Alpine Linux' }))).toEqual(['type: is not a resource type']);
    await clearFields();
  });

  it('have names that neither a built-in type nor another has, and reset only like one that is reset', async () => {
    await type('Badge');
    for (const [more, path] of [
      [{ name: 'linux' }, 'name: is the name of another resource type'],
      [{ name: 'BADGE' }, 'name: is the name of another resource type'],
      [{ name: 'A', resetsLike: 'Badge' }, 'resetsLike: is not a built-in resource type'],
      [{ name: 'B', resetsLike: 'Website Accounts' }, 'resetsLike: is a type whose passwords the product cannot reset'],
      [{ name: 'C', fileFieldIds: ['01990000-0000-7000-8000-000000000001'] }, 'fileFieldIds: names no field for files'],
    ] as const)
      expect(await faultsOf(type('x', more))).toEqual([path]);
    // The types of another organisation are none of ours.
    const foreigner = await w.people.foreign.actor();
    expect(await faultsOf(w.invoke(createResource, foreigner, { name: 'b', type: 'Badge' }))).toEqual([
      'type: is not a resource type',
    ]);
    expect((await w.invoke(createResourceType, foreigner, { name: 'Badge' })).name).toBe('Badge');
  });

  it('are not taken by a resource while they are renamed', async () => {
    const made = await type('Early');
    const settled = await Promise.allSettled([
      w.invoke(updateResourceType, admin, { resourceTypeId: made.id as never, name: 'Late' }),
      ...Array.from({ length: 6 }, () => resource({ type: 'Early' })),
    ]);
    const left = await w.sql(`select name from strongroom.resource where type = 'Early'`);
    expect(left).toEqual([]);
    const kept = settled.slice(1).filter((one) => one.status === 'fulfilled').length;
    expect(await w.sql(`select 1 from strongroom.resource where type = 'Late'`)).toHaveLength(kept);
  });
});
