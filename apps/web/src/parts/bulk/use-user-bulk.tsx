import type { User } from '@strongroom/contract';
import { IconBan, IconLock, IconLockOpen, IconMail, IconPencil, IconTrash } from '@tabler/icons-react';
import { useMemo } from 'react';
import { tasks } from '../../lib/messages/tasks.ts';
import { useMe } from '../../lib/session.tsx';
import type { BulkAction } from '../../ui/BulkBar.tsx';
import type { SelectionStore } from '../../ui/selection.ts';
import { askDialog, deleteDialog } from './AskDialogs.tsx';
import { ChangeUsers } from './ChangeDialogs.tsx';
import type { Filter } from './selection.ts';
import { useBulk } from './use-bulk.tsx';

const deleteUsers = deleteDialog('Users');
const disable = askDialog('disable', 'user.disable');
const enable = askDialog('enable', 'user.enable');
const lock = askDialog('lock', 'user.lock');
const invite = askDialog('invite', 'user.invite');

/** What can be done to many users, for the list's bar, and the dialogs for it. Programs are not invited. */
export function useUserBulk(kind: 'person' | 'api', filter: Filter, store: SelectionStore<User>) {
  const { can } = useMe();
  const { open, dialog } = useBulk<User>('users', filter, store);
  const actions = useMemo(
    (): readonly BulkAction<User>[] =>
      !can.includes('user.create')
        ? []
        : [
            { id: 'change', label: tasks('changeAction'), icon: IconPencil, run: open(ChangeUsers) },
            { id: 'disable', label: tasks('disableAction'), icon: IconBan, run: open(disable) },
            { id: 'enable', label: tasks('enableAction'), icon: IconLockOpen, run: open(enable) },
            ...(kind === 'person'
              ? [
                  { id: 'lock', label: tasks('lockAction'), icon: IconLock, run: open(lock) },
                  { id: 'invite', label: tasks('inviteAction'), icon: IconMail, run: open(invite) },
                ]
              : []),
            { id: 'delete', label: tasks('deleteAction'), icon: IconTrash, danger: true, run: open(deleteUsers) },
          ],
    // `open` only sets state: it need not be new for new actions.
    [can, kind],
  );
  return { actions, dialog };
}
