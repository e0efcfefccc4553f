/** Every way a request can end badly. The code is API: clients branch on it, so never rename one. */
const problems = {
  'input-invalid': { status: 400, say: 'The request is not valid.' },
  'signed-out': { status: 401, say: 'Sign in first.' },
  'sign-in-failed': { status: 401, say: 'The user name or the password is wrong.' },
  'csrf-failed': { status: 403, say: 'The page is out of date. Load it again and repeat what you did.' },
  'not-your-role': { status: 403, say: 'Your role does not allow this.' },
  'scope-missing': { status: 403, say: 'The token does not carry the scope that this call needs.' },
  'wrong-host': { status: 403, say: 'This API user may not be used from this address.' },
  'reason-required': { status: 403, say: 'Give a reason first: the organisation asks for one.' },
  'ticket-required': { status: 403, say: 'Give a ticket id first: the organisation asks for one.' },
  'approval-required': {
    status: 403,
    say: 'Access to this is controlled: request it, and check it out once it is approved.',
  },
  'ticket-refused': { status: 403, say: 'The ticket does not allow this.' },
  'ticket-unchecked': { status: 503, say: 'The ticket could not be checked. Try again in a moment.' },
  'must-change-password': { status: 403, say: 'Choose a new log-in password first.' },
  'not-yourself': { status: 403, say: 'Nobody changes their own role, scope or state. Ask another administrator.' },
  'link-invalid': { status: 404, say: 'This link was used, has ended, or never existed. Ask for a new one.' },
  'setup-closed': { status: 404, say: 'This installation is set up already, or the set-up token is wrong.' },
  'not-found': { status: 404, say: 'Not found, or not shared with you.' },
  'name-taken': { status: 409, say: 'This name is in use already.' },
  'in-use': { status: 409, say: 'A rotation of this account is not finished yet.' },
  'checked-out': { status: 409, say: 'Somebody has checked this password out. Wait until it is checked in.' },
  'changed-meanwhile': { status: 409, say: 'Somebody changed this meanwhile. Load it again and repeat your change.' },
  'idempotency-reused': {
    status: 409,
    say: 'This idempotency key was used for another request, or its answer was not kept.',
  },
  'auto-logon-only': {
    status: 403,
    say: 'The organisation keeps your role from passwords of resources that log in by themselves. Open the resource’s URL instead.',
  },
  'policy-in-use': { status: 409, say: 'This policy is in use. Name another to take its place.' },
  'by-criteria': { status: 409, say: 'The members of this group follow from its criteria. Change those instead.' },
  'owns-resources': {
    status: 409,
    say: 'This user owns resources or resource groups. Transfer them to somebody else first.',
  },
  'role-in-use': { status: 409, say: 'Users still have this role. Give them another one first.' },
  'type-in-use': { status: 409, say: 'Resources still have this type. Give them another one first.' },
  'field-in-use': { status: 409, say: 'Groups still gather by this field. Change their criteria first.' },
  'too-many-fields': { status: 409, say: 'There are twenty fields already. Delete one first.' },
  'too-large': { status: 413, say: 'The file is larger than the organisation allows.' },
  'not-resettable': {
    status: 409,
    say: 'The product is not set up to log in to this resource. Configure its reset settings first.',
  },
  'not-that-state': { status: 409, say: 'This is no longer possible in its present state.' },
  'no-admin-left': { status: 409, say: 'At least one active administrator must remain.' },
  'password-weak': { status: 422, say: 'The password does not meet the policy.' },
  'password-reused': { status: 422, say: 'This password was used before.' },
  'settings-invalid': { status: 422, say: 'The settings are not valid for this resource type.' },
  'certificate-unfit': { status: 422, say: 'This certificate cannot be used.' },
  'locked-out': { status: 429, say: 'Too many wrong passwords. Wait before the next try.' },
  'too-many-requests': { status: 429, say: 'Too many requests. Wait before the next one.' },
  internal: { status: 500, say: 'Something failed on our side. The log has the details under this request id.' },
  'not-set-up': {
    status: 503,
    say: 'This installation waits for its first administrator: open the set-up link that the server printed.',
  },
  busy: { status: 503, say: 'Too many people are signing in at this moment. Try again in a few seconds.' },
  unavailable: { status: 503, say: 'The database cannot be reached at this moment. Try again in a few seconds.' },
} as const satisfies Record<string, { status: number; say: string }>;

export type ProblemCode = keyof typeof problems;

export interface ProblemOptions extends ErrorOptions {
  /** One more sentence for the client; never with a secret in it. */
  readonly detail?: string | undefined;
  /** Where the input was wrong. */
  readonly errors?: readonly { path: string; message: string }[] | undefined;
  /** Seconds to wait, where waiting helps. */
  readonly retryAfter?: number | undefined;
}

/** Thrown to end a request. `cause` goes to the log, never to the client. */
export class Problem extends Error {
  readonly code: ProblemCode;
  readonly detail: string | undefined;
  readonly errors: readonly { path: string; message: string }[] | undefined;
  readonly retryAfter: number | undefined;
  constructor(code: ProblemCode, options: ProblemOptions = {}) {
    super(problems[code].say, options);
    this.name = 'Problem';
    this.code = code;
    this.detail = options.detail;
    this.errors = options.errors;
    this.retryAfter = options.retryAfter;
  }
  get status(): number {
    return problems[this.code].status;
  }
}

/** Every code with its HTTP status and sentence, for the documentation. */
export const problemTable: Readonly<Record<ProblemCode, { status: number; say: string }>> = problems;
