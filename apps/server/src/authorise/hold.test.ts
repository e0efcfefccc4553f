import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { holdOf, ladder, parseEdges, rungs, type Edge, type Permission } from './hold.ts';

const nobody = { owner: false, superAdministrator: false };
const edge = fc.record({
  rung: fc.constantFrom(...rungs),
  permission: fc.constantFrom<Permission>('view', 'modify', 'manage'),
});

/** The same, told another way: sort everything by how much it has to say, and take the first. */
function naive(edges: readonly Edge[]): string {
  const say = (e: Edge): number => {
    const level = e.rung.startsWith('account') ? 3 : e.rung.startsWith('resource') ? 2 : 1;
    const own = e.rung.endsWith('-user') ? 1 : 0;
    return level * 100 + own * 10 + { view: 1, modify: 2, manage: 3 }[e.permission];
  };
  return [...edges].sort((x, y) => say(y) - say(x))[0]?.permission ?? 'none';
}

describe('holdOf', () => {
  it('lets the most exact share speak, and of equal ones the highest', () => {
    fc.assert(
      fc.property(fc.array(edge, { maxLength: 12 }), (edges) => {
        expect(holdOf(nobody, edges)).toBe(naive(edges));
      }),
      { numRuns: 5000 },
    );
  });

  it('does not care for the order in which shares are read, nor for one read twice', () => {
    fc.assert(
      fc.property(fc.array(edge, { maxLength: 12 }), fc.integer(), (edges, seed) => {
        const mixed = [...edges, ...edges].sort((x, y) => (`${seed}${x.rung}` < `${seed}${y.permission}` ? 1 : -1));
        expect(holdOf(nobody, mixed)).toBe(holdOf(nobody, edges));
      }),
      { numRuns: 2000 },
    );
  });

  it('is the owner’s and the super administrator’s whatever is shared', () => {
    fc.assert(
      fc.property(fc.array(edge), (edges) => {
        expect(holdOf({ ...nobody, owner: true }, edges)).toBe('owner');
        expect(holdOf({ ...nobody, superAdministrator: true }, edges)).toBe('owner');
      }),
    );
  });

  it('shows a part where only something on it is shared, and nothing where nothing is', () => {
    expect(holdOf({ ...nobody, partly: true }, [])).toBe('part');
    expect(holdOf(nobody, [])).toBe('none');
    expect(holdOf({ ...nobody, partly: true }, [{ rung: 'group-user-group', permission: 'view' }])).toBe('view');
    expect(ladder.indexOf('part')).toBeLessThan(ladder.indexOf('view'));
  });

  it('takes a share of an unknown kind for a fault, not for nothing', () => {
    expect(parseEdges(['account-user:view'])).toEqual([{ rung: 'account-user', permission: 'view' }]);
    expect(parseEdges(null)).toEqual([]);
    for (const text of ['account-user', 'account-user:own', 'elsewhere:view', ''])
      expect(() => parseEdges([text])).toThrow('unknown kind');
  });
});
