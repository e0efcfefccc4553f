import type { ReactNode } from 'react';
import { kit } from '../lib/messages/kit.ts';
import { tell } from '../lib/problem.ts';
import css from './toast.module.css';

/** A notice on screen. */
export interface Notice {
  readonly id: string;
  readonly message: ReactNode;
  readonly tone: 'info' | 'bad';
  /** When it goes by itself, in milliseconds of the clock; null stays. */
  readonly until: number | null;
  readonly undo?: () => void;
}

let notices: readonly Notice[] = [];
const listeners = new Set<() => void>();
const most = 3;

function change(next: readonly Notice[]): void {
  notices = next;
  for (const listener of listeners) listener();
}

/** The notices on screen, for the one component that draws them. */
export const noticeStore = {
  read: (): readonly Notice[] => notices,
  subscribe: (listener: () => void): (() => void) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
  /** Takes away what has had its time. */
  sweep: (now: number): void => {
    if (notices.some(({ until }) => until !== null && until <= now))
      change(notices.filter(({ until }) => until === null || until > now));
  },
  /** Gives every notice more time, while somebody reads them. */
  extend: (ms: number): void =>
    change(notices.map((notice) => (notice.until === null ? notice : { ...notice, until: notice.until + ms }))),
};

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
  const tone = notice.tone ?? 'info';
  const seconds = notice.seconds ?? (tone === 'bad' ? 0 : notice.undo ? 8 : 5);
  const shown: Notice = {
    id: notice.id ?? crypto.randomUUID(),
    message: notice.message,
    tone,
    until: seconds === 0 ? null : Date.now() + seconds * 1000,
    ...(notice.undo ? { undo: notice.undo } : {}),
  };
  change([...notices.filter(({ id }) => id !== shown.id), shown].slice(-most));
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
  change(notices.filter((notice) => notice.id !== id));
}
