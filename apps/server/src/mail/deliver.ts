import { sql } from 'kysely';
import { readFacts, system, type Grant, type Perform } from '../authorise/index.ts';
import type { OrganisationDb } from '../platform/db.ts';
import { enqueue } from '../platform/jobs.ts';
import { Secret } from '../platform/secret.ts';
import type { Vault } from '../vault/index.ts';
import { wake } from './outbox.ts';
import { NoMailServer, openMailServer } from './server.ts';
import { failureOf, linesAtOnce, type Failure, type Mailer, type MailLine, type SmtpServer } from './smtp.ts';

export interface MailParts {
  readonly perform: Perform;
  readonly vault: Vault;
  readonly mailer: Mailer;
  /** Told of every mail that was not taken. */
  onMailFailure(error: unknown): void;
}

/** Mails of one turn. Longer than this many takes never keeps one from the queue: what a turn holds is due again after `leaseMs`. */
const batch = 20;
/** Longer than a turn can take: each mail has the timeouts of a connection, three at a time. */
const leaseMs = 10 * 60_000;
const serverWideMs = 60_000;
const minute = 60_000;
/** The pauses after each failed try; the last is repeated. */
const pausesMs = [minute, 5 * minute, 15 * minute, 60 * minute, 240 * minute] as const;
const triedForMs = 48 * 60 * minute;

/** When a mail is tried again; null when it has been tried for long enough. Pure. */
export function nextTry(tries: number, createdAt: Date, now: Date): Date | null {
  const at = new Date(now.getTime() + (pausesMs[Math.min(tries, pausesMs.length) - 1] ?? pausesMs[0]));
  return at.getTime() - createdAt.getTime() > triedForMs ? null : at;
}

interface Claimed {
  readonly id: string;
  readonly to: string;
  readonly subject: string;
  readonly messageId: string;
  readonly tries: number;
  readonly createdAt: Date;
  readonly text: Secret;
}
interface Turn {
  /** How many were looked at: those withheld or given up, too. */
  readonly claimed: number;
  readonly mails: readonly Claimed[];
  readonly server: SmtpServer | NoMailServer;
}
interface Row {
  id: string;
  toAddress: string;
  subject: string;
  body: string | null;
  sealed: Buffer | null;
  forUserId: string | null;
  forAccountId: string | null;
  messageId: string;
  tries: number;
  createdAt: Date;
}
type Outcome = { readonly is: 'sent'; readonly why: string } | ({ readonly is: 'failed' } & Failure);

/** Whose queue is being worked through on this node, and whether somebody asked for it meanwhile. */
const atWork = new WeakMap<Perform, Map<string, { again: boolean }>>();

/**
 * Sends what is due of an organisation's mail, until nothing is. One at a time on a node; several nodes share the work, as each mail is
 * claimed by one of them. A mail whose sender dies before it wrote down what the server said is sent again, with the
 * same message id; one that a server took is not.
 */
export async function deliverMail(parts: MailParts, organisationId: string, signal?: AbortSignal): Promise<void> {
  const here = atWork.get(parts.perform) ?? new Map<string, { again: boolean }>();
  atWork.set(parts.perform, here);
  const busy = here.get(organisationId);
  if (busy) {
    busy.again = true;
    return;
  }
  const mine = { again: false };
  here.set(organisationId, mine);
  try {
    do {
      mine.again = false;
      while (signal?.aborted !== true && (await turn(parts, organisationId)) === 'more') continue;
    } while (mine.again && signal?.aborted !== true);
  } finally {
    here.delete(organisationId);
  }
}

/** Sends one mail that nobody has tried yet, now. True when the server took it; false leaves it to the queue. */
export async function sendNow(parts: MailParts, organisationId: string, mailId: string): Promise<boolean> {
  const claimed = await claim(parts, organisationId, mailId);
  if (claimed.mails.length === 0) return false;
  const outcomes = await sendAll(parts, claimed);
  await settle(parts, organisationId, claimed.mails, outcomes);
  return outcomes[0]?.is === 'sent';
}

/** Takes a mail back that has not gone out. False when it has meanwhile. */
export const takeBack = (parts: Pick<MailParts, 'perform'>, organisationId: string, mailId: string): Promise<boolean> =>
  settling(parts, organisationId, async ({ db }) => {
    const gone = await db
      .deleteFrom('mailOutbox')
      .where('id', '=', mailId)
      .where('state', '<>', 'sent')
      .executeTakeFirst();
    return gone.numDeletedRows > 0n;
  });

async function turn(parts: MailParts, organisationId: string): Promise<'more' | 'done'> {
  const claimed = await claim(parts, organisationId);
  if (claimed.mails.length === 0) return claimed.claimed === 0 ? 'done' : 'more';
  const outcomes = await sendAll(parts, claimed);
  await settle(parts, organisationId, claimed.mails, outcomes);
  // A server that is away is left alone for a minute, whatever else is due.
  if (outcomes.every((outcome) => outcome.is === 'failed' && outcome.serverWide)) {
    await settling(parts, organisationId, ({ db }) => wakeAll(db, organisationId, new Date(Date.now() + serverWideMs)));
    return 'done';
  }
  return 'more';
}

/** Puts the whole queue of an organisation in line. */
export const wakeAll = (db: OrganisationDb, organisationId: string, runAt?: Date): Promise<void> =>
  enqueue(
    db,
    'mail',
    { organisationId },
    { key: `mail:all:${organisationId}`, ...(runAt === undefined ? {} : { runAt }) },
  );

/** Marks what is due as being sent by this node, opens it and what signs in to the server, and records that it did. */
const claim = (parts: MailParts, organisationId: string, only?: string): Promise<Turn> =>
  parts.perform(
    { actor: system(organisationId), action: 'mail.deliver', objectId: organisationId },
    async (grant): Promise<Turn> => {
      // Materialised, as a plan that asks the list again for each row would take more than its share.
      const { rows } = await sql<Row>`
        with due as materialized (select d.id from mail_outbox d where d.state = 'waiting'
          and ${only === undefined ? sql`d.next_try_at <= now()` : sql`d.id = ${only} and d.tries = 0`}
          order by d.next_try_at, d.id limit ${batch} for update skip locked)
        update mail_outbox m set tries = m.tries + 1, next_try_at = ${new Date(Date.now() + leaseMs)},
          message_id = coalesce(m.message_id, '<' || m.id || '@' || coalesce((select split_part(value ->> 'from', '@', 2) from setting where name = 'mail' and jsonb_typeof(value) = 'object'), 'strongroom.invalid') || '>')
        from due where m.id = due.id
        returning m.id, m.to_address, m.subject, m.body, m.sealed, m.for_user_id, m.for_account_id, m.message_id, m.tries, m.created_at`.execute(
        grant.db,
      );
      const mails: Claimed[] = [];
      const leaseEnds = new Date(Date.now() + leaseMs);
      for (const row of rows) {
        if (!(await sees(grant, row))) {
          await withhold(grant.db, row.id);
          continue;
        }
        const text = await contentOf(grant, parts.vault, row).catch(() => undefined);
        if (text === undefined) {
          await giveUp(grant.db, row.id);
          continue;
        }
        await wake(grant.db, organisationId, row.id, leaseEnds);
        mails.push({ ...row, to: row.toAddress, text });
      }
      if (mails.length === 0) {
        grant.nothingDone();
        return { claimed: rows.length, mails, server: new NoMailServer() };
      }
      grant.note({ mails: mails.length });
      try {
        return { claimed: rows.length, mails, server: await openMailServer(grant, parts.vault) };
      } catch (error) {
        if (!(error instanceof NoMailServer)) throw error;
        grant.note({ why: error.message });
        return { claimed: rows.length, mails, server: error };
      }
    },
  );

const contentOf = (grant: Grant<'mail.deliver'>, vault: Vault, row: Row): Promise<Secret> =>
  row.sealed === null
    ? Promise.resolve(new Secret(row.body ?? ''))
    : vault.open(grant, row.sealed, { column: 'mail_outbox.sealed', rowId: row.id, version: 1 });

/** Whether a user still has the account that a mail tells of, by the same facts as every decision, and may still come in at all. */
async function sees(grant: Grant<'mail.deliver'>, { forUserId, forAccountId }: Row): Promise<boolean> {
  if (forUserId === null || forAccountId === null) return true;
  const { organisationId, origin } = grant.actor;
  const actor = { kind: 'user', organisationId, userId: forUserId, origin } as const;
  const { facts } = await readFacts(grant.db, { actor, action: 'account.read', objectId: forAccountId });
  if (facts.relation === 'none') return false;
  const user = await grant.db.selectFrom('appUser').select('state').where('id', '=', forUserId).executeTakeFirst();
  return user?.state === 'active';
}

const withhold = (db: OrganisationDb, id: string): Promise<unknown> =>
  db
    .updateTable('mailOutbox')
    .set({
      state: 'withheld',
      body: null,
      sealed: null,
      endedAt: new Date(),
      why: 'Whom it was for may not see the account any more.',
    })
    .where('id', '=', id)
    .execute();

/** A mail that was sealed for another place, or altered: it would stand in the way of all others for ever. */
const giveUp = (db: OrganisationDb, id: string): Promise<unknown> =>
  db
    .updateTable('mailOutbox')
    .set({
      state: 'failed',
      endedAt: new Date(),
      why: 'What it says cannot be opened: it was altered, or its key is gone.',
    })
    .where('id', '=', id)
    .execute();

/** Sends the mails of a turn. The first goes alone: a server that is away or refuses the sign-in is asked once, not twenty times. */
async function sendAll(parts: MailParts, { mails, server }: Turn): Promise<Outcome[]> {
  if (server instanceof NoMailServer)
    return mails.map(() => ({ is: 'failed', permanent: false, serverWide: true, answer: server.message }));
  const line = parts.mailer.open(server);
  const one = (mail: Claimed): Promise<Outcome> => sendOne(parts, line, server, mail);
  try {
    const [first, ...rest] = mails;
    if (!first) return [];
    const outcome = await one(first);
    if (outcome.is === 'failed' && outcome.serverWide) return mails.map(() => outcome);
    return [outcome, ...(await inLanes(rest, one))];
  } finally {
    line.close();
  }
}

/** Does the work for each, a few at a time, and gives the results in order. */
async function inLanes<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  const left = items.entries();
  const lane = async (): Promise<void> => {
    for (const [i, item] of left) results[i] = await work(item);
  };
  await Promise.all(Array.from({ length: linesAtOnce }, lane));
  return results;
}

async function sendOne(parts: MailParts, line: MailLine, server: SmtpServer, mail: Claimed): Promise<Outcome> {
  try {
    const { to, subject, messageId } = mail;
    const why = await line.send({ to, subject, messageId, text: mail.text.expose() });
    return { is: 'sent', why: why.replace(/\s+/g, ' ').slice(0, 500) };
  } catch (error) {
    const failure = failureOf(error, server.password);
    parts.onMailFailure(new Error(failure.answer));
    return { is: 'failed', ...failure };
  }
}

const settling = <T>(
  parts: Pick<MailParts, 'perform'>,
  organisationId: string,
  work: (grant: Grant<'mail.settle'>) => Promise<T>,
): Promise<T> =>
  parts.perform({ actor: system(organisationId), action: 'mail.settle', objectId: organisationId }, work);

/** Writes down what came of each mail. One that another node took up meanwhile is left to that. */
const settle = (
  parts: MailParts,
  organisationId: string,
  mails: readonly Claimed[],
  outcomes: readonly Outcome[],
): Promise<void> =>
  settling(parts, organisationId, async ({ db }) => {
    const now = new Date();
    for (const [i, mail] of mails.entries()) {
      const outcome = outcomes[i];
      if (!outcome) continue;
      const row = db
        .updateTable('mailOutbox')
        .where('id', '=', mail.id)
        .where('tries', '=', mail.tries)
        .where('state', '=', 'waiting');
      if (outcome.is === 'sent') {
        await row.set({ state: 'sent', body: null, sealed: null, endedAt: now, why: outcome.why }).execute();
        continue;
      }
      const at = outcome.permanent ? null : nextTry(mail.tries, mail.createdAt, now);
      if (at === null) await row.set({ state: 'failed', endedAt: now, why: outcome.answer }).execute();
      else {
        await row.set({ nextTryAt: at, why: outcome.answer }).execute();
        await wake(db, organisationId, mail.id, at);
      }
    }
  });
