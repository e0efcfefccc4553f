import { describe, expect, it } from 'vitest';
import { addDays, addMonths, dayIn, steps, weeksOf } from './days.ts';

describe('the days of a calendar', () => {
  it('puts a moment on the day of the reader’s time zone', () => {
    const moment = new Date('2026-12-31T23:30:00Z');
    expect(dayIn(moment, 'UTC')).toBe('2026-12-31');
    expect(dayIn(moment, 'Asia/Tokyo')).toBe('2027-01-01');
  });

  it('shows whole weeks from Monday, with every day of the month once', () => {
    for (const [month, days] of [
      ['2027-02', 28],
      ['2028-02', 29],
      ['2026-11', 30],
      ['2027-08', 31],
    ] as const) {
      const weeks = weeksOf(month);
      expect(weeks.every((week) => week.length === 7 && new Date(`${week[0] ?? ''}T00:00:00Z`).getUTCDay() === 1)).toBe(
        true,
      );
      expect(weeks.flat().filter((day) => day.startsWith(month)).length).toBe(days);
      expect(new Set(weeks.flat()).size).toBe(weeks.length * 7);
    }
  });

  it('moves by day, week and month, and in the other direction where one reads so', () => {
    expect(steps('ArrowRight', '2026-12-31')).toBe('2027-01-01');
    expect(steps('ArrowRight', '2026-12-31', true)).toBe('2026-12-30');
    expect(steps('ArrowUp', '2026-12-03')).toBe('2026-11-26');
    expect(steps('PageDown', '2027-01-31')).toBe('2027-02-28');
    expect(steps('PageUp', '2027-01-31')).toBe('2026-12-31');
    expect(steps('Enter', '2027-01-31')).toBeUndefined();
    expect(addMonths('2027-01-15', -13)).toBe('2025-12-15');
    expect(addDays('2028-02-28', 1)).toBe('2028-02-29');
  });
});
