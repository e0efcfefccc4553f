import { useEffect, useState } from 'react';
import { entry } from '../../lib/messages/entry.ts';

/** A span of time as one waits for it: `40 seconds`, and whole minutes from a minute and a half on. */
export function waitText(seconds: number): string {
  return seconds > 90 ? entry('wait.minutes', { n: Math.ceil(seconds / 60) }) : entry('wait.seconds', { n: seconds });
}

/** Counts whole seconds down to 0 from when `seconds` was given. The clock decides, not the number of ticks. */
export function useCountdown(seconds: number): number {
  const [left, setLeft] = useState(seconds);
  useEffect(() => {
    const end = Date.now() + seconds * 1000;
    setLeft(seconds);
    if (seconds <= 0) return undefined;
    const timer = setInterval(() => {
      const now = Math.max(0, Math.ceil((end - Date.now()) / 1000));
      setLeft(now);
      if (now === 0) clearInterval(timer);
    }, 500);
    return () => clearInterval(timer);
  }, [seconds]);
  return left;
}
