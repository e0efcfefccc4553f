import { describe, expect, it } from 'vitest';
import { idle, fits } from './patterns.ts';
import { pauseSeconds, verdict } from './pause.ts';

const at = (hours: number): Date => new Date(hours * 3_600_000);

describe('a webhook that is not taken', () => {
  it('is tried again after pauses that grow, more than ten times in a day', () => {
    const first = Array.from({ length: 12 }, (_, n) => pauseSeconds.of(n + 1));
    expect(first).toEqual([...first].sort((a, b) => a - b));
    expect(first[0]).toBeLessThanOrEqual(5);
    expect(first.at(-1)).toBe(7200);
    expect(first.reduce((sum, one) => sum + one)).toBeLessThan(86_400);
  });

  it('gives up what waited for a day, and is paused after three or when it says that it is gone', () => {
    const after = (failing: number, waits: number, gone = false) =>
      pauseSeconds.after(at(100), { failingSince: at(100 - failing), waitsSince: at(100 - waits) }, gone);
    expect(after(23, 23)).toEqual({ givesUp: false, pauses: false });
    expect(after(1, 24)).toEqual({ givesUp: true, pauses: false });
    expect(after(71, 0)).toEqual({ givesUp: false, pauses: false });
    expect(after(72, 0)).toEqual({ givesUp: false, pauses: true });
    expect(after(0, 0, true)).toEqual({ givesUp: false, pauses: true });
  });

  it('is one whose answer is anything but a success', () => {
    for (const status of [200, 204, 299])
      expect(verdict({ is: 'answered', status, text: '', cut: false })).toMatchObject({ taken: true, why: null });
    for (const status of [0, 199, 301, 302, 400, 404, 410, 500])
      expect(verdict({ is: 'answered', status, text: '', cut: false })).toMatchObject({
        taken: false,
        gone: status === 410,
        why: `The answer was ${status}.`,
      });
    expect(verdict({ is: 'timed-out' })).toMatchObject({ taken: false, status: null });
    expect(verdict({ is: 'failed', why: 'w' })).toEqual({ taken: false, gone: false, status: null, why: 'w' });
  });
});

describe('the patterns of a webhook', () => {
  it('fit an action, all of one kind, or everything but the work on webhooks itself', () => {
    expect(fits(['account.reveal'], 'account.reveal')).toBe(true);
    expect(fits(['account.reveal'], 'account.reveal-former')).toBe(false);
    expect(fits(['account.*'], 'account.reveal-former')).toBe(true);
    expect(fits(['account.*'], 'account-group.read')).toBe(false);
    expect(fits(['*'], 'webhook.create')).toBe(true);
    for (const action of ['webhook.plan', 'webhook.deliver', 'webhook.settle'])
      expect(fits(['*', 'webhook.*', action], action)).toBe(false);
  });

  it('are refused where they can never fit', () => {
    const actions = ['account.reveal', 'webhook.settle', 'webhook.create'];
    expect(idle(['*', 'account.*', 'account.reveal', 'webhook.*'], actions)).toEqual([]);
    expect(idle(['acount.*', 'account.reveel', 'webhook.settle'], actions)).toEqual([
      'acount.*',
      'account.reveel',
      'webhook.settle',
    ]);
  });
});
