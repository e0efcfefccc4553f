import {
  countConsumers,
  deleteAccount,
  favouriteAccount,
  rotateAccount,
  verifyAccount,
  type Account,
} from '@strongroom/contract';
import { lazy, Suspense, useCallback, useMemo, useRef, useState, type ReactNode } from 'react';
import { ask } from '../../lib/client.ts';
import { accounts } from '../../lib/messages/accounts.ts';
import { consumers } from '../../lib/messages/consumers.ts';
import { secrets as words } from '../../lib/messages/secrets.ts';
import { ConfirmByName } from '../../ui/ConfirmByName.tsx';
import { toast, toastProblem } from '../../ui/toast.tsx';
import { openUrl } from '../fields/open-url.ts';
import { nameOf, useSecrets } from '../secrets/SecretsProvider.tsx';
import { patchAccount, refreshAccount } from './store.ts';

const ChangePasswordDialog = lazy(() => import('./ChangePasswordDialog.tsx'));
const EditAccountDialog = lazy(() => import('./EditAccountDialog.tsx'));
const ResolveDialog = lazy(() => import('./ResolveDialog.tsx'));
const LargeSecret = lazy(() => import('../secrets/LargeSecret.tsx'));
const UsedByWarning = lazy(() => import('./UsedByWarning.tsx').then((part) => ({ default: part.UsedByWarning })));
const AskDialog = lazy(() => import('../../pages/users/AskDialog.tsx').then((part) => ({ default: part.AskDialog })));
const CopyMoveDialog = lazy(() => import('./CopyMoveDialog.tsx'));

/** What a person can do with an account, from a row, its menu or its drawer. */
export interface AccountActions {
  readonly favourite: (account: Account) => void;
  readonly changePassword: (account: Account) => void;
  readonly rotate: (account: Account) => void;
  readonly verify: (account: Account) => void;
  readonly edit: (account: Account) => void;
  readonly copyOrMove: (account: Account) => void;
  readonly remove: (account: Account) => void;
  readonly resolve: (account: Account) => void;
  readonly showLarge: (account: Account) => void;
  readonly openUrl: (account: Account) => void;
}

type Dialogue = 'rotate' | 'change' | 'edit' | 'copyMove' | 'remove' | 'resolve' | 'large';

async function setFavourite(account: Account, favourite: boolean, undoable: boolean): Promise<void> {
  patchAccount(account.id, { favourite });
  try {
    await ask(favouriteAccount, { accountId: account.id, favourite });
    void refreshAccount(account);
  } catch (error) {
    patchAccount(account.id, { favourite: !favourite });
    toastProblem(error);
    return;
  }
  if (!undoable) return;
  toast({
    id: `favourite-${account.id}`,
    message: accounts(favourite ? 'favouriteAdded' : 'favouriteRemoved', { name: nameOf(account) }),
    undo: () => void setFavourite(account, !favourite, false),
  });
}

async function verify(account: Account): Promise<void> {
  const id = `verify-${account.id}`;
  const name = nameOf(account);
  toast({ id, message: accounts('verifying', { name }), seconds: 0 });
  try {
    const proof = await ask(verifyAccount, { accountId: account.id });
    patchAccount(account.id, { proof });
    void refreshAccount(account);
    const key = `verified-${proof.health}`;
    const good = proof.health === 'proven';
    toast({
      id,
      message: accounts(accounts.has(key) ? key : 'verified-other', { name }),
      tone: good ? 'info' : 'bad',
      ...(good ? { seconds: 5 } : {}),
    });
  } catch (error) {
    toast({ id, message: accounts('verified-other', { name }), seconds: 1 });
    toastProblem(error);
  }
}

/**
 * The actions on accounts and the dialogs they need. `onAttempt` is told of each rotation that begins, so that the page
 * can show how it goes on.
 */
export function useAccountActions(onAttempt: (account: Account, attemptId: string) => void): {
  readonly actions: AccountActions;
  readonly dialogs: ReactNode;
} {
  const secrets = useSecrets();
  const [open, setOpen] = useState<{ readonly what: Dialogue; readonly account: Account } | null>(null);
  const tell = useRef(onAttempt);
  tell.current = onAttempt;

  const rotateNow = useCallback(
    async (account: Account): Promise<void> => {
      const why = await secrets.whyChange(account, words('whyRotate', { name: nameOf(account) }));
      if (!why) return;
      try {
        const { attemptId } = await ask(rotateAccount, { accountId: account.id, ...why });
        patchAccount(account.id, { attempt: { id: attemptId, state: 'prepared', why: null } });
        tell.current(account, attemptId);
        void refreshAccount(account);
      } catch (error) {
        toastProblem(error);
      }
    },
    [secrets],
  );

  const actions = useMemo<AccountActions>(() => {
    const show = (what: Dialogue) => (account: Account) => setOpen({ what, account });
    const rotate = async (account: Account) => {
      try {
        // Where programs use it somebody should know before, not after.
        const { items } = await ask(countConsumers, { accountIds: [account.id] });
        if (items.length > 0) setOpen({ what: 'rotate', account });
        else await rotateNow(account);
      } catch (error) {
        toastProblem(error);
      }
    };
    return {
      favourite: (account) => void setFavourite(account, !account.favourite, true),
      verify: (account) => void verify(account),
      rotate: (account) => void rotate(account),
      changePassword: show('change'),
      edit: show('edit'),
      copyOrMove: show('copyMove'),
      remove: show('remove'),
      resolve: show('resolve'),
      showLarge: show('large'),
      openUrl: (account) => void openUrl(account, secrets.withWhy),
    };
  }, [secrets, rotateNow]);

  const close = () => setOpen(null);
  const account = open?.account;
  const dialogs = account && (
    <Suspense fallback={null}>
      {open.what === 'rotate' && (
        <AskDialog
          open
          close={close}
          title={words('whyRotate', { name: nameOf(account) })}
          body={consumers('rotateBody')}
          keep={consumers('keepPassword')}
          go={consumers('rotateAnyway')}
          does={() => rotateNow(account)}
        >
          <UsedByWarning accountIds={[account.id]} />
        </AskDialog>
      )}
      {open.what === 'change' && (
        <ChangePasswordDialog account={account} close={close} onAttempt={(id) => tell.current(account, id)} />
      )}
      {open.what === 'edit' && <EditAccountDialog account={account} close={close} />}
      {open.what === 'copyMove' && <CopyMoveDialog account={account} close={close} />}
      {open.what === 'resolve' && <ResolveDialog account={account} close={close} />}
      {open.what === 'large' && <LargeSecret subject={account} close={close} />}
      {open.what === 'remove' && (
        <ConfirmByName
          open
          close={close}
          title={accounts('removeTitle', { name: nameOf(account) })}
          name={account.username}
          keep={accounts('removeKeep')}
          go={accounts('remove')}
          does={async () => {
            await ask(deleteAccount, { accountId: account.id });
            await refreshAccount(account);
            toast({ message: accounts('removed', { name: nameOf(account) }) });
          }}
        >
          <p>{accounts('removeText', { count: account.secretVersion })}</p>
          <UsedByWarning accountIds={[account.id]} />
        </ConfirmByName>
      )}
    </Suspense>
  );
  return { actions, dialogs };
}
