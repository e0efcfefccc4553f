import type { Account } from '@strongroom/contract';
import { IconPencil, IconRefresh, IconShare3, IconShieldCheck, IconTrash } from '@tabler/icons-react';
import { useMemo } from 'react';
import { tasks } from '../../lib/messages/tasks.ts';
import { useMe } from '../../lib/session.tsx';
import type { BulkAction } from '../../ui/BulkBar.tsx';
import type { SelectionStore } from '../../ui/selection.ts';
import { askDialog, deleteDialog } from './AskDialogs.tsx';
import { ChangeAccounts } from './ChangeDialogs.tsx';
import { ShareAccounts } from './GiveDialogs.tsx';
import type { Filter } from './selection.ts';
import { useBulk } from './use-bulk.tsx';

const deleteAccounts = deleteDialog('Accounts');
const rotate = askDialog('rotate', 'account.rotate');

/** What can be done to many accounts, for the list's bar, and the dialogs for it. */
export function useAccountBulk(filter: Filter, store: SelectionStore<Account>) {
  const { can } = useMe();
  const { open, now, dialog } = useBulk<Account>('accounts', filter, store);
  const key = JSON.stringify(filter);
  const actions = useMemo((): readonly BulkAction<Account>[] => {
    const mayManage = can.includes('resource.create');
    return [
      { id: 'verify', label: tasks('verifyAction'), icon: IconShieldCheck, run: now({ call: 'account.verify' }) },
      { id: 'rotate', label: tasks('rotateAction'), icon: IconRefresh, run: open(rotate) },
      ...(can.includes('principal.list')
        ? [{ id: 'share', label: tasks('shareAction'), icon: IconShare3, run: open(ShareAccounts) }]
        : []),
      ...(mayManage
        ? [
            { id: 'change', label: tasks('changeAction'), icon: IconPencil, run: open(ChangeAccounts) },
            { id: 'delete', label: tasks('deleteAction'), icon: IconTrash, danger: true, run: open(deleteAccounts) },
          ]
        : []),
    ];
    // `now` sends the filters of this moment.
  }, [can, key]);
  return { actions, dialog };
}
