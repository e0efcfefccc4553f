import { Button } from '@mantine/core';
import { useState, type ReactNode } from 'react';
import { tasks } from '../../lib/messages/tasks.ts';
import { Dialog, DialogActions } from '../../ui/Dialog.tsx';
import { ErrorBox } from '../../ui/ErrorBox.tsx';
import css from './bulk.module.css';
import type { Work } from './selection.ts';

/** The form that work for many has: its fields, and what it does. */
export function WorkDialog(props: {
  readonly title: string;
  readonly help?: string;
  readonly go: string;
  readonly danger?: boolean;
  readonly close: () => void;
  /** What to do; a text says what is missing. */
  readonly work: () => Work | string;
  readonly start: (work: Work) => Promise<void>;
  readonly wide?: boolean;
  readonly children?: ReactNode;
}) {
  const [busy, setBusy] = useState(false);
  const [missing, setMissing] = useState<string | null>(null);
  const [error, setError] = useState<unknown>(null);
  const go = async () => {
    if (busy) return;
    const work = props.work();
    setMissing(typeof work === 'string' ? work : null);
    setError(null);
    if (typeof work === 'string') return;
    setBusy(true);
    try {
      await props.start(work);
    } catch (failure) {
      setError(failure);
      setBusy(false);
    }
  };
  return (
    <Dialog open close={props.close} title={props.title} closable={!busy} {...(props.wide ? { size: 640 } : {})}>
      <form
        className={css.form}
        onChange={() => setMissing(null)}
        onSubmit={(event) => {
          event.preventDefault();
          void go();
        }}
      >
        {props.help && <p className={css.help}>{props.help}</p>}
        {props.children}
        {missing && (
          <p className={css.missing} role="alert">
            {missing}
          </p>
        )}
        {error !== null && <ErrorBox error={error} />}
        <DialogActions>
          <Button variant="default" onClick={props.close} disabled={busy}>
            {tasks('keepThem')}
          </Button>
          <Button type="submit" loading={busy} {...(props.danger ? { color: 'red' } : {})}>
            {props.go}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
