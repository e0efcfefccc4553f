import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { arrange, below, deepest, difference, pruned, TreeFault, unfolded, type Node, type Step } from './tree.ts';

/** A tree told as text: each node with its children in brackets. Says the same as the nodes, in another way. */
function told(nodes: readonly Node[], parentId: string | null = null): string {
  return nodes
    .filter((node) => node.parentId === parentId)
    .sort((a, b) => a.position - b.position)
    .map((node) => `${node.name}(${told(nodes, node.id)})`)
    .join('');
}
const add = (id: string, parentId: string | null = null, position?: number): Step => ({
  op: 'add',
  id,
  name: id,
  groupId: null,
  parentId,
  position,
});
const done = (steps: readonly Step[]): readonly Node[] => arrange([], steps).nodes;

/** Steps on at most twelve names, so that most find a node. */
const name = fc.constantFrom(...'abcdefghijkl');
const place = { parentId: fc.option(name, { freq: 2 }), position: fc.option(fc.nat(5), { nil: undefined }) };
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ op: fc.constant('add' as const), id: name, name, groupId: fc.option(name), ...place }),
  },
  { weight: 3, arbitrary: fc.record({ op: fc.constant('move' as const), nodeId: name, ...place }) },
  { weight: 1, arbitrary: fc.record({ op: fc.constant('rename' as const), nodeId: name, name }) },
  { weight: 1, arbitrary: fc.record({ op: fc.constant('delete' as const), nodeId: name }) },
);
/** Does what can be done of random steps. */
function grown(steps: readonly Step[]): readonly Node[] {
  let nodes: readonly Node[] = [];
  for (const [n, one] of steps.entries()) {
    const named = one.op === 'add' ? { ...one, id: `${one.id}${n}`, parentId: pick(nodes, one.parentId) } : one;
    try {
      nodes = arrange(nodes, [
        'nodeId' in named
          ? {
              ...named,
              nodeId: pick(nodes, named.nodeId) ?? '',
              ...('parentId' in named ? { parentId: pick(nodes, named.parentId) } : {}),
            }
          : named,
      ]).nodes;
    } catch (error) {
      if (!(error instanceof TreeFault)) throw error;
    }
  }
  return nodes;
}
const pick = (nodes: readonly Node[], letter: string | null): string | null =>
  letter === null ? null : (nodes.find((node) => node.id.startsWith(letter))?.id ?? null);

describe('arranging a tree', () => {
  it('puts nodes where they are wanted and closes the gaps they leave', () => {
    const nodes = done([add('a'), add('b'), add('c', null, 0), add('d', 'a'), add('e', 'a', 0)]);
    expect(told(nodes)).toBe('c()a(e()d())b()');
    expect(told(arrange(nodes, [{ op: 'move', nodeId: 'd', parentId: null, position: 1 }]).nodes)).toBe(
      'c()d()a(e())b()',
    );
    expect(told(arrange(nodes, [{ op: 'move', nodeId: 'b', parentId: 'e' }]).nodes)).toBe('c()a(e(b())d())');
    expect(told(arrange(nodes, [{ op: 'delete', nodeId: 'a' }]).nodes)).toBe('c()b()');
  });

  it('says in words what was done', () => {
    const nodes = done([add('a'), add('b', 'a')]);
    expect(
      arrange(nodes, [
        { op: 'rename', nodeId: 'a', name: 'Data bases' },
        { op: 'move', nodeId: 'b', parentId: null },
        add('c', 'b'),
        { op: 'delete', nodeId: 'b' },
      ]).words,
    ).toEqual([
      'renamed ‘a’ to ‘Data bases’',
      'moved ‘b’ at the top',
      'made ‘c’ below ‘b’',
      'removed ‘b’ and 1 below it',
    ]);
  });

  it('refuses circles, what is not there, a group twice and nesting without end', () => {
    const nodes = done([add('a'), add('b', 'a'), add('c', 'b')]);
    const wrong =
      (...steps: Step[]) =>
      () =>
        arrange(nodes, steps);
    expect(wrong({ op: 'move', nodeId: 'a', parentId: 'c' })).toThrow('below itself');
    expect(wrong({ op: 'move', nodeId: 'a', parentId: 'a' })).toThrow('below itself');
    expect(wrong(add('d', 'x'))).toThrow('not in the tree');
    expect(wrong({ op: 'delete', nodeId: 'b' }, { op: 'rename', nodeId: 'c', name: 'x' })).toThrow('not in the tree');
    const placed = (id: string): Step => ({ op: 'add', id, name: id, groupId: 'g', parentId: null });
    expect(wrong(placed('d'), placed('e'))).toThrow('stands in the tree already');
    const chain = Array.from({ length: deepest }, (_, n) => add(`n${n}`, n === 0 ? null : `n${n - 1}`));
    expect(() => arrange([], [...chain, add('more', `n${deepest - 1}`)])).toThrow('nests deeper');
    expect(() => arrange(done(chain), [add('top'), { op: 'move', nodeId: 'n0', parentId: 'top' }])).toThrow(
      'nests deeper',
    );
  });

  it('leaves a tree after every step: one parent each, no circle, siblings counted from 0', () => {
    let larger = 0;
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60, size: 'max' }), (steps) => {
        const nodes = grown(steps);
        const ids = new Set(nodes.map((node) => node.id));
        expect(ids.size).toBe(nodes.length);
        for (const node of nodes) if (node.parentId !== null) expect(ids).toContain(node.parentId);
        // All are reached from the top: nothing hangs in a circle.
        expect(unfolded(nodes, (a, b) => a.position - b.position)).toHaveLength(nodes.length);
        for (const parentId of [null, ...ids])
          expect(
            nodes
              .filter((node) => node.parentId === parentId)
              .map((node) => node.position)
              .sort((a, b) => a - b),
          ).toEqual(nodes.filter((node) => node.parentId === parentId).map((_, n) => n));
        if (nodes.length > 5) larger += 1;
      }),
      { numRuns: 300 },
    );
    expect(larger).toBeGreaterThan(50);
  });

  it('writes exactly the difference: applied to the one state it gives the other', () => {
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 30, size: 'max' }),
        fc.array(step, { maxLength: 30, size: 'max' }),
        (one, two) => {
          const [before, after] = [grown(one), grown(two)];
          const { gone, written } = difference(before, after);
          const now = new Map(before.map((node) => [node.id, node]));
          for (const id of gone) now.delete(id);
          for (const node of written) now.set(node.id, node);
          expect(told([...now.values()])).toBe(told(after));
          expect(difference(after, after)).toEqual({ gone: [], written: [] });
        },
      ),
    );
  });

  it('shows of a tree what is seen, hung below the nearest that is seen, and nothing else', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60, size: 'max' }), fc.func(fc.boolean()), (steps, sees) => {
        const nodes = grown(steps);
        const seen = new Set(nodes.filter((node) => sees(node.id)).map((node) => node.id));
        const shown = pruned(nodes, seen);
        expect(new Set(shown.map((node) => node.id))).toEqual(seen);
        for (const node of shown) {
          if (node.parentId !== null) expect(seen).toContain(node.parentId);
          // Above it in what is shown stands exactly what is seen and was above it.
          const above = [...seen].filter((id) => id !== node.id && below(nodes, id).has(node.id));
          const shownAbove = [...seen].filter((id) => id !== node.id && below(shown, id).has(node.id));
          expect(shownAbove.sort()).toEqual(above.sort());
        }
      }),
    );
  });
});
