import { Button, Radio, Stack, Textarea, TextInput } from '@mantine/core';
import { requestAccount, type AccountId } from '@strongroom/contract';
import { useEffect, useRef, useState } from 'react';
import { ask, ProblemError } from '../../lib/client.ts';
import { exact } from '../../lib/format.ts';
import { asking } from '../../lib/messages/asking.ts';
import { tell } from '../../lib/problem.ts';
import { useMe } from '../../lib/session.tsx';
import { BusyButton } from '../../pages/me/BusyButton.tsx';
import { useAction } from '../../pages/me/use-action.ts';
import { Dialog, DialogActions } from '../../ui/Dialog.tsx';
import { ErrorBox } from '../../ui/ErrorBox.tsx';
import { toast } from '../../ui/toast.tsx';
import { nameOf } from '../secrets/SecretsProvider.tsx';
import css from './access.module.css';
import { refreshAccess } from './refresh.ts';
import { emptyRequest, requestFaults, requestOf, type RequestDraft } from './request-form.ts';
import type { Wanted } from './use-checkout.ts';

/** What is said against the ticket that was given; undefined when nothing is. */
const ticketFault = (error: unknown): string | undefined =>
  error instanceof ProblemError && error.code.startsWith('ticket-') ? tell(error).text : undefined;

/** Asks for a password to which access is controlled: why, under which ticket, and for when. */
export default function RequestDialog({ account, close }: { readonly account: Wanted; readonly close: () => void }) {
  const { preferences } = useMe();
  const [draft, setDraft] = useState<RequestDraft>(emptyRequest);
  const [tried, setTried] = useState(false);
  const [needsTicket, setNeedsTicket] = useState(preferences.ticketToRequest);
  const action = useAction();
  const faults = requestFaults(draft, needsTicket);
  const shown = tried ? faults : {};
  const refused = ticketFault(action.error);
  const ticketField = useRef<HTMLInputElement>(null);
  useEffect(() => {
    // What is wrong is said there, and set right there.
    if (refused !== undefined) ticketField.current?.focus();
  }, [refused, action.error]);
  const name = nameOf(account);
  const set = (change: Partial<RequestDraft>) => setDraft((before) => ({ ...before, ...change }));
  const send = async () => {
    setTried(true);
    if (Object.keys(faults).length > 0) return;
    const done = await action.run(async () => {
      try {
        const got = await ask(requestAccount, { accountId: account.id as AccountId, ...requestOf(draft) });
        const later = got.startsAt !== null && Date.parse(got.startsAt) > Date.now();
        toast({
          message:
            got.state !== 'approved'
              ? asking('asked')
              : later
                ? asking('askedLater', { at: exact(got.startsAt ?? '') })
                : asking('askedApproved', { name }),
        });
      } catch (error) {
        // The setting changed since this page was opened: now there is a field for it.
        if (ticketFault(error) !== undefined) setNeedsTicket(true);
        throw error;
      } finally {
        void refreshAccess(account);
      }
    });
    if (done) close();
  };
  const needed = account.access?.approvalsNeeded ?? 1;
  const holder = account.access?.state === 'in-use' ? account.access.holder : null;
  return (
    <Dialog open close={close} title={asking('askTitle', { name })} closable={!action.busy}>
      <form
        className={css.form}
        onSubmit={(event) => {
          event.preventDefault();
          void send();
        }}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) void send();
        }}
      >
        <p className={css.say}>{asking('askNeeded', { needed })}</p>
        {holder && <p className={css.say}>{asking('askInUse', { name: holder })}</p>}
        <Textarea
          label={asking('reason')}
          description={asking('reasonHelp')}
          withAsterisk
          autosize
          minRows={2}
          maxRows={6}
          maxLength={500}
          value={draft.reason}
          onChange={(event) => set({ reason: event.currentTarget.value })}
          error={shown.reason}
          data-autofocus
        />
        {needsTicket && (
          <TextInput
            label={asking('ticket')}
            description={asking('ticketHelp')}
            withAsterisk
            maxLength={100}
            value={draft.ticket}
            ref={ticketField}
            onChange={(event) => {
              set({ ticket: event.currentTarget.value });
              action.clear();
            }}
            error={shown.ticket ?? refused}
          />
        )}
        <Radio.Group
          label={asking('when')}
          value={draft.later ? 'later' : 'now'}
          onChange={(value) => set({ later: value === 'later' })}
        >
          <Stack gap={8} mt={6}>
            <Radio value="now" label={asking('whenNow')} />
            <Radio value="later" label={asking('whenLater')} />
          </Stack>
        </Radio.Group>
        {draft.later && (
          <div>
            <div className={css.pair}>
              <TextInput
                type="datetime-local"
                label={asking('startsAt')}
                value={draft.from}
                onChange={(event) => set({ from: event.currentTarget.value })}
                error={shown.from}
              />
              <TextInput
                type="datetime-local"
                label={asking('endsAt')}
                value={draft.until}
                onChange={(event) => set({ until: event.currentTarget.value })}
                error={shown.until}
              />
            </div>
            <p className={css.say}>{asking('windowHelp')}</p>
          </div>
        )}
        {action.error !== null && refused === undefined && <ErrorBox error={action.error} />}
        <DialogActions>
          <Button variant="default" disabled={action.busy} onClick={close}>
            {asking('cancel')}
          </Button>
          <BusyButton type="submit" busy={action.busy}>
            {asking('ask')}
          </BusyButton>
        </DialogActions>
      </form>
    </Dialog>
  );
}
