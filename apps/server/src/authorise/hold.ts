/** The strongest hold a user has on an object. `part`: something on it is shared, and so much of it shows. */
export type Relation = 'none' | 'part' | 'view' | 'modify' | 'manage' | 'owner';
export const ladder: readonly Relation[] = ['none', 'part', 'view', 'modify', 'manage', 'owner'];

export type Permission = 'view' | 'modify' | 'manage';
/**
 * Where a share lies between the object that is asked about and the user who asks, strongest say first: a share of the
 * account over one of its resource over one of a resource group; at one level, the user's own over a user group's.
 */
export const rungs = [
  'account-user',
  'account-user-group',
  'resource-user',
  'resource-user-group',
  'group-user',
  'group-user-group',
] as const;
export type Rung = (typeof rungs)[number];

/** One share that reaches a user on an object, as far as the decision cares. */
export interface Edge {
  readonly rung: Rung;
  readonly permission: Permission;
}

/**
 * The hold that ownership, super administration and shares give. This function alone decides: facts, lists, explain and
 * previews call it. The first rung that has a share speaks, and of several on it the highest counts (SHR-02).
 * `partly`: something on the object is shared, though nothing reaches the object itself.
 */
export function holdOf(
  asked: { readonly owner: boolean; readonly superAdministrator: boolean; readonly partly?: boolean },
  edges: readonly Edge[],
): Relation {
  if (asked.owner || asked.superAdministrator) return 'owner';
  for (const rung of rungs) {
    let highest: Relation = 'none';
    for (const edge of edges)
      if (edge.rung === rung && ladder.indexOf(edge.permission) > ladder.indexOf(highest)) highest = edge.permission;
    if (highest !== 'none') return highest;
  }
  return asked.partly ? 'part' : 'none';
}

/** An edge as the database writes it: `rung:permission`. Throws for anything else, rather than taking it for nothing. */
export function parseEdges(texts: readonly string[] | null | undefined): Edge[] {
  return (texts ?? []).map((text) => {
    const [rung, permission] = text.split(':');
    const known = rungs.find((one) => one === rung);
    if (!known || (permission !== 'view' && permission !== 'modify' && permission !== 'manage'))
      throw new Error('a share of an unknown kind');
    return { rung: known, permission };
  });
}
