import { sql } from 'kysely';
import { permitsOf, type Grant, type Permit } from '../authorise/index.ts';
import { linksBegin, queueMails, readMailServer } from '../mail/index.ts';

/** What it takes to look after webhooks: see `webhook.switch`. */
const needed: readonly Permit[] = ['manage-settings', 'read-audit'];
const roles = Object.entries(permitsOf).flatMap(([role, permits]) =>
  needed.every((permit) => permits.includes(permit)) ? [role] : [],
);
const mostReaders = 100;

/**
 * Tells that a webhook was paused, in the transaction that pauses it, so once for each pause: whoever made it, as long as they may turn it on again; else everybody
 * who may. Gives how many are told; nobody without a mail server.
 */
export async function tellPaused(
  grant: Grant<'webhook.deliver' | 'webhook.settle'>,
  publicUrl: () => string,
  webhookId: string,
  why: string,
): Promise<number> {
  const { db } = grant;
  if ((await readMailServer(db)) === null) return 0;
  const { name, createdById } = await db
    .selectFrom('webhook')
    .select(['name', 'createdById'])
    .where('id', '=', webhookId)
    .executeTakeFirstOrThrow();
  const { rows: readers } = await sql<{ email: string }>`
    with may as (
      select distinct u.email, u.id is not distinct from ${createdById}::uuid as made_it
      from app_user u left join custom_role c on c.id = u.custom_role_id
      where u.state = 'active' and u.kind = 'person' and u.email <> ''
        and case u.role when 'custom' then ${needed}::text[] <@ c.permissions else u.role = any(${roles}::text[]) end)
    select email from may where made_it or not exists (select 1 from may m where m.made_it)
    order by email limit ${mostReaders}`.execute(db);
  const link = `${await linksBegin(db, publicUrl)}/admin/api`;
  const text = [
    `The webhook “${name}” is not called any more: it was paused. ${why}`,
    'What happens meanwhile waits for it, up to ten thousand events; what waits for more than a day may be left out.',
    `Mend its receiver, then turn the webhook on again; or turn it off, if nobody needs it:\n${link}`,
    `Its deliveries, with what was answered:\n${link}/deliveries`,
  ].join('\n\n');
  await queueMails(
    db,
    readers.map(({ email: to }) => ({
      to,
      subject: `The webhook “${name}” was paused`,
      text: `${text}\n`,
      about: 'webhook',
    })),
  );
  return readers.length;
}
