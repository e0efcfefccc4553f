import { Button, Stack } from '@mantine/core';
import { placeKey, type Account, type AccountId } from '@strongroom/contract';
import { useState } from 'react';
import { ask } from '../../lib/client.ts';
import { kit } from '../../lib/messages/kit.ts';
import { sshKeys } from '../../lib/messages/keys.ts';
import { BusyButton } from '../../pages/me/BusyButton.tsx';
import { useAction } from '../../pages/me/use-action.ts';
import { Dialog, DialogActions } from '../../ui/Dialog.tsx';
import { ErrorBox } from '../../ui/ErrorBox.tsx';
import { toast } from '../../ui/toast.tsx';
import { AccountSelect } from '../accounts/AccountSelect.tsx';
import { refreshKey } from './key-query.ts';

/** Chooses an account that a key is to open: its own at first. */
export default function PlaceDialog({ account, close }: { readonly account: Account; readonly close: () => void }) {
  const [chosen, setChosen] = useState<AccountId | null>(account.id);
  const action = useAction();
  const submit = async () => {
    if (chosen === null) return;
    const went = await action.run(async () => {
      await ask(placeKey, { accountId: account.id, accountIds: [chosen] });
      toast({ message: sshKeys('placed') });
      await refreshKey(account.id);
    });
    if (went) close();
  };
  return (
    <Dialog open close={close} title={sshKeys('placeTitle')} closable={!action.busy}>
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <Stack gap={14}>
          <p className="dim">{sshKeys('placeText')}</p>
          <AccountSelect
            label={sshKeys('account')}
            chosen={chosen}
            choose={setChosen}
            error={chosen === null ? sshKeys('placeMissing') : undefined}
          />
          {action.error !== null && <ErrorBox error={action.error} />}
        </Stack>
        <DialogActions>
          <Button variant="default" onClick={close} disabled={action.busy}>
            {kit('cancel')}
          </Button>
          <BusyButton busy={action.busy} type="submit">
            {sshKeys('placeGo')}
          </BusyButton>
        </DialogActions>
      </form>
    </Dialog>
  );
}
