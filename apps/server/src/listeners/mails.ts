import type { Grant } from '../authorise/index.ts';
import { linksBegin, permittedAddresses, queueMails, readMailServer } from '../mail/index.ts';

const permit = 'manage-listeners';

/** Tells everybody who may decide about listeners that one was changed past the product, and was not run. */
export async function tellAltered(grant: Grant, parts: { publicUrl(): string }, name: string): Promise<void> {
  if ((await readMailServer(grant.db)) === null) return;
  const link = `${await linksBegin(grant.db, parts.publicUrl)}/admin/reset-listeners`;
  const text = `The reset listener “${name}” is not what was approved: somebody changed it in the database, past the product. It was not run.\n\nFind out who can write into the database. Then edit the listener and have it approved anew:\n${link}\n`;
  const mails = (await permittedAddresses(grant.db, permit, [])).map((to) => ({
    to,
    subject: 'A reset listener was changed past the product',
    text,
    about: 'alarm',
  }));
  await queueMails(grant.db, mails);
}
