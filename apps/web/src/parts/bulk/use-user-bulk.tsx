import type { User } from '@strongroom/contract';
import { IconBan, IconLock, IconLockOpen, IconMail, IconPencil, IconTrash } from '@tabler/icons-react';
import { useMemo } from 'react';
import { bulk } from '../../lib/messages/bulk.ts';
import { useMe } from '../../lib/session.tsx';
import type { BulkAction } from '../../ui/bulk-action.ts';
import type { SelectionStore } from '../../ui/selection.ts';
import type { Filter } from './selection.ts';
import { later, useBulk } from './use-bulk.tsx';

const ask = () => import('./AskDialogs.tsx');
const deleteUsers = later(async () => (await ask()).deleteDialog('Users'));
const disable = later(async () => (await ask()).askDialog('disable', 'user.disable'));
const enable = later(async () => (await ask()).askDialog('enable', 'user.enable'));
const lock = later(async () => (await ask()).askDialog('lock', 'user.lock'));
const invite = later(async () => (await ask()).askDialog('invite', 'user.invite'));
const change = later(async () => (await import('./ChangeDialogs.tsx')).ChangeUsers);

/** What can be done to many users, for the list's bar, and the dialogs for it. Programs are not invited. */
export function useUserBulk(kind: 'person' | 'api', filter: Filter, store: SelectionStore<User>) {
  const { can } = useMe();
  const { open, dialog } = useBulk<User>('users', filter, store);
  const actions = useMemo(
    (): readonly BulkAction<User>[] =>
      !can.includes('user.create')
        ? []
        : [
            { id: 'change', label: bulk('change'), icon: IconPencil, run: open(change) },
            { id: 'disable', label: bulk('disable'), icon: IconBan, run: open(disable) },
            { id: 'enable', label: bulk('enable'), icon: IconLockOpen, run: open(enable) },
            ...(kind === 'person'
              ? [
                  { id: 'lock', label: bulk('lock'), icon: IconLock, run: open(lock) },
                  { id: 'invite', label: bulk('invite'), icon: IconMail, run: open(invite) },
                ]
              : []),
            { id: 'delete', label: bulk('delete'), icon: IconTrash, danger: true, run: open(deleteUsers) },
          ],
    // `open` only sets state: it need not be new for new actions.
    [can, kind],
  );
  return { actions, dialog };
}
