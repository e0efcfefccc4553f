import type { Resource, RunKind } from '@strongroom/contract';
import {
  IconFolderPlus,
  IconPencil,
  IconPlugConnected,
  IconRefresh,
  IconShare3,
  IconSettingsAutomation,
  IconShield,
  IconShieldCheck,
  IconTag,
  IconTransfer,
  IconTrash,
} from '@tabler/icons-react';
import { lazy, useMemo } from 'react';
import { bulk } from '../../lib/messages/bulk.ts';
import { useMe } from '../../lib/session.tsx';
import type { BulkAction, Chosen } from '../../ui/bulk-action.ts';
import type { SelectionStore } from '../../ui/selection.ts';
import type { Filter } from './selection.ts';
import { later, useBulk, type BulkDialog } from './use-bulk.tsx';

type Listed = Pick<Resource, 'id' | 'name' | 'type'>;
const give = () => import('./GiveDialogs.tsx');
const tag = later(async () => (await give()).TagResources);
const group = later(async () => (await give()).GroupResources);
const share = later(async () => (await give()).ShareResources);
const transfer = later(async () => (await give()).TransferResources);
const change = later(async () => (await import('./ChangeDialogs.tsx')).ChangeResources);
const deleteResources = later(async () => (await import('./AskDialogs.tsx')).deleteDialog('Resources'));
const RunResources = lazy(async () => ({ default: (await import('../runs/bulk-dialogs.tsx')).RunResources }));
const control = later(async () => (await import('./ControlDialogs.tsx')).ControlResources);
const ResetResources = lazy(async () => ({ default: (await import('./ResetDialog.tsx')).ResetResources }));

/** What can be done to many resources, for the list's bar, and the dialogs for it. What one's role never allows is absent. */
export function useResourceBulk<T extends Listed>(filter: Filter, store: SelectionStore<T>) {
  const { can } = useMe();
  const { open, dialog } = useBulk<T>('resources', filter, store);
  const key = JSON.stringify(filter);
  const type = typeof filter['type'] === 'string' ? filter['type'] : undefined;
  const actions = useMemo((): readonly BulkAction<T>[] => {
    const mixed = ({ picked, rows }: Chosen<T>): string | undefined =>
      type !== undefined || (!('all' in picked) && new Set(rows.map((row) => row.type)).size === 1)
        ? undefined
        : bulk('resetOneType');
    const run =
      (kind: RunKind, test = false): BulkDialog<T> =>
      ({ chosen, close }) => (
        <RunResources
          kind={kind}
          test={test}
          chosen={chosen}
          close={close}
          filter={filter}
          started={() => store.clear()}
        />
      );
    const mayManage = can.includes('resource.create');
    const mayShare = can.includes('principal.list');
    return [
      { id: 'rotate', label: bulk('rotate'), icon: IconRefresh, run: open(run('reset')) },
      { id: 'verify', label: bulk('verify'), icon: IconShieldCheck, run: open(run('verify')) },
      ...(mayManage
        ? [
            { id: 'change', label: bulk('change'), icon: IconPencil, run: open(change) },
            { id: 'tag', label: bulk('tag'), icon: IconTag, run: open(tag) },
            { id: 'group', label: bulk('group'), icon: IconFolderPlus, run: open(group) },
            {
              id: 'reset',
              label: bulk('reset'),
              icon: IconSettingsAutomation,
              disabledWhy: mixed,
              run: open((props) => <ResetResources {...props} type={type} filter={filter} />),
            },
            { id: 'test', label: bulk('test'), icon: IconPlugConnected, run: open(run('verify', true)) },
          ]
        : []),
      ...(mayShare
        ? [
            { id: 'share', label: bulk('share'), icon: IconShare3, run: open(share) },
            { id: 'transfer', label: bulk('transfer'), icon: IconTransfer, run: open(transfer) },
          ]
        : []),
      ...(mayManage
        ? [
            { id: 'control', label: bulk('control'), icon: IconShield, run: open(control) },
            { id: 'delete', label: bulk('delete'), icon: IconTrash, danger: true, run: open(deleteResources) },
          ]
        : []),
    ];
    // `open` only sets state: it need not be new for new actions. A run is for the filters of this moment.
  }, [can, type, key]);
  return { actions, dialog };
}
