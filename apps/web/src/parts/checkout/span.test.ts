import { expect, it } from 'vitest';
import { span, until } from './span.ts';

const hour = 3_600_000;

it.each([
  [0, '0 min'],
  [-5, '0 min'],
  [59_999, '0 min'],
  [60_000, '1 min'],
  [hour - 1, '59 min'],
  [hour, '1 hr'],
  [3 * hour + 40 * 60_000, '3 hr 40 min'],
  [24 * hour, '1 day'],
  [51 * hour, '2 days 3 hr'],
  [49 * hour + 59 * 60_000, '2 days 1 hr'],
])('says %d ms as %s', (ms, text) => {
  expect(span(ms)).toBe(text);
});
it('counts from now', () => {
  expect(until('2026-11-27T10:10:00.000Z', Date.parse('2026-11-27T10:00:01.000Z'))).toBe('9 min');
});
