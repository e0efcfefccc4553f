import {
  configureReset,
  copyAccount,
  copyResource,
  createField,
  createAccounts,
  deleteAccount,
  favouriteAccount,
  moveAccount,
  updateAccount,
  createResource,
  createTag,
  listAccounts,
  readHistory,
  readResource,
  revealAccount,
  revealAccountField,
  revealFormer,
  revealResourceField,
  changePassword,
  updateSettings,
} from '@strongroom/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { world, type World } from '../../test/world.ts';
import type { Actor } from '../authorise/index.ts';

let w: World;
let keeper: Actor;
let admin: Actor;
let pin: string;
let rack: string;
let tag: string;
beforeAll(async () => {
  w = await world();
  [keeper, admin] = [await w.people.keeper.actor(), await w.people.admin.actor()];
  pin = (await w.invoke(createField, admin, { belongsTo: 'account', name: 'Pin', kind: 'password' })).id;
  rack = (await w.invoke(createField, admin, { belongsTo: 'resource', name: 'Rack', kind: 'text' })).id;
  tag =
    (await w.invoke(createTag, admin, { scope: 'client', name: 'Env', values: [{ value: 'prod' }] })).values[0]?.id ??
    '';
});
afterAll(() => w.close());

const code = (work: Promise<unknown>) =>
  work.then(
    () => 'done',
    (error: { code?: string }) => error.code ?? String(error),
  );
const accountsOf = async (resourceId: string) =>
  (await w.invoke(listAccounts, keeper, { resourceId: resourceId as never, sort: 'username' })).items;
const share = (column: 'account_id' | 'resource_id', id: string, to: string, until: string | null = null) =>
  w.sql(
    `insert into strongroom.share (id, organisation_id, ${column}, user_id, permission, valid_until, shared_by) values (gen_random_uuid(), $1, $2, $3, 'view', $4, 'keeper')`,
    [w.organisationId, id, to, until],
  );
const group = async (name: string, owner: string, kind = 'static') => {
  const [row] = await w.sql<{ id: string }>(
    `insert into strongroom.resource_group (id, organisation_id, number, name, kind, owner_id) select gen_random_uuid(), $1, count(*) + 1, $2, $3, $4 from strongroom.resource_group returning id`,
    [w.organisationId, name, kind, owner],
  );
  return row?.id ?? '';
};
const join = (groupId: string, resourceId: string) =>
  w.sql(`insert into strongroom.resource_group_member (organisation_id, group_id, resource_id) values ($1, $2, $3)`, [
    w.organisationId,
    groupId,
    resourceId,
  ]);
const membersOf = async (groupId: string) =>
  (
    await w.sql<{ name: string }>(
      `select r.name from strongroom.resource_group_member m join strongroom.resource r on r.id = m.resource_id where m.group_id = $1 order by r.name`,
      [groupId],
    )
  ).map((row) => row.name);
/** A resource with everything a copy may inherit. */
async function original(name: string) {
  const made = await w.invoke(createResource, keeper, {
    name,
    type: 'Linux',
    dnsName: 'host.invalid',
    department: 'IT',
    url: 'https://%DNS_NAME%',
    fields: { [rack]: 'R7' } as never,
    tags: [tag as never],
    accounts: [
      { username: 'alice', password: 'alices', notes: 'n', fields: { [pin]: 'Pin-4711' } as never },
      { username: 'root', password: 'First-Harbour-93-!!xy' },
    ],
    reset: {
      settings: { loginWith: 'another account', elevation: 'su' },
      adminUsername: 'alice',
      elevationUsername: 'root',
    },
  });
  const [alice, root] = await accountsOf(made.id);
  if (!alice || !root) throw new Error('no accounts');
  await w.invoke(changePassword, keeper, { accountId: root.id, password: 'Second-Lantern-77-!!' });
  return { made, alice, root };
}

describe('a copy of a resource', () => {
  it('has what was asked for and no more, belongs to who made it, and leaves the original as it was', async () => {
    const { made, root } = await original('source');
    const watcher = await w.add({ username: 'watcher' });
    const former = await w.add({ username: 'former' });
    await share('resource_id', made.id, watcher.id);
    await share('account_id', root.id, watcher.id);
    await share('resource_id', made.id, former.id, '2020-01-01');
    const mine = await group('mine', w.people.keeper.id);
    const theirs = await group('theirs', w.people.admin.id);
    await join(mine, made.id);
    await join(theirs, made.id);
    const before = await w.invoke(readResource, keeper, { resourceId: made.id });
    const all = { accounts: true, history: true, shares: true, groups: true, reset: true, fields: true, tags: true };
    const { items } = await w.invoke(copyResource, keeper, {
      resourceId: made.id,
      names: ['copy-a', 'copy-b'],
      inherit: all,
    });
    expect(items.map((item) => item.name)).toEqual(['copy-a', 'copy-b']);
    for (const item of items) {
      const copy = await w.invoke(readResource, keeper, { resourceId: item.id });
      const accounts = await accountsOf(item.id);
      expect(copy).toMatchObject({
        number: item.number,
        type: 'Linux',
        dnsName: 'host.invalid',
        department: 'IT',
        url: 'https://%DNS_NAME%',
        ownerName: 'keeper',
        fields: { [rack]: 'R7' },
        tags: [{ value: 'prod' }],
        accounts: 2,
        health: 'unproven',
      });
      // The copies of the accounts log in for the copy, not those of the original.
      expect(copy.reset).toMatchObject({ adminAccountId: accounts[0]?.id, elevationAccountId: accounts[1]?.id });
      const opened = await Promise.all(accounts.map((one) => w.invoke(revealAccount, keeper, { accountId: one.id })));
      expect(opened.map((one) => one.password)).toEqual(['alices', 'Second-Lantern-77-!!']);
      const copied = accounts[1]?.id as never;
      expect((await w.invoke(revealFormer, keeper, { accountId: copied, version: 1 })).password).toBe(
        'First-Harbour-93-!!xy',
      );
      expect((await w.invoke(readHistory, keeper, { accountId: copied })).items.map((one) => one.origin)).toEqual([
        'copied',
        'created',
      ]);
      const key = await w.invoke(revealAccountField, keeper, {
        accountId: accounts[0]?.id as never,
        fieldId: pin as never,
      });
      expect(key.value).toBe('Pin-4711');
      // Shared with whom the original is shared with now, and by its account.
      const shares = await w.sql<{ on: string; to: string }>(
        `select case when s.account_id is null then 'resource' else 'account' end as on, u.username as to from strongroom.share s join strongroom.app_user u on u.id = s.user_id
         where s.target_id = $1 or s.target_id in (select id from strongroom.account where resource_id = $1) order by 1`,
        [item.id],
      );
      expect(shares).toEqual([
        { on: 'account', to: 'watcher' },
        { on: 'resource', to: 'watcher' },
      ]);
    }
    expect([await membersOf(mine), await membersOf(theirs)]).toEqual([['copy-a', 'copy-b', 'source'], ['source']]);
    expect(await w.invoke(readResource, keeper, { resourceId: made.id })).toEqual(before);
    // One event for each copy and group, beside the one of the whole; no password in any.
    const events = await w.audit('resource.copy');
    expect(events.map((event) => event.object_id).sort()).toEqual(
      [made.id, mine, ...items.map((item) => item.id)].sort(),
    );
    expect(JSON.stringify(events)).not.toMatch(/alices|Harbour|Lantern|Pin-4711/);

    const bare = await w.invoke(copyResource, keeper, { resourceId: made.id, count: 2 });
    expect(bare.items.map((item) => item.name)).toEqual(['source (copy 1)', 'source (copy 2)']);
    const copy = await w.invoke(readResource, keeper, { resourceId: bare.items[0]?.id as never });
    expect(copy).toMatchObject({ accounts: 0, fields: {}, tags: [], reset: null, department: 'IT' });
    expect((await w.invoke(copyResource, keeper, { resourceId: made.id })).items[0]?.name).toBe('source (copy 3)');
  });

  it('is made of all names or of none, and refuses what makes no sense', async () => {
    const { made } = await original('whole');
    await w.invoke(createResource, keeper, { name: 'in use', type: 'Linux' });
    const count = async () => (await w.sql('select id from strongroom.resource')).length;
    const before = await count();
    const ask = (more: object) => code(w.invoke(copyResource, keeper, { resourceId: made.id, ...more } as never));
    expect(
      await Promise.all([
        ask({ names: ['new-1', 'IN USE'] }),
        ask({ names: ['twice', 'TWICE'] }),
        ask({ inherit: { history: true } }),
        ask({ inherit: { reset: true } }),
      ]),
    ).toEqual(['name-taken', 'name-taken', 'input-invalid', 'input-invalid']);
    expect(await count()).toBe(before);
    await w.invoke(configureReset, keeper, { resourceId: made.id, reset: { settings: {} } });
    expect(await ask({ names: ['with settings'], inherit: { reset: true } })).toBe('done');
  });

  it('is for its owner alone, gives a reason where a reveal asks for one, and hands on shares only by who may share', async () => {
    const { made, root } = await original('guarded');
    const manager = await w.add({ username: 'manager', role: 'password-administrator' });
    await w.sql(
      `insert into strongroom.share (id, organisation_id, resource_id, user_id, permission, shared_by) values (gen_random_uuid(), $1, $2, $3, 'manage', 'keeper')`,
      [w.organisationId, made.id, manager.id],
    );
    const as = async (actor: Actor, more: object = {}) =>
      code(w.invoke(copyResource, actor, { resourceId: made.id, inherit: { accounts: true }, ...more } as never));
    expect(await as(await manager.actor())).toBe('not-found');
    expect(await as(await w.people.foreign.actor())).toBe('not-found');
    await w.invoke(updateSettings, await w.people.privileged.actor(), { reasonToReveal: true });
    expect([await as(keeper), await as(keeper, { reason: 'a second site' })]).toEqual(['reason-required', 'done']);
    await w.sql('delete from strongroom.setting');
    const limited = await w.add({ username: 'limited' });
    await w.sql(
      `with r as (insert into strongroom.custom_role (id, organisation_id, name, permissions) values (gen_random_uuid(), $1, 'no sharing', '{manage-resources,view-passwords}') returning id)
       update strongroom.app_user set role = 'custom', custom_role_id = (select id from r) where id = $2`,
      [w.organisationId, limited.id],
    );
    await w.sql('update strongroom.resource set owner_id = $1 where id = $2', [limited.id, made.id]);
    const actor = await limited.actor();
    expect([await as(actor, { inherit: { shares: true } }), await as(actor)]).toEqual(['not-your-role', 'done']);
    expect(root.username).toBe('root');
  });

  it('takes the values of fields along with a copied account too', async () => {
    const { alice } = await original('from');
    const to = await w.invoke(createResource, keeper, { name: 'to', type: 'Linux' });
    const { items } = await w.invoke(copyAccount, keeper, { accountId: alice.id, resourceIds: [to.id] });
    const copy = items[0]?.id as never;
    expect((await w.invoke(revealAccountField, keeper, { accountId: copy, fieldId: pin as never })).value).toBe(
      'Pin-4711',
    );
    expect(await code(w.invoke(revealResourceField, keeper, { resourceId: to.id, fieldId: pin as never }))).toBe(
      'not-found',
    );
  });
});

describe('a first password', () => {
  it('keeps its policy where the organisation wants that, and drawn ones always do', async () => {
    const make = (name: string, password?: string) =>
      code(
        w.invoke(createResource, keeper, {
          name,
          type: 'Linux',
          accounts: [{ username: 'root', ...(password === undefined ? {} : { password }) }],
        }),
      );
    expect(await make('lax', 'weak')).toBe('done');
    await w.invoke(updateSettings, await w.people.privileged.actor(), { policyOnCreation: true });
    expect([
      await make('strict', 'weak'),
      await make('good', 'Long-enough-Passw0rd-77-!!'),
      await make('drawn'),
    ]).toEqual(['password-weak', 'done', 'done']);
    await w.sql('delete from strongroom.setting');
    // On change it holds without any setting.
    const { root } = await original('changed');
    expect(await code(w.invoke(changePassword, keeper, { accountId: root.id, password: 'weak' }))).toBe(
      'password-weak',
    );
  });
});

describe('the accounts of resources', () => {
  it('are added, edited, copied, moved with their shares or without, kept as favourite and recent, and deleted [RES-03]', async () => {
    const [from, to] = [
      await w.invoke(createResource, keeper, { name: 'life-from', type: 'Linux' }),
      await w.invoke(createResource, keeper, { name: 'life-to', type: 'Linux' }),
    ];
    const added = await w.invoke(createAccounts, keeper, {
      resourceId: from.id,
      accounts: [{ username: 'one', password: 'ones' }, { username: 'two' }],
    });
    const [one, two] = added.items;
    if (!one || !two) throw new Error('no accounts');
    const friend = await w.add({ username: 'friend' });
    const mayOpen = async (accountId: string) =>
      code(w.invoke(revealAccount, await friend.actor(), { accountId: accountId as never }));
    await share('account_id', one.id, friend.id);
    await share('account_id', two.id, friend.id);

    const edited = await w.invoke(updateAccount, keeper, { accountId: one.id, username: 'uno', notes: 'the first' });
    expect([edited.username, edited.notes]).toEqual(['uno', 'the first']);
    const copied = await w.invoke(copyAccount, keeper, { accountId: one.id, resourceIds: [to.id] });
    const copy = copied.items[0]?.id as never;
    expect((await w.invoke(revealAccount, keeper, { accountId: copy })).password).toBe('ones');
    // A copy is shared with nobody.
    expect(await mayOpen(copy)).toBe('not-found');
    await w.invoke(deleteAccount, keeper, { accountId: copy });

    const moved = await w.invoke(moveAccount, keeper, { accountId: one.id, resourceId: to.id });
    expect([moved.resourceName, await mayOpen(one.id)]).toEqual(['life-to', 'done']);
    expect((await w.invoke(readHistory, keeper, { accountId: one.id })).total).toBe(1);
    await w.invoke(moveAccount, keeper, { accountId: two.id, resourceId: to.id, keepShares: false });
    expect(await mayOpen(two.id)).toBe('not-found');

    await w.invoke(favouriteAccount, keeper, { accountId: one.id, favourite: true });
    await w.invoke(revealAccount, keeper, { accountId: two.id });
    const listed = async (view: 'favourite' | 'recent') =>
      (await w.invoke(listAccounts, keeper, { view })).items.map((account) => account.id);
    expect(await listed('favourite')).toEqual([one.id]);
    expect((await listed('recent'))[0]).toBe(two.id);
    await w.invoke(deleteAccount, keeper, { accountId: one.id });
    expect([await listed('favourite'), await mayOpen(one.id)]).toEqual([[], 'not-found']);
  });
});
