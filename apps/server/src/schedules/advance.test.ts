import type { When } from '@strongroom/contract';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { advance, lateMs, tellAtOf, wrongMs, type Standing } from './advance.ts';
import { nextAfter } from './when.ts';

const minute = 60_000;
const hour = 60 * minute;
const start = Date.UTC(2026, 2, 20, 12);

/** What the database holds, and what any number of nodes do with it: the same steps as `tick`, one transaction at a time. */
function schedule(when: When, zone: string, from: Date) {
  const next = (after: Date): Date | null => nextAfter(when, zone, after);
  let standing: Standing = { nextAt: next(from), handledAt: from };
  const rows = new Map<number, 'due' | 'made-up'>();
  return {
    rows,
    standing: () => standing,
    /** A node looks at the schedule with what its clock says, until there is nothing more to do. Returns the times that it started. */
    look(now: Date): number[] {
      const started: number[] = [];
      for (let turn = 0; turn < 5; turn++) {
        const before = standing;
        const { due, then } = advance(standing, now, next);
        standing = then;
        if (due && !rows.has(due.at.getTime())) {
          rows.set(due.at.getTime(), due.source);
          started.push(due.at.getTime());
        }
        if (!due && before === then) break;
      }
      return started;
    },
  };
}

/** Every time of a schedule between two moments, the second included. */
function dueBetween(when: When, zone: string, from: number, to: number): number[] {
  const found: number[] = [];
  for (let at = nextAfter(when, zone, new Date(from)); at && at.getTime() <= to; at = nextAfter(when, zone, at))
    found.push(at.getTime());
  return found;
}

const whens: When[] = [
  { is: 'days', every: 1, from: '2026-03-20', time: '02:30' },
  { is: 'cron', pattern: '0 */6 * * *' },
  { is: 'days', every: 3, from: '2026-03-20', time: '23:45' },
];
const anyWhen = fc.constantFrom(...whens);
const anyZone = fc.constantFrom('Europe/Berlin', 'America/New_York', 'UTC');

describe('a schedule in time', () => {
  it('runs every time once, with any number of nodes, while somebody looks at least every five minutes', () => {
    const steps = fc.array(
      fc.record({ minutes: fc.integer({ min: 0, max: 4 }), drift: fc.integer({ min: -40, max: 40 }) }),
      {
        minLength: 400,
        maxLength: 1200,
      },
    );
    fc.assert(
      fc.property(anyWhen, anyZone, steps, fc.integer({ min: 0, max: 15 * 24 }), (when, zone, all, offset) => {
        // The days on which clocks change are among them: 8 March in New York, 29 March in Berlin.
        let now = Date.UTC(2026, 2, 1) + offset * hour * 2;
        const begin = now;
        const it = schedule(when, zone, new Date(now));
        let most = now;
        for (const { minutes, drift } of all) {
          now += minutes * minute;
          const clock = now + drift * 1000;
          most = Math.max(most, clock);
          it.look(new Date(clock));
        }
        expect([...it.rows.keys()]).toEqual(dueBetween(when, zone, begin, most));
        expect([...it.rows.values()].every((source) => source === 'due')).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  it('makes one up for however many an outage missed, at most once', () => {
    const outages = fc.array(
      fc.record({ down: fc.integer({ min: 0, max: 20 * 24 * 60 }), up: fc.integer({ min: 1, max: 300 }) }),
      {
        minLength: 1,
        maxLength: 6,
      },
    );
    fc.assert(
      fc.property(anyWhen, anyZone, outages, (when, zone, all) => {
        let now = start;
        const it = schedule(when, zone, new Date(now));
        for (const { down, up } of all) {
          const missed = dueBetween(when, zone, now, now + down * minute);
          now += down * minute;
          const [first, ...others] = it.look(new Date(now));
          expect(first).toBe(missed[0]);
          expect(others).toEqual([]);
          if (first !== undefined) expect(it.rows.get(first)).toBe(now - first > lateMs ? 'made-up' : 'due');
          // Somebody looks every minute again.
          const expected = dueBetween(when, zone, now, now + up * minute);
          const started: number[] = [];
          for (let i = 0; i < up; i++) started.push(...it.look(new Date((now += minute))));
          expect(started).toEqual(expected);
        }
      }),
      { numRuns: 100 },
    );
  });

  it('never runs a time twice, and is not lost for long, whatever clocks say', () => {
    const jumps = fc.array(fc.integer({ min: -400 * 24 * 60, max: 400 * 24 * 60 }), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(anyWhen, anyZone, jumps, (when, zone, all) => {
        const it = schedule(when, zone, new Date(start));
        const started: number[] = [];
        for (const jump of all) started.push(...it.look(new Date(start + jump * minute)));
        expect(new Set(started).size).toBe(started.length);
        // All clocks are right again, for longer than any of them can have been ahead without being found out.
        let now = start + 500 * 24 * hour;
        it.look(new Date(now));
        const good = now;
        for (let i = 0; i < 14 * 24 * 12; i++) started.push(...it.look(new Date((now += 5 * minute))));
        expect(new Set(started).size).toBe(started.length);
        expect(started.filter((at) => at > good)).toEqual(dueBetween(when, zone, good, now));
      }),
      { numRuns: 15 },
    );
  });

  it('comes back at once when a clock that ran a year ahead is put right, and passes over only what ran', () => {
    const when: When = { is: 'days', every: 1, from: '2026-03-20', time: '02:30' };
    const it = schedule(when, 'UTC', new Date(start));
    const day = 24 * hour;
    expect(it.look(new Date(start + 365 * day))).toEqual([Date.UTC(2026, 2, 21, 2, 30)]);
    expect(it.look(new Date(start + 2 * hour))).toEqual([]);
    // The next day’s was made up by mistake: it does not come a second time. The one after it does.
    expect(it.look(new Date(start + 15 * hour))).toEqual([]);
    expect(it.look(new Date(start + 2 * day))).toEqual([Date.UTC(2026, 2, 22, 2, 30)]);
  });

  it('takes small steps backwards for what they are', () => {
    const when: When = { is: 'cron', pattern: '0 */6 * * *' };
    const it = schedule(when, 'UTC', new Date(start));
    const due = Date.UTC(2026, 2, 20, 18);
    expect(it.look(new Date(due + 1000))).toEqual([due]);
    expect(it.look(new Date(due - wrongMs + 2000))).toEqual([]);
    expect(it.look(new Date(due + 2000))).toEqual([]);
    expect(it.standing().nextAt).toEqual(new Date(due + 6 * hour));
  });

  it('tells of the next run as long before it as was said', () => {
    const at = new Date(start);
    expect(tellAtOf(at, 90)).toEqual(new Date(start - 90 * minute));
    expect(tellAtOf(at, null)).toBeNull();
    expect(tellAtOf(null, 90)).toBeNull();
  });
});
