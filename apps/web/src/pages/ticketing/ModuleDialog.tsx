import { Button, Stack, Textarea } from '@mantine/core';
import { addTicketingModule, readTicketingModuleFile, type TicketingModule } from '@strongroom/contract';
import { useEffect, useState } from 'react';
import { ask } from '../../lib/client.ts';
import { kit } from '../../lib/messages/kit.ts';
import { listeners } from '../../lib/messages/listeners.ts';
import { ticketing } from '../../lib/messages/ticketing.ts';
import { Dialog, DialogActions } from '../../ui/Dialog.tsx';
import { ErrorBox } from '../../ui/ErrorBox.tsx';
import { toast } from '../../ui/toast.tsx';
import { FileField } from '../listeners/FileField.tsx';
import { base64Of, textOf } from '../listeners/file-text.ts';
import type { FormFile } from '../listeners/listener-form.ts';
import { BusyButton } from '../me/BusyButton.tsx';
import { useAction } from '../me/use-action.ts';
import { example, moduleFault } from './module-form.ts';
import css from './ticketing.module.css';

/** Makes another version of the module, which waits. */
export function ModuleDialog(props: {
  readonly newest: TicketingModule | null;
  readonly close: () => void;
  readonly saved: () => Promise<void>;
}) {
  const { newest, close } = props;
  const [file, setFile] = useState<FormFile>({
    ...{ name: newest?.file.name ?? 'ticketing.mjs', text: newest ? '' : example, bytes: null, changed: false },
  });
  const [note, setNote] = useState(newest?.note ?? '');
  const [tried, setTried] = useState(false);
  const [unread, setUnread] = useState<unknown>(null);
  const action = useAction();
  const fault = tried ? moduleFault(file) : null;
  useEffect(() => {
    if (!newest) return;
    let gone = false;
    const fill = async () => {
      const { base64 } = await ask(readTicketingModuleFile, { moduleVersion: newest.version });
      // Whatever was typed meanwhile stays.
      if (!gone) setFile((before) => (before.changed ? before : { ...before, text: textOf(base64) ?? '' }));
    };
    // Without it whoever edits writes all of it anew, and is told so.
    fill().catch((error: unknown) => {
      if (!gone) setUnread(error);
    });
    return () => {
      gone = true;
    };
  }, [newest]);
  const save = () => {
    setTried(true);
    if (moduleFault(file) !== null) return;
    void action.run(async () => {
      await ask(addTicketingModule, {
        ...{ note: note.trim(), file: { name: file.name, base64: base64Of(file.text) }, newest: newest?.version ?? 0 },
      });
      toast({ message: ticketing('module.saved') });
      await props.saved();
    });
  };
  return (
    <Dialog
      open
      close={close}
      closable={!action.busy}
      title={ticketing(newest ? 'module.editTitle' : 'module.newTitle')}
      size={760}
    >
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          save();
        }}
      >
        <Stack gap={14}>
          {unread !== null && <ErrorBox error={unread} />}
          <FileField
            label={listeners('file')}
            help={ticketing('module.fileHelp')}
            file={file}
            error={fault && ticketing(fault)}
            change={setFile}
          />
          {/* The field that would say so is not there. */}
          {file.bytes !== null && (
            <p className={css.fault} role="alert">
              {ticketing('module.fileBinary')}
            </p>
          )}
          <Textarea
            label={listeners('note')}
            description={ticketing('module.noteHelp')}
            maxLength={2000}
            autosize
            minRows={2}
            maxRows={6}
            value={note}
            onChange={(event) => setNote(event.currentTarget.value)}
          />
          {action.error !== null && <ErrorBox error={action.error} />}
        </Stack>
        <DialogActions>
          <Button variant="default" disabled={action.busy} onClick={close}>
            {kit('cancel')}
          </Button>
          <BusyButton type="submit" busy={action.busy}>
            {ticketing('module.save')}
          </BusyButton>
        </DialogActions>
      </form>
    </Dialog>
  );
}
