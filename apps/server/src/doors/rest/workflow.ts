import {
  approveRequest,
  checkIn,
  checkOut,
  forceCheckIn,
  listRequests,
  rejectRequest,
  requestAccount,
  type AccessRequest,
} from '@strongroom/contract';
import { Problem } from '../../platform/problem.ts';
import { anywhere, pagesOf, refuseUnavailable, rows, why, type Ask, type Operation, type Read } from './ask.ts';
import { dateOf } from './dates.ts';
import type { Outcome } from './envelope.ts';
import { accountNumbered, numberOf } from './names.ts';
import { clientTime } from './shapes.ts';

const noAccount = { 'not-found': 'No such account found' } as const;
const noRequest = { 'not-found': 'No such password request found' } as const;
const time = (at: string | null): string => (at === null ? 'N/A' : clientTime(new Date(at)));

const statuses = {
  waiting: 'Waiting for approval',
  approved: 'Yet to use',
  'in-use': 'In use',
  'checked-in': 'Checked in',
  rejected: 'Rejected',
  void: 'Void',
  expired: 'Expired',
  withdrawn: 'Withdrawn',
} as const;

const requestRow = (request: AccessRequest): Record<string, string> => ({
  'ACCOUNT ID': String(request.accountNumber ?? 'N/A'),
  'ACCOUNT NAME': request.accountName,
  'RESOURCE ID': String(request.resourceNumber ?? 'N/A'),
  'RESOURCE NAME': request.resourceName,
  'PASSWD ID': String(request.accountNumber ?? 'N/A'),
  STATUS: statuses[request.state],
  'REQUESTED TIME': time(request.createdAt),
  REASON: request.reason,
  START_TIME: time(request.startsAt),
  END_TIME: time(request.endsAt),
});

/** The requests that wait for the asker, those of each requester together, in the order in which each first asked. */
async function list(ask: Ask): Promise<Outcome> {
  const read: Read<AccessRequest> = (at) => ask.invoke(listRequests, { view: 'approve', sort: 'createdAt', ...at });
  const { items } = await rows(read, 0, 10_000);
  const of = new Map<string, AccessRequest[]>();
  for (const request of items) {
    const key = request.requesterId ?? request.requester;
    of.set(key, [...(of.get(key) ?? []), request]);
  }
  const details = [...of.values()].map((requests) => ({
    'REQUESTER USERID': String(requests[0]?.requesterNumber ?? 'N/A'),
    'REQUESTED BY': requests[0]?.requester ?? '',
    'REQUESTED BY FULLNAME': requests[0]?.requesterFullName ?? '',
    PASSWORDREQUESTLIST: requests.map(requestRow),
  }));
  return { message: 'Password Request fetched successfully', details, totalRows: details.length };
}

/** The newest request of somebody for an account about which the asker may do this. Throws `not-found`. */
async function find(ask: Ask, view: 'approve' | 'in-use', may: string): Promise<AccessRequest> {
  const [account, requester] = [numberOf(ask.part('aid')), numberOf(ask.part('uid'))];
  if (account !== undefined && requester !== undefined)
    for await (const { items } of pagesOf((at) => ask.invoke(listRequests, { view, sort: '-createdAt', ...at })))
      for (const request of items)
        if (request.accountNumber === account && request.requesterNumber === requester && request.can.includes(may))
          return request;
  throw new Problem('not-found');
}

const comment = (ask: Ask): string | undefined => anywhere(ask, 'COMMENT') ?? anywhere(ask, 'REASON');

/** Asks for a password, now or for a time to come. */
async function request(ask: Ask): Promise<Outcome> {
  refuseUnavailable(ask.details, ['RESOURCES_TO_BE_ACCESSED_OPTION', 'SELECTED_RESOURCEIDS']);
  const account = await accountNumbered(ask, ask.part('aid'));
  const { reason, ticket } = why(ask);
  if (reason === undefined) throw new Problem('reason-required');
  const later = (anywhere(ask, 'ACCESS') ?? '').trim().toLowerCase() === 'later';
  // Both spellings of the first are in use.
  const from = anywhere(ask, 'STARTTIME') ?? anywhere(ask, 'STARTTTIME');
  const until = anywhere(ask, 'ENDTIME');
  if (later && from === undefined) throw new Problem('input-invalid', { detail: 'STARTTIME is missing.' });
  await ask.invoke(requestAccount, {
    accountId: account.id,
    reason,
    ...(ticket === undefined ? {} : { ticket }),
    ...(from === undefined ? {} : { startsAt: dateOf(from, 'STARTTIME').toISOString() }),
    ...(until === undefined ? {} : { endsAt: dateOf(until, 'ENDTIME').toISOString() }),
  });
  return {
    message: 'Request to view password have been raised successfully',
    details: { STATUS: 'WAITING FOR APPROVAL / CHECKOUT' },
  };
}

export const workflowOperations = [
  { method: 'GET', path: 'accounts/passwordaccessrequests', name: 'GET_PASSWORDREQUEST', run: list },
  { method: 'POST', path: 'accounts/:aid/requestpassword', name: 'REQUEST_PASSWORD', says: noAccount, run: request },
  {
    method: 'POST',
    path: 'accounts/:aid/requester/:uid/approve',
    name: 'ADMIN_REQUEST_APPROVE',
    says: noRequest,
    async run(ask) {
      const { id } = await find(ask, 'approve', 'access-request.approve');
      await ask.invoke(approveRequest, { requestId: id, comment: comment(ask) ?? '' });
      return { message: 'Password Approved successfully' };
    },
  },
  {
    method: 'POST',
    path: 'accounts/:aid/requester/:uid/reject',
    name: 'ADMIN_REQUEST_REJECT',
    says: noRequest,
    async run(ask) {
      const { id } = await find(ask, 'approve', 'access-request.reject');
      // Whoever rejects owes the requester a word; this API's clients send none.
      await ask.invoke(rejectRequest, {
        requestId: id,
        comment: comment(ask) ?? 'Rejected by a program, without a comment.',
      });
      return { message: 'Password Rejected successfully' };
    },
  },
  {
    method: 'POST',
    path: 'accounts/:aid/requester/:uid/checkin',
    name: 'ADMIN_REQUEST_CHECKIN',
    says: noRequest,
    async run(ask) {
      const { id } = await find(ask, 'in-use', 'access-request.force-check-in');
      await ask.invoke(forceCheckIn, { requestId: id, comment: comment(ask) ?? '' });
      return { message: 'Password have been checked in successfully' };
    },
  },
  {
    method: 'POST',
    path: 'accounts/:aid/checkout',
    name: 'REQUEST_CHECKOUT',
    says: noAccount,
    async run(ask) {
      const account = await accountNumbered(ask, ask.part('aid'));
      await ask.invoke(checkOut, { accountId: account.id, ...why(ask) });
      return { message: 'Password have been checked out successfully', details: { STATUS: '***** [checkIn]' } };
    },
  },
  {
    // Not in the manual: one's own check-in, which the second API has.
    method: 'POST',
    path: 'accounts/:aid/checkin',
    name: 'REQUEST_CHECKIN',
    says: noAccount,
    async run(ask) {
      const account = await accountNumbered(ask, ask.part('aid'));
      await ask.invoke(checkIn, { accountId: account.id });
      return { message: 'Password have been checked in successfully', details: { STATUS: '[Request]' } };
    },
  },
] as const satisfies readonly Operation[];
