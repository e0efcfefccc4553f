import { Button } from '@mantine/core';
import type { ReactNode } from 'react';
import { Dialog, DialogActions } from '../../ui/Dialog.tsx';
import { ErrorBox } from '../../ui/ErrorBox.tsx';
import { BusyButton } from '../me/BusyButton.tsx';
import { useAction } from '../me/use-action.ts';
import css from './users.module.css';

/** Asks before something with consequences that can be taken back or made again: says what stops, no typing. */
export function AskDialog(props: {
  readonly open: boolean;
  readonly close: () => void;
  readonly title: string;
  readonly body: ReactNode;
  readonly keep: string;
  readonly go: string;
  readonly danger?: boolean;
  /** Its failure is shown in the dialog, which then stays. */
  readonly does: () => Promise<unknown>;
  readonly children?: ReactNode;
}) {
  const action = useAction();
  const close = () => {
    action.clear();
    props.close();
  };
  return (
    <Dialog open={props.open} close={close} title={props.title} closable={!action.busy}>
      <div className={css.dialog}>
        <p>{props.body}</p>
        {props.children}
        {action.error !== null && <ErrorBox error={action.error} />}
      </div>
      <DialogActions>
        <Button variant="default" data-autofocus disabled={action.busy} onClick={close}>
          {props.keep}
        </Button>
        <BusyButton
          busy={action.busy}
          {...(props.danger ? { color: 'red' } : {})}
          onClick={() => void action.run(props.does).then((done) => done && props.close())}
        >
          {props.go}
        </BusyButton>
      </DialogActions>
    </Dialog>
  );
}
