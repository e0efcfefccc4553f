import { IconFilter, IconFolder, IconFolderOpen, IconHome2, IconFolderOff } from '@tabler/icons-react';
import { groups } from '../../lib/messages/groups.ts';
import { number } from '../../lib/t.ts';
import { Tree, type TreeProps } from '../../ui/Tree.tsx';
import type { ExplorerLine } from './use-explorer.ts';

const size = { size: 16, stroke: 1.6 } as const;

function iconOf(line: ExplorerLine, open: boolean | undefined) {
  if (line.root) return <IconHome2 {...size} aria-hidden />;
  if (line.of?.kind === 'criteria') return <IconFilter {...size} aria-hidden />;
  if (line.bare) return <IconFolderOff {...size} aria-hidden />;
  return open ? <IconFolderOpen {...size} aria-hidden /> : <IconFolder {...size} aria-hidden />;
}
const endOf = (line: ExplorerLine) => (line.of?.groupId ? <em className="num">{number(line.of.members)}</em> : null);
const faintOf = (line: ExplorerLine) => (line.bare ? groups('hidden') : undefined);

/** The explorer's trees, drawn the same wherever they stand. */
export function ExplorerTree(props: Omit<TreeProps<ExplorerLine>, 'label' | 'icon' | 'end' | 'faint'>) {
  return <Tree label={groups('treeLabel')} icon={iconOf} end={endOf} faint={faintOf} {...props} />;
}
