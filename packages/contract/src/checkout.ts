import { z } from 'zod';
import { call, Empty, Instant, listInput, listReply, Reason, Ticket } from './call.ts';
import { AccessRequestId, AccountId, ResourceId, UserId } from './ids.ts';

/**
 * Where the asker stands with a password to which access is controlled, or that somebody has checked out.
 * `request`: has to ask first. `waiting`: asked, not yet approved. `approved`: may check it out, at once or when its window begins
 * (`startsAt`) and nobody else has it (`holder`). `mine`: has it. `in-use`: somebody else has it. `rejected`, `void` and `expired`: what became of
 * the last request, for a day; ask again. `resetting` and `reset-failed`: it came back and is being reset.
 */
export const AccessState = z
  .object({
    state: z.enum([
      'request',
      'waiting',
      'approved',
      'mine',
      'in-use',
      'rejected',
      'void',
      'expired',
      'resetting',
      'reset-failed',
    ]),
    /** The asker's request this is about. */
    requestId: AccessRequestId.nullable(),
    approvalsGiven: z.int(),
    approvalsNeeded: z.int(),
    /** Who has it out; told to whoever may ask for it. */
    holder: z.string().nullable(),
    /** When whoever has it must have given it back; null for no such time. */
    dueAt: Instant.nullable(),
    /** Until when an approved request can be checked out. */
    useBy: Instant.nullable(),
    /** The window that was asked for. */
    startsAt: Instant.nullable(),
    /** What an approver said, or why the reset failed. */
    note: z.string().nullable(),
    /** What the asker can do next, by the names of the calls: `account.request`, `account.check-out`, `account.check-in`, `account.break-glass`. */
    can: z.array(z.string()),
  })
  .meta({ id: 'AccessState' });
export type AccessState = z.infer<typeof AccessState>;

const time = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be a time, such as 14:30');
/** A part of each day in the organisation's time zone; one that ends before it begins goes past midnight. */
export const DailyWindow = z.object({ from: time, to: time }).refine((w) => w.from !== w.to, 'must not be empty');
export type DailyWindow = z.infer<typeof DailyWindow>;

const rules = {
  /** False: the account goes without control though its resource has one; or the settings are kept for later. */
  on: z.boolean().default(true),
  /** How many different approvers must agree. */
  approvals: z.union([z.literal(1), z.literal(2)]).default(1),
  /** A request nobody answered is void after so many hours; one that was approved has as long to be checked out. */
  requestHours: z.int().min(1).max(8760).default(24),
  /** A password is one person's for so many hours; 0 for until it is checked in. */
  exclusiveHours: z.int().min(0).max(8760).default(8),
  resetAfter: z.boolean().default(false),
  /** Whether requests are approved by themselves; the approvers are told. */
  automatic: z.enum(['never', 'always', 'windows']).default('never'),
  windows: z.array(DailyWindow).max(10).default([]),
  /** A valid ticket takes the place of the approvers. */
  ticketApproves: z.boolean().default(false),
};
/** How access is controlled, as it is set. */
export const ControlInput = z.object({
  ...rules,
  /** Users with a role that may ‘manage-passwords’; as many active ones at least as `approvals` asks for. */
  approverIds: z.array(UserId).max(100),
  /** Who need not ask. */
  excludedIds: z.array(UserId).max(1000).default([]),
});
export type ControlInput = z.input<typeof ControlInput>;

const named = z.object({ id: UserId, name: z.string() });
export const AccessControl = z
  .object({
    of: z.enum(['resource', 'account']),
    resourceId: ResourceId,
    resourceName: z.string(),
    /** Null for a resource's. */
    accountId: AccountId.nullable(),
    accountName: z.string().nullable(),
    on: z.boolean(),
    approvals: z.int(),
    requestHours: z.int(),
    exclusiveHours: z.int(),
    resetAfter: z.boolean(),
    automatic: z.enum(['never', 'always', 'windows']),
    windows: z.array(DailyWindow),
    ticketApproves: z.boolean(),
    /**
     * `active`: can approve at this moment; whoever was disabled or lost the role counts as if not on the list. `program`: an API user, which decides for
     * whoever holds its token.
     */
    approvers: z.array(named.extend({ active: z.boolean(), program: z.boolean() })),
    excluded: z.array(named),
    changedBy: z.string(),
    changedAt: Instant,
    version: z.int(),
  })
  .meta({ id: 'AccessControl' });
export type AccessControl = z.infer<typeof AccessControl>;

export const readAccessControl = call({
  name: 'access-control.read',
  method: 'GET',
  path: '/access-controls/of',
  scope: 'read',
  summary: 'How access to a resource’s accounts, or to one account, is controlled.',
  /** Exactly one of the two. */
  input: z.object({ resourceId: ResourceId.optional(), accountId: AccountId.optional() }),
  reply: z.object({
    /** What was set for it itself. */
    own: AccessControl.nullable(),
    /** Of an account: what its resource has. */
    inherited: AccessControl.nullable(),
    /** Whether people must ask for it. */
    inForce: z.boolean(),
    /** Who can be made an approver is found by `access-control.approvers`; may the asker change this. */
    can: z.array(z.string()),
  }),
});
export const listAccessControls = call({
  name: 'access-control.list',
  method: 'GET',
  path: '/access-controls',
  scope: 'read',
  summary: 'Controls of access on what one may manage.',
  input: listInput(['changedAt', 'resourceName']),
  reply: listReply(AccessControl),
});
export const listApprovers = call({
  name: 'access-control.approvers',
  method: 'GET',
  path: '/access-controls/approvers',
  scope: 'read',
  summary:
    'Users who can be made approvers; with `part=excluded` whoever can be excluded from asking, with `part=deputy` whom the asker can name as their deputy.',
  input: z.object({
    search: z.string().trim().max(200).optional(),
    part: z.enum(['approver', 'excluded', 'deputy']).default('approver'),
    limit: z.coerce.number().int().min(1).max(100).default(50),
  }),
  reply: z.object({ items: z.array(named.extend({ fullName: z.string(), program: z.boolean() })) }),
});
export const controlResource = call({
  name: 'resource.control-access',
  method: 'PUT',
  path: '/resources/:resourceId/access-control',
  scope: 'manage',
  summary: 'Sets how access to the accounts of a resource is controlled; null takes the control away.',
  input: z.object({ resourceId: ResourceId, control: ControlInput.nullable(), version: z.int().optional() }),
  reply: z.object({ control: AccessControl.nullable() }),
});
export const controlAccount = call({
  name: 'account.control-access',
  method: 'PUT',
  path: '/accounts/:accountId/access-control',
  scope: 'manage',
  summary: 'Sets how access to one account is controlled; null makes it follow its resource.',
  input: z.object({ accountId: AccountId, control: ControlInput.nullable(), version: z.int().optional() }),
  reply: z.object({ control: AccessControl.nullable() }),
});

export const RequestState = z.enum([
  'waiting',
  'approved',
  'in-use',
  'checked-in',
  'rejected',
  'void',
  'expired',
  'withdrawn',
]);
export type RequestState = z.infer<typeof RequestState>;

export const AccessRequest = z
  .object({
    id: AccessRequestId,
    /** Null once the account is gone; its names stay. */
    accountId: AccountId.nullable(),
    accountName: z.string(),
    resourceId: ResourceId.nullable(),
    resourceName: z.string(),
    requesterId: UserId.nullable(),
    requester: z.string(),
    requesterFullName: z.string().optional(),
    /** The numbers of the three, for clients that name things so; null once they are gone. */
    accountNumber: z.int().nullable().default(null),
    resourceNumber: z.int().nullable().default(null),
    requesterNumber: z.int().nullable().default(null),
    kind: z.enum(['request', 'emergency']),
    state: RequestState,
    reason: z.string(),
    ticket: z.string().nullable(),
    createdAt: Instant,
    startsAt: Instant.nullable(),
    endsAt: Instant.nullable(),
    approvalsNeeded: z.int(),
    decisions: z.array(
      z.object({
        by: z.string(),
        /** As whose deputy; null for an approver at their own place. */
        for: z.string().nullable(),
        decision: z.enum(['approved', 'rejected']),
        comment: z.string(),
        at: Instant,
      }),
    ),
    /** Whose deputy the asker would decide it as; empty for an approver at their own place, and for whoever cannot decide it. */
    deputyOf: z.array(z.string()),
    /** Unanswered by then: void. */
    voidAt: Instant,
    /** Approved and not checked out by then: expired; null while somebody else is in front. */
    useBy: Instant.nullable(),
    approvedAt: Instant.nullable(),
    /** `exempt`: the requester need not have asked. */
    approvedHow: z.enum(['people', 'automatic', 'ticket', 'exempt']).nullable(),
    /** Of approved ones: how many are in front, whoever has the password out included. */
    inFront: z.int().nullable(),
    /** It is the requester's turn alone until then. */
    turnUntil: Instant.nullable(),
    checkedOutAt: Instant.nullable(),
    dueAt: Instant.nullable(),
    endedAt: Instant.nullable(),
    endedHow: z.enum(['checked-in', 'time-out', 'forced', 'rejected', 'void', 'expired', 'withdrawn']).nullable(),
    endedBy: z.string().nullable(),
    /** What whoever took the password back said; null where they said nothing. */
    endedNote: z.string().nullable(),
    exclusiveHours: z.int(),
    /** The reset after it came back; null where none was asked for, or it is not back yet. */
    reset: z
      .object({
        state: z.enum(['due', 'running', 'done', 'failed']),
        /** Tries that ended. */
        tries: z.int(),
        /** Of a failed one: when it is tried again. */
        nextAt: Instant.nullable(),
        why: z.string().nullable(),
      })
      .nullable(),
    /** Of an emergency. */
    review: z.object({ by: z.string(), at: Instant, text: z.string() }).nullable(),
    /** What the asker may do: `access-request.approve`, `.reject`, `.withdraw`, `.force-check-in`, `.review`. */
    can: z.array(z.string()),
  })
  .meta({ id: 'AccessRequest' });
export type AccessRequest = z.infer<typeof AccessRequest>;

const given = { ticket: Ticket.optional(), reason: Reason };
export const requestAccount = call({
  name: 'account.request',
  method: 'POST',
  path: '/accounts/:accountId/request',
  scope: 'passwords',
  summary: 'Asks for a password to which access is controlled, for now or for a time to come.',
  input: z.object({
    accountId: AccountId,
    ...given,
    /** A window to come: from and to, or either alone. */
    startsAt: Instant.optional(),
    endsAt: Instant.optional(),
  }),
  reply: AccessRequest,
});
export const checkOut = call({
  name: 'account.check-out',
  method: 'POST',
  path: '/accounts/:accountId/check-out',
  scope: 'passwords',
  summary: 'Takes a password for oneself alone, until it is checked in or its time is over.',
  input: z.object({ accountId: AccountId, reason: Reason.optional(), ticket: Ticket.optional() }),
  reply: AccessRequest,
});
export const checkIn = call({
  name: 'account.check-in',
  method: 'POST',
  path: '/accounts/:accountId/check-in',
  scope: 'passwords',
  summary: 'Gives back a password that one has checked out.',
  input: z.object({ accountId: AccountId }),
  reply: AccessRequest,
});
export const breakGlass = call({
  name: 'account.break-glass',
  method: 'POST',
  path: '/accounts/:accountId/emergency',
  scope: 'passwords',
  summary:
    'Checks a password out without approval, in an emergency: all approvers are told at once, and one of them reviews it.',
  input: z.object({ accountId: AccountId, reason: Reason.min(10), ticket: Ticket.optional() }),
  reply: AccessRequest,
});

const requestInput = z.object({ requestId: AccessRequestId });
/** What the reader of a mail has: 43 characters of base64url. */
const LinkToken = z.string().regex(/^[A-Za-z0-9_-]{43}$/, 'is not a link of ours');
const Comment = z.string().trim().max(1000);

export const listRequests = call({
  name: 'access-request.list',
  method: 'GET',
  path: '/requests',
  scope: 'read',
  summary: 'Requests for passwords that one made, may approve or looks after.',
  input: listInput(['createdAt', 'endedAt']).extend({
    /** `approve`: waiting for the asker. `in-use`: approved or checked out. `emergency`: not yet reviewed. */
    view: z.enum(['approve', 'mine', 'in-use', 'emergency', 'all']).default('all'),
    accountId: AccountId.optional(),
    state: RequestState.optional(),
  }),
  reply: listReply(AccessRequest),
});
export const countRequests = call({
  name: 'access-request.count',
  method: 'GET',
  path: '/requests/counts',
  scope: 'read',
  summary: 'How many requests wait for the asker.',
  input: z.object({}),
  /** Each ends at 1,000. */
  reply: z.object({
    /** Waiting for the asker's approval. */
    approve: z.int(),
    /** One's own that are waiting, approved or checked out. */
    mine: z.int(),
    /** Approved: can be checked out now. */
    ready: z.int(),
    /** Emergencies to review. */
    emergency: z.int(),
  }),
});
export const openRequestLink = call({
  name: 'access-request.open-link',
  method: 'POST',
  path: '/requests/link',
  summary: 'The request that the link in a mail is about, for the approver it was sent to.',
  input: z.object({ token: LinkToken }),
  reply: AccessRequest,
});
export const readRequest = call({
  name: 'access-request.read',
  method: 'GET',
  path: '/requests/:requestId',
  scope: 'read',
  summary: 'One request for a password.',
  input: requestInput,
  reply: AccessRequest,
});
export const withdrawRequest = call({
  name: 'access-request.withdraw',
  method: 'POST',
  path: '/requests/:requestId/withdraw',
  scope: 'passwords',
  summary: 'Takes back a request of one’s own.',
  input: requestInput,
  reply: AccessRequest,
});
export const approveRequest = call({
  name: 'access-request.approve',
  method: 'POST',
  path: '/requests/:requestId/approve',
  scope: 'passwords',
  summary: 'Approves a request; where two must, the second makes it good.',
  input: requestInput.extend({ comment: Comment.default(''), token: LinkToken.optional() }),
  reply: AccessRequest,
});
export const rejectRequest = call({
  name: 'access-request.reject',
  method: 'POST',
  path: '/requests/:requestId/reject',
  scope: 'passwords',
  summary: 'Rejects a request, or takes back an approval of it that was not used yet.',
  input: requestInput.extend({ comment: Comment.min(3), token: LinkToken.optional() }),
  reply: AccessRequest,
});
export const forceCheckIn = call({
  name: 'access-request.force-check-in',
  method: 'POST',
  path: '/requests/:requestId/check-in',
  scope: 'passwords',
  summary: 'Takes a password back from whoever has it checked out.',
  input: requestInput.extend({ comment: Comment.default('') }),
  reply: AccessRequest,
});
export const reviewEmergency = call({
  name: 'access-request.review',
  method: 'POST',
  path: '/requests/:requestId/review',
  scope: 'passwords',
  summary: 'Says that one looked at an emergency and what one thinks of it.',
  input: requestInput.extend({ review: Comment.min(3) }),
  reply: AccessRequest,
});

/** For how long at most somebody has a deputy, in days. */
export const maxDeputyDays = 90;
/** Who decides about requests beside an approver, and from when until when. */
export const Deputy = z
  .object({
    userId: UserId,
    user: z.string(),
    deputyId: UserId,
    deputy: z.string(),
    deputyFullName: z.string(),
    beginsAt: Instant,
    endsAt: Instant,
    note: z.string(),
    /** It has begun. */
    now: z.boolean(),
    /** The deputy is active and of a role that may ‘manage-passwords’ at this moment; whoever is not decides nothing. */
    active: z.boolean(),
  })
  .meta({ id: 'Deputy' });
export type Deputy = z.infer<typeof Deputy>;

export const readDeputy = call({
  name: 'deputy.read',
  method: 'GET',
  path: '/me/deputy',
  summary: 'Who decides about requests beside the asker, and whose deputy the asker is; what is over is not told.',
  input: Empty,
  reply: z.object({
    own: Deputy.nullable(),
    /** Those who named the asker, in the order in which it ends. */
    of: z.array(Deputy),
    /** `deputy.set`, `deputy.end`. */
    can: z.array(z.string()),
  }),
});
export const setDeputy = call({
  name: 'deputy.set',
  method: 'PUT',
  path: '/me/deputy',
  summary: 'Names who decides about requests beside the asker for a time, in place of whoever was named before.',
  input: z.object({
    /** Another person, active, of a role that may ‘manage-passwords’. */
    deputyId: UserId,
    /** At most a year ahead; a moment that is past stands for now. */
    beginsAt: Instant,
    /** At most 90 days after the beginning. */
    endsAt: Instant,
    note: z.string().trim().max(500).default(''),
  }),
  reply: Deputy,
});
export const endDeputy = call({
  name: 'deputy.end',
  method: 'DELETE',
  path: '/me/deputy',
  summary: 'Ends at once that somebody decides beside the asker.',
  input: Empty,
  reply: Empty,
});
