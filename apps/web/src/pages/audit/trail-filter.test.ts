import { describe, expect, it } from 'vitest';
import { actionText, activeFilters, timesOf } from './trail-filter.ts';

const now = Date.parse('2026-11-26T15:42:31.500Z');

describe('the time filter of the audit trail', () => {
  it('counts a span back from now, cut to the minute', () => {
    expect(timesOf({ when: 'hour' }, now)).toEqual({ from: '2026-11-26T14:42:00.000Z' });
    expect(timesOf({ when: 'week' }, now)).toEqual({ from: '2026-11-19T15:42:00.000Z' });
  });
  it('takes own dates as whole days, the last one included', () => {
    const { from, until } = timesOf({ when: 'own', from: '2026-11-01', until: '2026-11-02' }, now);
    expect(Date.parse(until ?? '') - Date.parse(from ?? '')).toBe(2 * 24 * 3_600_000);
  });
  it('leaves out what is missing or no date', () => {
    expect(timesOf({}, now)).toEqual({});
    expect(timesOf({ when: 'ages' }, now)).toEqual({});
    expect(timesOf({ when: 'own', from: 'yesterday' }, now)).toEqual({});
  });
});

describe('the words of the audit trail', () => {
  it('says known actions in words and shows unknown ones as they are', () => {
    expect(actionText('account.reveal')).toBe('Revealed password');
    expect(actionText('lab.unheard-of')).toBe('lab.unheard-of');
  });
  it('counts the filters that are set', () => {
    expect(activeFilters({ q: 'root', outcome: 'refused', when: 'day' })).toBe(2);
  });
});
