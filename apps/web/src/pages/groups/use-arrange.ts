import {
  changeExplorer,
  moveResourceGroup,
  renameExplorerRoot,
  revertExplorer,
  type Explorer,
  type ExplorerNodeId,
  type ExplorerStep,
  type ResourceGroupId,
} from '@strongroom/contract';
import type { z } from 'zod';
import { ask, ProblemError } from '../../lib/client.ts';
import { groups } from '../../lib/messages/groups.ts';
import { keys, queries } from '../../lib/query.ts';
import { refreshGroups, type ExplorerLine } from '../../parts/groups/use-explorer.ts';
import type { Spot } from '../../ui/tree-rows.ts';
import { toast, toastProblem } from '../../ui/toast.tsx';

export type Step = z.input<typeof ExplorerStep>;
const notice = 'explorer-tree';

/** Tells how a change of a tree failed. Where somebody else was first, the tree is read again. */
async function failed(error: unknown): Promise<void> {
  toastProblem(error);
  if (error instanceof ProblemError && error.code === 'changed-meanwhile') await refreshGroups();
}
async function done(reply: Explorer): Promise<void> {
  queries.setQueryData(keys.explorer, reply);
  await queries.invalidateQueries({ queryKey: keys.groups });
}

/** Brings back a former state of the organisation's tree. */
export async function revert(version: number, to: number, message: string): Promise<void> {
  try {
    await done(await ask(revertExplorer, { version, to }));
    toast({ id: notice, message });
  } catch (error) {
    await failed(error);
  }
}

/** Arranges the organisation's tree and offers to undo it. Gives true when it went well. */
export async function arrangeAll(version: number, steps: readonly Step[], message: string): Promise<boolean> {
  try {
    const reply = await ask(changeExplorer, { version, steps: [...steps] });
    await done(reply);
    toast({ id: notice, message, undo: () => void revert(reply.version, version, groups('undone')) });
    return true;
  } catch (error) {
    await failed(error);
    return false;
  }
}

/** Names the root of one's own tree. */
export async function renameOwnRoot(name: string): Promise<boolean> {
  try {
    await ask(renameExplorerRoot, { name });
    await refreshGroups();
    return true;
  } catch (error) {
    await failed(error);
    return false;
  }
}

const hangAt = (parentId: string | null, lines: readonly ExplorerLine[]): string | null =>
  lines.find((line) => line.id === parentId)?.root ? null : parentId;

/** Moves a line of whichever tree is shown, and offers to undo it. */
export async function moveLine(
  explorer: Explorer,
  lines: readonly ExplorerLine[],
  line: ExplorerLine,
  to: Spot,
): Promise<void> {
  const parentId = hangAt(to.parentId, lines);
  const message = groups('moved', { name: line.label });
  if (explorer.mode === 'organisation') {
    const step: Step = {
      op: 'move',
      nodeId: line.id as ExplorerNodeId,
      parentId: parentId as ExplorerNodeId | null,
      ...(to.position === null ? {} : { position: to.position }),
    };
    await arrangeAll(explorer.version, [step], message);
    return;
  }
  const hang = async (below: string | null): Promise<void> => {
    await ask(moveResourceGroup, { groupId: line.id as ResourceGroupId, parentId: below as ResourceGroupId | null });
    await refreshGroups();
  };
  try {
    await hang(parentId);
    const before = hangAt(line.parentId, lines);
    toast({
      id: notice,
      message,
      undo: () =>
        void hang(before).then(
          () => toast({ id: notice, message: groups('undone') }),
          (error: unknown) => failed(error),
        ),
    });
  } catch (error) {
    await failed(error);
  }
}
