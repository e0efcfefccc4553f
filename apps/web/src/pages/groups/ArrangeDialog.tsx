import type { Explorer, ExplorerNodeId } from '@strongroom/contract';
import { groups } from '../../lib/messages/groups.ts';
import type { ExplorerLine } from '../../parts/groups/use-explorer.ts';
import { MoveDialog, NameDialog, PlaceDialog, RemoveDialog } from './ArrangeDialogs.tsx';
import type { NodeQuestion } from './NodeMenu.tsx';
import { arrangeAll, moveLine, renameOwnRoot } from './use-arrange.ts';

/** What is asked about a line of a tree, and what is done with the answer. */
export default function ArrangeDialog(props: {
  readonly what: NodeQuestion;
  readonly line: ExplorerLine;
  readonly lines: readonly ExplorerLine[];
  readonly explorer: Explorer;
  /** Opens a line, so that what comes below it is seen. */
  readonly opens: (id: string) => void;
  readonly close: () => void;
}) {
  const { line, lines, explorer, opens, close } = props;
  const { version } = explorer;
  const nodeId = line.id as ExplorerNodeId;
  const parentId = line.root ? null : nodeId;
  switch (props.what) {
    case 'move':
      return (
        <MoveDialog
          close={close}
          lines={lines}
          line={line}
          does={(to) => {
            opens(to);
            return moveLine(explorer, lines, line, { parentId: to, position: null });
          }}
        />
      );
    case 'rename':
      return (
        <NameDialog
          close={close}
          title={groups('renameTitle', { name: line.label })}
          go={groups('rename')}
          name={line.label}
          does={(name) => arrangeAll(version, [{ op: 'rename', nodeId, name }], groups('renamed', { name }))}
        />
      );
    case 'root':
      return (
        <NameDialog
          close={close}
          title={groups('renameRoot')}
          go={groups('rename')}
          name={line.label}
          help={groups('renameRootHelp')}
          mayBeEmpty
          does={renameOwnRoot}
        />
      );
    case 'make':
      return (
        <NameDialog
          close={close}
          title={groups('newNodeTitle')}
          go={groups('newNodeGo')}
          name=""
          does={(name) => {
            opens(line.id);
            return arrangeAll(version, [{ op: 'create', name, parentId }], groups('madeNode', { name }));
          }}
        />
      );
    case 'place':
      return (
        <PlaceDialog
          close={close}
          does={(ids) => {
            opens(line.id);
            return arrangeAll(
              version,
              ids.map((groupId) => ({ op: 'place', groupId, parentId })),
              groups('placed', { count: ids.length }),
            );
          }}
        />
      );
    case 'remove':
      return (
        <RemoveDialog
          close={close}
          lines={lines}
          line={line}
          does={() => arrangeAll(version, [{ op: 'delete', nodeId }], groups('removedNode', { name: line.label }))}
        />
      );
  }
}
