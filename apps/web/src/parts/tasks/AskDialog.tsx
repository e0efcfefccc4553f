import { Button } from '@mantine/core';
import { useState } from 'react';
import { Dialog, DialogActions } from '../../ui/Dialog.tsx';
import { ErrorBox } from '../../ui/ErrorBox.tsx';
import css from './tasks.module.css';

/** Asks before work is ended or taken back: says what follows. A failure is shown in the dialog, which then stays. */
export function AskDialog(props: {
  readonly open: boolean;
  readonly close: () => void;
  readonly title: string;
  readonly body: string;
  readonly keep: string;
  readonly go: string;
  readonly does: () => Promise<unknown>;
}) {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const close = () => {
    setError(null);
    props.close();
  };
  const go = async () => {
    setBusy(true);
    setError(null);
    try {
      await props.does();
      props.close();
    } catch (failure) {
      setError(failure);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Dialog open={props.open} close={close} title={props.title} closable={!busy}>
      <div className={css.asks}>
        <p>{props.body}</p>
        {error !== null && <ErrorBox error={error} />}
      </div>
      <DialogActions>
        <Button variant="default" data-autofocus disabled={busy} onClick={close}>
          {props.keep}
        </Button>
        <Button color="red" loading={busy} onClick={() => void go()}>
          {props.go}
        </Button>
      </DialogActions>
    </Dialog>
  );
}
