import type { Explorer } from '@strongroom/contract';
import { describe, expect, it } from 'vitest';
import { linesOf } from './use-explorer.ts';

const node = (id: string, parentId: string | null, groupId: string | null): Explorer['nodes'][number] =>
  ({ id, parentId, name: id, groupId, kind: null, members: 0, empty: groupId === null, can: [] }) as never;
const tree = (ownerId: string | null, nodes: Explorer['nodes']): Explorer =>
  ({
    mode: 'owners',
    roots: [
      { ownerId: null, ownerName: '', name: 'All', own: true, groups: 3 },
      { ownerId: 'bob', ownerName: 'Bob', name: 'Bob’s', own: false, groups: 1 },
    ],
    ownerId,
    nodes,
  }) as never;

describe('the lines of the explorer', () => {
  it('hang each tree below its root, and those not yet fetched are roots that can be opened', () => {
    const lines = linesOf([tree(null, [node('a', null, 'g')]), undefined]);
    expect(lines.map((line) => [line.id, line.parentId, line.more ?? false])).toEqual([
      ['root-all', null, true],
      ['a', 'root-all', false],
      ['root-bob', null, true],
    ]);
    expect(linesOf([tree(null, []), tree('bob', [node('b', null, 'g')])]).at(-1)).toMatchObject({
      parentId: 'root-bob',
    });
    expect(linesOf([undefined])).toEqual([]);
  });

  it('are bare where neither they nor anything below them is shared', () => {
    const nodes = [
      node('europe', null, null),
      node('site', 'europe', null),
      node('group', 'site', 'g'),
      node('other', 'europe', null),
      node('asia', null, null),
      node('empty', 'asia', null),
    ];
    const bare = linesOf([tree(null, nodes)]).filter((line) => line.bare);
    expect(bare.map((line) => line.id)).toEqual(['other', 'asia', 'empty']);
  });
});
