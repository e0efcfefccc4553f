import { afterEach, describe, expect, it } from 'vitest';
import { bytes, date, exact, moment, showTimesIn, time } from './format.ts';

const at = '2026-11-26T23:30:15.000Z';
afterEach(() => {
  showTimesIn(undefined);
});

describe('times', () => {
  it('are shown in the zone of the user, date included [G-7]', () => {
    showTimesIn('Asia/Kolkata');
    expect(date(at)).toContain('27');
    expect(time(at)).toMatch(/5:00/);
    expect(exact(at)).toMatch(/27.*5:00:15.*GMT\+5:30/);
    showTimesIn('America/New_York');
    expect(date(at)).toContain('26');
    expect(exact(at)).toMatch(/6:30:15|18:30:15/);
  });

  it('are told to the minute where they are planned, with the year where it is not the present one', () => {
    showTimesIn('Asia/Kolkata');
    const newYear = Date.parse('2026-12-31T20:00:00.000Z');
    expect(moment(at, Date.parse(at))).toMatch(/27.*5:00/);
    expect(moment(at, Date.parse(at))).not.toContain('2026');
    expect(moment(at, newYear)).toMatch(/2026.*5:00/);
  });

  it('fall back to the browser’s zone for a name it does not know', () => {
    showTimesIn('Mars/Olympus');
    const unknown = exact(at);
    showTimesIn(undefined);
    expect(unknown).toBe(exact(at));
  });
});

describe('sizes', () => {
  it('are told in the unit that keeps them short', () => {
    expect([0, 1, 1023].map(bytes)).toEqual(['0 bytes', '1 byte', '1,023 bytes']);
    expect([1024, 1536, 200_000].map(bytes)).toEqual(['1 kB', '1.5 kB', '195 kB']);
    expect([100 * 1024 ** 2, 2047 * 1024 ** 2, 2 * 1024 ** 3].map(bytes)).toEqual(['100 MB', '2 GB', '2 GB']);
  });
});
