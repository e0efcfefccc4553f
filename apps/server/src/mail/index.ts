// Outgoing mail: the queue, the mail server, and trying until a mail is out.
// It owns what waits to be sent, and opens the mail server's password and what is sealed to be sent, when it is sent.
// It decides neither who is told what, nor what a mail says.
import { sql } from 'kysely';
import type { Database } from '../platform/db.ts';
import { wakeAll } from './deliver.ts';

export { askApproval, type Waiting } from './ask-approval.ts';
export { deliverMail, sendNow, takeBack, wakeAll, type MailParts } from './deliver.ts';
export { mailEndpoints } from './mail.endpoints.ts';
export { queueMail, queueMails, queueSealedMail, tidyMail } from './outbox.ts';
export { permittedAddresses } from './permitted.ts';
export { linksBegin, mailPassword, readMailServer } from './server.ts';
export { smtpMailer, type Mailer } from './smtp.ts';

/** Puts the mail of every organisation that waits in line again: at start, and after the queue lost its database. */
export async function recoverMail(database: Database): Promise<void> {
  const { rows } = await sql<{ organisationId: string }>`select organisation_id from strongroom.waiting_mail()`.execute(
    database.anyone,
  );
  for (const { organisationId } of rows)
    await database.asOrganisation(organisationId, (db) => wakeAll(db, organisationId));
}
