import { holdOf, rungs, type Edge, type Permission, type Relation, type Rung } from '../authorise/index.ts';

/** What decides a hold: the first of all that reaches somebody, in the order of the ladder of shares. */
export type Decider = 'super-administrator' | 'ownership' | Rung | 'part' | 'nothing';

/** One way from a user to an object by a share. `edges`: the facts that must all stand for it, by id. */
export interface Way {
  readonly by: Rung | 'part';
  readonly permission: Permission;
  readonly edges: readonly string[];
}

/** Everything that may give one user something on one object. */
export interface Reaching {
  readonly superAdministrator: boolean;
  readonly owner: boolean;
  readonly ways: readonly Way[];
}

/** The ids of the two edges that are no share, no membership and no gathering. */
export const superEdge = 'super-administrator';
export const ownEdge = 'ownership';

const isShare = (way: Way): way is Way & { by: Rung } => way.by !== 'part';

/** The hold that all of it gives: by `holdOf`, which alone knows precedence. */
export function holdBy({ superAdministrator, owner, ways }: Reaching): Relation {
  const edges: Edge[] = ways.filter(isShare).map(({ by, permission }) => ({ rung: by, permission }));
  return holdOf({ superAdministrator, owner, partly: ways.some((way) => way.by === 'part') }, edges);
}

/** What the hold rests on. */
export function deciderOf({ superAdministrator, owner, ways }: Reaching): Decider {
  if (superAdministrator) return 'super-administrator';
  if (owner) return 'ownership';
  return [...rungs, 'part' as const].find((rung) => ways.some((way) => way.by === rung)) ?? 'nothing';
}

/** The same without one fact. */
export function without(reaching: Reaching, edge: string): Reaching {
  return {
    superAdministrator: reaching.superAdministrator && edge !== superEdge,
    owner: reaching.owner && edge !== ownEdge,
    ways: reaching.ways.filter((way) => !way.edges.includes(edge)),
  };
}

/** Whether a way is among those that the hold rests on: on the deciding rung, with the highest permission there. */
export const decides = (reaching: Reaching, way: Way): boolean =>
  way.by === deciderOf(reaching) && (way.by === 'part' || way.permission === holdBy(reaching));

/**
 * The facts of which each, taken away alone, turns the answer round: an allow into a refusal, or a refusal into an allow where
 * a narrower share had the word. Only what decides now can matter: what stands behind it is silent as long as that stands.
 */
export function necessaryFor(reaching: Reaching, allowed: (relation: Relation, still: Reaching) => boolean): string[] {
  const now = allowed(holdBy(reaching), reaching);
  const decider = deciderOf(reaching);
  const candidates = new Set(reaching.ways.filter((way) => way.by === decider).flatMap((way) => way.edges));
  if (reaching.superAdministrator) candidates.add(superEdge);
  if (reaching.owner) candidates.add(ownEdge);
  return [...candidates].filter((edge) => {
    const still = without(reaching, edge);
    return allowed(holdBy(still), still) !== now;
  });
}
