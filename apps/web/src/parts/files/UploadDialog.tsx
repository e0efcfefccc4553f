import { Button } from '@mantine/core';
import { useState, type FormEvent } from 'react';
import { files } from '../../lib/messages/files.ts';
import { kit } from '../../lib/messages/kit.ts';
import { Dialog, DialogActions } from '../../ui/Dialog.tsx';
import { FileDrop } from './FileDrop.tsx';
import css from './files.module.css';
import type { FileTarget } from './target.ts';
import { useFileFault } from './use-file-fault.ts';

/** Asks for a file, by dropping or choosing it. Closes at once when it is sent: how far it is shows where the file will be. */
export default function UploadDialog(props: {
  readonly target: FileTarget;
  readonly close: () => void;
  readonly send: (file: File) => void;
}) {
  const { target, close } = props;
  const [file, setFile] = useState<File | null>(null);
  const [tried, setTried] = useState(false);
  const faultOf = useFileFault();
  const fault = file ? faultOf(file) : files('missing');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (file && !fault) props.send(file);
  };
  const present = target.file;
  const words = { file: present?.name ?? '', name: target.name };
  return (
    <Dialog open close={close} title={files(present ? 'replaceOf' : 'uploadTo', words)}>
      <form onSubmit={submit}>
        {present && <p className={css.say}>{files(target.keepsFormer ? 'replaceText' : 'replaceField', words)}</p>}
        <FileDrop label={files('file')} file={file} onFile={setFile} fault={tried || file ? fault : null} autoFocus />
        <DialogActions>
          <Button variant="default" onClick={close}>
            {kit('cancel')}
          </Button>
          <Button type="submit">{files(present ? 'replace' : 'upload')}</Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
