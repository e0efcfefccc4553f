import {
  deleteMail,
  listMails,
  readMailStatus,
  retryFailedMails,
  retryMail,
  testMail,
  type MailState,
  type QueuedMail,
} from '@strongroom/contract';
import { sql } from 'kysely';
import type { z } from 'zod';
import { endpoint, longEndpoint, type Endpoint, type Facts } from '../authorise/index.ts';
import type { OrganisationDb } from '../platform/db.ts';
import { containing, readPage } from '../platform/paging.ts';
import { Problem } from '../platform/problem.ts';
import { newId } from '../platform/random.ts';
import { wakeAll, type MailParts } from './deliver.ts';
import { wake } from './outbox.ts';
import { NoMailServer, openMailServer, readMailServer } from './server.ts';
import { failureOf, type SmtpServer } from './smtp.ts';

interface Row {
  id: string;
  toAddress: string;
  subject: string;
  about: string;
  state: string;
  tries: number;
  why: string | null;
  createdAt: Date;
  nextTryAt: Date;
  endedAt: Date | null;
}
/**
 * Subjects of notices name accounts and groups behind a colon. Who may read the trail, which names all of them, sees them whole;
 * who only looks after the mail server does not see names of what is not theirs.
 */
const subjectFor = (facts: Facts) =>
  facts.permits.includes('read-audit') ? sql<string>`m.subject` : sql<string>`split_part(m.subject, ': ', 1)`;
const columnsFor = (facts: Facts) =>
  sql`m.id, m.to_address, ${subjectFor(facts)} as subject, m.about, m.state, m.tries, m.why, m.created_at, m.next_try_at, m.ended_at`;

const reply = (row: Row): z.input<typeof QueuedMail> => ({
  id: row.id,
  to: row.toAddress,
  subject: row.subject,
  about: row.about,
  state: row.state as MailState,
  tries: row.tries,
  why: row.why,
  createdAt: row.createdAt.toISOString(),
  nextTryAt: row.state === 'waiting' ? row.nextTryAt.toISOString() : null,
  endedAt: row.endedAt?.toISOString() ?? null,
});

/** Makes those that wait or failed due at once; all of them, or one. Gives how many. */
async function renew(db: OrganisationDb, only?: string): Promise<number> {
  const { numAffectedRows = 0n } = await sql`
    update mail_outbox set state = 'waiting', next_try_at = now(), ended_at = null, tries = case state when 'failed' then 0 else tries end,
      created_at = case state when 'failed' then now() else created_at end
    where state in ('waiting', 'failed') ${only === undefined ? sql`` : sql`and id = ${only}`}`.execute(db);
  return Number(numAffectedRows);
}

const mailOf = (input: { mailId: string }): string => input.mailId;

/** The queue of outgoing mail, as administrators see it, and the test of the mail server. */
export const mailEndpoints = (parts: MailParts): Endpoint[] => [
  endpoint(listMails, {
    async run(grant, input, facts) {
      const { state, search } = input;
      const page = await readPage<Row>(
        grant.db,
        { ...input, sort: input.sort ?? '-createdAt' },
        {
          select: columnsFor(facts),
          from: sql`from mail_outbox m where true ${state ? sql`and m.state = ${state}` : sql``}
          ${search ? sql`and lower(m.to_address || ' ' || ${subjectFor(facts)}) like ${containing(search)}` : sql``}`,
          id: sql`m.id`,
          first: '-createdAt',
          orders: {
            createdAt: { by: sql`m.created_at`, type: 'timestamptz' },
            to: { by: sql`lower(m.to_address)`, type: 'text' },
            state: { by: sql`m.state`, type: 'text' },
          },
        },
      );
      return { ...page, items: page.rows.map(reply) };
    },
  }),
  endpoint(readMailStatus, {
    async run(grant) {
      const server = await readMailServer(grant.db);
      const { rows } = await sql<{
        waiting: number;
        failed: number;
        oldestAt: Date | null;
        lastSentAt: Date | null;
        lastWhy: string | null;
      }>`
        select count(*) filter (where state = 'waiting')::int as waiting, count(*) filter (where state = 'failed')::int as failed,
          min(created_at) filter (where state = 'waiting') as oldest_at, max(ended_at) filter (where state = 'sent') as last_sent_at,
          (array_agg(why order by created_at desc) filter (where state in ('waiting', 'failed') and why is not null))[1] as last_why
        from mail_outbox`.execute(grant.db);
      const row = rows[0];
      return {
        set: server !== null,
        waiting: row?.waiting ?? 0,
        failed: row?.failed ?? 0,
        oldestAt: row?.oldestAt?.toISOString() ?? null,
        lastSentAt: row?.lastSentAt?.toISOString() ?? null,
        lastWhy: row?.lastWhy ?? null,
      };
    },
  }),
  endpoint(retryMail, {
    object: mailOf,
    async run(grant, _input, facts) {
      if ((await renew(grant.db, grant.objectId)) === 0)
        throw new Problem('not-that-state', { detail: 'Only a mail that waits or failed can be tried again.' });
      await wake(grant.db, grant.actor.organisationId, grant.objectId);
      const { rows } =
        await sql<Row>`select ${columnsFor(facts)} from mail_outbox m where m.id = ${grant.objectId}`.execute(grant.db);
      if (!rows[0]) throw new Problem('not-found');
      return reply(rows[0]);
    },
  }),
  endpoint(retryFailedMails, {
    async run(grant) {
      const mails = await renew(grant.db);
      grant.note({ mails });
      await wakeAll(grant.db, grant.actor.organisationId);
      return { mails };
    },
  }),
  endpoint(deleteMail, {
    object: mailOf,
    async run(grant) {
      await grant.db.deleteFrom('mailOutbox').where('id', '=', grant.objectId).execute();
      return {};
    },
  }),
  longEndpoint(testMail, async (perform, actor, { to }) => {
    const ask = { actor, action: 'mail.test', objectId: actor.organisationId } as const;
    const server = await perform(ask, async (grant): Promise<SmtpServer | string> => {
      grant.note({ to });
      try {
        return await openMailServer(grant, parts.vault);
      } catch (error) {
        if (error instanceof NoMailServer) return error.message;
        throw error;
      }
    });
    if (typeof server === 'string') return { sent: false, answer: server };
    const line = parts.mailer.open(server);
    try {
      const answer = await line.send({
        to,
        subject: 'Test of the mail server',
        text: 'Strongroom can send mail with these settings.\n',
        messageId: `<${newId()}@${server.from.split('@')[1] ?? 'strongroom.invalid'}>`,
      });
      return { sent: true, answer };
    } catch (error) {
      return { sent: false, answer: failureOf(error, server.password).answer };
    } finally {
      line.close();
    }
  }),
];
