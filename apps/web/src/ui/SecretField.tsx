import { IconCheck, IconCopy, IconEye, IconEyeOff } from '@tabler/icons-react';
import { memo, useCallback, useEffect, useRef, useState } from 'react';
import { kit } from '../lib/messages/kit.ts';
import { announce } from './announce.ts';
import { copySecret } from './clipboard.tsx';
import { Ring } from './Ring.tsx';
import rowCss from './row.module.css';
import css from './secret.module.css';

/** Fetches the password from the server, which writes the audit record first. Null when the person gave up at a prompt. */
export type Reveal = (purpose: 'show' | 'copy') => Promise<string | null>;

/**
 * A password as dots, with an eye and a copy button. The text is fetched on demand, kept in this component alone, and
 * gone after `hideAfter` seconds (0: until hidden), at once when the tab is hidden, on Esc, and when the row scrolls away.
 * Always the same number of dots, so that the length is not told. Plain elements: it stands in every virtual row.
 */
export const SecretField = memo(function SecretField(props: {
  /** Whose password, for the buttons' names: `root on fra-app-lnx-042`. */
  readonly name: string;
  readonly reveal: Reveal;
  readonly hideAfter: number;
  readonly clearAfter: number;
  readonly tabIndex?: number;
}) {
  const { name, reveal, hideAfter, clearAfter, tabIndex } = props;
  const [shown, setShown] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const [copied, setCopied] = useState(false);
  const alive = useRef(true);
  useEffect(() => {
    alive.current = true;
    return () => {
      alive.current = false;
    };
  }, []);
  const hide = useCallback(() => setShown(null), []);

  useEffect(() => {
    if (shown === null) return;
    // A real timer with a deadline. An animation would end at once under reduced motion, and never in a hidden tab.
    const timer = hideAfter > 0 ? setTimeout(hide, hideAfter * 1000) : undefined;
    const onHidden = () => document.hidden && hide();
    // Heard before anybody else: the first Esc hides the password and does not close what it stands in.
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== 'Escape') return;
      event.stopPropagation();
      hide();
    };
    document.addEventListener('visibilitychange', onHidden);
    document.addEventListener('keydown', onKey, { capture: true });
    return () => {
      clearTimeout(timer);
      document.removeEventListener('visibilitychange', onHidden);
      document.removeEventListener('keydown', onKey, { capture: true });
    };
  }, [shown, hideAfter, hide]);

  const fetchIt = async (purpose: 'show' | 'copy'): Promise<string | null> => {
    if (busy) return null;
    setBusy(true);
    try {
      return await reveal(purpose);
    } finally {
      if (alive.current) setBusy(false);
    }
  };
  const toggle = async () => {
    if (shown !== null) {
      hide();
      announce(kit('passwordHidden'));
      return;
    }
    const password = await fetchIt('show');
    // The answer may come after the person has looked away: then it is dropped unseen.
    if (password === null || !alive.current || document.hidden) return;
    setShown(password);
    announce(kit('shownFor', { seconds: hideAfter }));
  };
  const copy = async () => {
    const password = shown ?? (await fetchIt('copy'));
    if (password === null) return;
    if ((await copySecret(password, name, clearAfter)) && alive.current) {
      setCopied(true);
      setTimeout(() => alive.current && setCopied(false), 1600);
    }
  };
  const open = shown !== null;
  return (
    <span className={css.field} data-shown={open || undefined}>
      {open ? (
        <bdi className={`mono ${css.text}`} dir="ltr" translate="no" tabIndex={tabIndex ?? 0} data-secret>
          {shown}
        </bdi>
      ) : (
        <span className={css.text}>
          <span className={css.dots} aria-hidden />
          <span className="sr">{kit('hiddenPassword')}</span>
        </span>
      )}
      {open && hideAfter > 0 && (
        <span className={css.ring}>
          <Ring seconds={hideAfter} />
        </span>
      )}
      <button
        type="button"
        className={rowCss.ib}
        data-key="e"
        tabIndex={tabIndex}
        aria-label={open ? kit('hidePassword', { name }) : kit('showPassword', { name })}
        aria-pressed={open}
        aria-disabled={busy || undefined}
        onClick={() => void toggle()}
      >
        {open ? <IconEyeOff size={15} aria-hidden /> : <IconEye size={15} aria-hidden />}
      </button>
      <button
        type="button"
        className={rowCss.ib}
        data-key="c"
        tabIndex={tabIndex}
        aria-label={kit('copyPassword', { name })}
        aria-disabled={busy || undefined}
        onClick={() => void copy()}
      >
        {copied ? <IconCheck size={15} className={css.done} aria-hidden /> : <IconCopy size={15} aria-hidden />}
      </button>
    </span>
  );
});
