import { Button, Textarea, TextInput } from '@mantine/core';
import { setDeputy, type Deputy } from '@strongroom/contract';
import { useState } from 'react';
import { ask } from '../../lib/client.ts';
import { away } from '../../lib/messages/away.ts';
import { keys, queries } from '../../lib/query.ts';
import { UserPicker } from '../../parts/checkout/UserPicker.tsx';
import { Dialog, DialogActions } from '../../ui/Dialog.tsx';
import { ErrorBox } from '../../ui/ErrorBox.tsx';
import { toast } from '../../ui/toast.tsx';
import { BusyButton } from '../me/BusyButton.tsx';
import { useAction } from '../me/use-action.ts';
import { awayFaults, deputyGiven, startOf, type AwayDraft } from './away.ts';
import css from './requests.module.css';

/** Asks who decides while the signed-in user is away, and from when until when. `own`: who was named already. */
export default function AwayDialog({ own, close }: { readonly own: Deputy | null; readonly close: () => void }) {
  const [draft, setDraft] = useState<AwayDraft>(() => startOf(own));
  const [tried, setTried] = useState(false);
  const action = useAction();
  const faults = awayFaults(draft);
  const shown = tried ? faults : {};
  const set = (change: Partial<AwayDraft>) => setDraft((before) => ({ ...before, ...change }));
  const save = async () => {
    setTried(true);
    if (Object.keys(faults).length > 0) return;
    const done = await action.run(async () => {
      const after = await ask(setDeputy, deputyGiven(draft, own));
      toast({ message: away('saved', { name: after.deputyFullName }) });
      await queries.invalidateQueries({ queryKey: keys.deputy });
    });
    if (done) close();
  };
  return (
    <Dialog open close={close} title={away('dialog')} closable={!action.busy}>
      <form
        className={css.form}
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void save();
        }}
      >
        <p className="dim">{away('help')}</p>
        <UserPicker
          part="deputy"
          label={away('deputy')}
          help={away('deputyHelp')}
          required
          autoFocus={own === null}
          people={draft.person ? [draft.person] : []}
          change={(people) => set({ person: people.at(-1) ?? null })}
          error={shown.person}
        />
        <div className={css.pair}>
          <TextInput
            type="datetime-local"
            label={away('from')}
            withAsterisk
            value={draft.from}
            onChange={(event) => set({ from: event.currentTarget.value })}
            error={shown.from}
          />
          <TextInput
            type="datetime-local"
            label={away('until')}
            withAsterisk
            value={draft.until}
            onChange={(event) => set({ until: event.currentTarget.value })}
            error={shown.until}
            {...(own ? { 'data-autofocus': true } : {})}
          />
        </div>
        <Textarea
          label={away('note')}
          autosize
          minRows={2}
          maxRows={5}
          maxLength={500}
          value={draft.note}
          onChange={(event) => set({ note: event.currentTarget.value })}
        />
        {action.error !== null && <ErrorBox error={action.error} />}
        <DialogActions>
          <Button variant="default" disabled={action.busy} onClick={close}>
            {away('cancel')}
          </Button>
          <BusyButton type="submit" busy={action.busy}>
            {away('save')}
          </BusyButton>
        </DialogActions>
      </form>
    </Dialog>
  );
}
