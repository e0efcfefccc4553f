import type { AccessRequest } from '@strongroom/contract';
import { expect, it } from 'vitest';
import { approvalsMissing, timelineOf } from './timeline.ts';

const at = (minute: number) => new Date(Date.UTC(2026, 10, 27, 10, minute)).toISOString();
const base: AccessRequest = {
  id: '0193a000-0000-7000-8000-000000000001' as AccessRequest['id'],
  accountId: null,
  accountNumber: null,
  resourceNumber: null,
  requesterNumber: null,
  accountName: 'root',
  resourceId: null,
  resourceName: 'fra-db-1',
  requesterId: null,
  requester: 'Yuki',
  kind: 'request',
  state: 'waiting',
  reason: 'Kernel patch',
  ticket: null,
  createdAt: at(0),
  startsAt: null,
  endsAt: null,
  approvalsNeeded: 2,
  decisions: [],
  deputyOf: [],
  voidAt: at(50),
  useBy: null,
  approvedAt: null,
  approvedHow: null,
  inFront: null,
  turnUntil: null,
  checkedOutAt: null,
  dueAt: null,
  endedAt: null,
  endedHow: null,
  endedBy: null,
  endedNote: null,
  exclusiveHours: 8,
  reset: null,
  review: null,
  can: [],
};
const ada = { by: 'Ada', for: null, decision: 'approved', comment: '', at: at(5) } as const;
const marcus = { by: 'Marcus', for: null, decision: 'approved', comment: 'Agreed.', at: at(6) } as const;
const texts = (request: Partial<AccessRequest>) =>
  timelineOf({ ...base, ...request }).map(({ state, text }) => `${state}: ${text}`);

it('says what a request waits for', () => {
  expect(texts({})).toEqual(['done: Yuki asked', 'next: Waits for 2 approvals']);
  expect(approvalsMissing({ ...base, decisions: [ada] })).toBe(1);
  expect(texts({ decisions: [ada] })).toEqual([
    'done: Yuki asked',
    'done: Ada approved',
    'next: Waits for one more approval',
  ]);
});
it('follows one from the asking to the reset', () => {
  const done = {
    decisions: [ada, marcus],
    approvedHow: 'people' as const,
    approvedAt: at(6),
    checkedOutAt: at(8),
    state: 'checked-in' as const,
    endedHow: 'forced' as const,
    endedBy: 'Ada',
    endedNote: 'The window is over.',
    endedAt: at(20),
    reset: { state: 'failed' as const, tries: 2, nextAt: at(30), why: 'The target did not answer.' },
  };
  expect(texts(done)).toEqual([
    'done: Yuki asked',
    'done: Ada approved',
    'done: Marcus approved',
    'done: Yuki checked it out',
    'bad: Ada took it back',
    'bad: The reset failed',
  ]);
  expect(timelineOf({ ...base, ...done }).at(-2)?.note).toBe('The window is over.');
  expect(timelineOf({ ...base, ...done }).at(-1)?.more).toMatch(
    /^The target did not answer\. · Tried 2 times, next try /,
  );
});
it('says as whose deputy somebody decided', () => {
  expect(texts({ decisions: [{ ...marcus, for: 'Ada' }] })).toContain('done: Marcus approved as deputy of Ada');
});
it('tells a rejection once, with what was said', () => {
  const rejected = { ...ada, decision: 'rejected' as const, comment: 'Not today.' };
  const lines = timelineOf({
    ...base,
    state: 'rejected',
    decisions: [rejected],
    endedHow: 'rejected',
    endedBy: 'Ada',
    endedAt: at(5),
  });
  expect(lines.map(({ text, note }) => [text, note])).toEqual([
    ['Yuki asked', 'Kernel patch'],
    ['Ada rejected', 'Not today.'],
  ]);
});
it('says how it was approved where nobody did, and how an emergency was reviewed', () => {
  expect(texts({ state: 'approved', approvedHow: 'automatic', approvedAt: at(0) })).toEqual([
    'done: Yuki asked',
    'done: Approved by itself',
    'next: Not checked out yet',
  ]);
  expect(
    texts({
      kind: 'emergency',
      state: 'checked-in',
      checkedOutAt: at(0),
      endedHow: 'time-out',
      endedAt: at(40),
      review: { by: 'Ada', at: at(45), text: 'Looked at it.' },
    }),
  ).toEqual(['bad: Yuki opened it without approval', 'done: Time was over: checked in', 'done: Ada reviewed it']);
});
