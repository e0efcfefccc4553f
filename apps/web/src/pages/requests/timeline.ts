import type { AccessRequest } from '@strongroom/contract';
import { exact } from '../../lib/format.ts';
import { requests } from '../../lib/messages/requests.ts';

/** One line of what became of a request. `at`: null for what has not happened yet. */
export interface TimelineLine {
  readonly key: string;
  readonly state: 'done' | 'bad' | 'now' | 'next';
  readonly at: string | null;
  readonly text: string;
  /** What somebody wrote. */
  readonly note?: string;
  /** What the product adds. */
  readonly more?: string;
}

const approvals = (request: AccessRequest): number =>
  request.decisions.filter(({ decision }) => decision === 'approved').length;

/** Whose request it is, by full name where that is known. */
export const requesterOf = ({ requesterFullName, requester }: AccessRequest): string => requesterFullName ?? requester;

/** How many approvals a request still lacks; 0 once it is decided. */
export const approvalsMissing = (request: AccessRequest): number =>
  request.state === 'waiting' ? Math.max(0, request.approvalsNeeded - approvals(request)) : 0;

/** How the approvals of a request stand: how many are there of how many. */
export const approvalsOf = (request: AccessRequest) => ({
  given: approvals(request),
  needed: request.approvalsNeeded,
});

/** What became of a request from the asking on, in the order it happened, and what comes next. */
export function timelineOf(request: AccessRequest): readonly TimelineLine[] {
  const { kind, approvedHow, approvedAt, endedHow, endedAt, checkedOutAt, reset, review } = request;
  const name = requesterOf(request);
  // Who ended it themselves is called as above.
  const by = request.endedBy === null || request.endedBy === request.requester ? name : request.endedBy;
  const lines: TimelineLine[] = [
    {
      key: 'asked',
      state: kind === 'emergency' ? 'bad' : 'done',
      at: request.createdAt,
      text: requests(kind === 'emergency' ? 'line-emergency' : 'line-asked', { name }),
      note: request.reason,
    },
    ...request.decisions.map(({ by: approver, for: absent, decision, comment, at }, index): TimelineLine => ({
      key: `decision-${index}`,
      state: decision === 'approved' ? 'done' : 'bad',
      at,
      text: absent
        ? requests(`line-${decision}For`, { name: approver, absent })
        : requests(`line-${decision}`, { name: approver }),
      ...(comment ? { note: comment } : {}),
    })),
  ];
  if (kind === 'request' && approvedHow !== null && approvedHow !== 'people')
    lines.push({ key: 'approved', state: 'done', at: approvedAt, text: requests(`line-${approvedHow}`, { name }) });
  if (request.state === 'waiting')
    lines.push({
      key: 'waits',
      state: 'next',
      at: null,
      text: requests(approvals(request) > 0 ? 'line-waitsMore' : 'line-waits', { count: approvalsMissing(request) }),
    });
  if (request.state === 'approved')
    lines.push({ key: 'yet', state: 'next', at: null, text: requests('line-yetToUse') });
  if (checkedOutAt !== null && kind === 'request')
    lines.push({ key: 'out', state: 'done', at: checkedOutAt, text: requests('line-out', { name }) });
  if (request.state === 'in-use')
    lines.push({ key: 'holding', state: 'now', at: null, text: requests('line-holding', { name }) });
  // Who rejected it said so in a decision of their own.
  if (
    endedHow !== null &&
    !(endedHow === 'rejected' && request.decisions.some(({ decision }) => decision === 'rejected'))
  )
    lines.push({
      key: 'ended',
      state: endedHow === 'forced' || endedHow === 'rejected' ? 'bad' : 'done',
      at: endedAt,
      text: requests(`line-${endedHow}`, { name: by }),
      ...(request.endedNote === null ? {} : { note: request.endedNote }),
    });
  if (reset) {
    const tries = reset.tries > 0 ? requests('resetTries', { tries: reset.tries }) : '';
    const next = reset.nextAt ? requests('resetNext', { at: exact(reset.nextAt) }) : '';
    const more = [reset.why, reset.state === 'failed' ? [tries, next].filter(Boolean).join(', ') : '']
      .filter(Boolean)
      .join(' · ');
    lines.push({
      key: 'reset',
      state: { due: 'now', running: 'now', done: 'done', failed: 'bad' }[reset.state] as TimelineLine['state'],
      at: null,
      text: requests(
        ({ due: 'line-resetDue', running: 'line-resetting', done: 'line-reset', failed: 'line-resetFailed' } as const)[
          reset.state
        ],
      ),
      ...(more ? { more } : {}),
    });
  }
  if (review)
    lines.push({
      key: 'reviewed',
      state: 'done',
      at: review.at,
      text: requests('line-reviewed', { name: review.by }),
      note: review.text,
    });
  return lines;
}
