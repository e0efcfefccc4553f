import { sql, type RawBuilder } from 'kysely';
import type { Action, Grant } from '../authorise/index.ts';
import type { OrganisationDb } from '../platform/db.ts';
import { enqueue } from '../platform/jobs.ts';
import { newId } from '../platform/random.ts';
import { Secret } from '../platform/secret.ts';
import type { Vault } from '../vault/index.ts';

export interface Mail {
  /** One address. */
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  /** A short kind for the list: `invitation`, `notice`, `schedule` … */
  readonly about: string;
  /** Sent only if this user still sees this account when it goes out. */
  readonly whileSees?: { readonly userId: string; readonly accountId: string } | undefined;
}

/** Puts the mail's next turn in line, in place of any that waits. */
export const wake = (db: OrganisationDb, organisationId: string, mailId: string, runAt?: Date): Promise<void> =>
  enqueue(db, 'mail', { organisationId }, { key: `mail:${mailId}`, ...(runAt === undefined ? {} : { runAt }) });

/**
 * Puts a mail in line as part of the transaction that causes it: it goes out when that commits, also after a crash, and is tried
 * again for two days. There must be no secret and no way in in it: those go by `queueSealedMail`.
 */
export async function queueMail(db: OrganisationDb, mail: Mail): Promise<void> {
  const id = newId();
  const organisationId = await put(db, id, mail, sql`strongroom.current_organisation()`, {
    body: mail.text,
    turn: new Date(),
  });
  await wake(db, organisationId, id);
}

/** As `queueMail` for many at once, in two statements. */
export async function queueMails(db: OrganisationDb, mails: readonly Mail[]): Promise<void> {
  if (mails.length === 0) return;
  const rows = mails.map(({ to, subject, text, about, whileSees }) => ({
    id: newId(),
    to_address: to,
    subject: oneLine(subject),
    about,
    body: text,
    for_user_id: whileSees?.userId ?? null,
    for_account_id: whileSees?.accountId ?? null,
  }));
  const inserted = await sql<{ organisationId: string }>`
    insert into mail_outbox (id, organisation_id, to_address, subject, about, body, for_user_id, for_account_id)
    select x.id, strongroom.current_organisation(), x.to_address, x.subject, x.about, x.body, x.for_user_id, x.for_account_id
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
      as x(id uuid, to_address text, subject text, about text, body text, for_user_id uuid, for_account_id uuid)
    returning organisation_id`.execute(db);
  const organisationId = inserted.rows[0]?.organisationId;
  if (organisationId === undefined) throw new Error('the mails were not put in line');
  // One turn of the queue sends all that is due. Its key is its own, so that nobody waits for another transaction that queues mail.
  await enqueue(db, 'mail', { organisationId }, { key: `mail:many:${newId()}` });
}

const oneLine = (subject: string): string => subject.replace(/\p{Cc}+/gu, ' ').slice(0, 200);

/** How long the job leaves a sealed mail to whoever queued it. */
const ownTurnMs = 60_000;

/**
 * Puts a mail in line that holds a way in, such as a one-time link: what it says is sealed until it goes out, and gone then. Whoever
 * queues it sends it at once with `sendNow`; the job does when they cannot. Returns its id.
 */
export async function queueSealedMail<A extends Action>(grant: Grant<A>, vault: Vault, mail: Mail): Promise<string> {
  const id = newId();
  const { organisationId } = grant.actor;
  const sealed = await vault.seal(grant, new Secret(mail.text), {
    column: 'mail_outbox.sealed',
    rowId: id,
    version: 1,
  });
  const turn = new Date(Date.now() + ownTurnMs);
  await put(grant.db, id, mail, sql`${organisationId}::uuid`, { sealed, turn });
  await wake(grant.db, organisationId, id, turn);
  return id;
}

async function put(
  db: OrganisationDb,
  id: string,
  mail: Mail,
  organisation: RawBuilder<unknown>,
  content: ({ body: string } | { sealed: Buffer }) & { turn: Date },
): Promise<string> {
  const { rows } = await sql<{ organisationId: string }>`
    insert into mail_outbox (id, organisation_id, to_address, subject, about, body, sealed, for_user_id, for_account_id, next_try_at)
    values (${id}, ${organisation}, ${mail.to}, ${oneLine(mail.subject)}, ${mail.about}, ${'body' in content ? content.body : null},
      ${'sealed' in content ? content.sealed : null}, ${mail.whileSees?.userId ?? null}, ${mail.whileSees?.accountId ?? null},
      ${content.turn})
    returning organisation_id`.execute(db);
  const row = rows[0];
  if (!row) throw new Error('the mail was not put in line');
  return row.organisationId;
}

const daysKept = { sent: 30, sealed: 7, failed: 90 } as const;

/** Takes away mails that ended long ago. One that failed with a way in goes sooner: the way in has ended. */
export async function tidyMail(
  database: { asOrganisation<T>(id: string, work: (db: OrganisationDb) => Promise<T>): Promise<T> },
  organisationId: string,
): Promise<void> {
  await database.asOrganisation(organisationId, (db) =>
    sql`delete from mail_outbox where ended_at < now() - make_interval(days =>
      case when state <> 'failed' then ${daysKept.sent}::int when sealed is not null then ${daysKept.sealed}::int else ${daysKept.failed}::int end)`.execute(
      db,
    ),
  );
}
