import { describe, expect, it } from 'vitest';
import { aboveOf, belowOf, rowsOf, spotBeside, stepOf, type TreeNode } from './tree-rows.ts';

const node = (id: string, parentId: string | null = null, more = false): TreeNode => ({
  id,
  parentId,
  label: id,
  more,
});
const nodes = [
  node('a'),
  node('b', 'a'),
  node('c', 'b'),
  node('d', 'a'),
  node('e'),
  node('f', null, true),
  node('x', 'gone'),
];

describe('the lines of a tree', () => {
  it('are those of open nodes, each with its place', () => {
    const lines = (open: string[]) =>
      rowsOf(nodes, new Set(open)).map(
        (row) => `${row.node.id} ${row.level} ${row.place}/${row.of} ${String(row.open)}`,
      );
    expect(lines([])).toEqual(['a 1 1/3 false', 'e 1 2/3 undefined', 'f 1 3/3 false']);
    expect(lines(['a', 'f'])).toEqual([
      'a 1 1/3 true',
      'b 2 1/2 false',
      'd 2 2/2 undefined',
      'e 1 2/3 undefined',
      'f 1 3/3 true',
    ]);
    expect(lines(['b'])).toHaveLength(3);
  });

  it('know what is above and below', () => {
    expect(aboveOf(nodes, 'c')).toEqual(['b', 'a']);
    expect([...belowOf(nodes, 'a')].sort()).toEqual(['a', 'b', 'c', 'd']);
  });
});

describe('moving by keys', () => {
  it('goes among siblings, out behind the parent, and in below the one before', () => {
    const moves = (id: string, ordered: boolean) =>
      (['ArrowUp', 'ArrowDown', 'ArrowLeft', 'ArrowRight'] as const).map((key) => {
        const spot = stepOf(nodes, id, key, ordered);
        return spot && `${String(spot.parentId)} ${String(spot.position)}`;
      });
    expect(moves('d', true)).toEqual(['a 0', undefined, 'null 1', 'b null']);
    expect(moves('b', true)).toEqual([undefined, 'a 1', 'null 1', undefined]);
    expect(moves('e', true)).toEqual(['null 0', 'null 2', undefined, 'a null']);
    // A tree that sorts by name has no place among siblings.
    expect(moves('e', false)).toEqual([undefined, undefined, undefined, 'a null']);
  });
});

describe('dropping beside a line', () => {
  it('counts the new siblings without the one that is moved', () => {
    const target = (id: string) => nodes.find((one) => one.id === id) ?? node('none');
    expect(spotBeside(nodes, 'e', target('d'), 'before')).toEqual({ parentId: 'a', position: 1 });
    expect(spotBeside(nodes, 'a', target('f'), 'before')).toEqual({ parentId: null, position: 1 });
    expect(spotBeside(nodes, 'a', target('f'), 'after')).toEqual({ parentId: null, position: 2 });
  });
});
