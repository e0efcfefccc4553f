import { IconFolders } from '@tabler/icons-react';
import { groups } from '../../lib/messages/groups.ts';
import { ExplorerTree } from '../../parts/groups/ExplorerTree.tsx';
import { useExplorer } from '../../parts/groups/use-explorer.ts';
import { useOpen, useReveal } from '../../parts/groups/use-open.ts';
import { Bones } from '../../ui/Bones.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { ErrorBox } from '../../ui/ErrorBox.tsx';
import css from './groups.module.css';

/** The trees of groups one sees; a line opens its group. */
export default function GroupTree({ onOpen }: { readonly onOpen: (groupId: string) => void }) {
  const opened = useOpen();
  const { lines, explorer, error, retry } = useExplorer(opened.open);
  useReveal(opened, lines, undefined);
  if (!explorer)
    return <div className={css.treeBox}>{error ? <ErrorBox error={error} retry={retry} /> : <Bones />}</div>;
  if (lines.length === 0)
    return <EmptyState icon={IconFolders} title={groups('emptyTitle')} text={groups('emptyShared')} />;
  return (
    <div className={css.treeBox}>
      <ExplorerTree
        nodes={lines}
        open={opened.open}
        onOpen={opened.set}
        onSelect={(line) => {
          if (line.of?.groupId) onOpen(line.of.groupId);
          else opened.set(line, !opened.open.has(line.id));
        }}
        rowHeight={34}
      />
    </div>
  );
}
