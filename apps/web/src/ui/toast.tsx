import { notifications } from '@mantine/notifications';
import type { ReactNode } from 'react';
import { tell } from '../lib/problem.ts';
import { kit } from '../lib/messages/kit.ts';
import css from './toast.module.css';

/** A short notice at the bottom end. Never for what the page already shows, never for a form's errors. */
export function toast(notice: {
  readonly message: ReactNode;
  readonly tone?: 'info' | 'bad';
  /** Takes the place of a notice with the same id. */
  readonly id?: string;
  /** Seconds; 5 by default, 8 with `undo`, for ever with tone `bad`. 0 stays. */
  readonly seconds?: number;
  readonly undo?: () => void;
}): void {
  const id = notice.id ?? crypto.randomUUID();
  const bad = notice.tone === 'bad';
  const seconds = notice.seconds ?? (bad ? 0 : notice.undo ? 8 : 5);
  const undo = notice.undo;
  notifications.hide(id);
  notifications.show({
    id,
    withBorder: true,
    color: bad ? 'red' : 'iris',
    role: bad ? 'alert' : 'status',
    autoClose: seconds === 0 ? false : seconds * 1000,
    closeButtonProps: { 'aria-label': kit('dismiss') },
    message: (
      <div className={css.line}>
        <div className={css.text}>{notice.message}</div>
        {undo && (
          <button
            type="button"
            className={css.undo}
            onClick={() => {
              notifications.hide(id);
              undo();
            }}
          >
            {kit('undo')}
          </button>
        )}
      </div>
    ),
  });
}

/** Tells a failure that belongs to no form: in words, with its reference, until it is dismissed. */
export function toastProblem(error: unknown): void {
  const { text, reference } = tell(error);
  toast({
    tone: 'bad',
    message: (
      <>
        {text}
        {reference && <div className={css.ref}>{kit('reference', { id: reference })}</div>}
      </>
    ),
  });
}

/** Takes a notice away before its time. */
export function dismissToast(id: string): void {
  notifications.hide(id);
}
