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
