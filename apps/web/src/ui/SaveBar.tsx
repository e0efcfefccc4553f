import { Button, Loader } from '@mantine/core';
import { useHotkeys } from '@mantine/hooks';
import { useBlocker } from '@tanstack/react-router';
import { kit } from '../lib/messages/kit.ts';
import { Dialog, DialogActions } from './Dialog.tsx';
import css from './form.module.css';

/** The bar that appears at the foot of a form once it is changed. Ctrl S saves; leaving the page asks once. */
export function SaveBar(props: {
  readonly dirty: boolean;
  readonly busy: boolean;
  readonly save: () => void;
  readonly discard: () => void;
  readonly saveLabel?: string;
}) {
  const { dirty, busy, save } = props;
  useHotkeys([['mod+S', () => dirty && !busy && save()]], []);
  const leaving = useBlocker({
    shouldBlockFn: () => dirty && !busy,
    enableBeforeUnload: () => dirty,
    withResolver: true,
  });
  return (
    <>
      {dirty && (
        <div className={css.bar}>
          <span role="status">{kit('unsaved')}</span>
          <Button variant="subtle" color="gray" onClick={props.discard} disabled={busy}>
            {kit('discard')}
          </Button>
          <Button
            onClick={save}
            aria-disabled={busy}
            {...(busy ? { leftSection: <Loader size={14} color="currentColor" /> } : {})}
          >
            {props.saveLabel ?? kit('save')}
          </Button>
        </div>
      )}
      <Dialog open={leaving.status === 'blocked'} close={() => leaving.reset?.()} title={kit('leaveTitle')}>
        <p className={css.say}>{kit('leaveBody')}</p>
        <DialogActions>
          <Button variant="default" data-autofocus onClick={() => leaving.reset?.()}>
            {kit('leaveStay')}
          </Button>
          <Button color="red" onClick={() => leaving.proceed?.()}>
            {kit('leaveGo')}
          </Button>
        </DialogActions>
      </Dialog>
    </>
  );
}
