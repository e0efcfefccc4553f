import { sql, type RawBuilder } from 'kysely';
import type { Grant } from '../authorise/index.ts';
import type { OrganisationDb } from '../platform/db.ts';

/** Accounts whose expiry one round tells of. */
const atOnce = 500;
/** The name of the mark of when every expired account was last looked at; its `day` is a moment. */
const swept = 'expires: all';
const hourMs = 3_600_000;

/**
 * The accounts whose password has reached its age and of which that was not told yet, marked as told. A round looks at what expired in the
 * last two hours. Once an hour, and after a change of rules, all that ever expired are looked at: some come into a group, or under another
 * policy, later. With every round that would read most of a large estate every other second.
 */
export async function newlyExpired(grant: Grant<'notice.send'>, now: Date): Promise<string[]> {
  const { db, actor } = grant;
  const mark = await db.selectFrom('noticeDay').select('day').where('event', '=', swept).executeTakeFirst();
  const last = Date.parse(mark?.day ?? '');
  // A mark that lies ahead is of a clock that was wrong.
  const recent = last <= now.getTime() && last > now.getTime() - hourMs;
  const found = await told(db, recent ? since(new Date(now.getTime() - 2 * hourMs), now) : ever(now));
  if (!recent && found.length < atOnce)
    await sql`insert into notice_day (organisation_id, event, day) values (${actor.organisationId}, ${swept}, ${now.toISOString()})
      on conflict (organisation_id, event) do update set day = excluded.day`.execute(db);
  return found;
}

/** Has the next round look at every expired account. */
export async function lookAtAllExpired(db: OrganisationDb): Promise<void> {
  await db.deleteFrom('noticeDay').where('event', '=', swept).execute();
}

/** By the index on expiries. */
const since = (from: Date, now: Date): RawBuilder<unknown> => sql`
  from (select x.id, x.organisation_id, x.expires_at, x.resource_id from account x
    where x.expires_at > ${from} and x.expires_at <= ${now} offset 0) a
  where exists (select 1 from resource_group_member m join notice_rule n on n.group_id = m.group_id and n.event = 'expires' where m.resource_id = a.resource_id)`;

/** By the resources of the groups with a rule. */
const ever = (now: Date): RawBuilder<unknown> => sql`
  from account a where a.expires_at <= ${now} and a.resource_id in (
    select m.resource_id from notice_rule n join resource_group_member m on m.group_id = n.group_id where n.event = 'expires' offset 0)`;

async function told(db: OrganisationDb, from: RawBuilder<unknown>): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    with due as (
      select a.id, a.organisation_id, a.expires_at ${from}
        and not exists (select 1 from notice_expiry t where t.account_id = a.id and t.expires_at = a.expires_at)
      order by a.expires_at, a.id limit ${atOnce})
    insert into notice_expiry (organisation_id, account_id, expires_at) select organisation_id, id, expires_at from due
    on conflict (account_id) do update set expires_at = excluded.expires_at returning account_id as id`.execute(db);
  return rows.map((row) => row.id);
}
