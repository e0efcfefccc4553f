/** A node of the organisation's tree. Siblings stand by `position`, which counts from 0 without gaps. */
export interface Node {
  readonly id: string;
  readonly parentId: string | null;
  readonly name: string;
  readonly groupId: string | null;
  readonly position: number;
}
interface Place {
  readonly parentId: string | null;
  /** Before which of its new siblings; left out, behind the last. */
  readonly position?: number | undefined;
}
export type Step =
  | ({ readonly op: 'add'; readonly id: string; readonly name: string; readonly groupId: string | null } & Place)
  | { readonly op: 'rename'; readonly nodeId: string; readonly name: string }
  | ({ readonly op: 'move'; readonly nodeId: string } & Place)
  | { readonly op: 'delete'; readonly nodeId: string };

/** Most nodes of one tree: each kept state of the past holds them all. */
const mostNodes = 5000;
/** Deepest nesting: more is nobody's structure, and drawn nowhere. */
export const deepest = 30;

/** Why a step cannot be done: thrown by `arrange`, told to whoever asked. */
export class TreeFault extends Error {
  readonly step: number;
  constructor(step: number, message: string) {
    super(message);
    this.step = step;
  }
}

const inOrder = (a: Node, b: Node): number => a.position - b.position || (a.id < b.id ? -1 : 1);
const childrenOf = (nodes: Iterable<Node>, parentId: string | null): Node[] =>
  [...nodes].filter((node) => node.parentId === parentId).sort(inOrder);

/** The ids of a node and of everything below it. */
export function below(nodes: Iterable<Node>, id: string): Set<string> {
  const all = [...nodes];
  const found = new Set([id]);
  for (let grew = true; grew;) {
    grew = false;
    for (const node of all) {
      if (node.parentId === null || found.has(node.id) || !found.has(node.parentId)) continue;
      found.add(node.id);
      grew = true;
    }
  }
  return found;
}

/**
 * Does steps to a tree, all or none, and says in words what was done. Pure: what comes in is not changed.
 * Throws `TreeFault` for a node that is not there, a circle, a group that stands there already, or a tree grown too large.
 */
export function arrange(
  before: readonly Node[],
  steps: readonly Step[],
): { readonly nodes: readonly Node[]; readonly words: readonly string[] } {
  const nodes = new Map(before.map((node) => [node.id, node]));
  const words: string[] = [];
  const nodeOf = (id: string, step: number): Node => {
    const node = nodes.get(id);
    if (!node) throw new TreeFault(step, 'names a node that is not in the tree');
    return node;
  };
  const placeOf = (parentId: string | null): string =>
    parentId === null ? 'at the top' : `below ‘${nodes.get(parentId)?.name ?? ''}’`;
  const depthOf = (id: string | null): number => {
    let depth = 0;
    for (let at = id; at !== null; at = nodes.get(at)?.parentId ?? null) depth += 1;
    return depth;
  };
  /** Puts a node, new or not, among the children of `parentId`, and closes the gap it may have left. */
  const put = (node: Node, { parentId, position }: Place): void => {
    const from = nodes.get(node.id)?.parentId;
    const siblings = childrenOf(nodes.values(), parentId).filter((other) => other.id !== node.id);
    siblings.splice(Math.min(position ?? siblings.length, siblings.length), 0, { ...node, parentId });
    siblings.forEach((one, index) => nodes.set(one.id, { ...one, position: index }));
    if (from !== undefined && from !== parentId) renumber(from);
  };
  const renumber = (parentId: string | null): void => {
    childrenOf(nodes.values(), parentId).forEach((one, index) => nodes.set(one.id, { ...one, position: index }));
  };

  steps.forEach((step, at) => {
    if ('parentId' in step && step.parentId !== null) nodeOf(step.parentId, at);
    switch (step.op) {
      case 'add': {
        if (nodes.size >= mostNodes) throw new TreeFault(at, `makes the tree larger than ${mostNodes} nodes`);
        if (depthOf(step.parentId) >= deepest) throw new TreeFault(at, `nests deeper than ${deepest}`);
        if (step.groupId !== null && [...nodes.values()].some((node) => node.groupId === step.groupId))
          throw new TreeFault(at, 'places a group that stands in the tree already');
        words.push(`${step.groupId === null ? 'made' : 'placed'} ‘${step.name}’ ${placeOf(step.parentId)}`);
        put({ id: step.id, parentId: step.parentId, name: step.name, groupId: step.groupId, position: 0 }, step);
        return;
      }
      case 'rename': {
        const node = nodeOf(step.nodeId, at);
        words.push(`renamed ‘${node.name}’ to ‘${step.name}’`);
        nodes.set(node.id, { ...node, name: step.name });
        return;
      }
      case 'move': {
        const node = nodeOf(step.nodeId, at);
        const under = below(nodes.values(), node.id);
        if (step.parentId !== null && under.has(step.parentId)) throw new TreeFault(at, 'moves a node below itself');
        const height = Math.max(...[...under].map(depthOf)) - depthOf(node.id);
        if (depthOf(step.parentId) + 1 + height > deepest) throw new TreeFault(at, `nests deeper than ${deepest}`);
        words.push(
          node.parentId === step.parentId
            ? `moved ‘${node.name}’ among its neighbours`
            : `moved ‘${node.name}’ ${placeOf(step.parentId)}`,
        );
        put(node, step);
        return;
      }
      case 'delete': {
        const node = nodeOf(step.nodeId, at);
        const gone = below(nodes.values(), node.id);
        words.push(`removed ‘${node.name}’${gone.size > 1 ? ` and ${gone.size - 1} below it` : ''}`);
        for (const id of gone) nodes.delete(id);
        renumber(node.parentId);
      }
    }
  });
  return { nodes: [...nodes.values()], words };
}

/** What must be written to make one state of a tree of another. */
export function difference(
  before: readonly Node[],
  after: readonly Node[],
): { readonly gone: readonly string[]; readonly written: readonly Node[] } {
  const old = new Map(before.map((node) => [node.id, node]));
  const stays = new Set(after.map((node) => node.id));
  const same = (a: Node | undefined, b: Node): boolean =>
    a?.parentId === b.parentId && a.name === b.name && a.groupId === b.groupId && a.position === b.position;
  return {
    gone: before.filter((node) => !stays.has(node.id)).map((node) => node.id),
    written: after.filter((node) => !same(old.get(node.id), node)),
  };
}

/** Nodes so that each comes after its parent and siblings stand together, in the order `compare` gives them. */
export function unfolded<N extends { readonly id: string; readonly parentId: string | null }>(
  nodes: readonly N[],
  compare: (a: N, b: N) => number,
): N[] {
  const children = new Map<string | null, N[]>();
  for (const node of nodes) {
    const siblings = children.get(node.parentId);
    if (siblings) siblings.push(node);
    else children.set(node.parentId, [node]);
  }
  const out: N[] = [];
  const walk = (parentId: string | null): void => {
    for (const node of (children.get(parentId) ?? []).sort(compare)) {
      out.push(node);
      walk(node.id);
    }
  };
  walk(null);
  return out;
}

/**
 * The part of a tree that somebody sees: what hangs below something hidden moves up to the nearest that is seen, so that
 * nothing tells of what lies between.
 */
export function pruned<N extends { readonly id: string; readonly parentId: string | null }>(
  nodes: readonly N[],
  seen: ReadonlySet<string>,
): N[] {
  const all = new Map(nodes.map((node) => [node.id, node]));
  const nearest = (id: string | null): string | null => {
    for (let at = id; at !== null; at = all.get(at)?.parentId ?? null) if (seen.has(at)) return at;
    return null;
  };
  return nodes.filter((node) => seen.has(node.id)).map((node) => ({ ...node, parentId: nearest(node.parentId) }));
}
