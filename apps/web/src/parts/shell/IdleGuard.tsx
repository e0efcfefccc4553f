import { Button } from '@mantine/core';
import { useEffect, useState } from 'react';
import { frame } from '../../lib/messages/frame.ts';
import { endSession, leave, useMe } from '../../lib/session.tsx';
import { Dialog, DialogActions } from '../../ui/Dialog.tsx';

const key = 'strongroom-active';
/** A person is warned this long before the end (WCAG 2.2.1). */
const warningMs = 120_000;
/** Activity is noted at most this often. */
const noteEveryMs = 5000;

let here = Date.now();
/** When this browser was last used, in any of its tabs. */
function lastActive(): number {
  return Math.max(here, Number(localStorage.getItem(key)) || 0);
}
function noteActive(): void {
  const now = Date.now();
  if (now - here < noteEveryMs) return;
  here = now;
  localStorage.setItem(key, String(now));
}

/**
 * Ends the session when nobody has touched any tab for as long as the organisation allows. The server alone cannot tell:
 * a page left open goes on asking it how things stand, which looks like somebody at work.
 */
export function IdleGuard() {
  const { inactivityMinutes } = useMe().preferences;
  const [secondsLeft, setSecondsLeft] = useState<number | null>(null);
  useEffect(() => {
    if (inactivityMinutes === 0) return;
    here = Date.now();
    localStorage.setItem(key, String(here));
    const signs = ['pointerdown', 'pointermove', 'keydown', 'wheel', 'touchstart'] as const;
    for (const sign of signs) document.addEventListener(sign, noteActive, { passive: true });
    const allowedMs = inactivityMinutes * 60_000;
    const timer = setInterval(() => {
      const left = lastActive() + allowedMs - Date.now();
      if (left <= 0) {
        clearInterval(timer);
        endSession().catch(leave);
        return;
      }
      setSecondsLeft(left < Math.min(warningMs, allowedMs / 2) ? Math.ceil(left / 1000) : null);
    }, 1000);
    return () => {
      clearInterval(timer);
      for (const sign of signs) document.removeEventListener(sign, noteActive);
    };
  }, [inactivityMinutes]);
  const stay = () => {
    here = Date.now();
    localStorage.setItem(key, String(here));
    setSecondsLeft(null);
  };
  return (
    <Dialog open={secondsLeft !== null} close={stay} title={frame('idleTitle')}>
      {/* Not a live region: a count that speaks every second is noise. The dialog's title says what is asked. */}
      <p style={{ margin: 0 }}>{frame('idleText', { seconds: secondsLeft ?? 0 })}</p>
      <DialogActions>
        <Button data-autofocus onClick={stay}>
          {frame('idleStay')}
        </Button>
      </DialogActions>
    </Dialog>
  );
}
