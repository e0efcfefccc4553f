import type { When } from '@strongroom/contract';
import { Cron, type CronOptions } from 'croner';
import { Problem } from '../platform/problem.ts';

const hour = 3_600_000;
const day = 24 * hour;

/** Two times of a schedule are at least so far apart. */
export const leastApartMs = hour;

const options = (timezone: string): CronOptions => ({
  timezone,
  paused: true,
  mode: '5-part',
  // Lists count as fixed times too: a change of clocks neither skips nor repeats one of them.
  fixedTimeRule: 'no-wildcard',
});

/** The instant of a local date and time. One that a change of clocks skips is the moment of the change; of a repeated one it is the first. */
function instantOf(year: number, month: number, dayOfMonth: number, time: string, zone: string): Date {
  const [hours, minutes] = time.split(':').map(Number);
  const cron = new Cron(`${minutes ?? 0} ${hours ?? 0} ${dayOfMonth} ${month} *`, options(zone));
  // No zone is further than fourteen hours from UTC: the next such day from here is the one meant.
  const found = cron.nextRun(new Date(Date.UTC(year, month - 1, dayOfMonth) - 36 * hour));
  if (!found) throw new RangeError('no such date');
  return found;
}

const parts = (date: string): [number, number, number] => {
  const [year = 0, month = 0, dayOfMonth = 0] = date.split('-').map(Number);
  return [year, month, dayOfMonth];
};
const lastDayOf = (year: number, month: number): number => new Date(Date.UTC(year, month, 0)).getUTCDate();

/** The first time after an instant at which a schedule is due; null when there is none. Times are whole minutes of local time. */
export function nextAfter(when: When, zone: string, after: Date): Date | null {
  switch (when.is) {
    case 'never':
      return null;
    case 'once': {
      const at = instantOf(...parts(when.date), when.time, zone);
      return at > after ? at : null;
    }
    case 'days': {
      const [year, month, dayOfMonth] = parts(when.from);
      const first = Date.UTC(year, month - 1, dayOfMonth);
      // Two days early, as the zone's date may differ from that of UTC.
      let n = Math.max(0, Math.floor((after.getTime() - 2 * day - first) / (when.every * day)));
      for (; ; n++) {
        const date = new Date(first + n * when.every * day);
        const at = instantOf(date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate(), when.time, zone);
        if (at > after) return at;
      }
    }
    case 'monthly':
      for (let n = -1; ; n++) {
        const first = new Date(Date.UTC(after.getUTCFullYear(), after.getUTCMonth() + n, 1));
        const [year, month] = [first.getUTCFullYear(), first.getUTCMonth() + 1];
        const at = instantOf(year, month, Math.min(when.day, lastDayOf(year, month)), when.time, zone);
        if (at > after) return at;
      }
    case 'cron':
      return new Cron(when.pattern, options(zone)).nextRun(after);
  }
}

/** The first `most` times after an instant, those before `until`. */
export function timesAfter(when: When, zone: string, after: Date, most: number, until?: Date): Date[] {
  const times: Date[] = [];
  for (let at = nextAfter(when, zone, after); at && times.length < most; at = nextAfter(when, zone, at)) {
    if (until && at > until) break;
    times.push(at);
  }
  return times;
}

const fault = (path: string, message: string): Problem => new Problem('input-invalid', { errors: [{ path, message }] });

/** Throws `input-invalid` for what is never due, or due more often than passwords can be reset. */
export function requireWhen(when: When, zone: string, now: Date): void {
  if (when.is === 'once' && !nextAfter(when, zone, now)) throw fault('when.date', 'must lie ahead');
  if (when.is !== 'cron') return;
  let times: Date[];
  try {
    // `?` would mean the moment at which it is read.
    if (!/^[\d*/,\-#\sA-Za-z]+$/.test(when.pattern))
      throw new Error('must have the five fields of cron, such as 30 2 * * 1');
    times = timesAfter(when, zone, now, 50);
  } catch (error) {
    const words = error instanceof Error ? error.message.replace(/^CronPattern: /, '') : '';
    throw fault('when.pattern', words.slice(0, 200));
  }
  if (times.length === 0) throw fault('when.pattern', 'is never due');
  const near = times.some((at, i) => i > 0 && at.getTime() - (times[i - 1]?.getTime() ?? 0) < leastApartMs);
  if (near) throw fault('when.pattern', 'is due more often than once an hour');
}
