import type { Grant, Permit } from '../authorise/index.ts';
import { queueMails } from './outbox.ts';
import { permittedAddresses } from './permitted.ts';
import { linksBegin, readMailServer } from './server.ts';

/** What waits for a second administrator, as a mail names it: “reset listener”, “‘restart’, version 2”. */
export interface Waiting {
  readonly kind: string;
  readonly name: string;
  readonly version: number;
  /** Ids of those who made it: they are not asked. */
  readonly authors: readonly string[];
}

/** Tells those who may approve that something waits for them. Without a mail server nobody is told: it stands under Approvals all the same. */
export async function askApproval(grant: Grant, publicUrl: () => string, permit: Permit, what: Waiting): Promise<void> {
  if ((await readMailServer(grant.db)) === null) return;
  const link = `${await linksBegin(grant.db, publicUrl)}/admin/approvals`;
  const text = `${grant.actorName} asks for your approval of the ${what.kind} “${what.name}”, version ${what.version}.\n\nIt does not run before a second administrator has approved it. Read it here:\n${link}\n`;
  const mails = (await permittedAddresses(grant.db, permit, what.authors)).map((to) => ({
    ...{ to, subject: `A ${what.kind} waits for your approval`, text, about: 'approval' },
  }));
  grant.note({ asked: mails.length });
  await queueMails(grant.db, mails);
}
