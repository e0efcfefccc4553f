import {
  changeExplorer,
  createResource,
  createResourceGroup,
  deleteResourceGroup,
  readExplorer,
  readExplorerHistory,
  renameExplorerRoot,
  revertExplorer,
  type Explorer,
} from '@strongroom/contract';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
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
afterEach(async () => {
  for (const table of ['explorer_node', 'explorer_change', 'explorer_root', 'share', 'resource_group', 'resource'])
    await w.sql(`delete from strongroom.${table} where organisation_id = $1`, [w.organisationId]);
});

const code = (error: unknown): unknown => (error as { code?: string }).code;
const group = async (actor: Actor, name: string, more: object = {}): Promise<string> =>
  (await w.invoke(createResourceGroup, actor, { name, ...more })).id;
const share = (groupId: string, userId: string): Promise<unknown> =>
  w.sql(
    `insert into strongroom.share (id, organisation_id, group_id, user_id, permission, shared_by) values ($1, $2, $3, $4, 'view', 'test')`,
    [newId(), w.organisationId, groupId, userId],
  );
/** The nodes as lines, each indented below its parent. */
const drawn = ({ nodes }: Explorer): string[] => {
  const depth = new Map<string, number>();
  return nodes.map((node) => {
    const at = node.parentId === null ? 0 : (depth.get(node.parentId) ?? 0) + 1;
    depth.set(node.id, at);
    return `${'  '.repeat(at)}${node.name}`;
  });
};

describe('a tree for each owner', () => {
  it('has a root that can be renamed, and shows others what is shared, below the owner’s root; what is below is not shared with it [GRP-02]', async () => {
    const databases = await group(keeper, 'Databases');
    const oracle = await group(keeper, 'Oracle', { parentId: databases });
    const cluster = await group(keeper, 'Cluster 10', { parentId: oracle });
    await group(keeper, 'Cluster 9', { parentId: oracle });
    const own = await w.invoke(readExplorer, keeper, {});
    expect(own).toMatchObject({
      mode: 'owners',
      mayArrange: true,
      roots: [{ name: 'keeper’s Group', own: true, groups: 4 }],
    });
    expect(drawn(own)).toEqual(['Databases', '  Oracle', '    Cluster 9', '    Cluster 10']);
    await w.invoke(renameExplorerRoot, keeper, { name: 'Data centre' });
    await share(databases, w.people.nobody.id);
    await share(cluster, w.people.nobody.id);
    const seen = await w.invoke(readExplorer, nobody, {});
    // A password user has no tree of their own to arrange.
    expect(seen.mayArrange).toBe(false);
    expect(seen.roots).toEqual([
      { ownerId: w.people.keeper.id, ownerName: 'The keeper', name: 'Data centre', own: false, groups: 2 },
    ]);
    const theirs = await w.invoke(readExplorer, nobody, { ownerId: w.people.keeper.id as never });
    expect(drawn(theirs)).toEqual(['Databases', '  Cluster 10']);
    expect(theirs.nodes.map((node) => [node.groupId, node.can])).toEqual([
      [databases, []],
      [cluster, []],
    ]);
    expect((await w.invoke(readExplorer, admin, {})).roots.map((root) => root.name)).toEqual(['admin’s Group']);
    // A super administrator sees every tree.
    const all = await w.invoke(readExplorer, boss, {});
    expect(all.roots.map((root) => [root.name, root.groups])).toEqual([
      ['boss’s Group', 0],
      ['Data centre', 4],
    ]);
    expect(drawn(await w.invoke(readExplorer, boss, { ownerId: w.people.keeper.id as never }))).toHaveLength(4);
    await w.invoke(renameExplorerRoot, keeper, { name: '' });
    expect((await w.invoke(readExplorer, keeper, {})).roots[0]?.name).toBe('keeper’s Group');
    await expect(w.invoke(renameExplorerRoot, nobody, { name: 'x' }).catch(code)).resolves.toBe('not-your-role');
  });

  it('knows no common tree while the setting is off', async () => {
    const steps = [{ op: 'create' as const, name: 'x' }];
    await expect(w.invoke(changeExplorer, admin, { version: 0, steps }).catch(code)).resolves.toBe('not-that-state');
    await expect(w.invoke(revertExplorer, admin, { version: 0, to: 0 }).catch(code)).resolves.toBe('not-that-state');
  });
});

describe('one tree for everybody', () => {
  beforeEach(async () => {
    await w.sql(
      `insert into strongroom.setting (organisation_id, name, value) values ($1, 'globalExplorerTree', 'true')`,
      [w.organisationId],
    );
  });
  afterEach(() => w.sql(`delete from strongroom.setting where name = 'globalExplorerTree'`));

  const idOf = (tree: Explorer, name: string): never => tree.nodes.find((node) => node.name === name)?.id as never;
  const version = async (): Promise<number> => (await w.invoke(readExplorer, boss, {})).version;

  it('is arranged by administrators and seen by all; nodes that are not one’s own are empty', async () => {
    const machine = await w.invoke(createResource, keeper, { name: 'host', type: 'Linux' });
    const shared = await group(keeper, 'Shared', { resourceIds: [machine.id] });
    const hidden = await group(keeper, 'Secret project', { resourceIds: [machine.id] });
    await share(shared, w.people.nobody.id);
    const first = await w.invoke(changeExplorer, admin, { version: 0, steps: [{ op: 'create', name: 'Europe' }] });
    const europe = idOf(first, 'Europe');
    // Only whoever manages a group may show its name to everybody.
    for (const [actor, expected] of [
      [admin, 'not-found'],
      [nobody, 'not-your-role'],
    ] as const)
      await expect(
        w.invoke(changeExplorer, actor, { version: 1, steps: [{ op: 'place', groupId: shared as never }] }).catch(code),
      ).resolves.toBe(expected);
    await w.invoke(changeExplorer, keeper, {
      version: 1,
      steps: [
        { op: 'place', groupId: shared as never, parentId: europe },
        { op: 'place', groupId: hidden as never, parentId: europe, name: 'Other' },
        { op: 'create', name: 'Asia', position: 0 },
      ],
    });
    const seen = await w.invoke(readExplorer, nobody, {});
    expect(drawn(seen)).toEqual(['Asia', 'Europe', '  Shared', '  Other']);
    expect(seen).toMatchObject({ mode: 'organisation', version: 2, mayArrange: false, roots: [{ name: 'Here' }] });
    const told = JSON.stringify(seen);
    expect(told).not.toContain(hidden);
    expect(told).not.toContain('Secret project');
    expect(seen.nodes.map((node) => [node.name, node.empty, node.groupId !== null, node.members])).toEqual([
      ['Asia', true, false, 0],
      ['Europe', true, false, 0],
      ['Shared', false, true, 1],
      ['Other', true, false, 0],
    ]);
    expect((await w.invoke(readExplorer, keeper, {})).nodes.at(-1)).toMatchObject({ groupId: hidden, empty: false });
    // Of another organisation nobody sees anything.
    expect((await w.invoke(readExplorer, await w.people.foreign.actor(), {})).nodes).toEqual([]);
  });

  it('deletes nodes and nothing else, and a deleted group leaves its node', async () => {
    const machine = await w.invoke(createResource, keeper, { name: 'host', type: 'Linux' });
    const kept = await group(keeper, 'Kept', { resourceIds: [machine.id] });
    const gone = await group(keeper, 'Gone');
    const tree = await w.invoke(changeExplorer, keeper, {
      version: 0,
      steps: [
        { op: 'place', groupId: kept as never },
        { op: 'place', groupId: gone as never },
      ],
    });
    await w.invoke(changeExplorer, admin, { version: 1, steps: [{ op: 'delete', nodeId: idOf(tree, 'Kept') }] });
    const [left] = await w.sql<{ n: number }>(
      `select count(*)::int as n from strongroom.resource_group_member where group_id = $1`,
      [kept],
    );
    expect(left?.n).toBe(1);
    await w.invoke(deleteResourceGroup, keeper, { groupId: gone as never });
    const back = await w.invoke(revertExplorer, admin, { version: 2, to: 1 });
    expect(back.nodes.map((node) => [node.name, node.groupId])).toEqual([
      ['Kept', null],
      ['Gone', null],
    ]);
    expect((await w.invoke(readExplorer, keeper, {})).nodes.map((node) => node.groupId)).toEqual([kept, null]);
  });

  it('keeps every state, goes back to any, and refuses whoever did not see the last', async () => {
    const drawings = [drawn(await w.invoke(readExplorer, admin, {}))];
    for (const [n, name] of ['A', 'B', 'C'].entries()) {
      const tree = await w.invoke(changeExplorer, n % 2 ? keeper : admin, {
        version: n,
        steps: [{ op: 'create', name, position: 0 }],
      });
      drawings.push(drawn(tree));
    }
    await expect(
      w.invoke(changeExplorer, admin, { version: 2, steps: [{ op: 'create', name: 'late' }] }).catch(code),
    ).resolves.toBe('changed-meanwhile');
    await expect(w.invoke(revertExplorer, admin, { version: 2, to: 1 }).catch(code)).resolves.toBe('changed-meanwhile');
    await expect(w.invoke(revertExplorer, admin, { version: 3, to: 9 }).catch(code)).resolves.toBe('not-found');
    for (const to of [1, 3, 0, 2]) {
      const tree = await w.invoke(revertExplorer, keeper, { version: await version(), to });
      expect(drawn(tree)).toEqual(drawings[to]);
    }
    const history = await w.invoke(readExplorerHistory, admin, { limit: 3 });
    expect(history.total).toBe(7);
    expect(history.items.map(({ version: v, by, what, nodes }) => [v, by, what, nodes])).toEqual([
      [7, 'keeper', 'brought back version 2', 2],
      [6, 'keeper', 'brought back the empty tree', 0],
      [5, 'keeper', 'brought back version 3', 3],
    ]);
    const rest = await w.invoke(readExplorerHistory, admin, { limit: 3, offset: 6 });
    expect(rest.items.map(({ by, what }) => [by, what])).toEqual([['admin', 'made ‘A’ at the top']]);
    await expect(w.invoke(readExplorerHistory, nobody, {}).catch(code)).resolves.toBe('not-your-role');
    expect((await w.audit('explorer.change')).filter((row) => row.outcome === 'done').at(-1)?.details['what']).toBe(
      'made ‘C’ at the top',
    );
  });

  it('of two changes at once one is told that the other came first', async () => {
    const change = (actor: Actor, name: string) =>
      w.invoke(changeExplorer, actor, { version: 0, steps: [{ op: 'create', name }] }).then(() => 'done', code);
    expect((await Promise.all([change(admin, 'a'), change(keeper, 'b')])).sort()).toEqual([
      'changed-meanwhile',
      'done',
    ]);
  });

  it('does all steps or none, and says which was wrong', async () => {
    const tree = await w.invoke(changeExplorer, admin, { version: 0, steps: [{ op: 'create', name: 'A' }] });
    const a = idOf(tree, 'A');
    const wrong = w.invoke(changeExplorer, admin, {
      version: 1,
      steps: [
        { op: 'rename', nodeId: a, name: 'Z' },
        { op: 'move', nodeId: a, parentId: a },
      ],
    });
    await expect(wrong).rejects.toMatchObject({ code: 'input-invalid', errors: [{ path: 'steps.1' }] });
    expect(drawn(await w.invoke(readExplorer, admin, {}))).toEqual(['A']);
    await expect(
      w.invoke(changeExplorer, admin, { version: 1, steps: [{ op: 'delete', nodeId: newId() as never }] }).catch(code),
    ).resolves.toBe('input-invalid');
  });

  it('keeps a thousand states', async () => {
    await w.sql(
      `insert into strongroom.explorer_change (organisation_id, version, changed_by, what, nodes) select $1, x, 'test', 'x', '[]' from generate_series(1, 1000) x`,
      [w.organisationId],
    );
    await w.invoke(changeExplorer, admin, { version: 1000, steps: [{ op: 'create', name: 'A' }] });
    const [row] = await w.sql<{ n: number; first: number }>(
      'select count(*)::int as n, min(version) as first from strongroom.explorer_change',
    );
    expect(row).toEqual({ n: 1000, first: 2 });
  });
});
