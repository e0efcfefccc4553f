import {
  createResource,
  explainAccess,
  listResources,
  readResource,
  shareResource,
  supposeAccess,
  transferEverything,
  transferGroup,
  transferResource,
} from '@strongroom/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { world, type Person, type World } from '../../test/world.ts';
import type { Actor } from '../authorise/index.ts';

let w: World;
let keeper: Actor;
let ann: Person;
let reader: Person;
let made = 0;

beforeAll(async () => {
  w = await world();
  keeper = await w.people.keeper.actor();
  ann = await w.add({ username: 'ann', role: 'password-administrator' });
  reader = await w.add({ username: 'reader' });
});
afterAll(() => w.close());

const code = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'done',
    (error: unknown) => (error as { code: string }).code,
  );
const resource = async (owner: Person, name = `host-${++made}`): Promise<string> =>
  (await w.invoke(createResource, await owner.actor(), { name, type: 'Linux', accounts: [{ username: 'root' }] })).id;
const group = async (
  owner: Person,
  name: string,
  kind: 'static' | 'criteria',
  resources: string[] = [],
): Promise<string> => {
  const [row] = await w.sql<{ id: string }>(
    `insert into strongroom.resource_group (id, organisation_id, number, name, kind, owner_id) values (gen_random_uuid(), $1, $2, $3, $4, $5) returning id`,
    [w.organisationId, ++made + 5000, name, kind, owner.id],
  );
  for (const id of resources)
    await w.sql(
      'insert into strongroom.resource_group_member (organisation_id, group_id, resource_id) values ($1, $2, $3)',
      [w.organisationId, row?.id, id],
    );
  return row?.id ?? '';
};
const share = (id: string, to: Person, permission: 'view' | 'manage') =>
  w.invoke(shareResource, keeper, {
    resourceId: id as never,
    set: [{ to: { kind: 'user', id: to.id as never }, permission }],
  });
const hold = async (who: Person, id: string): Promise<string> =>
  w.invoke(readResource, await who.actor(), { resourceId: id as never }).then(
    (one) => one.hold,
    (error: unknown) => (error as { code: string }).code,
  );
const give = async (who: Person, id: string, to: Person): Promise<string> =>
  code(w.invoke(transferResource, await who.actor(), { resourceId: id as never, toUserId: to.id as never }));

describe('ownership is handed over [SHR-05]', () => {
  describe('giving a resource away', () => {
    it('takes it from the old owner, keeps its shares, and drops the one the new owner had', async () => {
      const id = await resource(w.people.keeper);
      await share(id, reader, 'view');
      await share(id, ann, 'view');
      expect(await give(w.people.keeper, id, ann)).toBe('done');
      expect([await hold(w.people.keeper, id), await hold(ann, id), await hold(reader, id)]).toEqual([
        'not-found',
        'owner',
        'view',
      ]);
      const shares = await w.sql('select 1 from strongroom.share where resource_id = $1', [id]);
      expect(shares.length).toBe(1);
      const event = (await w.audit('resource.transfer')).at(-1);
      expect(event).toMatchObject({ object_id: id, details: { 'owner was': 'keeper', 'owner is': 'ann' } });
    });

    it('is for the owner and for super administrators, not for whoever manages, and goes only to who can look after it', async () => {
      const id = await resource(w.people.keeper);
      await share(id, ann, 'manage');
      expect(await give(ann, id, ann)).toBe('not-found');
      expect(await give(w.people.admin, id, w.people.admin)).toBe('not-found');
      expect(await give(w.people.keeper, id, w.people.keeper)).toBe('input-invalid');
      expect(await give(w.people.keeper, id, reader)).toBe('input-invalid');
      expect(await give(w.people.keeper, id, w.people.foreign)).toBe('not-found');
      const gone = await w.add({ username: 'gone', role: 'password-administrator' });
      await w.sql(`update strongroom.app_user set state = 'disabled' where id = $1`, [gone.id]);
      expect(await give(w.people.keeper, id, gone)).toBe('input-invalid');
      expect(await hold(w.people.keeper, id)).toBe('owner');
      expect(await give(w.people.boss, id, w.people.admin)).toBe('done');
      expect(await hold(w.people.keeper, id)).toBe('not-found');
    });
  });

  describe('giving a group away', () => {
    const giveGroup = async (id: string, to: Person): Promise<string> =>
      code(w.invoke(transferGroup, keeper, { groupId: id as never, toUserId: to.id as never }));

    it('moves a static group out of the old owner’s tree, and leaves what is in it to its owners', async () => {
      const inside = await resource(w.people.keeper);
      const [id, parent, below] = [
        await group(w.people.keeper, 'servers', 'static', [inside]),
        await group(w.people.keeper, 'above', 'static'),
        await group(w.people.keeper, 'below', 'static'),
      ];
      await w.sql('update strongroom.resource_group set parent_id = $2 where id = $1', [id, parent]);
      await w.sql('update strongroom.resource_group set parent_id = $2 where id = $1', [below, id]);
      expect(await giveGroup(id, ann)).toBe('done');
      const rows = await w.sql('select id, owner_id, parent_id from strongroom.resource_group where id = any($1)', [
        [id, below],
      ]);
      expect(rows).toEqual(
        expect.arrayContaining([
          { id, owner_id: ann.id, parent_id: null },
          { id: below, owner_id: w.people.keeper.id, parent_id: parent },
        ]),
      );
      expect(await hold(w.people.keeper, inside)).toBe('owner');
      expect(await hold(ann, inside)).toBe('not-found');
    });

    it('refuses a group by criteria, and a name that the new owner has', async () => {
      expect(await giveGroup(await group(w.people.keeper, 'gathering', 'criteria'), ann)).toBe('by-criteria');
      await group(ann, 'Mail', 'static');
      expect(await giveGroup(await group(w.people.keeper, 'mail', 'static'), ann)).toBe('name-taken');
    });
  });

  describe('giving away everything a user owns', () => {
    const everything = async (who: Person, from: Person, to: Person, dryRun = false) =>
      w.invoke(transferEverything, await who.actor(), { userId: from.id as never, toUserId: to.id as never, dryRun });

    it('says how much it is first, and then does it whole, with an event for each thing', async () => {
      const leaver = await w.add({ username: 'leaver', role: 'password-administrator' });
      const heir = await w.add({ username: 'heir', role: 'password-administrator' });
      const [one, two] = [await resource(leaver, 'leaver web'), await resource(leaver, 'leaver mail')];
      const theirs = await resource(heir, 'heir web');
      await group(leaver, 'own', 'static', [one]);
      await group(heir, 'Own', 'static');
      const gathering = await group(leaver, 'webs', 'criteria');
      await w.sql(
        `insert into strongroom.resource_criterion (organisation_id, group_id, n, field, operator, value) values ($1, $2, 1, 'name', 'contains', 'web')`,
        [w.organisationId, gathering],
      );
      await w.sql('select strongroom.gather_groups($1, array[$2::uuid])', [w.organisationId, gathering]);
      await w.sql(
        `insert into strongroom.share (id, organisation_id, group_id, user_id, permission, shared_by) values (gen_random_uuid(), $1, $2, $3, 'view', 'x')`,
        [w.organisationId, gathering, reader.id],
      );
      expect(await hold(reader, one)).toBe('view');
      const counted = {
        resources: 2,
        accounts: 2,
        groups: 2,
        criteriaGroups: 1,
        first: ['leaver mail', 'leaver web', 'own', 'webs'],
      };
      expect(await everything(w.people.boss, leaver, heir, true)).toEqual(counted);
      expect(await hold(leaver, one)).toBe('owner');
      expect(await w.audit('user.transfer')).toEqual([]);
      expect(await everything(w.people.boss, leaver, heir)).toEqual(counted);
      expect([await hold(leaver, one), await hold(heir, one), await hold(heir, two)]).toEqual([
        'not-found',
        'owner',
        'owner',
      ]);
      // What the group by criteria gave it still gives, and it gives nothing of the new owner's.
      expect([await hold(reader, one), await hold(reader, two), await hold(reader, theirs)]).toEqual([
        'view',
        'not-found',
        'not-found',
      ]);
      const groups = await w.sql<{ name: string; kind: string }>(
        'select name, kind from strongroom.resource_group where owner_id = $1 order by name',
        [heir.id],
      );
      expect(groups).toEqual([
        { name: 'Own', kind: 'static' },
        { name: expect.stringMatching(/^own \(leaver \d+\)$/) as string, kind: 'static' },
        { name: 'webs', kind: 'static' },
      ]);
      const events = await w.audit('user.transfer');
      expect(events.map((event) => event.object_id).sort()).toEqual(
      [leaver.id, one, two, gathering, ...(await w.sql<{ id: string }>(`select id from strongroom.resource_group where owner_id = $1 and name like 'own (%'`, [heir.id])).map((row) => row.id)].sort(),
    ); // prettier-ignore
    });

    it('is no way for whoever manages users to come by passwords', async () => {
      const id = await resource(w.people.keeper);
      const take = (who: Person): Promise<string> => code(everything(who, w.people.keeper, who));
      expect(await take(w.people.admin)).toBe('not-yourself');
      expect(await hold(w.people.admin, id)).toBe('not-found');
      // Whose role may more than the asker's, is not touched; whose role manages no users, touches nobody.
      const [role] = await w.sql<{ id: string }>(
        `insert into strongroom.custom_role (id, organisation_id, name, permissions) values (gen_random_uuid(), $1, 'desk', '{manage-users}') returning id`,
        [w.organisationId],
      );
      const desk = await w.add({ username: 'desk' });
      await w.sql(`update strongroom.app_user set role = 'custom', custom_role_id = $2 where id = $1`, [
        desk.id,
        role?.id,
      ]);
      expect(await code(everything(desk, w.people.keeper, ann))).toBe('not-your-role');
      expect(await code(everything(w.people.keeper, ann, w.people.keeper))).toBe('not-your-role');
      expect(await code(everything(w.people.boss, w.people.foreign, ann))).toBe('not-found');
      expect(await code(everything(w.people.boss, w.people.keeper, w.people.foreign))).toBe('not-found');
      expect(await hold(w.people.keeper, id)).toBe('owner');
    });

    it('moves ten thousand resources in seconds', { timeout: 60_000 }, async () => {
      const many = await w.add({ username: 'many', role: 'password-administrator' });
      await w.sql(
        `insert into strongroom.resource (id, organisation_id, number, name, type, owner_id)
        select gen_random_uuid(), $1, 100000 + n, 'many-' || n, 'Linux', $2 from generate_series(1, 10000) n`,
        [w.organisationId, many.id],
      );
      const begun = performance.now();
      expect((await everything(w.people.boss, many, ann)).resources).toBe(10_000);
      expect(performance.now() - begun).toBeLessThan(20_000);
      expect((await w.invoke(listResources, await many.actor(), {})).total).toBe(0);
      const [events] = await w.sql<{ n: number }>(
        `select count(*)::int as n from strongroom.audit_event where action = 'user.transfer' and details ->> 'owner is' = 'ann'`,
      );
      expect(events?.n).toBe(10_001);
    });
  });
});

describe('what if', () => {
  it('answers as it would be, and leaves nothing behind', async () => {
    const id = await resource(w.people.keeper, 'supposed');
    const [account] = await w.sql<{ id: string }>('select id from strongroom.account where resource_id = $1', [id]);
    const boss = await w.people.boss.actor();
    const state = () =>
      w.sql(
        `select md5(string_agg(t::text, ',')) from (select * from strongroom.share) t union all select md5(string_agg(t::text, ',')) from (select * from strongroom.past) t
          union all select md5(string_agg(t::text, ',')) from (select * from strongroom.app_user order by id) t union all select count(*)::text from strongroom.user_group_member`,
      );
    const before = await state();
    const [team] = await w.sql<{ id: string }>(
      `insert into strongroom.user_group (id, organisation_id, number, name) values (gen_random_uuid(), $1, 77, 'team') returning id`,
      [w.organisationId],
    );
    const on = { kind: 'resource', id } as const;
    const toTeam = { kind: 'user-group', id: team?.id ?? '' } as never;
    const suppose = async (
      changes: object[],
      action = 'account.reveal',
    ): Promise<[boolean, boolean, string | undefined]> => {
      const said = await w.invoke(supposeAccess, boss, {
        userId: reader.id as never,
        action,
        objectId: account?.id ?? '',
        changes: changes as never,
      });
      return [said.before.allowed, said.after.allowed, said.after.derivation?.decidedBy];
    };
    const join = { do: 'join', userGroupId: team?.id, userId: reader.id };
    const sharing = { do: 'share', on, to: toTeam, permission: 'manage' };
    expect(await suppose([sharing])).toEqual([false, false, 'nothing']);
    expect(await suppose([sharing, join])).toEqual([false, true, 'resource-user-group']);
    expect(await suppose([sharing, join, { do: 'leave', userGroupId: team?.id, userId: reader.id }])).toEqual([
      false,
      false,
      'nothing',
    ]);
    expect(await suppose([sharing, join, { do: 'end-share', on, to: toTeam }])).toEqual([false, false, 'nothing']);
    // A narrower share of the account has the word over it.
    const narrower = {
      do: 'share',
      on: { kind: 'account', id: account?.id },
      to: { kind: 'user', id: reader.id },
      permission: 'view',
    };
    const role = { do: 'give-role', userId: reader.id, role: 'administrator' };
    expect(await suppose([sharing, join, role], 'account.update')).toEqual([false, true, 'resource-user-group']);
    expect(await suppose([sharing, join, role, narrower], 'account.update')).toEqual([false, false, 'account-user']);
    expect(await suppose([{ do: 'set-super-administrator', userId: reader.id, superAdministrator: true }])).toEqual([
      false,
      true,
      'super-administrator',
    ]);
    expect(await suppose([{ do: 'transfer', on, toUserId: reader.id }])).toEqual([false, true, 'ownership']);
    for (const change of [
      { do: 'join', userGroupId: team?.id, userId: w.people.foreign.id },
      { do: 'transfer', on, toUserId: w.people.foreign.id },
      { do: 'give-role', userId: reader.id, role: 'emperor' },
      { do: 'share', on: { kind: 'resource', id: w.people.foreign.id }, to: toTeam, permission: 'view' },
    ])
      expect(await code(suppose([change]))).toBe('not-found');
    expect(await state()).toEqual(before);
  });

  it('explains no future, and an unknown past as nothing', async () => {
    const id = await resource(w.people.keeper);
    const boss = await w.people.boss.actor();
    const ask = (at: string) =>
      w.invoke(explainAccess, boss, { userId: w.people.keeper.id as never, action: 'resource.read', objectId: id, at });
    expect(await code(ask('2099-01-01T00:00:00.000Z'))).toBe('input-invalid');
    expect(await ask('2020-01-01T00:00:00.000Z')).toMatchObject({ allowed: false, derivation: null });
  });
});
