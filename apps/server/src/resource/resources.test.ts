import {
  copyAccount,
  createAccounts,
  createResource,
  createResourceType,
  deleteAccount,
  deleteResource,
  favouriteAccount,
  listAccounts,
  listResources,
  listResourceTypes,
  moveAccount,
  readAccount,
  readResource,
  revealAccount,
  rotateAccount,
  updateAccount,
  updateResource,
  updateSettings,
} from '@strongroom/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { world, type World } from '../../test/world.ts';
import type { Actor } from '../authorise/index.ts';

let w: World;
let keeper: Actor;
beforeAll(async () => {
  w = await world();
  keeper = await w.people.keeper.actor();
});
afterAll(() => w.close());

const resource = (name: string, accounts: readonly { username: string; password?: string }[] = [], more = {}) =>
  w.invoke(createResource, keeper, { name, type: 'Linux', accounts: [...accounts], ...more });
async function accountOf(resourceId: string, username: string): Promise<string> {
  const { items } = await w.invoke(listAccounts, keeper, { resourceId: resourceId as never, username });
  return items[0]?.id ?? '';
}
const passwordOf = async (accountId: string) =>
  (await w.invoke(revealAccount, keeper, { accountId: accountId as never })).password;
const counts = async () =>
  (
    await w.sql(
      'select (select count(*) from strongroom.resource)::int as resources, (select count(*) from strongroom.account)::int as accounts, (select count(*) from strongroom.secret)::int as secrets',
    )
  )[0];

describe('a resource', () => {
  it('is made with everything about it, its accounts and its reset settings in one go', async () => {
    const details = {
      name: 'full',
      type: 'linux',
      dnsName: 'full.example.org',
      description: 'two\nlines',
      department: 'IT',
      location: 'Rack 7',
      domain: '',
      url: 'https://full.example.org',
    };
    const made = await w.invoke(createResource, keeper, {
      ...details,
      accounts: [
        { username: 'root', password: 'given-by-hand' },
        { username: 'alice', notes: 'drawn' },
      ],
      reset: {
        settings: { port: 2222, loginWith: 'another account', elevation: 'su' },
        adminUsername: 'alice',
        elevationUsername: 'root',
      },
    });
    // The type is spelt as the catalogue spells it.
    expect(made).toMatchObject({
      ...details,
      type: 'Linux',
      accounts: 2,
      ownerName: 'keeper',
      health: 'unproven',
      version: 1,
    });
    const [root, alice] = [await accountOf(made.id, 'root'), await accountOf(made.id, 'alice')];
    expect(made.reset).toMatchObject({
      settings: { port: 2222, elevation: 'su' },
      adminAccountId: alice,
      elevationAccountId: root,
    });
    expect(await passwordOf(root)).toBe('given-by-hand');
    // Drawn by the default policy.
    expect(await passwordOf(alice)).toMatch(/^(?=.*[a-z])(?=.*[A-Z])(?=.*\d.*\d).{16,64}$/);
    expect(JSON.stringify(await w.audit('resource.create'))).not.toContain('given-by-hand');
  });

  it('is made whole or not at all [G-3]', async () => {
    await resource('taken');
    const before = await counts();
    const wrong: [string, object, string][] = [
      ['a name in use, in another case', { name: 'TAKEN' }, 'name-taken'],
      ['two accounts of one name', { accounts: [{ username: 'a' }, { username: 'a' }] }, 'name-taken'],
      ['no such type', { type: 'Toaster' }, 'input-invalid'],
      ['no such policy', { policyId: '01990000-0000-7000-8000-000000000001' }, 'input-invalid'],
      [
        'settings the driver does not know',
        { accounts: [{ username: 'a' }], reset: { settings: { port: 'x' } } },
        'settings-invalid',
      ],
      [
        'an administrator who is no account',
        { accounts: [{ username: 'a' }], reset: { settings: {}, adminUsername: 'b' } },
        'settings-invalid',
      ],
      ['a type that cannot be reset', { type: 'Website Accounts', reset: { settings: {} } }, 'settings-invalid'],
      ['a name of blanks', { name: '   ' }, 'input-invalid'],
      ['a name of two lines', { name: 'a\nb' }, 'input-invalid'],
    ];
    for (const [what, part, code] of wrong) {
      await expect(resource(`new-${what}`.slice(0, 60), [], { ...part }), what).rejects.toMatchObject({ code });
      expect([what, await counts()]).toEqual([what, before]);
    }
    // The number that was taken for a resource that was not made is given to the next.
    const [one, two] = [await resource('after-1'), await resource('after-2')];
    expect(two.number).toBe(one.number + 1);
  });

  it('has a name of its own even when two ask for it at once', async () => {
    const results = await Promise.allSettled([resource('Twin'), resource('twin'), resource('TWIN')]);
    expect(results.filter((result) => result.status === 'fulfilled')).toHaveLength(1);
    for (const result of results)
      if (result.status === 'rejected') expect(result.reason).toMatchObject({ code: 'name-taken' });
    // Another organisation may use it.
    await w.invoke(createResource, await w.people.foreign.actor(), { name: 'twin', type: 'Linux' });
  });

  it('is changed by version; another host behind its name unpins and unproves, another driver switches its settings off', async () => {
    const made = await resource('changing', [{ username: 'root' }], {
      dnsName: 'old.example.org',
      reset: { settings: {} },
    });
    const resourceId = made.id;
    await w.sql(
      `insert into strongroom.host_key (organisation_id, resource_id, fingerprint, algorithm, public_key, state) values ($1, $2, 'SHA256:a', 'ed25519', 'k', 'pinned')`,
      [w.organisationId, resourceId],
    );
    await w.sql(
      `update strongroom.account set proven_at = now(), proven_by = 'verify', checked_at = now(), check_result = 'accepted' where resource_id = $1`,
      [resourceId],
    );
    expect((await w.invoke(readResource, keeper, { resourceId })).health).toBe('proven');
    const renamed = await w.invoke(updateResource, keeper, {
      resourceId,
      version: 1,
      name: 'changed',
      department: 'HR',
    });
    expect(renamed).toMatchObject({ name: 'changed', department: 'HR', version: 2, health: 'proven' });
    await expect(w.invoke(updateResource, keeper, { resourceId, version: 1, name: 'late' })).rejects.toMatchObject({
      code: 'changed-meanwhile',
    });
    await expect(w.invoke(updateResource, keeper, { resourceId, name: 'TAKEN' })).rejects.toMatchObject({
      code: 'name-taken',
    });
    const moved = await w.invoke(updateResource, keeper, { resourceId, dnsName: 'new.example.org' });
    expect(moved).toMatchObject({ hostKeys: [], health: 'unproven', version: 3 });
    expect(moved.reset).not.toBeNull();
    expect((await w.invoke(updateResource, keeper, { resourceId, type: 'Website Accounts' })).reset).toBeNull();
    expect((await w.audit('resource.update')).at(-2)?.details).toMatchObject({
      'dnsName was': 'old.example.org',
      'dnsName is': 'new.example.org',
    });
  });

  it('is deleted with all that hangs on it, but not while a password of it is being changed', async () => {
    const made = await resource('doomed', [{ username: 'root' }, { username: 'alice' }], {
      dnsName: 'host.invalid',
      reset: { settings: {}, adminUsername: 'root' },
    });
    const accountId = await accountOf(made.id, 'alice');
    await w.invoke(favouriteAccount, keeper, { accountId: accountId as never, favourite: true });
    await w.invoke(rotateAccount, keeper, { accountId: accountId as never });
    await expect(w.invoke(deleteResource, keeper, { resourceId: made.id })).rejects.toMatchObject({ code: 'in-use' });
    await expect(w.invoke(deleteAccount, keeper, { accountId: accountId as never })).rejects.toMatchObject({
      code: 'in-use',
    });
    await w.sql(
      `update strongroom.rotation_attempt set state = 'rolled-back', ended_at = now() where account_id = $1`,
      [accountId],
    );
    await w.invoke(deleteResource, keeper, { resourceId: made.id });
    for (const table of ['account', 'secret', 'favourite', 'rotation_attempt', 'host_key'])
      expect([
        table,
        await w.sql(
          `select 1 from strongroom.${table} where ${table === 'account' ? 'resource_id' : table === 'host_key' ? 'resource_id' : 'account_id'} = $1`,
          [table === 'account' || table === 'host_key' ? made.id : accountId],
        ),
      ]).toEqual([table, []]);
    expect((await w.audit('resource.delete')).at(-1)).toMatchObject({
      outcome: 'done',
      object_name: 'doomed',
      details: { accounts: '2' },
    });
  });

  it('is not there for who neither owns it nor has all passwords: not by id, list, search, name or number', async () => {
    const made = await resource('hidden-zebra', [{ username: 'root' }]);
    const accountId = (await accountOf(made.id, 'root')) as never;
    for (const name of ['admin', 'privileged', 'nobody', 'auditor'] as const) {
      const actor = await w.people[name].actor();
      await expect(w.invoke(readResource, actor, { resourceId: made.id })).rejects.toMatchObject({ code: 'not-found' });
      await expect(w.invoke(readAccount, actor, { accountId })).rejects.toMatchObject({ code: 'not-found' });
      for (const ask of [{}, { search: 'zebra' }, { name: 'hidden-zebra' }, { number: made.number }])
        expect([name, ask, (await w.invoke(listResources, actor, ask)).total]).toEqual([name, ask, 0]);
      expect((await w.invoke(listAccounts, actor, { resourceId: made.id })).total).toBe(0);
    }
    expect((await w.invoke(listResources, await w.people.boss.actor(), { search: 'zebra' })).total).toBe(1);
  });
});

describe('an account', () => {
  it('is added, all or none, renamed and annotated', async () => {
    const made = await resource('accounts', [{ username: 'root' }]);
    const { items } = await w.invoke(createAccounts, keeper, {
      resourceId: made.id,
      accounts: [{ username: 'b' }, { username: 'a', password: 'x y"z\\' }],
    });
    expect(items.map((item) => item.username)).toEqual(['b', 'a']);
    expect(await passwordOf(items[1]?.id ?? '')).toBe('x y"z\\');
    const before = await counts();
    const twice = w.invoke(createAccounts, keeper, {
      resourceId: made.id,
      accounts: [{ username: 'c' }, { username: 'root' }],
    });
    await expect(twice).rejects.toMatchObject({
      code: 'name-taken',
      detail: 'The resource has an account root already.',
    });
    expect(await counts()).toEqual(before);
    const accountId = items[0]?.id as never;
    await w.sql(
      `update strongroom.account set proven_at = now(), proven_by = 'verify', checked_at = now(), check_result = 'accepted' where id = $1`,
      [accountId],
    );
    expect(await w.invoke(updateAccount, keeper, { accountId, version: 1, notes: 'for Ana' })).toMatchObject({
      notes: 'for Ana',
      version: 2,
      proof: { health: 'proven' },
    });
    await expect(w.invoke(updateAccount, keeper, { accountId, version: 1, notes: 'late' })).rejects.toMatchObject({
      code: 'changed-meanwhile',
    });
    await expect(w.invoke(updateAccount, keeper, { accountId, username: 'root' })).rejects.toMatchObject({
      code: 'name-taken',
    });
    // Another name is another account to the target: what was proven says nothing of it.
    expect(await w.invoke(updateAccount, keeper, { accountId, username: 'bob' })).toMatchObject({
      username: 'bob',
      proof: { health: 'unproven', provenAt: null },
    });
  });

  it('is copied with its password, and moved with its history, only to resources one manages', async () => {
    const [from, to, elsewhere] = [
      await resource('from', [{ username: 'svc', password: 'carried-over' }]),
      await resource('to'),
      await resource('elsewhere', [{ username: 'svc' }]),
    ];
    const accountId = (await accountOf(from.id, 'svc')) as never;
    const { items } = await w.invoke(copyAccount, keeper, { accountId, resourceIds: [to.id] });
    expect(await passwordOf(items[0]?.id ?? '')).toBe('carried-over');
    const foreign = await w.invoke(createResource, await w.people.admin.actor(), { name: 'of-admin', type: 'Linux' });
    const before = await counts();
    await expect(w.invoke(copyAccount, keeper, { accountId, resourceIds: [elsewhere.id] })).rejects.toMatchObject({
      code: 'name-taken',
    });
    await expect(w.invoke(copyAccount, keeper, { accountId, resourceIds: [to.id, foreign.id] })).rejects.toMatchObject({
      code: 'not-found',
    });
    await expect(w.invoke(moveAccount, keeper, { accountId, resourceId: foreign.id })).rejects.toMatchObject({
      code: 'not-found',
    });
    await expect(w.invoke(moveAccount, keeper, { accountId, resourceId: elsewhere.id })).rejects.toMatchObject({
      code: 'name-taken',
    });
    expect(await counts()).toEqual(before);
    const target = await resource('target');
    expect(await w.invoke(moveAccount, keeper, { accountId, resourceId: target.id })).toMatchObject({
      resourceId: target.id,
      resourceName: 'target',
    });
    expect(await passwordOf(accountId)).toBe('carried-over');
    expect(await w.invoke(readResource, keeper, { resourceId: from.id })).toMatchObject({ accounts: 0, reset: null });
  });

  it('is copied with a reason where a reveal asks for one', async () => {
    const [from, to] = [await resource('reasoned-from', [{ username: 'svc' }]), await resource('reasoned-to')];
    const accountId = (await accountOf(from.id, 'svc')) as never;
    await w.invoke(updateSettings, await w.people.boss.actor(), { reasonToReveal: true });
    await expect(w.invoke(copyAccount, keeper, { accountId, resourceIds: [to.id] })).rejects.toMatchObject({
      code: 'reason-required',
    });
    await w.invoke(copyAccount, keeper, { accountId, resourceIds: [to.id], reason: 'second node' });
    expect((await w.audit('account.copy')).at(-1)).toMatchObject({ reason: 'second node', outcome: 'done' });
    await w.sql('delete from strongroom.setting');
  });

  it('is a favourite of one person, and recent for who used it, newest first', async () => {
    const made = await resource('liked', [{ username: 'one' }, { username: 'two' }, { username: 'three' }]);
    const ids = [await accountOf(made.id, 'one'), await accountOf(made.id, 'two'), await accountOf(made.id, 'three')];
    await w.invoke(favouriteAccount, keeper, { accountId: ids[1] as never, favourite: true });
    await w.invoke(favouriteAccount, keeper, { accountId: ids[1] as never, favourite: true });
    const favourites = async (actor: Actor) =>
      (await w.invoke(listAccounts, actor, { view: 'favourite', resourceId: made.id })).items.map(
        (item) => item.username,
      );
    expect(await favourites(keeper)).toEqual(['two']);
    expect(await favourites(await w.people.boss.actor())).toEqual([]);
    for (const id of [ids[0], ids[2], ids[0]]) await passwordOf(id ?? '');
    const recent = await w.invoke(listAccounts, keeper, { view: 'recent', resourceId: made.id });
    expect(recent.items.map((item) => item.username)).toEqual(['one', 'three']);
    expect(
      (await w.invoke(listAccounts, await w.people.boss.actor(), { view: 'recent', resourceId: made.id })).items,
    ).toEqual([]);
    await w.invoke(favouriteAccount, keeper, { accountId: ids[1] as never, favourite: false });
    expect(await favourites(keeper)).toEqual([]);
  });
});

describe('the catalogue of types', () => {
  it('has every default type, with the attributes it shows and the driver it has, and nobody changes it [TYP-01]', async () => {
    const { items } = await w.invoke(listResourceTypes, keeper, {});
    const names = items.map((type) => type.name);
    expect(names).toEqual(
      expect.arrayContaining([
        'Windows',
        'Windows Domain',
        'Linux',
        'Mac',
        'Solaris',
        'HP UNIX',
        'IBM AIX',
        'Cisco IOS',
        'Cisco CatOS',
        'Cisco PIX',
        'HP ProCurve',
        'Juniper NetScreen',
        'HP iLO',
        'MS SQL Server',
        'MySQL Server',
        'Oracle DB Server',
        'Sybase ASE',
        'File Store',
        'Key Store',
        'License Store',
        'AWS IAM',
        'Microsoft Azure',
        'Google Apps',
        'Rackspace',
        'LDAP Server',
        'VMware ESXi',
        'Oracle ALOM',
        'Oracle ILOM',
        'Oracle XSCF',
        'IBM AS400',
        'Website Accounts',
        'PostgreSQL',
        'MongoDB',
        'Redis',
        'Kubernetes',
        'Generic SSH Device',
      ]),
    );
    expect(new Set(names).size).toBe(names.length);
    for (const type of items) {
      expect([type.name, type.builtIn, type.attributes.length > 0, type.accountLabel !== '']).toEqual([
        type.name,
        true,
        true,
        true,
      ]);
      // A form for its settings exactly where there is a driver.
      expect([type.name, type.driver === null]).toEqual([type.name, type.resetSettings === null]);
      await resource(`a ${type.name}`, [], { type: type.name });
    }
    // A call that edits or removes a type names it by its id, and these have none; nor is another one added by their name.
    expect(items.filter((type) => type.builtIn && type.id !== null)).toEqual([]);
    const admin = await w.people.admin.actor();
    await expect(w.invoke(createResourceType, admin, { name: 'LINUX' })).rejects.toMatchObject({ code: 'name-taken' });
  });
});
