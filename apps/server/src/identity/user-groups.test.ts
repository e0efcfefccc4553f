import {
  changeUserGroupMembers,
  createResource,
  createUserGroup,
  deleteUserGroup,
  listAccounts,
  listPrincipals,
  listUserGroupMembers,
  listUserGroups,
  listUsers,
  readMe,
  readUserGroup,
  revealAccount,
  updateUserGroup,
  type Restrictions,
} from '@strongroom/contract';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { world, type Person, type World } from '../../test/world.ts';
import type { Actor } from '../authorise/index.ts';
import { restrictionsOf, ungrouped } from './restrictions.ts';

let w: World;
let admin: Actor;
let n = 0;

beforeAll(async () => {
  w = await world();
  admin = await w.people.admin.actor();
});
afterAll(() => w.close());

const group = (name = `group ${++n}`, more = {}) => w.invoke(createUserGroup, admin, { name, ...more });
const members = (userGroupId: string, change: { add?: readonly Person[]; remove?: readonly Person[] }) =>
  w.invoke(changeUserGroupMembers, admin, {
    userGroupId: userGroupId as never,
    add: (change.add ?? []).map((one) => one.id as never),
    remove: (change.remove ?? []).map((one) => one.id as never),
  });

describe('user groups', () => {
  it('are made, changed by version and deleted, with each change in the trail', async () => {
    const made = await group('Linux team', { description: 'Nights too', exportPasswords: false });
    expect(made).toMatchObject({ ...ungrouped, exportPasswords: false, members: 0, version: 1 });
    const id = { userGroupId: made.id };
    await expect(group('LINUX team')).rejects.toMatchObject({ code: 'name-taken' });
    const changed = await w.invoke(updateUserGroup, admin, { ...id, version: 1, name: 'Linux', ticketExempt: true });
    expect(changed).toMatchObject({ name: 'Linux', ticketExempt: true, exportPasswords: false, version: 2 });
    expect((await w.audit('user-group.update')).at(-1)?.details).toEqual({
      'name was': 'Linux team',
      'name is': 'Linux',
      'ticketExempt was': 'false',
      'ticketExempt is': 'true',
    });
    await expect(w.invoke(updateUserGroup, admin, { ...id, version: 1, name: 'x' })).rejects.toMatchObject({
      code: 'changed-meanwhile',
    });
    expect((await w.invoke(listUserGroups, admin, { search: 'NIGHTS' })).items.map((one) => one.id)).toEqual([made.id]);
    await w.invoke(deleteUserGroup, admin, id);
    await expect(w.invoke(readUserGroup, admin, id)).rejects.toMatchObject({ code: 'not-found' });
  });

  it('take many in at once, one event for each, and pass over who is in already', async () => {
    const made = await group();
    const many = await Promise.all(Array.from({ length: 30 }, (_, i) => w.add({ username: `many.${++n}.${i}` })));
    expect(await members(made.id, { add: many })).toMatchObject({ added: 30, removed: 0, group: { members: 30 } });
    expect(await members(made.id, { add: many.slice(0, 3), remove: many.slice(3, 5) })).toMatchObject({
      added: 0,
      removed: 2,
      group: { members: 28 },
    });
    const events = (await w.audit('user-group.change-members')).map((row) => row.object_id);
    for (const one of many) expect(events).toContain(one.id);
    const page = await w.invoke(listUserGroupMembers, admin, { userGroupId: made.id, limit: 5 });
    expect([page.items.length, page.total, page.nextCursor !== null]).toEqual([5, 28, true]);
    const others = await w.invoke(listUserGroupMembers, admin, {
      userGroupId: made.id,
      others: true,
      search: many[3]?.username ?? '',
    });
    expect(others.items.map((one) => [one.id, one.since])).toEqual([[many[3]?.id, null]]);
    expect((await w.invoke(listUsers, admin, { userGroupId: made.id, limit: 500 })).total).toBe(28);
    // Somebody of another organisation is nobody, and takes the others' change down with them.
    await expect(members(made.id, { add: [many[3]!, w.people.foreign] })).rejects.toMatchObject({ code: 'not-found' });
    await expect(members(made.id, { add: [many[3]!], remove: [many[3]!] })).rejects.toMatchObject({
      code: 'input-invalid',
    });
    expect((await w.invoke(readUserGroup, admin, { userGroupId: made.id })).members).toBe(28);
  });

  it('give what is shared with them to members at once, and take it at once', async () => {
    const keeper = await w.people.keeper.actor();
    const resource = await w.invoke(createResource, keeper, {
      name: `host-${++n}`,
      type: 'Linux',
      accounts: [{ username: 'root', password: 'Shared-By-Group-11-!!' }],
    });
    const { items } = await w.invoke(listAccounts, keeper, { resourceId: resource.id });
    const accountId = items[0]?.id as never;
    const made = await group();
    await w.sql(
      `insert into strongroom.share (id, organisation_id, resource_id, user_group_id, permission, shared_by) values (gen_random_uuid(), $1, $2, $3, 'view', 'test')`,
      [w.organisationId, resource.id, made.id],
    );
    const one = await w.add({ username: `member.${++n}` });
    const actor = await one.actor();
    const reveal = () => w.invoke(revealAccount, actor, { accountId });
    const refused = { code: 'not-found' };
    await expect(reveal()).rejects.toMatchObject(refused);
    await members(made.id, { add: [one] });
    expect((await reveal()).password).toBe('Shared-By-Group-11-!!');
    await members(made.id, { remove: [one] });
    await expect(reveal()).rejects.toMatchObject(refused);
    await members(made.id, { add: [one] });
    await reveal();
    await w.invoke(deleteUserGroup, admin, { userGroupId: made.id });
    await expect(reveal()).rejects.toMatchObject(refused);
    expect(await w.sql('select 1 from strongroom.share where user_group_id = $1', [made.id])).toEqual([]);
  });

  it('are seen by who manages users; everybody else sees their own alone', async () => {
    const [mine, other] = [await group(), await group()];
    await members(mine.id, { add: [w.people.nobody] });
    const nobody = await w.people.nobody.actor();
    const seen = await w.invoke(listUserGroups, nobody, { limit: 500 });
    expect(seen.items.map((one) => [one.id, one.can])).toEqual([[mine.id, []]]);
    expect((await w.invoke(listUserGroups, nobody, { search: other.name })).total).toBe(0);
    const userId = w.people.nobody.id as never;
    expect((await w.invoke(listUserGroups, admin, { userId })).items.map((one) => one.id)).toEqual([mine.id]);
    expect((await w.invoke(listUserGroups, nobody, { userId })).total).toBe(1);
    await expect(w.invoke(listUserGroups, nobody, { userId: w.people.admin.id as never })).rejects.toMatchObject({
      code: 'not-your-role',
    });
    await expect(w.invoke(listUserGroups, admin, { userId: w.people.foreign.id as never })).rejects.toMatchObject({
      code: 'not-found',
    });
    const foreign = await w.people.foreign.actor();
    await expect(w.invoke(readUserGroup, foreign, { userGroupId: mine.id })).rejects.toMatchObject({
      code: 'not-found',
    });
    await expect(w.invoke(listUsers, foreign, { userGroupId: mine.id })).rejects.toMatchObject({ code: 'not-found' });
  });
});

describe('settings of user groups', () => {
  it('leave a user the least of all their groups, whatever the groups and their order', async () => {
    const names = Object.keys(ungrouped) as (keyof Restrictions)[];
    const settings = fc.record(
      Object.fromEntries(names.map((name) => [name, fc.boolean()])) as never,
    ) as fc.Arbitrary<Restrictions>;
    await fc.assert(
      fc.asyncProperty(fc.array(settings, { maxLength: 4 }), async (groups) => {
        const user = await w.add({ username: `least.${++n}` });
        for (const one of groups) await members((await group(undefined, one)).id, { add: [user] });
        const read = await w.database.asOrganisation(w.organisationId, (db) => restrictionsOf(db, user.id));
        // Told another way: a setting that widens needs a group at all, one that narrows needs a group that does.
        for (const name of names) {
          const refusing = groups.filter((one) => !one[name]).length;
          const widens = name === 'manageCriteriaShares' || name === 'ticketExempt';
          expect([name, read[name]]).toEqual([name, widens ? groups.length > 0 && refusing === 0 : refusing === 0]);
        }
      }),
      { numRuns: 25 },
    );
  });

  it('are felt with the next call: what one may stands in the session, and a ticket is asked for or not', async () => {
    const keeper = await w.people.keeper.actor();
    const resource = await w.invoke(createResource, keeper, {
      name: `host-${++n}`,
      type: 'Linux',
      accounts: [{ username: 'root', password: 'Shared-By-Group-11-!!' }],
    });
    const { items } = await w.invoke(listAccounts, keeper, { resourceId: resource.id });
    await w.sql(`insert into strongroom.setting (organisation_id, name, value) values ($1, 'ticketToReveal', 'true')`, [
      w.organisationId,
    ]);
    const reveal = () => w.invoke(revealAccount, keeper, { accountId: items[0]?.id as never });
    const [loose, tight] = [await group(undefined, { ticketExempt: true, exportOffline: false }), await group()];
    await expect(reveal()).rejects.toMatchObject({ code: 'ticket-required' });
    await members(loose.id, { add: [w.people.keeper] });
    await reveal();
    expect((await w.invoke(readMe, keeper, {})).permits).toEqual({
      ...ungrouped,
      ticketExempt: true,
      exportOffline: false,
    });
    await members(tight.id, { add: [w.people.keeper] });
    await expect(reveal()).rejects.toMatchObject({ code: 'ticket-required' });
    await w.invoke(updateUserGroup, admin, { userGroupId: tight.id, ticketExempt: true });
    await reveal();
    await members(loose.id, { remove: [w.people.keeper] });
    await members(tight.id, { remove: [w.people.keeper] });
    expect((await w.invoke(readMe, keeper, {})).permits).toEqual(ungrouped);
  });
});

describe('whom to share with', () => {
  it('are users and groups by any of their text, twenty at a time, disabled ones left out', async () => {
    const keeper = await w.people.keeper.actor();
    const team = await group('Zebra keepers');
    await w.add({ username: 'zeb.active', fullName: 'Zebra One', email: 'z1@example.org' });
    const off = await w.add({ username: 'zeb.off', fullName: 'Zebra Two' });
    await w.sql(`update strongroom.app_user set state = 'disabled' where id = $1`, [off.id]);
    const found = await w.invoke(listPrincipals, keeper, { search: 'zeBRA' });
    expect(found.items.map(({ kind, name, detail, state }) => ({ kind, name, detail, state }))).toEqual(
      [
        { kind: 'user-group', name: 'Zebra keepers', detail: '0', state: null },
        { kind: 'user', name: 'Zebra One', detail: 'zeb.active · z1@example.org', state: 'active' },
      ].sort((a, b) => a.name.localeCompare(b.name)),
    );
    expect((await w.invoke(listPrincipals, keeper, { search: 'zebra', kind: 'user-group' })).items).toMatchObject([
      { id: team.id },
    ]);
    const all = await w.invoke(listPrincipals, keeper, {});
    expect([all.items.length, all.more]).toEqual([20, true]);
    expect((await w.invoke(listPrincipals, await w.people.foreign.actor(), { search: 'zebra' })).items).toEqual([]);
    await expect(w.invoke(listPrincipals, await w.people.nobody.actor(), {})).rejects.toMatchObject({
      code: 'not-your-role',
    });
  });
});
