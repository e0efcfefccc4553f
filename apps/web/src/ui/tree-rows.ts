/** A node as a tree takes it. Siblings stand in the order they come in. */
export interface TreeNode {
  readonly id: string;
  readonly parentId: string | null;
  readonly label: string;
  /** Can be opened although no child is here yet: they are fetched then. */
  readonly more?: boolean;
}

/** A node as a line of the tree, with what a screen reader is told of its place. */
export interface TreeRow<N extends TreeNode> {
  readonly node: N;
  readonly level: number;
  readonly place: number;
  readonly of: number;
  /** Undefined for a node that nothing hangs below. */
  readonly open: boolean | undefined;
}

/** The lines that show: children of open nodes only. A node whose parent is not there is left out. */
export function rowsOf<N extends TreeNode>(nodes: readonly N[], open: ReadonlySet<string>): TreeRow<N>[] {
  const children = new Map<string | null, N[]>();
  for (const node of nodes) {
    const siblings = children.get(node.parentId);
    if (siblings) siblings.push(node);
    else children.set(node.parentId, [node]);
  }
  const rows: TreeRow<N>[] = [];
  const walk = (parentId: string | null, level: number) => {
    const siblings = children.get(parentId) ?? [];
    siblings.forEach((node, index) => {
      const opens = node.more === true || children.has(node.id);
      const isOpen = opens ? open.has(node.id) : undefined;
      rows.push({ node, level, place: index + 1, of: siblings.length, open: isOpen });
      if (isOpen) walk(node.id, level + 1);
    });
  };
  walk(null, 1);
  return rows;
}

interface Index {
  readonly byId: ReadonlyMap<string, TreeNode>;
  readonly children: ReadonlyMap<string | null, readonly TreeNode[]>;
}
const known = new WeakMap<readonly TreeNode[], Index>();
/** Made once for a list of nodes: trees of thousands are asked at every move of the pointer. */
function indexOf(nodes: readonly TreeNode[]): Index {
  const made = known.get(nodes);
  if (made) return made;
  const children = new Map<string | null, TreeNode[]>();
  for (const node of nodes) {
    const siblings = children.get(node.parentId);
    if (siblings) siblings.push(node);
    else children.set(node.parentId, [node]);
  }
  const index = { byId: new Map(nodes.map((node) => [node.id, node])), children };
  known.set(nodes, index);
  return index;
}

/** The ids of everything above a node, nearest first. */
export function aboveOf(nodes: readonly TreeNode[], id: string): string[] {
  const { byId } = indexOf(nodes);
  const found: string[] = [];
  for (let at = byId.get(id)?.parentId ?? null; at !== null; at = byId.get(at)?.parentId ?? null) found.push(at);
  return found;
}

/** The ids of a node and of everything below it. */
export function belowOf(nodes: readonly TreeNode[], id: string): ReadonlySet<string> {
  const { children } = indexOf(nodes);
  const found = new Set([id]);
  // A set may grow while it is walked: what is added comes later.
  for (const one of found) for (const child of children.get(one) ?? []) found.add(child.id);
  return found;
}

/** Where a node goes: below which other, and before which of the new siblings; null for behind the last. */
export interface Spot {
  readonly parentId: string | null;
  readonly position: number | null;
}

/**
 * Where Alt and an arrow move a node: among its siblings, out beside its parent, or in below the sibling before it.
 * Undefined where it cannot go. `ordered` is false for a tree that sorts by name: there it only goes out and in.
 */
export function stepOf(
  nodes: readonly TreeNode[],
  id: string,
  key: 'ArrowUp' | 'ArrowDown' | 'ArrowLeft' | 'ArrowRight',
  ordered: boolean,
): Spot | undefined {
  const node = nodes.find((one) => one.id === id);
  if (!node) return undefined;
  const siblings = nodes.filter((one) => one.parentId === node.parentId);
  const at = siblings.findIndex((one) => one.id === id);
  const before = siblings[at - 1];
  switch (key) {
    case 'ArrowUp':
      return ordered && at > 0 ? { parentId: node.parentId, position: at - 1 } : undefined;
    case 'ArrowDown':
      return ordered && at < siblings.length - 1 ? { parentId: node.parentId, position: at + 1 } : undefined;
    case 'ArrowRight':
      return before ? { parentId: before.id, position: null } : undefined;
    case 'ArrowLeft': {
      const parent = nodes.find((one) => one.id === node.parentId);
      if (!parent) return undefined;
      const uncles = nodes.filter((one) => one.parentId === parent.parentId);
      return { parentId: parent.parentId, position: uncles.findIndex((one) => one.id === parent.id) + 1 };
    }
  }
}

/** Where a node dropped on a line goes: into it, or beside it in a tree that keeps an order. */
export function spotBeside(
  nodes: readonly TreeNode[],
  moved: string,
  target: TreeNode,
  edge: 'before' | 'after',
): Spot {
  const siblings = nodes.filter((one) => one.parentId === target.parentId && one.id !== moved);
  return {
    parentId: target.parentId,
    position: siblings.findIndex((one) => one.id === target.id) + (edge === 'after' ? 1 : 0),
  };
}
