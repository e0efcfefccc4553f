import { Button } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { kit } from '../lib/messages/kit.ts';
import { tell } from '../lib/problem.ts';
import css from './states.module.css';

/** A failure in the place it belongs to: what failed, what to do, the reference number, and Try again where that may help. */
export function ErrorBox({ error, retry }: { readonly error: unknown; readonly retry?: () => void }) {
  const { text, reference } = tell(error);
  return (
    <div className={css.error} role="alert">
      <IconAlertTriangle size={18} stroke={1.7} aria-hidden />
      <div className={css.errorText}>
        <p>{text}</p>
        {reference && <p className={css.ref}>{kit('reference', { id: reference })}</p>}
      </div>
      {retry && (
        <Button size="xs" variant="default" onClick={retry}>
          {kit('tryAgain')}
        </Button>
      )}
    </div>
  );
}
