import { Menu } from '@mantine/core';
import { IconArrowsMove, IconFolderPlus, IconPencil, IconPlus, IconServer, IconTrash } from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import { useCallback, useState, type ReactNode } from 'react';
import { groups } from '../../lib/messages/groups.ts';
import type { ExplorerLine } from '../../parts/groups/use-explorer.ts';

export type NodeQuestion = 'rename' | 'move' | 'remove' | 'make' | 'place' | 'root';

/** One menu for the whole tree, placed over the line or button that asked for it. */
export function useNodeMenu(props: {
  readonly everybody: boolean;
  readonly ask: (what: NodeQuestion, line: ExplorerLine) => void;
}): { readonly open: (button: HTMLElement, line: ExplorerLine) => void; readonly node: ReactNode } {
  const [asked, setAsked] = useState<{
    readonly button: HTMLElement;
    readonly line: ExplorerLine;
    readonly round: number;
  } | null>(null);
  const [shown, setShown] = useState(false);
  const navigate = useNavigate();
  const open = useCallback((button: HTMLElement, line: ExplorerLine) => {
    setAsked((before) => ({ button, line, round: (before?.round ?? 0) + 1 }));
    setShown(true);
  }, []);
  if (!asked) return { open, node: null };
  const { line, button } = asked;
  const place = button.getBoundingClientRect();
  const rtl = document.documentElement.dir === 'rtl';
  const groupId = line.of?.groupId;
  const back = () => button.closest<HTMLElement>('[role=tree]')?.focus();
  const item = (what: NodeQuestion, icon: ReactNode, label: string, danger = false) => (
    <Menu.Item
      leftSection={icon}
      {...(danger ? { 'data-danger': true } : {})}
      onClick={() => {
        // The tree has the focus again before a dialog opens, so that the dialog gives it back there.
        back();
        props.ask(what, line);
      }}
    >
      {label}
    </Menu.Item>
  );
  const ownRoot = !props.everybody && line.root?.own;
  const node = (
    <Menu
      key={asked.round}
      opened={shown}
      onChange={setShown}
      onClose={() => {
        setShown(false);
        back();
      }}
      width={214}
      withinPortal
      returnFocus={false}
    >
      <Menu.Target>
        <span
          aria-hidden
          style={{
            position: 'fixed',
            left: rtl ? place.left : place.right - 1,
            top: place.bottom - 1,
            width: 1,
            height: 1,
          }}
        />
      </Menu.Target>
      <Menu.Dropdown aria-label={groups('moreFor', { name: line.label })}>
        {groupId && (
          <Menu.Item
            leftSection={<IconServer size={15} />}
            onClick={() => void navigate({ to: `/resources/groups/${groupId}` })}
          >
            {groups('openGroup')}
          </Menu.Item>
        )}
        {ownRoot && item('root', <IconPencil size={15} />, groups('renameRoot'))}
        {!line.root && (props.everybody || line.of?.can.includes('resource-group.move')) && (
          <>
            {props.everybody && item('rename', <IconPencil size={15} />, groups('rename'))}
            {item('move', <IconArrowsMove size={15} />, groups('moveTo'))}
          </>
        )}
        {props.everybody && (
          <>
            <Menu.Divider />
            {item('make', <IconPlus size={15} />, groups(line.root ? 'newNode' : 'newNodeBelow'))}
            {item('place', <IconFolderPlus size={15} />, groups(line.root ? 'place' : 'placeBelow'))}
          </>
        )}
        {props.everybody && !line.root && (
          <>
            <Menu.Divider />
            {item('remove', <IconTrash size={15} />, groups('removeNode'), true)}
          </>
        )}
      </Menu.Dropdown>
    </Menu>
  );
  return { open, node };
}
