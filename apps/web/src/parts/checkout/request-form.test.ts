import { expect, it } from 'vitest';
import { emptyRequest, requestFaults, requestOf } from './request-form.ts';

const now = Date.parse('2026-11-27T10:00:00Z');
const good = { ...emptyRequest, reason: ' Kernel patch ' };
const local = (at: string) => {
  const date = new Date(at);
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
};

it('wants a reason, and a ticket where one is demanded', () => {
  expect(Object.keys(requestFaults({ ...good, reason: ' a ' }, true, now))).toEqual(['reason', 'ticket']);
  expect(requestFaults(good, false, now)).toEqual({});
});
it.each([
  ['', '', 'from'],
  ['2026-11-28T10:00:00Z', '2026-11-28T10:00:00Z', 'until'],
  ['2026-11-28T10:00:00Z', '2026-11-28T09:00:00Z', 'until'],
  ['', '2026-11-27T09:59:00Z', 'until'],
  ['2026-11-28T10:00:00Z', '', null],
  ['', '2026-11-27T12:00:00Z', null],
  ['2026-11-28T10:00:00Z', '2026-11-28T12:00:00Z', null],
])('judges the window from %j until %j', (from, until, fault) => {
  const draft = { ...good, later: true, from: from && local(from), until: until && local(until) };
  expect(Object.keys(requestFaults(draft, false, now))).toEqual(fault ? [fault] : []);
});
it('sends a window only where one was asked for, in UTC', () => {
  const draft = { ...good, ticket: ' C-1 ', from: local('2026-11-28T10:00:00Z'), until: local('2026-11-28T12:00:00Z') };
  expect(requestOf(draft)).toEqual({ reason: 'Kernel patch', ticket: 'C-1' });
  expect(requestOf({ ...draft, later: true })).toEqual({
    reason: 'Kernel patch',
    ticket: 'C-1',
    startsAt: '2026-11-28T10:00:00.000Z',
    endsAt: '2026-11-28T12:00:00.000Z',
  });
});
