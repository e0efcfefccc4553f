import type { When } from '@strongroom/contract';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Problem } from '../platform/problem.ts';
import { leastApartMs, nextAfter, requireWhen, timesAfter } from './when.ts';

const zone = 'Europe/Berlin';
const iso = (dates: readonly (Date | null)[]): (string | undefined)[] => dates.map((date) => date?.toISOString());
const times = (when: When, after: string, most: number, timeZone = zone) =>
  iso(timesAfter(when, timeZone, new Date(after), most));
const daily: When = { is: 'days', every: 1, from: '2026-01-01', time: '02:30' };

describe('the times of a schedule', () => {
  it('has 02:30 once on the day on which clocks skip it: at the moment of the change', () => {
    const expected = ['2026-03-28T01:30:00.000Z', '2026-03-29T01:00:00.000Z', '2026-03-30T00:30:00.000Z'];
    expect(times(daily, '2026-03-27T12:00:00Z', 3)).toEqual(expected);
    expect(times({ is: 'cron', pattern: '30 2 * * *' }, '2026-03-27T12:00:00Z', 3)).toEqual(expected);
    expect(times({ is: 'once', date: '2026-03-29', time: '02:30' }, '2026-03-01T00:00:00Z', 3)).toEqual([expected[1]]);
    expect(times({ is: 'monthly', day: 29, time: '02:30' }, '2026-03-01T00:00:00Z', 1)).toEqual([expected[1]]);
  });

  it('has 02:30 once on the day on which clocks repeat it: the first time', () => {
    const expected = ['2026-10-24T00:30:00.000Z', '2026-10-25T00:30:00.000Z', '2026-10-26T01:30:00.000Z'];
    expect(times(daily, '2026-10-23T12:00:00Z', 3)).toEqual(expected);
    expect(times({ is: 'cron', pattern: '30 2 * * *' }, '2026-10-23T12:00:00Z', 3)).toEqual(expected);
    // A list of hours is as fixed as a single one.
    expect(times({ is: 'cron', pattern: '30 1,2,3 * * *' }, '2026-10-24T22:00:00Z', 4)).toEqual([
      '2026-10-24T23:30:00.000Z',
      '2026-10-25T00:30:00.000Z',
      '2026-10-25T02:30:00.000Z',
      '2026-10-26T00:30:00.000Z',
    ]);
  });

  it('counts days from the first, months to their last day, and knows when there is no more', () => {
    expect(times({ is: 'days', every: 30, from: '2026-12-01', time: '23:00' }, '2026-11-26T00:00:00Z', 3)).toEqual([
      '2026-12-01T22:00:00.000Z',
      '2026-12-31T22:00:00.000Z',
      '2027-01-30T22:00:00.000Z',
    ]);
    expect(times({ is: 'monthly', day: 31, time: '12:00' }, '2027-01-31T11:00:00Z', 3)).toEqual([
      '2027-02-28T11:00:00.000Z',
      '2027-03-31T10:00:00.000Z',
      '2027-04-30T10:00:00.000Z',
    ]);
    expect(times({ is: 'monthly', day: 31, time: '12:00' }, '2028-02-01T00:00:00Z', 1)).toEqual([
      '2028-02-29T11:00:00.000Z',
    ]);
    expect(times({ is: 'once', date: '2026-11-01', time: '12:00' }, '2026-11-26T00:00:00Z', 3)).toEqual([]);
    expect(times({ is: 'never' }, '2026-11-26T00:00:00Z', 3)).toEqual([]);
    // Far from UTC on both sides.
    expect(times(daily, '2026-06-01T00:00:00Z', 1, 'Pacific/Kiritimati')).toEqual(['2026-06-01T12:30:00.000Z']);
    expect(times(daily, '2026-06-01T00:00:00Z', 1, 'Pacific/Pago_Pago')).toEqual(['2026-06-01T13:30:00.000Z']);
  });

  it('goes on strictly, shows the local time that was asked for, and gives the same whatever moment it is asked from', () => {
    const time = fc
      .tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }))
      .map(([h, m]) => `${String(h).padStart(2, '0')}:${String(m).padStart(2, '0')}`);
    const when = fc.oneof(
      fc.record({
        is: fc.constant('days' as const),
        every: fc.integer({ min: 1, max: 365 }),
        from: fc.constantFrom('2026-01-31', '2027-02-28', '2028-02-29'),
        time,
      }),
      fc.record({ is: fc.constant('monthly' as const), day: fc.integer({ min: 1, max: 31 }), time }),
    );
    const zones = fc.constantFrom(
      'UTC',
      'Europe/Berlin',
      'America/New_York',
      'Australia/Lord_Howe',
      'Asia/Kathmandu',
      'Pacific/Kiritimati',
      'America/St_Johns',
    );
    const from = fc.integer({ min: Date.UTC(2026, 0, 1), max: Date.UTC(2030, 0, 1) });
    fc.assert(
      fc.property(when, zones, from, fc.double({ min: 0, max: 0.999, noNaN: true }), (w, timeZone, start, part) => {
        const [first, second] = timesAfter(w, timeZone, new Date(start), 2);
        if (!first || !second) throw new Error('it goes on for ever');
        expect(first.getTime()).toBeGreaterThan(start);
        expect(second.getTime() - first.getTime()).toBeGreaterThan(20 * 3_600_000);
        // Asked from any moment between two of them, the second is the next.
        const between = new Date(first.getTime() + Math.floor((second.getTime() - first.getTime()) * part));
        expect(nextAfter(w, timeZone, between)).toEqual(second);
        const local = new Intl.DateTimeFormat('en-GB', {
          timeZone,
          hour: '2-digit',
          minute: '2-digit',
          hourCycle: 'h23',
        });
        const minutes = (text: string): number => Number(text.slice(0, 2)) * 60 + Number(text.slice(3));
        // Later than asked for by what a change of clocks skips, and never earlier.
        const off = minutes(local.format(second)) - minutes(w.time);
        expect(off === 0 || (off > 0 && off <= 60)).toBe(true);
      }),
      { numRuns: 400 },
    );
  });

  it('refuses what is no time, never due, past, or due more often than once an hour', () => {
    const now = new Date('2026-11-26T00:00:00Z');
    const refused = (when: When): string | undefined => {
      try {
        requireWhen(when, zone, now);
      } catch (error) {
        if (error instanceof Problem) return error.errors?.[0]?.path;
        throw error;
      }
      return undefined;
    };
    for (const pattern of [
      '61 2 * * *',
      '0 0 30 2 *',
      '* * * * *',
      '*/59 * * * *',
      '? 2 * * 1',
      '0 2 * * * *',
      '30 2,3 1 1 *;',
    ])
      expect([pattern, refused({ is: 'cron', pattern })]).toEqual([pattern, 'when.pattern']);
    for (const pattern of ['30 2 * * *', '0 * * * *', '0 2 L * *', '0 2 * * FRI#2', '30 2 1 */3 *'])
      expect([pattern, refused({ is: 'cron', pattern })]).toEqual([pattern, undefined]);
    expect(refused({ is: 'once', date: '2026-11-25', time: '12:00' })).toBe('when.date');
    expect(refused({ is: 'once', date: '2026-11-27', time: '12:00' })).toBeUndefined();
    expect(leastApartMs).toBe(3_600_000);
  });
});
