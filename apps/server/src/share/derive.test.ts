import { describe, expect, it } from 'vitest';
import { asks, dice, naiveAllows, naiveHold, randomRights, type Kind, type Rights } from '../../test/random-rights.ts';
import { ladder, permitsOf, refusal, type Action, type BuiltInRole, type Facts } from '../authorise/index.ts';
import { deciderOf, decides, holdBy, necessaryFor, ownEdge, superEdge, without, type Reaching } from './derive.ts';
import { reachingOf, type ReachingShare } from './reaching.ts';

const now = 1_800_000_000_000;

/** What the database would read of a world for one user and one object. */
function reachingIn(world: Rights, userId: string, kind: Kind, objectId: string): Reaching {
  const account = world.accounts.find((one) => one.id === objectId);
  const resourceId = account?.resource ?? objectId;
  const targets: { id: string; level: ReachingShare['level']; via: string | null }[] = [];
  if (kind === 'resource-group') targets.push({ id: objectId, level: 'group', via: null });
  else {
    if (account) targets.push({ id: objectId, level: 'account', via: null });
    targets.push({ id: resourceId, level: 'resource', via: null });
    for (const [group, resource] of world.gathered)
      if (resource === resourceId) targets.push({ id: group, level: 'group', via: group });
    if (kind === 'resource')
      for (const one of world.accounts)
        if (one.resource === objectId) targets.push({ id: one.id, level: 'part', via: null });
  }
  const mine = [userId, ...world.joined.filter(([, member]) => member === userId).map(([group]) => group)];
  const shares = targets.flatMap((target) =>
    world.shares
      .filter((s) => s.target === target.id && mine.includes(s.to))
      .filter((s) => (s.from === null || s.from <= now) && (s.until === null || s.until > now))
      .map((s): ReachingShare => ({
        userId,
        objectId,
        level: target.level,
        via: target.via,
        id: s.id,
        targetId: s.target,
        toId: s.to,
        permission: s.permission,
        validFrom: null,
        validUntil: null,
      })),
  );
  const ownerId = (kind === 'resource-group' ? world.groups : world.resources).find(
    (one) => one.id === (kind === 'account' ? resourceId : objectId),
  )?.owner;
  const user = world.users.find((one) => one.id === userId);
  return reachingOf(shares)(
    { id: userId, superAdministrator: user?.super ?? false },
    { id: objectId, ownerId: ownerId ?? '' },
  );
}

/** The world without one fact. */
function removed(world: Rights, edge: string, userId: string, kind: Kind, objectId: string): Rights {
  const [what, id] = edge.split(':');
  const resource = kind === 'account' ? world.accounts.find((one) => one.id === objectId)?.resource : objectId;
  const disowned = (one: { id: string; owner: string }) =>
    one.id === objectId || one.id === resource ? { ...one, owner: 'nobody' } : one;
  switch (what as 'share' | 'membership' | 'gathering' | typeof superEdge | typeof ownEdge) {
    case superEdge:
      return { ...world, users: world.users.map((one) => (one.id === userId ? { ...one, super: false } : one)) };
    case ownEdge:
      return { ...world, resources: world.resources.map(disowned), groups: world.groups.map(disowned) };
    case 'share':
      return { ...world, shares: world.shares.filter((one) => one.id !== id) };
    case 'membership':
      return { ...world, joined: world.joined.filter(([group, member]) => group !== id || member !== userId) };
    case 'gathering':
      return { ...world, gathered: world.gathered.filter(([group, one]) => group !== id || one !== resource) };
  }
}

const someone: Facts = {
  actorKind: 'user',
  live: true,
  mustChangePassword: false,
  role: 'password-user',
  permits: [],
  superAdministrator: false,
  scopes: null,
  relation: 'none',
  self: false,
  reasonGiven: true,
  ticketGiven: true,
  reasonToReveal: false,
  reasonToChange: false,
  ticketToReveal: false,
  ticketAsked: [],
  ticketVerdict: 'unneeded',
  attemptOpen: false,
  autoLogonHides: false,
  autoLogon: false,
  byCriteria: false,
  controlled: false,
  excused: false,
  lease: 'none',
  seesCheckedOut: false,
  requester: false,
  approver: false,
  mayShareCriteria: false,
};

describe('a derivation', () => {
  it(
    'holds for a hundred thousand worlds what the requirement’s words say, and its necessary edges alone turn the answer round',
    { timeout: 90_000 },
    () => {
      const d = dice();
      const seen = { allowed: 0, refused: 0, necessary: 0, idle: 0, narrowing: 0, deciders: new Set<string>() };
      for (let i = 0; i < 100_000; i++) {
        const users = ['u1', 'u2', 'u3'];
        const world = randomRights(d, users, ['g1', 'g2', 'g3'], { resources: 2, groups: 3, shares: 14 }, now);
        const userId = d.pick(users);
        const kind = d.pick(['account', 'resource', 'resource-group'] as const);
        const objects: readonly { id: string }[] = { 'account': world.accounts, 'resource': world.resources, 'resource-group': world.groups }[kind]; // prettier-ignore
        const objectId = d.pick(objects).id;
        const action = d.pick(Object.keys(asks[kind])) as Action;
        const reaching = reachingIn(world, userId, kind, objectId);
        const user = world.users.find((one) => one.id === userId);
        if (!user) throw new Error('nobody');
        const facts: Facts = {
          ...someone,
          live: user.state === 'active',
          role: user.role as BuiltInRole,
          permits: permitsOf[user.role as BuiltInRole],
        };
        const allowed = (relation: Facts['relation'], still: Reaching): boolean =>
          refusal(action, { ...facts, relation, superAdministrator: still.superAdministrator }) === undefined;
        const said = { hold: holdBy(reaching), allowed: allowed(holdBy(reaching), reaching) };
        const expected = naiveAllows(world, userId, kind, action, objectId, now);
        if (said.hold !== naiveHold(world, userId, kind, objectId, now) || said.allowed !== expected)
          throw new Error(`seed ${d.seed}, world ${i}: ${JSON.stringify(said)} of ${JSON.stringify(world)}`);
        const necessary = necessaryFor(reaching, allowed);
        const edges = new Set([
          ...reaching.ways.flatMap((way) => way.edges),
          ...(reaching.superAdministrator ? [superEdge] : []),
          ...(reaching.owner ? [ownEdge] : []),
        ]);
        for (const edge of edges) {
          const then = removed(world, edge, userId, kind, objectId);
          const flips = naiveAllows(then, userId, kind, action, objectId, now) !== expected;
          if (flips !== necessary.includes(edge))
            throw new Error(`seed ${d.seed}, world ${i}: ${edge} ${String(flips)} of ${JSON.stringify(world)}`);
          if (holdBy(without(reaching, edge)) !== naiveHold(then, userId, kind, objectId, now))
            throw new Error(`seed ${d.seed}, world ${i}: without ${edge}`);
          seen[flips ? 'necessary' : 'idle']++;
          if (flips && !expected) seen.narrowing++;
        }
        seen[expected ? 'allowed' : 'refused']++;
        seen.deciders.add(deciderOf(reaching));
      }
      // Every answer, every decider and every sort of edge came up often enough to mean something.
      expect(Math.min(seen.allowed, seen.refused, seen.necessary, seen.idle)).toBeGreaterThan(5_000);
      expect(seen.narrowing).toBeGreaterThan(100);
      expect(seen.deciders.size).toBe(10);
    },
  );

  it('marks the ways that decide: those on the deciding rung with its highest permission', () => {
    const way = (by: 'resource-user-group' | 'group-user', permission: 'view' | 'modify', edge: string) => ({
      by,
      permission,
      edges: [edge],
    });
    const reaching: Reaching = {
      superAdministrator: false,
      owner: false,
      ways: [
        way('resource-user-group', 'view', 'a'),
        way('resource-user-group', 'modify', 'b'),
        way('group-user', 'modify', 'c'),
      ],
    };
    expect(reaching.ways.map((one) => decides(reaching, one))).toEqual([false, true, false]);
    expect(ladder).toContain(holdBy(reaching));
    expect(necessaryFor(reaching, (relation) => relation === 'modify')).toEqual(['b']);
  });
});
