/** A day of a calendar, as `2027-01-31`. */
export type Day = string;

const dayMs = 86_400_000;
const at = (day: Day): number => Date.parse(`${day}T00:00:00Z`);
const of = (ms: number): Day => new Date(ms).toISOString().slice(0, 10);

/** The day on which a moment lies in a time zone. */
export function dayIn(moment: Date, timeZone: string): Day {
  const parts = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
  }).formatToParts(moment);
  const part = (type: Intl.DateTimeFormatPartTypes): string => parts.find((one) => one.type === type)?.value ?? '';
  return `${part('year')}-${part('month')}-${part('day')}`;
}

export const addDays = (day: Day, days: number): Day => of(at(day) + days * dayMs);
/** The month of a day, as `2027-01`. */
export const monthOf = (day: Day): string => day.slice(0, 7);

/** The same day of another month, or its last one where it is shorter. */
export function addMonths(day: Day, months: number): Day {
  const [year = 0, month = 1, date = 1] = day.split('-').map(Number);
  const last = new Date(Date.UTC(year, month + months, 0)).getUTCDate();
  return of(Date.UTC(year, month - 1 + months, Math.min(date, last)));
}

/** The weeks that show a month, each from Monday to Sunday. */
export function weeksOf(month: string): readonly (readonly Day[])[] {
  const first = at(`${month}-01`);
  const start = first - ((new Date(first).getUTCDay() + 6) % 7) * dayMs;
  const weeks: Day[][] = [];
  for (let week = start; week === start || monthOf(of(week)) === month; week += 7 * dayMs)
    weeks.push(Array.from({ length: 7 }, (_, i) => of(week + i * dayMs)));
  return weeks;
}

/** Where a key leads from a day; undefined for keys that lead nowhere. */
export function steps(key: string, day: Day, rightToLeft = false): Day | undefined {
  const forward = rightToLeft ? -1 : 1;
  switch (key) {
    case 'ArrowRight':
      return addDays(day, forward);
    case 'ArrowLeft':
      return addDays(day, -forward);
    case 'ArrowDown':
      return addDays(day, 7);
    case 'ArrowUp':
      return addDays(day, -7);
    case 'PageDown':
      return addMonths(day, 1);
    case 'PageUp':
      return addMonths(day, -1);
    default:
      return undefined;
  }
}
