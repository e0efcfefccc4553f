import { z } from 'zod';
import { call, Empty, Instant, largestNumber, Line, Reason, Ticket } from './call.ts';
import { AccountId } from './ids.ts';
import { ListenerFile, ListenerFileInput, ListenerVersionState } from './listener.ts';

/** Ticketing systems that are spoken to. `other` is any, by a module of one's own. */
export const TicketSystem = z.enum([
  'servicedesk-plus',
  'servicedesk-plus-on-demand',
  'servicedesk-plus-msp',
  'servicenow',
  'jira',
  'zendesk',
  'other',
]);
export type TicketSystem = z.infer<typeof TicketSystem>;

/**
 * What a ticket is used for. `retrieval`: to see, copy or download a secret. `request`: to ask for a password to which access is controlled.
 * `check-out`: to take it. `reset`: to change or reset it. `auto-logon`: to open a page that it logs in to.
 */
export const TicketUse = z.enum(['retrieval', 'request', 'check-out', 'reset', 'auto-logon']);
export type TicketUse = z.infer<typeof TicketUse>;

/**
 * How two texts are compared. Capitals and spaces around do not count. The last four compare numbers with numbers, and times with times:
 * ISO 8601, milliseconds since 1970, or `now`.
 */
export const TicketOperator = z.enum([
  'EQUAL',
  'NOT_EQUAL',
  'CONTAINS',
  'NOT_CONTAINS',
  'STARTS_WITH',
  'ENDS_WITH',
  'LESS_THAN',
  'LESS_THAN_EQUAL',
  'GREATER_THAN',
  'GREATER_THAN_EQUAL',
]);
export type TicketOperator = z.infer<typeof TicketOperator>;

/** What is known here of the use: of the person, the account, its resource and the use itself. */
export const ownColumns = [
  'user',
  'full-name',
  'email',
  'resource',
  'account',
  'type',
  'dns-name',
  'department',
  'location',
  'url',
  'description',
  'domain',
  'reason',
  'request-type',
] as const;
/** One of those, or a field of one's own: `Resource@Cost centre`, `Account@Owner`. Values of password fields and files are never compared. */
export const OwnColumn = z.union([
  z.enum(ownColumns),
  Line(150).regex(/^(?:Resource|Account)@./u, 'must be a column, or Resource@ or Account@ with the name of a field'),
]);
export type OwnColumn = z.infer<typeof OwnColumn>;

/** The name of a field as a test shows it, such as `status.name`. */
const TicketField = Line(200).min(1);
/** `C1` is the first row: `C1 and (C2 or not C3)`. Empty: every row must hold. */
const Expression = Line(500).default('');

/** The ticket's field against what is known here. */
export const TicketMapping = z.object({ field: TicketField, operator: TicketOperator, column: OwnColumn });
export type TicketMapping = z.infer<typeof TicketMapping>;
/** The ticket's field against a value. */
export const TicketCondition = z.object({ field: TicketField, operator: TicketOperator, value: Line(500).min(1) });
export type TicketCondition = z.infer<typeof TicketCondition>;

/** Where a ticketing system is reached: https, without user, query or fragment. */
const SystemUrl = Line(300).regex(
  /^https:\/\/[^/?#@\s]+(?:\/[^?#@\s]*)?$/,
  'must be an address such as https://desk.example.org',
);

const settings = {
  /** Off: no ticket is checked. What was set is kept. */
  on: z.boolean(),
  system: TicketSystem,
  url: SystemUrl,
  /** ServiceNow: the user; Jira and Zendesk: the e-mail address. Jira without one takes the secret as a personal access token. A module gets it as it is. */
  username: Line(255).default(''),
  /** ServiceDesk Plus On-Demand: the client of the Zoho console, and where tokens are got. */
  clientId: Line(255).default(''),
  accountsUrl: SystemUrl.default('https://accounts.zoho.com'),
  /** ServiceNow: the table tickets are in. */
  table: z
    .string()
    .regex(/^[a-z][a-z0-9_]{0,79}$/, 'must be the name of a table')
    .default('incident'),
  jiraApi: z.enum(['2', '3']).default('2'),
  /** Names of states in which a ticket counts as closed; empty for what the system itself says. */
  closedStates: z.array(Line(100).min(1)).max(30).default([]),
  mapping: z.array(TicketMapping).max(20).default([]),
  mappingExpression: Expression,
  conditions: z.array(TicketCondition).max(20).default([]),
  conditionsExpression: Expression,
  /** For what a ticket is asked. */
  asks: z.array(TicketUse).max(5).default(['retrieval', 'request', 'check-out', 'reset', 'auto-logon']),
  /** What becomes of a use when the system does not answer. */
  whenDown: z.enum(['refuse', 'allow']).default('refuse'),
  timeLimitSeconds: z.int().min(1).max(30).default(10),
};

export const Ticketing = z
  .object({
    ...settings,
    credentialStored: z.boolean(),
    changedBy: z.string(),
    changedAt: Instant,
    version: z.int(),
  })
  .meta({ id: 'Ticketing' });
export type Ticketing = z.infer<typeof Ticketing>;

export const readTicketing = call({
  name: 'ticketing.read',
  method: 'GET',
  path: '/ticketing',
  scope: 'read',
  summary: 'How tickets are checked.',
  input: Empty,
  reply: z.object({
    ticketing: Ticketing.nullable(),
    /** Fields of one's own that can be compared, as columns. */
    fieldColumns: z.array(z.string()),
    /** The system failed several times in a row and is not asked until then. */
    pausedUntil: Instant.nullable(),
  }),
});
export const setTicketing = call({
  name: 'ticketing.update',
  method: 'PUT',
  path: '/ticketing',
  scope: 'administer',
  summary: 'Sets how tickets are checked.',
  input: z.object({
    ...settings,
    /** What signs in: the key, token or password; of On-Demand the refresh token. Empty keeps what is stored, for the same address and name only. */
    secret: z.string().max(4096).default(''),
    /** On-Demand: the client's secret. */
    clientSecret: z.string().max(1024).default(''),
    /** The version that was edited; left out for the first. */
    version: z.int().min(1).optional(),
  }),
  reply: Ticketing,
});
export const removeTicketing = call({
  name: 'ticketing.remove',
  method: 'DELETE',
  path: '/ticketing',
  scope: 'administer',
  summary: 'Ends the checking of tickets and forgets what was set.',
  input: Empty,
  reply: Empty,
});
export const testTicketing = call({
  name: 'ticketing.test',
  method: 'POST',
  path: '/ticketing/test',
  scope: 'administer',
  summary: 'Fetches a ticket by the settings as they are stored, and shows its fields.',
  input: z.object({ ticket: Ticket }),
  reply: z.object({
    /** `failed`: the system could not be asked. */
    is: z.enum(['open', 'closed', 'not-found', 'failed']),
    /** Of `failed`, why; of a ticket that a module says does not fit, why not: a sentence. */
    why: z.string().nullable(),
    milliseconds: z.int(),
    /** What the ticket says, by the names that mapping and conditions take. */
    fields: z.array(z.object({ name: z.string(), value: z.string() })),
    /** Whether each condition holds; null where the ticket lacks the field, or it cannot be compared. */
    conditions: z.array(z.object({ name: z.string(), holds: z.boolean().nullable() })),
    /** Whether they hold together; null as above. */
    conditionsHold: z.boolean().nullable(),
  }),
});
export const checkTicket = call({
  name: 'account.check-ticket',
  method: 'POST',
  path: '/accounts/:accountId/ticket',
  scope: 'read',
  summary:
    'Says whether a ticket would do to open the password, by the check that a reveal makes. Opens nothing. Recorded.',
  input: z.object({ accountId: AccountId, ticket: Ticket, reason: Reason.optional() }),
  reply: z.object({
    /** Also where no ticket is asked of whoever makes the call. */
    good: z.boolean(),
    /** Why it is not good; or, of one that is, that nobody could look at it and it would do all the same. */
    why: z.string().nullable(),
  }),
});

/** One version of the module that asks a ticketing system of one's own. It is never changed: another file makes another. */
export const TicketingModule = z
  .object({
    version: z.int(),
    note: z.string(),
    file: ListenerFile,
    /** SHA-256 over all of it; what is approved is this. */
    hash: z.string(),
    state: ListenerVersionState,
    author: z.string(),
    createdAt: Instant,
    decidedBy: z.string().nullable(),
    decidedAt: Instant.nullable(),
    /** Why it was refused. */
    why: z.string().nullable(),
  })
  .meta({ id: 'TicketingModule' });
export type TicketingModule = z.infer<typeof TicketingModule>;
export const TicketingModules = z
  .object({
    /** Newest first; a hundred at most. */
    versions: z.array(TicketingModule),
    /** The approved version that runs; null when there is none. */
    runs: z.int().nullable(),
    /** Whoever asks may decide about the newest version. */
    mayDecide: z.boolean(),
  })
  .meta({ id: 'TicketingModules' });
export type TicketingModules = z.infer<typeof TicketingModules>;

export const readTicketingModules = call({
  name: 'ticketing.modules',
  method: 'GET',
  path: '/ticketing/modules',
  scope: 'read',
  summary: 'The module that asks a ticketing system of one’s own, with its versions.',
  input: Empty,
  reply: TicketingModules,
});
export const readTicketingModuleFile = call({
  name: 'ticketing.read-module-file',
  method: 'GET',
  path: '/ticketing/modules/:moduleVersion/file',
  scope: 'administer',
  summary: 'The file of one version as it is stored, in base64. Recorded.',
  input: z.object({ moduleVersion: z.coerce.number().int().min(1).max(largestNumber) }),
  reply: ListenerFile.extend({ base64: z.string() }),
  secret: true,
});
export const addTicketingModule = call({
  name: 'ticketing.add-module',
  method: 'POST',
  path: '/ticketing/modules',
  scope: 'administer',
  summary: 'Adds a version, which waits for another administrator; until then the approved one runs on.',
  input: z.object({
    note: z.string().trim().max(2000).default(''),
    file: ListenerFileInput,
    /** The newest version when the edit was begun; 0 for the first. */
    newest: z.int().min(0).max(largestNumber),
  }),
  reply: TicketingModules,
});
export const approveTicketingModule = call({
  name: 'ticketing.approve-module',
  method: 'POST',
  path: '/ticketing/modules/approve',
  summary: 'Approves the newest version, named by its hash: it runs from now on. Not for those who made it.',
  input: z.object({ hash: z.string().max(100) }),
  reply: TicketingModules,
});
export const refuseTicketingModule = call({
  name: 'ticketing.refuse-module',
  method: 'POST',
  path: '/ticketing/modules/refuse',
  summary: 'Refuses the newest version. An approved one before it runs on.',
  input: z.object({ hash: z.string().max(100), why: z.string().trim().min(3).max(500) }),
  reply: TicketingModules,
});
