import { permitsOf, type Facts, type Relation } from '../src/authorise/index.ts';

/** The roles of the matrix, in the manual's order. */
export const matrixRoles = [
  'administrator',
  'privileged-administrator',
  'password-administrator',
  'password-user',
  'password-auditor',
] as const;

/** The facts of somebody signed in, with a role and a hold, where nothing else is in the way. */
export const matrixFacts = (
  role: (typeof matrixRoles)[number],
  superAdministrator: boolean,
  relation: Relation,
): Facts => ({
  actorKind: 'user',
  live: true,
  mustChangePassword: false,
  role,
  permits: permitsOf[role],
  superAdministrator,
  scopes: null,
  relation,
  self: false,
  reasonGiven: true,
  ticketGiven: true,
  reasonToReveal: false,
  reasonToChange: false,
  ticketToReveal: false,
  ticketAsked: [],
  ticketVerdict: 'unneeded',
  attemptOpen: false,
  autoLogonHides: false,
  autoLogon: false,
  byCriteria: false,
  controlled: false,
  excused: false,
  lease: 'none',
  seesCheckedOut: false,
  requester: false,
  approver: false,
  mayShareCriteria: false,
});

/** What somebody has to do with a request for access. Whoever only sees the password has nothing to do with the requests for it. */
export const requestParts = ['nothing', 'sees', 'asked', 'approves', 'asked and approves', 'manages', 'owns'] as const;
export type RequestPart = (typeof requestParts)[number];

/** The facts about a request for access of somebody with a role who has that part in it, where nothing else is in the way. */
export function requestFacts(
  role: (typeof matrixRoles)[number],
  superAdministrator: boolean,
  part: RequestPart,
): Facts {
  const requester = part.startsWith('asked');
  const approver = part.endsWith('approves');
  // On the list of approvers, but without the role, one is told of no request either.
  const told = requester || (approver && permitsOf[role].includes('manage-passwords'));
  const relation = part === 'owns' ? 'owner' : part === 'manages' ? 'manage' : told ? 'view' : 'none';
  return { ...matrixFacts(role, superAdministrator, superAdministrator ? 'owner' : relation), requester, approver };
}
