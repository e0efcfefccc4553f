import { describe, expect, it } from 'vitest';
import { createRateLimit } from './rate-limit.ts';

describe('the rate limit', () => {
  it('lets a burst through, then so many a second, and tells how long to wait; each asker has its own [API-03]', () => {
    let now = 1_000_000;
    const limit = createRateLimit(() => now);
    const allowance = { burst: 10, perSecond: 2 };
    for (let i = 9; i >= 0; i--) expect(limit('a', allowance)).toBe(i);
    const refused = (): unknown => {
      try {
        return limit('a', allowance);
      } catch (error) {
        return error;
      }
    };
    expect(refused()).toMatchObject({ code: 'too-many-requests', retryAfter: 1 });
    expect(limit('b', allowance)).toBe(9);
    now += 499;
    expect(refused()).toMatchObject({ code: 'too-many-requests' });
    now += 1;
    expect(limit('a', allowance)).toBe(0);
    expect(refused()).toMatchObject({ code: 'too-many-requests' });
    // A long rest gives the burst back and no more.
    now += 3_600_000;
    for (let i = 0; i < 10; i++) limit('a', allowance);
    expect(refused()).toMatchObject({ code: 'too-many-requests' });
    // Slow askers are told to wait for a whole one.
    limit('slow', { burst: 1, perSecond: 0.1 });
    expect(() => limit('slow', { burst: 1, perSecond: 0.1 })).toThrow(expect.objectContaining({ retryAfter: 10 }));
  });

  it('remembers a bounded number of askers', () => {
    const limit = createRateLimit(() => 0);
    limit('first', { burst: 2, perSecond: 0 });
    for (let i = 0; i < 20_000; i++) limit(`asker-${i}`, { burst: 1, perSecond: 1 });
    // Forgotten, so it starts anew.
    expect(limit('first', { burst: 2, perSecond: 1 })).toBe(1);
  });
});
