import {
  changeCriteria,
  changeGroupMembers,
  createResource,
  createResourceGroup,
  deleteResourceGroup,
  listGroupMembers,
  listResourceGroups,
  moveResourceGroup,
  previewCriteria,
  readResourceGroup,
  updateResource,
  updateResourceGroup,
} from '@strongroom/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { world, type World } from '../../test/world.ts';
import type { Actor } from '../authorise/index.ts';
import { newId } from '../platform/random.ts';

let w: World;
let boss: Actor;
let keeper: Actor;
let admin: Actor;
let nobody: Actor;
beforeAll(async () => {
  w = await world();
  [boss, keeper, admin, nobody] = await Promise.all([
    w.people.boss.actor(),
    w.people.keeper.actor(),
    w.people.admin.actor(),
    w.people.nobody.actor(),
  ]);
});
afterAll(() => w.close());

let made = 0;
const unique = (name: string): string => `${name}-${(made += 1)}`;
const resource = async (actor: Actor, more: object = {}): Promise<string> =>
  (await w.invoke(createResource, actor, { name: unique('host'), type: 'Linux', ...more })).id;
const group = async (actor: Actor, more: object = {}): Promise<string> =>
  (await w.invoke(createResourceGroup, actor, { name: unique('group'), ...more })).id;
const share = (target: 'resource_id' | 'group_id', id: string, userId: string, permission: string): Promise<unknown> =>
  w.sql(
    `insert into strongroom.share (id, organisation_id, ${target}, user_id, permission, shared_by) values ($1, $2, $3, $4, $5, 'test')`,
    [newId(), w.organisationId, id, userId, permission],
  );
const read = (actor: Actor, groupId: string) => w.invoke(readResourceGroup, actor, { groupId: groupId as never });
const code = (error: unknown): unknown => (error as { code?: string }).code;
/** Makes a call as the keeper. Answers how many statements its work sent. */
async function counted(name: string, input: object): Promise<number> {
  let sent = 0;
  const endpoint = w.endpoints.find(({ call }) => call.name === name);
  const counting: typeof w.perform = (ask, work) =>
    w.perform(ask, (grant, facts, also) => {
      const db = grant.db.withPlugin({
        transformQuery: ({ node }) => ((sent += 1), node),
        transformResult: ({ result }) => Promise.resolve(result),
      });
      return work(Object.defineProperty(grant, 'db', { value: db }), facts, also);
    });
  await endpoint?.handle(counting, keeper, input, { startSession: () => undefined, endSession: () => undefined });
  return sent;
}

describe('a static group', () => {
  it('takes in what its maker manages, and nothing else: one id that is not shared ends all of it', async () => {
    const [own, managed, viewed, hidden] = await Promise.all([
      resource(keeper),
      resource(admin),
      resource(admin),
      resource(admin),
    ]);
    await share('resource_id', managed, w.people.keeper.id, 'manage');
    await share('resource_id', viewed, w.people.keeper.id, 'modify');
    const id = await group(keeper, { resourceIds: [own, managed] });
    expect(await read(keeper, id)).toMatchObject({
      members: 2,
      kind: 'static',
      hold: 'owner',
      shares: 0,
      criteria: null,
    });
    const change = (input: object) => w.invoke(changeGroupMembers, keeper, { groupId: id as never, ...input });
    const more = await resource(keeper);
    for (const refused of [viewed, hidden, newId(), await resource(await w.people.foreign.actor())]) {
      await expect(change({ add: [more, refused] }).catch(code)).resolves.toBe('not-found');
      await expect(
        w.invoke(createResourceGroup, keeper, { name: unique('g'), resourceIds: [more, refused] as never }).catch(code),
      ).resolves.toBe('not-found');
    }
    expect((await read(keeper, id)).members).toBe(2);
    expect(await change({ add: [more, own], remove: [managed, newId()] })).toEqual({ added: 1, removed: 1 });
    const { items } = await w.invoke(listGroupMembers, keeper, { groupId: id as never, sort: 'since' });
    expect(items.map((item) => item.id).sort()).toEqual([own, more].sort());
    const events = (await w.audit('resource-group.change-members')).filter(({ outcome }) => outcome === 'done');
    expect(events.map(({ object_id }) => object_id).sort()).toEqual([id, more, managed].sort());
  });

  it('takes ten thousand at once, with an event for each', { timeout: 60_000 }, async () => {
    await w.sql(
      `insert into strongroom.resource (id, organisation_id, number, name, type, owner_id)
       select gen_random_uuid(), $1, 100000 + x, 'many-' || x, 'Linux', $2 from generate_series(1, 10000) x`,
      [w.organisationId, w.people.keeper.id],
    );
    const ids = await w.sql<{ id: string }>(`select id from strongroom.resource where name like 'many-%'`);
    const id = await group(keeper);
    const sent = await counted('resource-group.change-members', { groupId: id, add: ids.map((row) => row.id) });
    expect(sent).toBeGreaterThan(2);
    expect(sent).toBeLessThanOrEqual(8);
    expect((await read(keeper, id)).members).toBe(10_000);
    const [events] = await w.sql<{ n: number }>(
      `select count(*)::int as n from strongroom.audit_event where details ->> 'put into' = (select name from strongroom.resource_group where id = $1)`,
      [id],
    );
    expect(events?.n).toBe(10_000);
    await w.sql(`delete from strongroom.resource where name like 'many-%'`);
  });

  it('counts and lists for its owner only what they still see', async () => {
    const lent = await resource(admin);
    await share('resource_id', lent, w.people.keeper.id, 'manage');
    const id = await group(keeper, { resourceIds: [lent, await resource(keeper)] });
    await w.sql('delete from strongroom.share where resource_id = $1', [lent]);
    expect((await read(keeper, id)).members).toBe(1);
    expect((await w.invoke(listGroupMembers, keeper, { groupId: id as never })).total).toBe(1);
    expect((await read(boss, id)).members).toBe(2);
  });
});

describe('a group by criteria', () => {
  it('has no members by hand, and follows every change at once', async () => {
    const department = unique('dept');
    const id = await group(keeper, {
      kind: 'criteria',
      criteria: [{ field: 'department', operator: 'equals', value: department }],
    });
    const one = await resource(keeper, { department: department.toUpperCase() });
    await resource(admin, { department });
    expect((await read(keeper, id)).members).toBe(1);
    await expect(
      w.invoke(changeGroupMembers, keeper, { groupId: id as never, add: [one] as never }).catch(code),
    ).resolves.toBe('by-criteria');
    await w.invoke(updateResource, keeper, { resourceId: one as never, department: 'elsewhere' });
    expect((await read(keeper, id)).members).toBe(0);
    const changed = await w.invoke(changeCriteria, keeper, {
      groupId: id as never,
      match: 'any',
      criteria: [
        { field: 'department', operator: 'starts', value: 'else' },
        { field: 'name', operator: 'ends', value: 'no such' },
      ],
    });
    expect(changed).toMatchObject({ members: 1, match: 'any', criteria: [{ value: 'else' }, { value: 'no such' }] });
  });

  it('previews exactly what it would hold: one’s own, for a super administrator all, for a group its owner’s', async () => {
    const department = unique('dept');
    await resource(keeper, { department });
    await resource(admin, { department });
    const criteria = [{ field: 'department', operator: 'equals', value: department }] as const;
    const preview = async (actor: Actor, groupId?: string): Promise<number> =>
      (
        await w.invoke(previewCriteria, actor, {
          criteria: [...criteria],
          ...(groupId ? { groupId: groupId as never } : {}),
        })
      ).total;
    expect([await preview(keeper), await preview(admin), await preview(boss)]).toEqual([1, 1, 2]);
    const mine = await group(keeper, { kind: 'criteria', criteria });
    const wide = await group(boss, { kind: 'criteria', criteria });
    expect([await preview(boss, mine), await preview(boss, wide), await preview(keeper, mine)]).toEqual([1, 2, 1]);
    expect([(await read(keeper, mine)).members, (await read(boss, wide)).members]).toEqual([1, 2]);
    // Whoever merely manages a group does not learn what else its owner has.
    await share('group_id', mine, w.people.admin.id, 'manage');
    await expect(preview(admin, mine).catch(code)).resolves.toBe('not-found');
    await expect(preview(admin, newId()).catch(code)).resolves.toBe('not-found');
    await expect(preview(nobody).catch(code)).resolves.toBe('not-your-role');
  });

  it('is changed in what it gathers by its owner only: a manager could else reach the owner’s other resources', async () => {
    const id = await group(keeper, {
      kind: 'criteria',
      criteria: [{ field: 'name', operator: 'equals', value: 'none' }],
    });
    await share('group_id', id, w.people.admin.id, 'manage');
    const everything = {
      groupId: id as never,
      criteria: [{ field: 'name' as const, operator: 'not-equals' as const, value: 'none' }],
    };
    await expect(w.invoke(changeCriteria, admin, everything).catch(code)).resolves.toBe('not-found');
    expect(
      (await w.invoke(updateResourceGroup, admin, { groupId: id as never, description: 'theirs' })).can,
    ).not.toContain('resource-group.change-criteria');
    expect((await w.invoke(changeCriteria, boss, everything)).members).toBeGreaterThan(0);
  });

  it('refuses fields of others, sealed fields, and criteria that say nothing', async () => {
    const [password, account, foreign] = [newId(), newId(), newId()];
    const field = (id: string, organisation: string, belongsTo: string, kind: string) =>
      w.sql(
        `insert into strongroom.custom_field (id, organisation_id, belongs_to, slot, name, kind) values ($1, $2, $3, 7, $1::uuid::text, $4)`,
        [id, organisation, belongsTo, kind],
      );
    await field(password, w.organisationId, 'resource', 'password');
    await field(account, w.organisationId, 'account', 'text');
    await field(foreign, w.otherOrganisationId, 'resource', 'text');
    for (const fieldId of [password, account, foreign, newId()])
      await expect(
        w
          .invoke(previewCriteria, keeper, {
            criteria: [{ field: 'resource-field', fieldId: fieldId as never, operator: 'contains', value: 'a' }],
          })
          .catch(code),
      ).resolves.toBe('input-invalid');
    for (const wrong of [
      [],
      [{ field: 'name', operator: 'contains', value: '' }],
      [{ field: 'name', fieldId: account, operator: 'contains', value: 'a' }],
      [{ field: 'account-field', operator: 'contains', value: 'a' }],
    ])
      await expect(w.invoke(previewCriteria, keeper, { criteria: wrong as never }).catch(code)).resolves.toBe(
        'input-invalid',
      );
    expect(
      (
        await w.invoke(previewCriteria, keeper, {
          criteria: [{ field: 'account-field', fieldId: account as never, operator: 'equals', value: 'x' }],
        })
      ).total,
    ).toBe(0);
  });
});

describe('what is seen of groups', () => {
  it('is what one owns or is shared; names, ids, parents and counts of others are not told', async () => {
    const parent = await group(keeper);
    const child = await group(keeper, { parentId: parent });
    const other = await group(admin);
    await share('group_id', child, w.people.nobody.id, 'view');
    const { items } = await w.invoke(listResourceGroups, nobody, {});
    expect(items.map((item) => [item.id, item.parentId, item.hold, item.shares, item.can])).toEqual([
      [child, null, 'view', null, []],
    ]);
    expect((await read(keeper, child)).parentId).toBe(parent);
    for (const hidden of [parent, other, newId()])
      await expect(read(nobody, hidden).catch(code)).resolves.toBe('not-found');
    const all = (await w.invoke(listResourceGroups, boss, { limit: 500 })).items.map((item) => item.id);
    expect(all).toEqual(expect.arrayContaining([parent, child, other]));
    expect((await w.invoke(listResourceGroups, await w.people.foreign.actor(), {})).total).toBe(0);
    await w.sql(`delete from strongroom.share where group_id = $1`, [child]);
    await expect(read(nobody, child).catch(code)).resolves.toBe('not-found');
  });

  it('finds the groups of a resource for whoever sees the resource', async () => {
    const one = await resource(keeper);
    const id = await group(keeper, { resourceIds: [one] });
    const without = await group(keeper);
    const found = await w.invoke(listResourceGroups, keeper, { resourceId: one as never });
    const ids = found.items.map((item) => item.id as string);
    expect([ids.includes(id), ids.includes(without)]).toEqual([true, false]);
    await expect(w.invoke(listResourceGroups, nobody, { resourceId: one as never }).catch(code)).resolves.toBe(
      'not-found',
    );
  });

  it('costs no more statements for many groups than for a few', async () => {
    for (let n = 0; n < 30; n += 1)
      await group(
        keeper,
        n % 2 ? {} : { kind: 'criteria', criteria: [{ field: 'name', operator: 'equals', value: 'x' }] },
      );
    const statements = (limit: number): Promise<number> => counted('resource-group.list', { limit });
    expect(await statements(2)).toBeGreaterThan(1);
    expect(await statements(100)).toBeLessThanOrEqual(6);
  });
});

describe('changing groups', () => {
  it('keeps names apart for each owner, and versions honest', async () => {
    const name = unique('same');
    const id = await group(keeper, { name });
    await group(admin, { name });
    await expect(group(keeper, { name: name.toUpperCase() }).catch(code)).resolves.toBe('name-taken');
    const { version } = await read(keeper, id);
    await w.invoke(updateResourceGroup, keeper, { groupId: id as never, version, description: 'first' });
    await expect(
      w.invoke(updateResourceGroup, keeper, { groupId: id as never, version, description: 'second' }).catch(code),
    ).resolves.toBe('changed-meanwhile');
    const numbers = await w.sql<{ number: number }>(
      'select number from strongroom.resource_group where organisation_id = $1',
      [w.organisationId],
    );
    expect(new Set(numbers.map((row) => row.number)).size).toBe(numbers.length);
  });

  it('moves within its owner’s tree only, never below itself, and gives nothing on', async () => {
    const [a, b, c] = [await group(keeper), await group(keeper), await group(keeper)];
    const move = (actor: Actor, groupId: string, parentId: string | null) =>
      w.invoke(moveResourceGroup, actor, { groupId: groupId as never, parentId: parentId as never });
    await move(keeper, b, a);
    await move(keeper, c, b);
    for (const below of [a, b, c]) await expect(move(keeper, a, below).catch(code)).resolves.toBe('input-invalid');
    const foreign = await group(admin);
    await expect(move(keeper, a, foreign).catch(code)).resolves.toBe('not-found');
    await expect(move(boss, a, foreign).catch(code)).resolves.toBe('input-invalid');
    await expect(group(boss, { parentId: a }).catch(code)).resolves.toBe('input-invalid');
    await share('group_id', a, w.people.nobody.id, 'view');
    await expect(read(nobody, b).catch(code)).resolves.toBe('not-found');
    await w.invoke(deleteResourceGroup, keeper, { groupId: b as never });
    expect((await read(keeper, c)).parentId).toBe(a);
  });

  it('two moves at once that would make a circle together: one is refused', async () => {
    for (let n = 0; n < 5; n += 1) {
      const [a, b] = [await group(keeper), await group(keeper)];
      const move = (groupId: string, parentId: string) =>
        w
          .invoke(moveResourceGroup, keeper, { groupId: groupId as never, parentId: parentId as never })
          .then(() => 'done', code);
      expect((await Promise.all([move(a, b), move(b, a)])).sort()).toEqual(['done', 'input-invalid']);
    }
  });

  it('is for whoever holds enough, and whose role may', async () => {
    const id = await group(keeper);
    await share('group_id', id, w.people.admin.id, 'manage');
    await share('group_id', id, w.people.nobody.id, 'manage');
    expect((await w.invoke(updateResourceGroup, admin, { groupId: id as never, description: 'x' })).hold).toBe(
      'manage',
    );
    await expect(
      w.invoke(updateResourceGroup, nobody, { groupId: id as never, description: 'y' }).catch(code),
    ).resolves.toBe('not-your-role');
    for (const actor of [admin, nobody]) {
      await expect(w.invoke(deleteResourceGroup, actor, { groupId: id as never }).catch(code)).resolves.toBe(
        'not-found',
      );
      await expect(
        w.invoke(moveResourceGroup, actor, { groupId: id as never, parentId: null }).catch(code),
      ).resolves.toBe('not-found');
    }
    await w.invoke(deleteResourceGroup, boss, { groupId: id as never });
    await expect(read(keeper, id).catch(code)).resolves.toBe('not-found');
  });
});
