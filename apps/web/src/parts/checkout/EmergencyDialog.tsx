import { Button, Checkbox, Textarea, TextInput } from '@mantine/core';
import { breakGlass, type AccountId } from '@strongroom/contract';
import { IconAlertTriangle } from '@tabler/icons-react';
import { useState } from 'react';
import { ask, ProblemError } from '../../lib/client.ts';
import { asking } from '../../lib/messages/asking.ts';
import { useMe } from '../../lib/session.tsx';
import { BusyButton } from '../../pages/me/BusyButton.tsx';
import { useAction } from '../../pages/me/use-action.ts';
import { Dialog, DialogActions } from '../../ui/Dialog.tsx';
import { ErrorBox } from '../../ui/ErrorBox.tsx';
import { toast } from '../../ui/toast.tsx';
import { nameOf } from '../secrets/SecretsProvider.tsx';
import css from './access.module.css';
import { refreshAccess } from './refresh.ts';
import type { Wanted } from './use-checkout.ts';

/** Opens a password without approval, behind a warning that says what follows. */
export default function EmergencyDialog({ account, close }: { readonly account: Wanted; readonly close: () => void }) {
  const { preferences } = useMe();
  const [reason, setReason] = useState('');
  const [ticket, setTicket] = useState('');
  const [sure, setSure] = useState(false);
  const [tried, setTried] = useState(false);
  const [needsTicket, setNeedsTicket] = useState(preferences.ticketToReveal);
  const action = useAction();
  const name = nameOf(account);
  const short = reason.trim().length < 10;
  const noTicket = needsTicket && ticket.trim() === '';
  const go = async () => {
    setTried(true);
    if (short || noTicket || !sure) return;
    const done = await action.run(async () => {
      try {
        await ask(breakGlass, {
          accountId: account.id as AccountId,
          reason: reason.trim(),
          ...(ticket.trim() ? { ticket: ticket.trim() } : {}),
        });
      } catch (error) {
        if (error instanceof ProblemError && error.code.startsWith('ticket-')) setNeedsTicket(true);
        throw error;
      } finally {
        void refreshAccess(account);
      }
    });
    if (!done) return;
    toast({ message: asking('emergencyDone', { name }) });
    close();
  };
  return (
    <Dialog open close={close} title={asking('emergencyTitle', { name })} closable={!action.busy}>
      <form
        className={css.form}
        onSubmit={(event) => {
          event.preventDefault();
          void go();
        }}
      >
        <p className={css.warn}>
          <IconAlertTriangle size={17} aria-hidden />
          <span>
            <b>{asking('emergencyWarn')}</b>
            {asking('emergencyText')}
          </span>
        </p>
        <Textarea
          label={asking('emergencyReason')}
          withAsterisk
          autosize
          minRows={2}
          maxRows={6}
          maxLength={500}
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
          error={tried && short ? asking('emergencyShort') : null}
          data-autofocus
        />
        {needsTicket && (
          <TextInput
            label={asking('ticket')}
            description={asking('ticketHelp')}
            withAsterisk
            maxLength={100}
            value={ticket}
            onChange={(event) => setTicket(event.currentTarget.value)}
            error={tried && noTicket ? asking('ticketMissing') : null}
          />
        )}
        <Checkbox
          label={asking('emergencyTick')}
          checked={sure}
          onChange={(event) => setSure(event.currentTarget.checked)}
          error={tried && !sure ? asking('emergencyTickMissing') : null}
        />
        {action.error !== null && <ErrorBox error={action.error} />}
        <DialogActions>
          <Button variant="default" disabled={action.busy} onClick={close}>
            {asking('cancel')}
          </Button>
          <BusyButton type="submit" color="red" busy={action.busy}>
            {asking('emergencyGo')}
          </BusyButton>
        </DialogActions>
      </form>
    </Dialog>
  );
}
