import {
  createResource,
  listAccounts,
  listAccountShares,
  listGroupShares,
  listResources,
  listResourceShares,
  previewResourceShares,
  readAccount,
  readResource,
  revealAccount,
  shareAccount,
  shareGroup,
  shareResource,
  type Permission,
} from '@strongroom/contract';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { world, type Person, type World } from '../../test/world.ts';
import type { Actor } from '../authorise/index.ts';
import { connect } from '../platform/db.ts';
import { performer } from '../authorise/index.ts';

let w: World;
let keeper: Actor;
let ann: Person;
let ben: Person;
let other: Person;
let team: string;
let crew: string;
let resourceId: string;
let root: string;
let web: string;
let made = 0;

/** Groups of users and of resources are other modules': their rows are written here as they stand. */
const userGroup = async (name: string, members: readonly Person[], permits = false): Promise<string> => {
  const [row] = await w.sql<{ id: string }>(
    `insert into strongroom.user_group (id, organisation_id, number, name, manage_criteria_shares)
      values (gen_random_uuid(), $1, $2, $3, $4) returning id`,
    [w.organisationId, ++made + 1000, name, permits],
  );
  for (const member of members)
    await w.sql(
      'insert into strongroom.user_group_member (organisation_id, user_group_id, user_id) values ($1, $2, $3)',
      [w.organisationId, row?.id, member.id],
    );
  return row?.id ?? '';
};
const resourceGroup = async (owner: Person, resources: readonly string[], criterion?: string): Promise<string> => {
  const n = ++made;
  const [row] = await w.sql<{ id: string }>(
    `insert into strongroom.resource_group (id, organisation_id, number, name, kind, owner_id)
      values (gen_random_uuid(), $1, $2, $3, $4, $5) returning id`,
    [w.organisationId, n + 1000, `group-${n}`, criterion === undefined ? 'static' : 'criteria', owner.id],
  );
  for (const id of resources)
    await w.sql(
      'insert into strongroom.resource_group_member (organisation_id, group_id, resource_id) values ($1, $2, $3)',
      [w.organisationId, row?.id, id],
    );
  if (criterion !== undefined) {
    await w.sql(
      `insert into strongroom.resource_criterion (organisation_id, group_id, n, field, operator, value) values ($1, $2, 1, 'name', 'contains', $3)`,
      [w.organisationId, row?.id, criterion],
    );
    await w.sql('select strongroom.gather_groups($1, array[$2::uuid])', [w.organisationId, row?.id]);
  }
  return row?.id ?? '';
};
const user = (id: string) => ({ kind: 'user', id }) as never;
const group = (id: string) => ({ kind: 'user-group', id }) as never;
const set = (to: never, permission: Permission, more: object = {}) => ({ set: [{ to, permission, ...more }] });
const onResource = (difference: object) => ({ resourceId: resourceId as never, ...difference });
const onRoot = (difference: object) => ({ accountId: root as never, ...difference });
const reveal = async (who: Person, accountId = root): Promise<string> =>
  w.invoke(revealAccount, await who.actor(), { accountId: accountId as never }).then(
    ({ username }) => username,
    (error: unknown) => (error as { code: string }).code,
  );
const code = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'done',
    (error: unknown) => (error as { code: string }).code,
  );
const holds = async (who: Person): Promise<string> =>
  w.invoke(readResource, await who.actor(), { resourceId: resourceId as never }).then(
    ({ hold }) => hold,
    (error: unknown) => (error as { code: string }).code,
  );

beforeAll(async () => {
  w = await world();
  keeper = await w.people.keeper.actor();
  ann = await w.add({ username: 'ann', role: 'password-administrator' });
  ben = await w.add({ username: 'ben' });
  other = await w.add({ username: 'other', role: 'password-administrator' });
  team = await userGroup('team', [ann, ben]);
  crew = await userGroup('crew', [ben]);
});
beforeEach(async () => {
  const resource = await w.invoke(createResource, keeper, {
    name: `host-${++made}`,
    type: 'Linux',
    accounts: [{ username: 'root' }, { username: 'web' }],
  });
  resourceId = resource.id;
  const { items } = await w.invoke(listAccounts, keeper, { resourceId: resource.id });
  root = items.find((one) => one.username === 'root')?.id ?? '';
  web = items.find((one) => one.username === 'web')?.id ?? '';
});
afterAll(() => w.close());

describe('sharing', () => {
  it('gives an account, a resource or a group to users and to user groups, and takes it back with the next call', async () => {
    expect([await reveal(ben), await holds(ben)]).toEqual(['not-found', 'not-found']);
    await w.invoke(shareAccount, keeper, onRoot(set(user(ben.id), 'view')) as never);
    expect([await reveal(ben), await reveal(ben, web), await holds(ben)]).toEqual(['root', 'not-found', 'part']);
    await w.invoke(shareAccount, keeper, onRoot({ remove: [user(ben.id)] }) as never);
    expect(await reveal(ben)).toBe('not-found');
    await w.invoke(shareResource, keeper, onResource(set(group(crew), 'modify')));
    expect([await reveal(ben), await reveal(ben, web), await holds(ben), await holds(ann)]).toEqual([
      'root',
      'web',
      'modify',
      'not-found',
    ]);
    await w.invoke(shareResource, keeper, onResource({ remove: [group(crew)] }));
    const servers = await resourceGroup(w.people.keeper, [resourceId]);
    await w.invoke(shareGroup, keeper, { groupId: servers as never, ...set(group(team), 'manage') });
    expect([await holds(ann), await holds(ben)]).toEqual(['manage', 'manage']);
    // Whoever leaves the user group loses what it has.
    await w.sql('delete from strongroom.user_group_member where user_group_id = $1 and user_id = $2', [team, ben.id]);
    expect([await holds(ann), await holds(ben)]).toEqual(['manage', 'not-found']);
    await w.sql(
      'insert into strongroom.user_group_member (organisation_id, user_group_id, user_id) values ($1, $2, $3)',
      [w.organisationId, team, ben.id],
    );
  });

  it('takes a difference as a whole: one line that cannot be leaves all of it undone', async () => {
    const bad = {
      set: [
        { to: user(ben.id), permission: 'view' },
        { to: user(w.people.foreign.id), permission: 'view' },
      ],
    };
    expect(await code(w.invoke(shareResource, keeper, onResource(bad)))).toBe('not-found');
    expect(await holds(ben)).toBe('not-found');
    const good = {
      set: [
        { to: user(ben.id), permission: 'view' },
        { to: group(team), permission: 'modify' },
      ],
    };
    expect(await w.invoke(shareResource, keeper, onResource(good))).toEqual({ added: 2, changed: 0, removed: 0 });
    const change = {
      set: [
        { to: user(ben.id), permission: 'manage' },
        { to: group(team), permission: 'modify' },
      ],
    };
    expect(await w.invoke(shareResource, keeper, onResource(change))).toEqual({ added: 0, changed: 1, removed: 0 });
    const events = (await w.audit('resource.share')).slice(-2);
    expect(events.map((event) => [event.object_id, event.details])).toEqual(
      expect.arrayContaining([
        [resourceId, { added: '0', changed: '1', removed: '0' }],
        [ben.id, { change: 'changed', permission: 'manage', was: 'view' }],
      ]),
    );
  });

  it.each([
    ['oneself', () => set(user(ann.id), 'view'), 'input-invalid'],
    ['the owner', () => set(user(w.people.keeper.id), 'view'), 'input-invalid'],
    ['somebody twice', () => ({ ...set(user(ben.id), 'view'), remove: [user(ben.id)] }), 'input-invalid'],
    ['nobody at all', () => set(user('01990000-0000-7000-8000-000000000001'), 'view'), 'not-found'],
    ['somebody of another organisation', () => set(user(w.people.foreign.id), 'view'), 'not-found'],
    ['a user group under the id of a user', () => set(group(ben.id), 'view'), 'not-found'],
    [
      'with an end that is past',
      () => set(user(ben.id), 'view', { until: '2020-01-01T00:00:00.000Z' }),
      'input-invalid',
    ],
    [
      'with an end before its beginning',
      () => set(user(ben.id), 'view', { from: '2099-01-02T00:00:00.000Z', until: '2099-01-01T00:00:00.000Z' }),
      'input-invalid',
    ],
  ])('with %s is refused', async (_, difference, expected) => {
    await w.invoke(shareResource, keeper, onResource(set(user(ann.id), 'manage')));
    expect(await code(w.invoke(shareResource, await ann.actor(), onResource(difference())))).toBe(expected);
    expect(await code(w.invoke(previewResourceShares, await ann.actor(), onResource(difference())))).toBe(expected);
    expect(await holds(ben)).toBe('not-found');
  });

  it('has no ‘manage’ for an account', async () => {
    expect(await code(w.invoke(shareAccount, keeper, onRoot(set(user(ben.id), 'manage')) as never))).toBe(
      'input-invalid',
    );
    await expect(
      w.sql(
        `insert into strongroom.share (id, organisation_id, account_id, user_id, permission, shared_by) values (gen_random_uuid(), $1, $2, $3, 'manage', 'x')`,
        [w.organisationId, root, ben.id],
      ),
    ).rejects.toThrow(/check/);
  });

  it('is for the owner and whoever manages, and for nobody else', async () => {
    const tries = async (who: Person): Promise<string[]> => {
      const actor = await who.actor();
      return Promise.all([
        code(w.invoke(shareResource, actor, onResource(set(user(other.id), 'view')))),
        code(w.invoke(listResourceShares, actor, { resourceId: resourceId as never })),
        code(w.invoke(previewResourceShares, actor, onResource(set(user(other.id), 'view')))),
        code(w.invoke(listAccountShares, actor, { accountId: root as never })),
      ]);
    };
    // Not even an administrator, to whom nothing is shared.
    expect(await tries(w.people.admin)).toEqual(Array(4).fill('not-found'));
    await w.invoke(shareResource, keeper, onResource(set(user(ann.id), 'modify')));
    expect(await tries(ann)).toEqual(Array(4).fill('not-found'));
    await w.invoke(shareResource, keeper, onResource(set(user(ann.id), 'manage')));
    expect(await tries(ann)).toEqual(Array(4).fill('done'));
    // A role that shares nothing does not, whatever is shared with it.
    await w.invoke(shareResource, keeper, onResource(set(user(ben.id), 'manage')));
    expect(await tries(ben)).toEqual(Array(4).fill('not-your-role'));
  });

  it('hands on everything with ‘manage’, sharing included [SHR-03]', async () => {
    await w.invoke(shareResource, keeper, onResource(set(user(ann.id), 'manage')));
    await w.invoke(shareResource, await ann.actor(), onResource(set(user(other.id), 'manage')));
    expect(await holds(other)).toBe('manage');
    await w.invoke(shareResource, await other.actor(), onResource({ remove: [user(ann.id)] }));
    expect(await holds(ann)).toBe('not-found');
    // ‘Manage’ on a group by criteria only by whoever all of their user groups permit it to.
    const gathered = await resourceGroup(w.people.keeper, [], `host-${made}`);
    const share = (permission: Permission, to = ben): Promise<string> =>
      code(w.invoke(shareGroup, keeper, { groupId: gathered as never, ...set(user(to.id), permission) }));
    expect([await share('manage'), await share('modify')]).toEqual(['not-your-role', 'done']);
    await userGroup(`trusted-${made}`, [w.people.keeper], true);
    expect(await share('manage')).toBe('done');
    await userGroup(`careful-${made}`, [w.people.keeper]);
    expect(await share('manage', ann)).toBe('not-your-role');
    await w.sql('delete from strongroom.user_group_member where user_id = $1', [w.people.keeper.id]);
    const boss = await w.people.boss.actor();
    expect(await code(w.invoke(shareGroup, boss, { groupId: gathered as never, ...set(user(ann.id), 'manage') }))).toBe(
      'done',
    );
  });

  it('of a group gives nothing that whoever shares it could not give by itself', async () => {
    // The resource was given away, and is still in a group of its former owner.
    const kept = await resourceGroup(w.people.keeper, [resourceId]);
    await w.invoke(shareGroup, keeper, { groupId: kept as never, ...set(user(ann.id), 'view') });
    await w.sql('update strongroom.resource set owner_id = $2 where id = $1', [resourceId, w.people.admin.id]);
    const share = (permission: Permission, to: Person): Promise<string> =>
      code(w.invoke(shareGroup, keeper, { groupId: kept as never, ...set(user(to.id), permission) }));
    expect([await share('view', ben), await share('manage', ann)]).toEqual(['not-your-role', 'not-your-role']);
    expect([await holds(ben), await holds(ann)]).toEqual(['not-found', 'view']);
    // Taking away what was given, or some of it, is always possible.
    await w.invoke(shareGroup, keeper, {
      groupId: kept as never,
      ...set(user(ann.id), 'view', { until: '2099-01-01T00:00:00.000Z' }),
    });
    await w.invoke(shareGroup, keeper, { groupId: kept as never, remove: [user(ann.id)] });
    expect(await holds(ann)).toBe('not-found');
  });

  it('begins and ends by itself at the moments it was given [SHR-06]', async () => {
    const from = new Date(Date.now() + 700).toISOString();
    const until = new Date(Date.now() + 1500).toISOString();
    await w.invoke(shareAccount, keeper, onRoot(set(user(ben.id), 'view', { from, until })) as never);
    const state = async (): Promise<string | undefined> =>
      (await w.invoke(listAccountShares, keeper, { accountId: root as never })).items[0]?.state;
    const clock = async (): Promise<number> =>
      (await w.sql<{ at: Date }>('select clock_timestamp() as at'))[0]?.at.getTime() ?? 0;
    const seen: { asked: number; answered: number; answer: string }[] = [];
    const look = async (): Promise<string> => {
      const asked = await clock();
      const answer = await reveal(ben);
      seen.push({ asked, answered: await clock(), answer });
      return answer;
    };
    expect([await look(), await state()]).toEqual(['not-found', 'coming']);
    await expect.poll(look, { timeout: 5000, interval: 20 }).toBe('root');
    expect(await state()).toBe('in-force');
    await expect.poll(look, { timeout: 5000, interval: 20 }).toBe('not-found');
    expect(await state()).toBe('ended');
    // It was open at no look before its beginning or after its end, and shut at no look between, by the database's own clock.
    const open = seen.filter(({ answer }) => answer === 'root');
    expect(Math.min(...open.map(({ answered }) => answered))).toBeGreaterThanOrEqual(Date.parse(from));
    expect(Math.max(...open.map(({ asked }) => asked))).toBeLessThan(Date.parse(until));
    const shut = seen.find(({ asked, answer }) => asked > Date.parse(from) && answer !== 'root');
    expect(shut?.answered).toBeGreaterThanOrEqual(Date.parse(until));
  });

  it('with a group of three thousand is one row, and all of them have it', async () => {
    const big = await userGroup(`big-${made}`, []);
    await w.sql(
      `with u as (insert into strongroom.app_user (id, organisation_id, number, kind, username, full_name, role, state)
          select gen_random_uuid(), $1, 50000 + n, 'person', 'many-' || n, 'Many', 'password-user', 'active' from generate_series(1, 3000) n returning id)
        insert into strongroom.user_group_member (organisation_id, user_group_id, user_id) select $1, $2, id from u`,
      [w.organisationId, big],
    );
    const preview = await w.invoke(previewResourceShares, keeper, onResource(set(group(big), 'view')));
    expect([preview.added, preview.affected, preview.people.length]).toEqual([1, 3000, 200]);
    await w.invoke(shareResource, keeper, onResource(set(group(big), 'view')));
    const rows = await w.sql('select 1 from strongroom.share where target_id = $1', [resourceId]);
    expect(rows.length).toBe(1);
    const { items } = await w.invoke(listResourceShares, keeper, { resourceId: resourceId as never });
    expect(items[0]?.to).toMatchObject({ kind: 'user-group', members: 3000 });
  });
});

describe('the list of shares', () => {
  it('shows those that come from the resource and its groups, without naming groups that the asker does not see', async () => {
    const mine = await resourceGroup(w.people.keeper, [resourceId]);
    const theirs = await resourceGroup(w.people.admin, [resourceId]);
    await w.invoke(shareAccount, keeper, onRoot(set(user(ann.id), 'view')) as never);
    await w.invoke(shareResource, keeper, onResource(set(group(crew), 'modify')));
    for (const id of [mine, theirs])
      await w.sql(
        `insert into strongroom.share (id, organisation_id, group_id, user_id, permission, shared_by) values (gen_random_uuid(), $1, $2, $3, 'view', 'x')`,
        [w.organisationId, id, other.id],
      );
    const own = await w.invoke(listAccountShares, keeper, { accountId: root as never });
    expect(own.items.map((share) => [share.to.name, share.on.kind])).toEqual([['ann', 'account']]);
    const all = await w.invoke(listAccountShares, keeper, { accountId: root as never, inherited: true });
    expect(all.items.map((share) => [share.to.name, share.on.kind, share.on.name !== null])).toEqual([
      ['ann', 'account', true],
      ['crew', 'resource', true],
      ['other', 'resource-group', expect.any(Boolean)],
      ['other', 'resource-group', expect.any(Boolean)],
    ]);
    expect(all.items.filter((share) => share.on.id === mine)[0]?.on.name).toMatch(/^group-/);
    expect(all.items.filter((share) => share.on.id === theirs)[0]?.on.name).toBe(null);
    const found = await w.invoke(listGroupShares, keeper, { groupId: mine as never, search: 'OTH' });
    expect(found.total).toBe(1);
  });
});

describe('a preview', () => {
  it('says what would come of it for each person, and does nothing', async () => {
    await w.invoke(shareResource, keeper, onResource(set(group(team), 'view')));
    const before = await w.sql('select * from strongroom.share order by id');
    const past = await w.sql('select * from strongroom.past order by n');
    const difference = { set: [{ to: user(ben.id), permission: 'modify' }], remove: [group(team)] };
    const seen = await w.invoke(previewResourceShares, keeper, onResource(difference));
    expect(seen).toMatchObject({ added: 1, changed: 0, removed: 1, affected: 2, checked: null });
    expect(seen.people).toMatchObject([
      { username: 'ann', before: 'view', after: 'none' },
      { username: 'ben', before: 'view', after: 'modify' },
    ]);
    expect(await w.sql('select * from strongroom.share order by id')).toEqual(before);
    expect(await w.sql('select * from strongroom.past order by n')).toEqual(past);
    await w.invoke(shareResource, keeper, onResource(difference));
    expect([await holds(ann), await holds(ben)]).toEqual(['not-found', 'modify']);
  });

  it('answers for one person, with the share that decides, and with the difference already made', async () => {
    await w.invoke(shareResource, keeper, onResource(set(group(team), 'manage')));
    await w.invoke(shareAccount, keeper, onRoot(set(user(ben.id), 'view')) as never);
    const now = await w.invoke(previewResourceShares, keeper, onResource({ userId: ben.id as never }));
    expect(now.checked).toMatchObject({ before: 'manage', after: 'manage', why: { decidedBy: 'resource-user-group' } });
    const then = await w.invoke(
      previewResourceShares,
      keeper,
      onResource({ userId: ben.id as never, ...set(user(ben.id), 'view') }),
    );
    expect(then.checked).toMatchObject({ before: 'manage', after: 'view', why: { decidedBy: 'resource-user' } });
    expect(then.people).toMatchObject([{ username: 'ben', before: 'manage', after: 'view' }]);
    const unknown = onResource({ userId: w.people.foreign.id as never });
    expect(await code(w.invoke(previewResourceShares, keeper, unknown))).toBe('not-found');
  });
});

describe('a share taken away', () => {
  it('is gone for the very next call on another node of the same database, and was never kept anywhere', async () => {
    const second = connect(w.url, { max: 2 });
    try {
      const elsewhere = performer(second);
      const actor = await ben.actor();
      const read = (): Promise<string> =>
        code(elsewhere({ actor, action: 'account.reveal', objectId: root }, () => Promise.resolve()));
      for (let i = 0; i < 20; i++) {
        await w.invoke(shareAccount, keeper, onRoot(set(user(ben.id), 'view')) as never);
        expect(await read()).toBe('done');
        await w.invoke(shareAccount, keeper, onRoot({ remove: [user(ben.id)] }) as never);
        expect(await read()).toBe('not-found');
        await w.invoke(shareResource, keeper, onResource(set(group(crew), 'view')));
        expect(await read()).toBe('done');
        await w.sql('delete from strongroom.user_group_member where user_group_id = $1', [crew]);
        expect(await read()).toBe('not-found');
        await w.sql(
          'insert into strongroom.user_group_member (organisation_id, user_group_id, user_id) values ($1, $2, $3)',
          [w.organisationId, crew, ben.id],
        );
        await w.invoke(shareResource, keeper, onResource({ remove: [group(crew)] }));
      }
    } finally {
      await second.close();
    }
  });

  it('takes the resource out of every list too', async () => {
    const sees = async (): Promise<number> =>
      (await w.invoke(listResources, await ben.actor(), { search: `host-${made}` })).total;
    expect(await sees()).toBe(0);
    await w.invoke(shareResource, keeper, onResource(set(user(ben.id), 'view')));
    expect(await sees()).toBe(1);
    expect((await w.invoke(readAccount, await ben.actor(), { accountId: root as never })).can).not.toContain(
      'account.share',
    );
    await w.invoke(shareResource, keeper, onResource({ remove: [user(ben.id)] }));
    expect(await sees()).toBe(0);
  });
});
