import { readExplorer, type Explorer, type ExplorerNode } from '@strongroom/contract';
import { useQueries, useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { ask } from '../../lib/client.ts';
import { keys, queries } from '../../lib/query.ts';
import type { TreeNode } from '../../ui/tree-rows.ts';

/** A line of the explorer: the root of an owner's tree, or a node in it. */
export interface ExplorerLine extends TreeNode {
  readonly root?: Explorer['roots'][number];
  readonly of?: ExplorerNode;
  /** Neither it nor anything below it stands for a group that is shared. */
  readonly bare?: boolean;
}

const rootId = (ownerId: string | null): string => `root-${ownerId ?? 'all'}`;

/** Reads the trees one sees. Those of other owners are fetched once their root is open. */
export function useExplorer(open: ReadonlySet<string>): {
  readonly explorer: Explorer | undefined;
  readonly lines: readonly ExplorerLine[];
  readonly error: unknown;
  readonly retry: () => void;
} {
  const base = useQuery({
    queryKey: keys.explorer,
    queryFn: ({ signal }) => ask(readExplorer, {}, { signal }),
  });
  const explorer = base.data;
  const opened = (explorer?.roots ?? []).filter((root) => !root.own && root.ownerId && open.has(rootId(root.ownerId)));
  const others = useQueries({
    queries: opened.map(({ ownerId }) => ({
      queryKey: [...keys.explorer, ownerId],
      queryFn: ({ signal }: { signal: AbortSignal }) =>
        ask(readExplorer, { ownerId: ownerId ?? undefined }, { signal }),
    })),
  });
  const trees = [explorer, ...others.map((one) => one.data)];
  const stamp = [base.dataUpdatedAt, ...others.map((one) => one.dataUpdatedAt)].join();
  const lines = useMemo(() => linesOf(trees), [stamp]);
  return { explorer, lines, error: base.error, retry: () => void base.refetch() };
}

/** Trees as lines: each root, and below it its nodes in their order. */
export function linesOf(trees: readonly (Explorer | undefined)[]): ExplorerLine[] {
  return (trees[0]?.roots ?? []).flatMap((root): ExplorerLine[] => {
    const id = rootId(root.ownerId);
    const tree = trees.find((one) => one && one.ownerId === root.ownerId);
    const nodes = tree?.nodes ?? [];
    // Children come after their parents: from the end, each tells its parent.
    const holding = new Set<string | null>();
    for (const of of nodes.toReversed()) if (of.groupId !== null || holding.has(of.id)) holding.add(of.parentId);
    return [
      { id, parentId: null, label: root.name, root, more: root.groups > 0 },
      ...nodes.map((of) => ({
        id: of.id,
        parentId: of.parentId ?? id,
        label: of.name,
        of,
        bare: of.groupId === null && !holding.has(of.id),
      })),
    ];
  });
}

/** Forgets what was known of groups and trees, after one was changed. */
export const refreshGroups = (): Promise<unknown> =>
  Promise.all([keys.groups, keys.explorer].map((queryKey) => queries.invalidateQueries({ queryKey })));
