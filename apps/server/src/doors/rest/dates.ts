import { Problem } from '../../platform/problem.ts';

const shapes = [
  // 27/11/2026 14:30, as the reference's requests write it; the time may be left out.
  { like: /^(\d{1,2})\/(\d{1,2})\/(\d{4})(?:\s+(\d{1,2}):(\d{2}))?$/, order: [2, 1, 0] },
  // 2026-11-27 14:30
  { like: /^(\d{4})-(\d{1,2})-(\d{1,2})(?:[T\s]+(\d{1,2}):(\d{2})(?::\d{2})?)?$/, order: [0, 1, 2] },
] as const;

/**
 * A moment as clients write it: `dd/MM/yyyy HH:mm` or `yyyy-MM-dd HH:mm` in the server's zone, or ISO 8601 with a zone. A day alone is its end, so
 * that what is good until a day is good on it. Throws `input-invalid` for anything else, and for days that do not exist.
 */
export function dateOf(text: string, key: string): Date {
  const trimmed = text.trim();
  for (const { like, order } of shapes) {
    const found = like.exec(trimmed);
    if (!found) continue;
    const parts = [found[1], found[2], found[3]].map(Number);
    const [year, month, day] = order.map((at) => parts[at] ?? 0) as [number, number, number];
    const timed = found[4] !== undefined;
    const [hour, minute] = timed ? [Number(found[4]), Number(found[5])] : [23, 59];
    const date = new Date(year, month - 1, day, hour, minute, timed ? 0 : 59);
    // A 31st of June rolls on into July: what comes out is not what was asked for.
    const same = date.getMonth() === month - 1 && date.getDate() === day && hour < 24 && minute < 60;
    if (same) return date;
  }
  if (/^\d{4}-\d{2}-\d{2}T\S+(Z|[+-]\d{2}:?\d{2})$/.test(trimmed) && !Number.isNaN(Date.parse(trimmed)))
    return new Date(trimmed);
  throw new Problem('input-invalid', { detail: `${key} must be a date such as 27/11/2026 14:30.` });
}
