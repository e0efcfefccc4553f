import { Button, Loader, TextInput } from '@mantine/core';
import { useEffect, useState, type ReactNode } from 'react';
import { kit } from '../lib/messages/kit.ts';
import { Dialog, DialogActions } from './Dialog.tsx';
import { ErrorBox } from './ErrorBox.tsx';
import css from './form.module.css';

/**
 * Asks before something that cannot come back: the red button works only once the name is typed.
 * `does` is awaited; its failure is shown in the dialog, which then stays.
 */
export function ConfirmByName(props: {
  readonly open: boolean;
  readonly close: () => void;
  /** A question with the object: "Delete fra-app-lnx-042?" */
  readonly title: string;
  readonly name: string;
  /** What is lost. */
  readonly children: ReactNode;
  /** "Keep resource" */
  readonly keep: string;
  /** "Delete resource" */
  readonly go: string;
  readonly does: () => Promise<unknown>;
}) {
  const [typed, setTyped] = useState('');
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  useEffect(() => {
    if (!props.open) return;
    setTyped('');
    setError(null);
  }, [props.open]);
  const matches = typed.trim() === props.name;
  const go = async () => {
    if (!matches || busy) return;
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
    <Dialog open={props.open} close={props.close} title={props.title} closable={!busy}>
      <form
        className={css.confirm}
        onSubmit={(event) => {
          event.preventDefault();
          void go();
        }}
      >
        {props.children}
        <TextInput
          label={kit.rich('typeName', { name: <bdi className="mono">{props.name}</bdi> })}
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
          autoComplete="off"
          spellCheck={false}
        />
        {error !== null && <ErrorBox error={error} />}
        <DialogActions>
          <Button variant="default" data-autofocus onClick={props.close} disabled={busy}>
            {props.keep}
          </Button>
          <Button
            type="submit"
            color="red"
            disabled={!matches}
            aria-disabled={busy}
            {...(busy ? { leftSection: <Loader size={14} color="currentColor" /> } : {})}
          >
            {props.go}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
