import { z } from 'zod';
import { call, Empty, Instant, listInput, listReply } from './call.ts';
import { MailId } from './ids.ts';

/**
 * How far a mail is. `withheld`: whoever it was for did not see any more what it tells of. A `failed` one is not tried again by itself.
 */
export const MailState = z.enum(['waiting', 'sent', 'failed', 'withheld']);
export type MailState = z.infer<typeof MailState>;

/** A mail of the queue. What it says is not shown: it may hold a way in. */
export const QueuedMail = z
  .object({
    id: MailId,
    to: z.string(),
    subject: z.string(),
    /** What it is about, such as `invitation` or `notice`. */
    about: z.string(),
    state: MailState,
    /** How often it was tried. */
    tries: z.int(),
    /** What came of the last try, with the mail server's own words; null before the first. */
    why: z.string().nullable(),
    createdAt: Instant,
    /** When it is tried next; null once it has ended. */
    nextTryAt: Instant.nullable(),
    endedAt: Instant.nullable(),
  })
  .meta({ id: 'QueuedMail' });
export type QueuedMail = z.infer<typeof QueuedMail>;

export const listMails = call({
  name: 'mail.list',
  method: 'GET',
  path: '/mails',
  scope: 'read',
  summary: 'The outgoing mail: what waits, what was sent, and what failed with the mail server’s answer.',
  input: listInput(['createdAt', 'to', 'state']).extend({ state: MailState.optional() }),
  reply: listReply(QueuedMail),
});
export const readMailStatus = call({
  name: 'mail.status',
  method: 'GET',
  path: '/mails/status',
  scope: 'read',
  summary: 'Whether mail goes out: how much waits, how much failed, and since when.',
  input: Empty,
  reply: z
    .object({
      /** A mail server is set. */
      set: z.boolean(),
      waiting: z.int(),
      failed: z.int(),
      /** When the oldest that waits was put in line; null when none does. */
      oldestAt: Instant.nullable(),
      lastSentAt: Instant.nullable(),
      /** What came of the last try of one that waits or failed; null when there is none. */
      lastWhy: z.string().nullable(),
    })
    .meta({ id: 'MailStatus' }),
});
export const retryMail = call({
  name: 'mail.retry',
  method: 'POST',
  path: '/mails/:mailId/retry',
  scope: 'administer',
  summary: 'Tries a mail that waits or failed again at once.',
  input: z.object({ mailId: MailId }),
  reply: QueuedMail,
});
export const retryFailedMails = call({
  name: 'mail.retry-failed',
  method: 'POST',
  path: '/mails/retry',
  scope: 'administer',
  summary: 'Tries every mail that waits or failed again at once.',
  input: Empty,
  reply: z.object({ mails: z.int() }),
});
export const deleteMail = call({
  name: 'mail.delete',
  method: 'DELETE',
  path: '/mails/:mailId',
  scope: 'administer',
  summary: 'Takes a mail out of the queue: one that waits is not sent.',
  input: z.object({ mailId: MailId }),
  reply: Empty,
});
export const testMail = call({
  name: 'mail.test',
  method: 'POST',
  path: '/mails/test',
  scope: 'administer',
  summary: 'Sends a test mail by the settings as they are stored, and gives the mail server’s answer.',
  input: z.object({ to: z.email() }),
  reply: z.object({
    sent: z.boolean(),
    /** The server’s answer, or why there was none. */
    answer: z.string(),
  }),
});
