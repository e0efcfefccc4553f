import { Button, FileInput } from '@mantine/core';
import { useEffect, useState, type FormEvent, type ReactNode } from 'react';
import { certificates } from '../../lib/messages/certificates.ts';
import { Dialog, DialogActions } from '../../ui/Dialog.tsx';
import { ErrorBox } from '../../ui/ErrorBox.tsx';
import { BusyButton } from '../me/BusyButton.tsx';
import { useAction } from '../me/use-action.ts';
import { largestFile } from './certificate-file.ts';
import css from './settings.module.css';

/** Asks for files and sends them. They are read when they are sent, and dropped with the dialog. */
export function FileDialog(props: {
  readonly open: boolean;
  readonly close: () => void;
  readonly title: string;
  readonly label: string;
  readonly help: string;
  readonly accept: string;
  readonly go: string;
  readonly send: (files: readonly Uint8Array[]) => Promise<unknown>;
  /** Further fields. */
  readonly children?: ReactNode;
}) {
  const [files, setFiles] = useState<readonly File[]>([]);
  const [tried, setTried] = useState(false);
  const action = useAction();
  const { open } = props;
  const { clear } = action;
  useEffect(() => {
    if (!open) return;
    setFiles([]);
    setTried(false);
    clear();
  }, [open, clear]);
  const fault =
    files.length === 0
      ? certificates('replace.fileMissing')
      : files.reduce((sum, file) => sum + file.size, 0) > largestFile
        ? certificates('replace.tooLarge')
        : null;
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (fault) return;
    const done = await action.run(async () =>
      props.send(await Promise.all(files.map(async (file) => new Uint8Array(await file.arrayBuffer())))),
    );
    if (done) props.close();
  };
  return (
    <Dialog open={open} close={props.close} title={props.title} closable={!action.busy}>
      <form className={css.fields} onSubmit={(event) => void submit(event)} noValidate>
        {action.error !== null && <ErrorBox error={action.error} />}
        <FileInput
          label={props.label}
          description={props.help}
          withAsterisk
          accept={props.accept}
          multiple
          value={[...files]}
          onChange={setFiles}
          error={tried ? fault : null}
          data-autofocus
        />
        {props.children}
        <DialogActions>
          <Button variant="default" onClick={props.close} disabled={action.busy}>
            {certificates('cancel')}
          </Button>
          <BusyButton type="submit" busy={action.busy}>
            {props.go}
          </BusyButton>
        </DialogActions>
      </form>
    </Dialog>
  );
}
