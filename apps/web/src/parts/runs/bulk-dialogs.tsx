import type { RunKind, RunSelection } from '@strongroom/contract';
import { runs } from '../../lib/messages/runs.ts';
import type { Chosen } from '../../ui/bulk-action.ts';
import { selectionFor, type Filter } from '../bulk/selection.ts';
import { RunDialog } from './RunDialog.tsx';

interface Props {
  readonly chosen: Chosen<unknown>;
  readonly close: () => void;
  readonly filter: Filter;
  readonly kind: RunKind;
  /** Told once it was started: the selection has served. */
  readonly started: () => void;
}

/** What is selected in a list, as a run takes it. */
function selectionOf(
  list: 'accounts' | 'resources',
  filter: Filter,
  chosen: Chosen<unknown>,
  accounts: 'all' | 'sign-in',
): RunSelection {
  const selected = selectionFor(list, filter, chosen);
  if ('ids' in selected)
    return list === 'accounts'
      ? { accountIds: selected.ids as never[] }
      : { resourceIds: selected.ids as never[], accounts };
  return { list, filter: selected.filter, except: selected.except, accounts };
}

/** Resets or verifies the accounts that are selected. */
export function RunAccounts({ chosen, close, filter, kind, started }: Props) {
  return (
    <RunDialog
      kind={kind}
      selection={selectionOf('accounts', filter, chosen, 'all')}
      title={runs(kind === 'reset' ? 'resetAccounts' : 'verifyAccounts', { count: chosen.size })}
      help={runs(kind === 'reset' ? 'resetHelp' : 'verifyHelp')}
      go={runs(kind === 'reset' ? 'resetGo' : 'verifyGo')}
      close={close}
      started={started}
    />
  );
}

/** Resets or verifies the accounts on the resources that are selected; `test` tries only the account that signs in on each. */
export function RunResources({ chosen, close, filter, kind, started, test }: Props & { readonly test?: boolean }) {
  const words = test ? 'test' : kind;
  return (
    <RunDialog
      kind={kind}
      selection={selectionOf('resources', filter, chosen, test ? 'sign-in' : 'all')}
      title={runs(`${words}Resources`, { count: chosen.size })}
      help={runs(`${words}Help`)}
      go={runs(`${words}Go`)}
      close={close}
      started={started}
    />
  );
}
