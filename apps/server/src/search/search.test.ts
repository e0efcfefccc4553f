import {
  createAccounts,
  createField,
  createResource,
  createView,
  deleteView,
  listAccounts,
  listResources,
  listViews,
  searchAll,
  updateView,
} from '@strongroom/contract';
import fc from 'fast-check';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { world, type Person, type World } from '../../test/world.ts';
import { newId } from '../platform/random.ts';

let w: World;
const ids: Record<string, string> = {};
const group = newId();
let field: string;

beforeAll(async () => {
  w = await world();
  field = (
    await w.invoke(createField, await w.people.boss.actor(), {
      belongsTo: 'resource',
      name: 'Cost centre',
      kind: 'text',
    })
  ).id;
  const keeper = await w.people.keeper.actor();
  const make = async (name: string, more: object, usernames: string[]): Promise<void> => {
    const resource = await w.invoke(createResource, keeper, { name, type: 'Linux', ...more });
    ids[name] = resource.id;
    if (usernames.length === 0) return;
    const made = await w.invoke(createAccounts, keeper, {
      resourceId: resource.id,
      accounts: usernames.map((username) => ({ username, password: 'x' })),
    });
    for (const account of made.items) ids[`${account.username}@${name}`] = account.id;
  };
  await make('fra-db-01', { dnsName: 'fra-db-01.example.org', department: 'Finance' }, ['root', 'postgres']);
  await make('fra-db-010', { location: 'Frankfurt' }, ['root']);
  await make('db', { description: 'The old one, beside fra-db-01' }, ['oracle']);
  await make('ber-web-01', { department: 'Buchhaltung', fields: { [field]: 'CC-4711' } }, ['root', 'deploy']);
  await make('secret-lair', { description: 'nobody knows of the zeppelin' }, ['blofeld']);
  await w.sql(
    `insert into strongroom.share (id, organisation_id, account_id, user_id, permission, shared_by) values ($1, $2, $3, $4, 'view', 'keeper')`,
    [newId(), w.organisationId, ids['root@ber-web-01'], w.people.nobody.id],
  );
  await w.sql(
    `insert into strongroom.user_group (id, organisation_id, number, name) values ($1, $2, 900, 'Night shift')`,
    [group, w.organisationId],
  );
  for (const member of [w.people.keeper, w.people.nobody])
    await w.sql(
      `insert into strongroom.user_group_member (organisation_id, user_group_id, user_id) values ($1, $2, $3)`,
      [w.organisationId, group, member.id],
    );
});
afterAll(() => w.close());

const found = async (who: Person, q: string, limit = 50): Promise<{ nearly: boolean } & Record<string, unknown>> => {
  const reply = await w.invoke(searchAll, await who.actor(), { q, limit });
  return {
    nearly: reply.nearly,
    ...Object.fromEntries(reply.kinds.map(({ kind, items }) => [kind, items.map((item) => item.title)])),
  };
};

describe('the search over everything', () => {
  it('finds by any attribute, every word, the exact name first and then what begins so [RES-07]', async () => {
    expect(await found(w.people.keeper, 'fra-db-01')).toMatchObject({
      resource: ['fra-db-01', 'fra-db-010', 'db'],
      nearly: false,
    });
    expect(await found(w.people.keeper, 'DB')).toMatchObject({ resource: ['db', 'fra-db-01', 'fra-db-010'] });
    expect(await found(w.people.keeper, 'root finance')).toEqual({ account: ['root'], nearly: false });
    expect(await found(w.people.keeper, 'buchhaltung')).toMatchObject({
      resource: ['ber-web-01'],
      account: ['deploy', 'root'],
    });
    expect(await found(w.people.keeper, 'cc-4711 ber')).toMatchObject({
      resource: ['ber-web-01'],
      account: ['deploy', 'root'],
    });
    expect(await found(w.people.boss, 'keeper')).toMatchObject({ user: ['The keeper'] });
    expect(await found(w.people.keeper, 'night')).toMatchObject({ 'user-group': ['Night shift'] });
    const few = await w.invoke(searchAll, await w.people.keeper.actor(), { q: 'root', limit: 2 });
    expect(few.kinds).toMatchObject([{ kind: 'account', items: [{}, {}], more: true }]);
  });

  it('forgives one wrong, missing, added or swapped letter, and says so', async () => {
    for (const q of ['postgras', 'postgre', 'posttgres', 'psotgres', 'ostgres', 'postgresx'])
      expect(await found(w.people.keeper, q), q).toMatchObject({ account: ['postgres'] });
    expect((await found(w.people.keeper, 'psotgres')).nearly).toBe(true);
    expect(await found(w.people.keeper, 'postgres')).toMatchObject({ nearly: false });
    expect(await found(w.people.keeper, 'ptsogres')).toEqual({ nearly: false });
    expect(await found(w.people.keeper, 'xyz')).toEqual({ nearly: false });
  });

  it('tries no other spellings of many words, each of which would cost look-ups', async () => {
    expect((await found(w.people.keeper, 'psotgres postgras postgre posttgres')).nearly).toBe(true);
    expect(await found(w.people.keeper, 'psotgres postgras postgre posttgres ostgres')).toEqual({ nearly: false });
  });

  it('never shows nor corrects to what the asker may not see [RES-07]', async () => {
    for (const q of ['zeppelin', 'zepelin', 'blofeld', 'blofedl', 'secret-lair', 'finance', 'keeper', 'boss'])
      expect(await found(w.people.nobody, q), q).toEqual({ nearly: false });
    expect(await found(w.people.nobody, 'root')).toEqual({ account: ['root'], nearly: false });
    expect(await found(w.people.nobody, 'deploy')).toEqual({ nearly: false });
    expect(await found(w.people.foreign, 'root')).toEqual({ nearly: false });
  });

  it('counts of a resource only the accounts that one sees', async () => {
    const nobody = await w.people.nobody.actor();
    const [item] = (await w.invoke(listResources, nobody, {})).items;
    expect(item).toMatchObject({ name: 'ber-web-01', hold: 'part', accounts: 1, health: 'unproven' });
    await w.sql(`update strongroom.account set check_result = 'rejected' where id = $1`, [ids['deploy@ber-web-01']]);
    expect((await w.invoke(listResources, nobody, {})).items[0]).toMatchObject({ accounts: 1, health: 'unproven' });
    expect((await w.invoke(listResources, nobody, { health: 'out-of-sync' })).items).toEqual([]);
    const keeper = await w.people.keeper.actor();
    const own = await w.invoke(listResources, keeper, { health: 'out-of-sync' });
    expect(own.items).toMatchObject([{ name: 'ber-web-01', accounts: 2, health: 'out-of-sync' }]);
    await w.sql(`update strongroom.account set check_result = null where id = $1`, [ids['deploy@ber-web-01']]);
  });

  it('looks past the wall in its own organisation only', async () => {
    const seen = (organisation: string): Promise<number> =>
      w.database.asOrganisation(organisation, async (db) => {
        const { rows } = await sql<{
          n: number;
        }>`select (select count(*) from strongroom.probe_accounts(array['%root%'], null, null, 100))
          + (select count(*) from strongroom.probe_resources(array['%fra%'], null, null, 100))
          + (select count(*) from strongroom.named_accounts('root', 100)) + (select count(*) from strongroom.named_resources('fra', 100)) as n`.execute(
          db,
        );
        return Number(rows[0]?.n);
      });
    expect(await seen(w.organisationId)).toBe(3 + 3 + 3 + 2);
    expect(await seen(w.otherOrganisationId)).toBe(0);
  });

  it('takes whatever is typed as it stands, and finds exactly what the lists find', async () => {
    const pieces = fc.array(
      fc.constantFrom(
        'root',
        'fra-db',
        'b',
        '01',
        '%',
        '_',
        '\\',
        "'",
        '"',
        '(',
        'ber',
        'FINANCE',
        '  ',
        'ü',
        '\u0131',
      ),
      { minLength: 1, maxLength: 4 },
    );
    await fc.assert(
      fc.asyncProperty(pieces, fc.constantFrom('keeper', 'nobody', 'boss'), async (parts, who) => {
        const q = parts.join(parts.length % 2 ? ' ' : '').trim();
        if (q === '') return;
        const actor = await w.people[who as 'boss'].actor();
        const reply = await w.invoke(searchAll, actor, { q, limit: 50 });
        if (reply.nearly) return;
        const idsOf = (kind: string): string[] =>
          (reply.kinds.find((one) => one.kind === kind)?.items ?? []).map((item) => item.id).sort();
        const resources = await w.invoke(listResources, actor, { search: q, limit: 500 });
        const accounts = await w.invoke(listAccounts, actor, { search: q, limit: 500 });
        expect(idsOf('resource')).toEqual(resources.items.map((item) => item.id).sort());
        expect(idsOf('account')).toEqual(accounts.items.map((item) => item.id).sort());
      }),
      { numRuns: 40 },
    );
  });
});

describe('a saved view', () => {
  it('is one’s own, or seen by the members of a group that its maker is in, and by nobody else', async () => {
    const keeper = await w.people.keeper.actor();
    const nobody = await w.people.nobody.actor();
    const auditor = await w.people.auditor.actor();
    const mine = await w.invoke(createView, keeper, {
      list: 'resources',
      name: 'Databases',
      query: { search: 'db', sort: '-name' },
    });
    const ours = await w.invoke(createView, keeper, {
      list: 'resources',
      name: 'For the night',
      query: { type: 'Linux' },
      userGroupId: group as never,
    });
    expect((await w.invoke(listViews, keeper, {})).items.map((view) => view.name)).toEqual([
      'Databases',
      'For the night',
    ]);
    expect((await w.invoke(listViews, keeper, {})).groups).toEqual([{ id: group, name: 'Night shift' }]);
    expect((await w.invoke(listViews, nobody, { list: 'resources' })).items).toMatchObject([
      { id: ours.id, ownerName: 'keeper', can: [] },
    ]);
    expect((await w.invoke(listViews, nobody, { list: 'users' })).items).toEqual([]);
    expect((await w.invoke(listViews, auditor, {})).items).toEqual([]);
    expect((await w.invoke(listViews, await w.people.boss.actor(), {})).items).toEqual([]);
    for (const who of [w.people.nobody, w.people.boss, w.people.foreign])
      for (const viewId of [mine.id, ours.id]) {
        await expect(w.invoke(updateView, await who.actor(), { viewId, name: 'Mine now' })).rejects.toMatchObject({
          code: 'not-found',
        });
        await expect(w.invoke(deleteView, await who.actor(), { viewId })).rejects.toMatchObject({ code: 'not-found' });
      }
    await expect(
      w.invoke(createView, auditor, { list: 'resources', name: 'x', query: {}, userGroupId: group as never }),
    ).rejects.toMatchObject({ code: 'input-invalid' });
    await expect(
      w.invoke(createView, keeper, { list: 'resources', name: 'databases', query: {} }),
    ).rejects.toMatchObject({ code: 'name-taken' });
    const changed = await w.invoke(updateView, keeper, {
      viewId: ours.id,
      version: ours.version,
      query: { type: 'Mac' },
      userGroupId: null,
    });
    expect(changed).toMatchObject({ query: { type: 'Mac' }, userGroupId: null, version: 2 });
    await expect(w.invoke(updateView, keeper, { viewId: ours.id, version: 1, name: 'x' })).rejects.toMatchObject({
      code: 'changed-meanwhile',
    });
    expect((await w.invoke(listViews, nobody, {})).items).toEqual([]);
    await w.invoke(deleteView, keeper, { viewId: mine.id });
    expect((await w.invoke(listViews, keeper, {})).items.map((view) => view.name)).toEqual(['For the night']);
  });
});
