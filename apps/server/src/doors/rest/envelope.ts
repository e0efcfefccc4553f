import { Problem, type ProblemCode } from '../../platform/problem.ts';

/** What an operation came to. `details` of scalars as strings; left out where a call has none, or an empty list. */
export interface Outcome {
  readonly message: string;
  readonly details?: unknown;
  /** How many rows there are: the one number of the reference's replies. */
  readonly totalRows?: number;
  /** Says Failed, with details nevertheless. */
  readonly failed?: true;
}

/** The reference's sentences for what goes wrong, where clients compare them. */
export type Sayings = Partial<Record<ProblemCode, string>>;

const authentication: Sayings = {
  'signed-out': 'API key received is not associated to any user. Authentication failed.',
  'wrong-host': 'User is not allowed to access from this host',
};

/** Our names for what the reference calls otherwise, so that a fault names the key that the client sent. */
const keys = new Map([
  ['name', 'RESOURCENAME'],
  ['type', 'RESOURCETYPE'],
  ['dnsName', 'DNSNAME'],
  ['domain', 'DOMAINNAME'],
  ['url', 'RESOURCEURL'],
  ['description', 'RESOURCEDESCRIPTION'],
  ['department', 'DEPARTMENT'],
  ['location', 'LOCATION'],
  ['username', 'ACCOUNTNAME'],
  ['password', 'PASSWORD'],
  ['notes', 'NOTES'],
  ['reason', 'REASON'],
  ['ticket', 'TICKETID'],
  ['search', 'SEARCHVALUE'],
  ['limit', 'LIMIT'],
  ['offset', 'STARTINDEX'],
  ['toUserId', 'OWNERNAME'],
]);

/** The body of a reply: compact JSON, as clients search it as text. */
export function envelope(name: string, outcome: Outcome): string {
  const { message, details, totalRows, failed } = outcome;
  return JSON.stringify({
    operation: {
      name,
      result: { status: failed ? 'Failed' : 'Success', message },
      ...(totalRows === undefined ? {} : { totalRows }),
      ...(details === undefined || (Array.isArray(details) && details.length === 0) ? {} : { Details: details }),
    },
  });
}

/** The body for an address that is no call, sent with status 404. Never repeats the address: a token may stand in it. */
export const unknownCall: string = envelope('UNKNOWN', { message: 'No such API', failed: true });

/** The body for what went wrong. Whatever is wrong with the token comes under the name that clients look for. */
export function failure(name: string, problem: Problem, says: Sayings = {}): string {
  const refused = authentication[problem.code];
  if (refused !== undefined) return envelope('Authentication', { message: refused, failed: true });
  return envelope(name, { message: says[problem.code] ?? sentence(problem), failed: true });
}

/** A problem in one line of text. Never repeats what the client sent. */
export function sentence(problem: Problem): string {
  const faults = (problem.errors ?? []).map(({ path, message }) => {
    const last = path.split('.').findLast((part) => /\D/.test(part)) ?? '';
    return `${keys.get(last) ?? last}: ${message}`.replace(/^: /, '').replace(/\.?$/, '.');
  });
  return [problem.message, ...(problem.detail === undefined ? [] : [problem.detail]), ...faults].join(' ');
}
