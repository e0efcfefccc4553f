import { language } from './t.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

let zone: string | undefined;

/** Shows times in this zone (an IANA name) from now on: the signed-in user's own. Undefined, or a name the browser does not know, means the browser's. */
export function showTimesIn(timeZone: string | undefined): void {
  try {
    new Intl.DateTimeFormat('en', { timeZone });
    zone = timeZone;
  } catch {
    zone = undefined;
  }
}

/** A past instant as people say it (`26 min. ago`), and as a date from fourteen days on. `at` is ISO 8601. */
export function ago(at: string, now: number = Date.now()): string {
  const past = Math.max(0, now - Date.parse(at));
  const words = new Intl.RelativeTimeFormat(language(), { numeric: 'auto', style: 'short' });
  if (past < minute) return words.format(0, 'second');
  if (past < hour) return words.format(-Math.round(past / minute), 'minute');
  if (past < day) return words.format(-Math.round(past / hour), 'hour');
  if (past < 14 * day) return words.format(-Math.round(past / day), 'day');
  return date(at);
}

/** A date without time: `27 Oct 2026`. */
export function date(at: string): string {
  return new Intl.DateTimeFormat(language(), {
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    timeZone: zone,
  }).format(new Date(at));
}

/** An instant to the second with its zone, for audit and tooltips. */
export function exact(at: string): string {
  return new Intl.DateTimeFormat(language(), {
    year: 'numeric',
    month: 'short',
    day: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    timeZoneName: 'short',
    timeZone: zone,
  }).format(new Date(at));
}

/** A day and time to the minute, for what is planned: `28 Nov, 13:55`, with the year where it is not the present one. */
export function moment(at: string, now: number = Date.now()): string {
  const year = (of: Date) => new Intl.DateTimeFormat('en', { year: 'numeric', timeZone: zone }).format(of);
  const when = new Date(at);
  return new Intl.DateTimeFormat(language(), {
    ...(year(when) === year(new Date(now)) ? {} : { year: 'numeric' }),
    month: 'short',
    day: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    timeZone: zone,
  }).format(when);
}

/** The time of day of an instant, to the minute. */
export function time(at: string): string {
  return new Intl.DateTimeFormat(language(), { hour: '2-digit', minute: '2-digit', timeZone: zone }).format(
    new Date(at),
  );
}

/** A share of one as a percentage, never rounded up to 100: `99.9%`. */
export function percent(share: number): string {
  const digits = share === 1 || share === 0 ? 0 : 1;
  const shown = share < 1 ? Math.min(share, 0.999) : share;
  return new Intl.NumberFormat(language(), { style: 'percent', maximumFractionDigits: digits }).format(shown);
}

const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte'] as const;
/** A size in bytes as people say it, in steps of 1,024: `12 MB`, `1.4 kB`. */
export function bytes(size: number): string {
  const step = size < 1024 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(size) / 10));
  const value = size / 1024 ** step;
  return new Intl.NumberFormat(language(), {
    style: 'unit',
    unit: units[step] ?? 'byte',
    unitDisplay: step === 0 ? 'long' : 'short',
    maximumFractionDigits: value < 10 && step > 0 ? 1 : 0,
  }).format(value);
}
