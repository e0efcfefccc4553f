import type { Account, RunKind } from '@strongroom/contract';
import { IconPencil, IconRefresh, IconShare3, IconShield, IconShieldCheck, IconTrash } from '@tabler/icons-react';
import { lazy, useMemo } from 'react';
import { bulk } from '../../lib/messages/bulk.ts';
import { useMe } from '../../lib/session.tsx';
import type { BulkAction } from '../../ui/bulk-action.ts';
import type { SelectionStore } from '../../ui/selection.ts';
import type { Filter } from './selection.ts';
import { later, useBulk, type BulkDialog } from './use-bulk.tsx';

const ask = () => import('./AskDialogs.tsx');
const deleteAccounts = later(async () => (await ask()).deleteDialog('Accounts'));
const RunAccounts = lazy(async () => ({ default: (await import('../runs/bulk-dialogs.tsx')).RunAccounts }));
const change = later(async () => (await import('./ChangeDialogs.tsx')).ChangeAccounts);
const control = later(async () => (await import('./ControlDialogs.tsx')).ControlAccounts);
const share = later(async () => (await import('./GiveDialogs.tsx')).ShareAccounts);

/** What can be done to many accounts, for the list's bar, and the dialogs for it. */
export function useAccountBulk(filter: Filter, store: SelectionStore<Account>) {
  const { can } = useMe();
  const { open, dialog } = useBulk<Account>('accounts', filter, store);
  const key = JSON.stringify(filter);
  const actions = useMemo((): readonly BulkAction<Account>[] => {
    const run =
      (kind: RunKind): BulkDialog<Account> =>
      ({ chosen, close }) => (
        <RunAccounts kind={kind} chosen={chosen} close={close} filter={filter} started={() => store.clear()} />
      );
    const mayManage = can.includes('resource.create');
    return [
      { id: 'verify', label: bulk('verify'), icon: IconShieldCheck, run: open(run('verify')) },
      { id: 'rotate', label: bulk('rotate'), icon: IconRefresh, run: open(run('reset')) },
      ...(can.includes('principal.list')
        ? [{ id: 'share', label: bulk('share'), icon: IconShare3, run: open(share) }]
        : []),
      ...(mayManage
        ? [
            { id: 'change', label: bulk('change'), icon: IconPencil, run: open(change) },
            { id: 'control', label: bulk('control'), icon: IconShield, run: open(control) },
            { id: 'delete', label: bulk('delete'), icon: IconTrash, danger: true, run: open(deleteAccounts) },
          ]
        : []),
    ];
    // A run is for the filters of this moment.
  }, [can, key]);
  return { actions, dialog };
}
