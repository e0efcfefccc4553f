import { IconX } from '@tabler/icons-react';
import { useEffect, useState, useSyncExternalStore } from 'react';
import { kit } from '../lib/messages/kit.ts';
import rowCss from './row.module.css';
import { dismissToast, noticeStore } from './toast.tsx';
import css from './toast.module.css';

const tickMs = 250;

/** Draws the notices, once for the whole console. While the pointer or the focus is on them, none of them goes. */
export function Toaster() {
  const notices = useSyncExternalStore(noticeStore.subscribe, noticeStore.read);
  const [held, setHeld] = useState(false);
  const some = notices.length > 0;
  useEffect(() => {
    if (!some) return;
    const timer = setInterval(() => (held ? noticeStore.extend(tickMs) : noticeStore.sweep(Date.now())), tickMs);
    return () => clearInterval(timer);
  }, [some, held]);
  return (
    <section
      className={css.region}
      aria-label={kit('notices')}
      aria-live="polite"
      onMouseEnter={() => setHeld(true)}
      onMouseLeave={() => setHeld(false)}
      onFocus={() => setHeld(true)}
      onBlur={() => setHeld(false)}
    >
      {notices.map(({ id, message, tone, undo }) => (
        <div key={id} className={css.notice} data-tone={tone} role={tone === 'bad' ? 'alert' : 'status'}>
          <div className={css.text}>{message}</div>
          {undo && (
            <button
              type="button"
              className={css.undo}
              onClick={() => {
                dismissToast(id);
                undo();
              }}
            >
              {kit('undo')}
            </button>
          )}
          <button type="button" className={rowCss.ib} aria-label={kit('dismiss')} onClick={() => dismissToast(id)}>
            <IconX size={15} aria-hidden />
          </button>
        </div>
      ))}
    </section>
  );
}
