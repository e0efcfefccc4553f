import { Button, Stack, Textarea } from '@mantine/core';
import { addTicketingModule, readTicketingModuleFile, type TicketingModule } from '@strongroom/contract';
import { useEffect, useState } from 'react';
import { ask } from '../../lib/client.ts';
import { kit } from '../../lib/messages/kit.ts';
import { listeners } from '../../lib/messages/listeners.ts';
import { ticketing } from '../../lib/messages/ticketing.ts';
import { fieldErrors } from '../../lib/problem.ts';
import { Dialog, DialogActions } from '../../ui/Dialog.tsx';
import { ErrorBox } from '../../ui/ErrorBox.tsx';
import { toast } from '../../ui/toast.tsx';
import { FileField } from '../listeners/FileField.tsx';
import { base64Of, textOf } from '../listeners/file-text.ts';
import type { FormFile } from '../listeners/listener-form.ts';
import { BusyButton } from '../me/BusyButton.tsx';
import { useAction } from '../me/use-action.ts';

/** What a new module begins with: all that it gets and all that it may say. */
const example = `// Gets the ticket, the address, user name and password or key that are set, and what the ticket is used for
// (use.user, use.account, use.resource, use['request-type'] …; null for a test).
export default async function ({ ticket, url, username, secret, use }) {
  const answer = await fetch(\`\${url}/tickets/\${encodeURIComponent(ticket)}\`, {
    headers: { authorization: \`Bearer \${secret}\` },
  });
  if (answer.status === 404) return { exists: false };
  // Whatever is thrown counts as: it could not be checked.
  if (!answer.ok) throw new Error(\`status \${answer.status}\`);
  const found = await answer.json();
  return {
    exists: true,
    closed: found.status === 'closed',
    state: found.status,
    // What the rules on the page Ticketing can compare.
    fields: found,
    // Leave both out to compare by those rules alone.
    fits: use === null || found.subject.includes(use.resource),
    why: 'It names another resource.',
  };
}
`;

/** Makes another version of the module, which waits. */
export function ModuleDialog(props: {
  readonly newest: TicketingModule | null;
  readonly close: () => void;
  readonly saved: () => Promise<void>;
}) {
  const { newest } = props;
  const [file, setFile] = useState<FormFile>({
    ...{ name: newest?.file.name ?? 'ticketing.mjs', text: newest ? '' : example, bytes: null, changed: false },
  });
  const [note, setNote] = useState(newest?.note ?? '');
  const [missing, setMissing] = useState(false);
  const action = useAction();
  const errors = fieldErrors(action.error);
  useEffect(() => {
    if (!newest) return;
    let gone = false;
    const fill = async () => {
      const { base64 } = await ask(readTicketingModuleFile, { moduleVersion: newest.version });
      // Whatever was typed meanwhile stays.
      if (!gone) setFile((before) => (before.changed ? before : { ...before, text: textOf(base64) ?? '' }));
    };
    // Without it whoever edits writes all of it anew.
    fill().catch(() => undefined);
    return () => {
      gone = true;
    };
  }, [newest]);
  const save = () =>
    action.run(async () => {
      const content = file.bytes ?? file.text;
      setMissing(content.length === 0);
      if (content.length === 0) return;
      await ask(addTicketingModule, {
        ...{ note: note.trim(), file: { name: file.name, base64: base64Of(content) }, newest: newest?.version ?? 0 },
      });
      await props.saved();
      toast({ message: ticketing('module.saved') });
    });
  return (
    <Dialog
      open
      close={props.close}
      title={ticketing(newest ? 'module.editTitle' : 'module.newTitle')}
      size={760}
    >
      <Stack gap={14}>
        {action.error !== null && <ErrorBox error={action.error} />}
        <FileField
          label={listeners('file')}
          help={ticketing('module.fileHelp')}
          file={file}
          error={missing ? ticketing('module.fileMissing') : (errors['file.name'] ?? null)}
          change={setFile}
        />
        <Textarea
          label={listeners('note')}
          maxLength={2000}
          autosize
          minRows={2}
          value={note}
          onChange={(event) => setNote(event.currentTarget.value)}
        />
      </Stack>
      <DialogActions>
        <Button variant="default" onClick={props.close}>
          {kit('cancel')}
        </Button>
        <BusyButton busy={action.busy} onClick={() => void save()}>
          {ticketing('module.save')}
        </BusyButton>
      </DialogActions>
    </Dialog>
  );
}
