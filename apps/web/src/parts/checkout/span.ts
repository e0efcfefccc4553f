import { language } from '../../lib/t.ts';

const minute = 60_000;
const steps = [
  ['day', 24 * 60],
  ['hour', 60],
  ['minute', 1],
] as const;

/** A length of time in milliseconds as people say it, in its two largest units: `2 days 3 hr`, `3 hr 40 min`, `0 min`. Never more than is left. */
export function span(ms: number): string {
  let minutes = Math.max(0, Math.floor(ms / minute));
  const parts: string[] = [];
  const first = steps.findIndex(([, size]) => minutes >= size);
  for (const [unit, size] of steps.slice(first < 0 ? 2 : first).slice(0, 2)) {
    const count = Math.floor(minutes / size);
    minutes -= count * size;
    if (count > 0 || parts.length === 0)
      parts.push(
        new Intl.NumberFormat(language(), {
          style: 'unit',
          unit,
          unitDisplay: unit === 'day' ? 'long' : 'short',
        }).format(count),
      );
  }
  return parts.join(' ');
}

/** How long it is until an instant (ISO 8601), as people say it. */
export const until = (at: string, now: number = Date.now()): string => span(Date.parse(at) - now);
