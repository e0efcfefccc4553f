import type { ScheduleRun, When } from '@strongroom/contract';
import { date, time } from '../../lib/format.ts';
import { schedules } from '../../lib/messages/schedules.ts';
import { language } from '../../lib/t.ts';
import type { Tone } from '../../ui/Pill.tsx';

/** When a schedule is due, in a few words. */
export function whenInWords(when: When): string {
  switch (when.is) {
    case 'once':
      return schedules('when-once', { date: when.date, time: when.time });
    case 'days':
      return when.every === 1
        ? schedules('when-daily', { time: when.time })
        : schedules('when-days', { count: when.every, time: when.time });
    case 'monthly':
      return when.day === 31
        ? schedules('when-monthly-last', { time: when.time })
        : schedules('when-monthly', { day: when.day, time: when.time });
    case 'cron':
      return schedules('when-cron', { pattern: when.pattern });
    case 'never':
      return schedules('when-never');
  }
}

/** A moment to the minute, in the reader's own time zone. */
export const moment = (at: string): string => `${date(at)}, ${time(at)}`;

/** What came of a run, in words and tone. */
export function resultOf(run: ScheduleRun): { readonly text: string; readonly tone: Tone } {
  if (run.state === 'running') return { text: schedules('run-running'), tone: 'busy' };
  if (run.state === 'refused') return { text: schedules('run-refused'), tone: 'warn' };
  if (run.state === 'failed') return { text: schedules('run-failed'), tone: 'bad' };
  if (run.failed > 0) return { text: schedules('run-partly', { done: run.done, failed: run.failed }), tone: 'bad' };
  if (run.done === 0) return { text: schedules('run-nothing'), tone: 'warn' };
  return { text: schedules('run-done', { count: run.done }), tone: 'ok' };
}

/** A span of minutes in words: ‘1 day 2 hours’. */
export function beforeInWords(minutes: number): string {
  const parts = [
    [Math.floor(minutes / 1440), 'day'],
    [Math.floor((minutes % 1440) / 60), 'hour'],
    [minutes % 60, 'minute'],
  ] as const;
  return parts
    .filter(([count]) => count > 0)
    .map(([count, unit]) =>
      new Intl.NumberFormat(language(), { style: 'unit', unit, unitDisplay: 'long' }).format(count),
    )
    .join(' ');
}
