import type { Deputy } from '@strongroom/contract';
import { expect, it } from 'vitest';
import { awayFaults, deputyGiven, startOf, type AwayDraft } from './away.ts';

const now = Date.UTC(2026, 10, 27, 10, 0, 30);
const day = 24 * 3_600_000;
const local = (ms: number): string =>
  new Date(ms - new Date(ms).getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
const marcus = { id: '0193a000-0000-7000-8000-000000000001', name: 'Marcus', active: true };
const draft = (change: Partial<AwayDraft> = {}): AwayDraft => ({ ...startOf(null, now), person: marcus, ...change });

it('begins with a week from now on, and can be saved once somebody is chosen', () => {
  expect(startOf(null, now)).toEqual({ person: null, from: local(now), until: local(now + 7 * day), note: '' });
  expect(awayFaults(startOf(null, now), now)).toEqual({ person: 'Choose who decides for you.' });
  expect(awayFaults(draft(), now)).toEqual({});
});

it('says what is wrong with the times', () => {
  expect(awayFaults(draft({ from: '', until: '' }), now)).toEqual({
    from: 'Say when it begins.',
    until: 'Say when it ends.',
  });
  expect(awayFaults(draft({ until: local(now - day) }), now).until).toBe('Choose a time to come.');
  expect(awayFaults(draft({ from: local(now + 2 * day), until: local(now + day) }), now).until).toBe(
    'It must end after it begins.',
  );
  expect(awayFaults(draft({ until: local(now + 91 * day) }), now).until).toBe('At most 90 days after the beginning.');
  expect(awayFaults(draft({ until: local(now + 89 * day) }), now)).toEqual({});
});

it('sends a beginning that nobody touched as it was', () => {
  const own = {
    deputyId: marcus.id,
    deputyFullName: 'Marcus',
    beginsAt: '2026-11-20T08:00:17.123Z',
    endsAt: '2026-12-01T08:00:00.000Z',
    note: 'skiing',
    active: true,
  } as Deputy;
  const changed = { ...startOf(own, now), until: local(Date.UTC(2026, 11, 3, 8)), note: ' longer ' };
  expect(deputyGiven(changed, own)).toEqual({
    deputyId: marcus.id,
    beginsAt: own.beginsAt,
    endsAt: '2026-12-03T08:00:00.000Z',
    note: 'longer',
  });
  const later = Date.UTC(2026, 10, 29, 8);
  expect(deputyGiven({ ...changed, from: local(later) }, own).beginsAt).toBe('2026-11-29T08:00:00.000Z');
});
