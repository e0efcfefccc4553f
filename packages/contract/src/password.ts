import { z } from 'zod';
import { Proof } from './account.ts';
import { call, Empty, Instant, largestNumber, Line, PasswordText, Reason, Ticket } from './call.ts';
import { StoredFile } from './file.ts';
import { AccountId, AttemptId } from './ids.ts';

/** For clients that keep passwords for times without the server, and tell afterwards. The event says that this is what it is. */
export const noteOfflineUse = call({
  name: 'account.note-offline-use',
  method: 'POST',
  path: '/accounts/:accountId/offline-uses',
  scope: 'passwords',
  summary: 'Takes down what a client says was done with a password while it was offline, as told by the client.',
  input: z.object({
    accountId: AccountId,
    what: Line(120).min(1),
    /** By the client's clock. */
    at: Instant,
    reason: Reason.optional(),
  }),
  reply: Empty,
});
export const revealAccount = call({
  name: 'account.reveal',
  method: 'POST',
  path: '/accounts/:accountId/reveal',
  scope: 'passwords',
  secret: true,
  summary: 'Opens the current password. Audited with reason before the answer is sent.',
  input: z.object({
    accountId: AccountId,
    purpose: z.enum(['show', 'copy', 'use']).default('show'),
    reason: Reason.optional(),
    ticket: Ticket.optional(),
  }),
  reply: z.object({
    username: z.string(),
    password: z.string(),
    version: z.int(),
    /** While a rotation is in doubt: the other password that may be the one that works. */
    candidate: z.string().nullable(),
  }),
});
export const SecretVersion = z
  .object({
    version: z.int(),
    state: z.enum(['current', 'former', 'candidate', 'abandoned']),
    origin: z.enum(['created', 'changed', 'rotated', 'restored', 'copied']),
    changedBy: z.string(),
    changedFrom: z.string().nullable(),
    changedAt: Instant,
    /** The file that this version is, where it is no password. */
    file: StoredFile.nullable(),
  })
  .meta({ id: 'SecretVersion' });
export type SecretVersion = z.infer<typeof SecretVersion>;
export const readHistory = call({
  name: 'account.history',
  method: 'GET',
  path: '/accounts/:accountId/history',
  scope: 'read',
  summary: 'Who changed the password, from where and when.',
  input: z.object({
    accountId: AccountId,
    limit: z.coerce.number().int().min(1).max(500).default(100),
    offset: z.coerce.number().int().min(0).default(0),
  }),
  reply: z.object({ items: z.array(SecretVersion), total: z.int() }),
});
export const revealFormer = call({
  name: 'account.reveal-former',
  method: 'POST',
  path: '/accounts/:accountId/history/:version/reveal',
  scope: 'passwords',
  secret: true,
  summary: 'Opens a former password under the same rules as the current one.',
  input: z.object({
    accountId: AccountId,
    version: z.coerce.number().int().min(1).max(largestNumber),
    purpose: z.enum(['show', 'copy', 'use']).default('show'),
    reason: Reason.optional(),
    ticket: Ticket.optional(),
  }),
  reply: z.object({ username: z.string(), password: z.string(), version: z.int() }),
});

/** `local` changes the stored password only; `target` changes the machine and the vault together. */
export const Where = z.enum(['local', 'target']);
export const changePassword = call({
  name: 'account.change-password',
  method: 'POST',
  path: '/accounts/:accountId/password',
  scope: 'passwords',
  summary: 'Changes the password, in the vault alone or on the target too (then as an attempt to be followed).',
  input: z.object({
    accountId: AccountId,
    password: PasswordText,
    where: Where.default('local'),
    reason: Reason.optional(),
    ticket: Ticket.optional(),
  }),
  reply: z.object({ version: z.int(), attemptId: AttemptId.nullable() }),
});
export const restoreVersion = call({
  name: 'account.restore',
  method: 'POST',
  path: '/accounts/:accountId/history/:version/restore',
  scope: 'passwords',
  summary: 'Makes a former password the current one again, in the vault alone.',
  input: z.object({
    accountId: AccountId,
    version: z.coerce.number().int().min(1).max(largestNumber),
    reason: Reason.optional(),
    ticket: Ticket.optional(),
  }),
  reply: z.object({ version: z.int() }),
});
export const rotateAccount = call({
  name: 'account.rotate',
  method: 'POST',
  path: '/accounts/:accountId/rotate',
  scope: 'passwords',
  summary: 'Draws a new password and changes it on the target and in the vault.',
  input: z.object({ accountId: AccountId, reason: Reason.optional(), ticket: Ticket.optional() }),
  reply: z.object({ attemptId: AttemptId }),
});
export const verifyAccount = call({
  name: 'account.verify',
  method: 'POST',
  path: '/accounts/:accountId/verify',
  scope: 'passwords',
  summary: 'Logs in to the target with the stored password, now, and says what came of it.',
  input: z.object({ accountId: AccountId }),
  reply: Proof,
});

/** The states of a rotation, as the audit trail names them. */
export const AttemptState = z.enum([
  'prepared',
  'applying',
  'applied',
  'verified',
  'promoted',
  'unverified',
  'rolled-back',
  'needs-person',
]);
export type AttemptState = z.infer<typeof AttemptState>;
export const Attempt = z
  .object({
    id: AttemptId,
    accountId: AccountId,
    state: AttemptState,
    why: z.string().nullable(),
    tries: z.int(),
    startedAt: Instant,
    updatedAt: Instant,
    endedAt: Instant.nullable(),
    nextTryAt: Instant.nullable(),
    requestedBy: z.string(),
  })
  .meta({ id: 'Attempt' });
export type Attempt = z.infer<typeof Attempt>;
export const readAttempt = call({
  name: 'attempt.read',
  method: 'GET',
  path: '/accounts/:accountId/attempts/:attemptId',
  scope: 'read',
  summary: 'How a rotation stands.',
  input: z.object({ accountId: AccountId, attemptId: AttemptId }),
  reply: Attempt,
});
export const listAttempts = call({
  name: 'attempt.list',
  method: 'GET',
  path: '/accounts/:accountId/attempts',
  scope: 'read',
  summary: 'The rotations of an account, newest first.',
  input: z.object({ accountId: AccountId, limit: z.coerce.number().int().min(1).max(100).default(20) }),
  reply: z.object({ items: z.array(Attempt) }),
});
export const resolveAttempt = call({
  name: 'attempt.resolve',
  method: 'POST',
  path: '/accounts/:accountId/attempts/:attemptId/resolve',
  scope: 'passwords',
  summary:
    'Ends an attempt that needs a person: ask the target again, or keep the one password the person found to work.',
  input: z.object({
    accountId: AccountId,
    attemptId: AttemptId,
    how: z.enum(['ask-again', 'keep-current', 'keep-candidate']),
    reason: Reason,
  }),
  reply: Attempt,
});
