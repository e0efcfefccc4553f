import { Button } from '@mantine/core';
import { useState } from 'react';
import { files } from '../../lib/messages/files.ts';
import { Dialog, DialogActions } from '../../ui/Dialog.tsx';
import { ErrorBox } from '../../ui/ErrorBox.tsx';
import { toast } from '../../ui/toast.tsx';
import type { FileTarget } from './target.ts';

/** Asks once before a file of a field is deleted. */
export default function RemoveDialog({ target, close }: { readonly target: FileTarget; readonly close: () => void }) {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const file = target.file?.name ?? '';
  const remove = async () => {
    if (busy || !target.remove) return;
    setBusy(true);
    try {
      await target.remove();
      await target.refresh();
      toast({ message: files('removed', { file }) });
      close();
    } catch (failure) {
      setError(failure);
      setBusy(false);
    }
  };
  return (
    <Dialog open close={close} title={files('removeTitle', { file })} closable={!busy}>
      <p>{files('removeText')}</p>
      {error !== null && <ErrorBox error={error} />}
      <DialogActions>
        <Button variant="default" data-autofocus onClick={close} disabled={busy}>
          {files('removeKeep')}
        </Button>
        <Button color="red" aria-disabled={busy} onClick={() => void remove()}>
          {files('remove')}
        </Button>
      </DialogActions>
    </Dialog>
  );
}
