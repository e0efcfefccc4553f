import type { Resource } from '@strongroom/contract';
import {
  IconFolderPlus,
  IconPencil,
  IconShare3,
  IconSettingsAutomation,
  IconTag,
  IconTransfer,
  IconTrash,
} from '@tabler/icons-react';
import { useMemo } from 'react';
import { tasks } from '../../lib/messages/tasks.ts';
import { useMe } from '../../lib/session.tsx';
import type { BulkAction, Chosen } from '../../ui/BulkBar.tsx';
import type { SelectionStore } from '../../ui/selection.ts';
import { deleteDialog } from './AskDialogs.tsx';
import { ChangeResources } from './ChangeDialogs.tsx';
import { GroupResources, ShareResources, TagResources, TransferResources } from './GiveDialogs.tsx';
import { ResetResources } from './ResetDialog.tsx';
import type { Filter } from './selection.ts';
import { useBulk } from './use-bulk.tsx';

type Listed = Pick<Resource, 'id' | 'name' | 'type'>;
const deleteResources = deleteDialog('Resources');

/** What can be done to many resources, for the list's bar, and the dialogs for it. What one's role never allows is absent. */
export function useResourceBulk<T extends Listed>(filter: Filter, store: SelectionStore<T>) {
  const { can } = useMe();
  const { open, dialog } = useBulk<T>('resources', filter, store);
  const type = typeof filter['type'] === 'string' ? filter['type'] : undefined;
  const actions = useMemo((): readonly BulkAction<T>[] => {
    const mixed = ({ picked, rows }: Chosen<T>): string | undefined =>
      type !== undefined || (!('all' in picked) && new Set(rows.map((row) => row.type)).size === 1)
        ? undefined
        : tasks('resetOneType');
    const mayManage = can.includes('resource.create');
    const mayShare = can.includes('principal.list');
    return [
      ...(mayManage
        ? [
            { id: 'change', label: tasks('changeAction'), icon: IconPencil, run: open(ChangeResources) },
            { id: 'tag', label: tasks('tagAction'), icon: IconTag, run: open(TagResources) },
            { id: 'group', label: tasks('groupAction'), icon: IconFolderPlus, run: open(GroupResources) },
            {
              id: 'reset',
              label: tasks('resetAction'),
              icon: IconSettingsAutomation,
              disabledWhy: mixed,
              run: open((props) => <ResetResources {...props} type={type} />),
            },
          ]
        : []),
      ...(mayShare
        ? [
            { id: 'share', label: tasks('shareAction'), icon: IconShare3, run: open(ShareResources) },
            { id: 'transfer', label: tasks('transferAction'), icon: IconTransfer, run: open(TransferResources) },
          ]
        : []),
      ...(mayManage
        ? [{ id: 'delete', label: tasks('deleteAction'), icon: IconTrash, danger: true, run: open(deleteResources) }]
        : []),
    ];
    // `open` only sets state: it need not be new for new actions.
  }, [can, type]);
  return { actions, dialog };
}
