import { afterEach, describe, expect, it } from 'vitest';
import { date, exact, showTimesIn, time } from './format.ts';

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

  it('fall back to the browser’s zone for a name it does not know', () => {
    showTimesIn('Mars/Olympus');
    const unknown = exact(at);
    showTimesIn(undefined);
    expect(unknown).toBe(exact(at));
  });
});
