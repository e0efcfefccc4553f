import { sql } from 'kysely';
import { system, type Grant, type Perform } from '../authorise/index.ts';
import { readMailServer } from '../mail/index.ts';
import type { OrganisationDb } from '../platform/db.ts';
import type { Notice, NoticeChannel } from './channel.ts';
import { newlyExpired } from './expiries.ts';
import { recipientsOf, type Occasion } from './recipients.ts';
import { resetWanted } from './resets.ts';
import { readOn } from './trail.ts';

export interface NoticeParts {
  readonly perform: Perform;
  readonly channels: readonly NoticeChannel[];
  /** The present, which tests set. */
  now(): Date;
  /** Most events of one round; less in tests. */
  readonly atOnce?: number;
}

/** The hour of the day, in UTC, from which on the daily notices go out: after the night's checks. */
const dailyHour = 6;

/**
 * One round: what happened since the last, what expired, and once a day what is not as it should be. The round reads, hands over
 * and moves on in one transaction, so that nothing is told twice and nothing is left out, whenever it is cut off. Of several nodes
 * one is at it. `more` says that there is more to do at once.
 */
export function noticeRound(parts: NoticeParts, organisationId: string): Promise<{ told: number; more: boolean }> {
  const ask = { actor: system(organisationId), action: 'notice.send', objectId: organisationId } as const;
  return parts.perform(ask, async (grant) => {
    const quiet = (more: boolean) => {
      grant.nothingDone();
      return { told: 0, more };
    };
    const { rows } = await sql<{ held: boolean; ruled: boolean }>`
      select pg_try_advisory_xact_lock(7272007, hashtext(${organisationId})) as held, exists (select 1 from notice_rule) as ruled`.execute(
      grant.db,
    );
    if (rows[0]?.held !== true) return quiet(false);
    const { happened, more } = await readOn(grant.db, organisationId, parts.atOnce);
    if (!rows[0].ruled) return quiet(more);
    const done = [
      await tellOf(parts, grant, happened),
      await tellExpiries(parts, grant),
      await tellDaily(parts, grant, organisationId),
    ];
    const removed = happened.filter((one) => one.removed);
    const how = {
      title: 'Reset because a share was taken away',
      source: 'share-removed',
      reason: 'a share was taken away',
    } as const;
    const reset = await resetWanted(grant, removed, how);
    const told = done.reduce((sum, one) => sum + one.told, 0);
    const resets = done.reduce((sum, one) => sum + one.resets, reset);
    if (told + resets === 0) return quiet(more);
    grant.note({ notices: told, resets });
    return { told, more };
  });
}

type Telling = Occasion & Pick<Notice, 'at' | 'by'>;
interface Done {
  readonly told: number;
  readonly resets: number;
}

/** Finds whom the occasions are told and hands the notices to the channels. Without a mail server nobody is told. */
async function tellOf(parts: NoticeParts, grant: Grant<'notice.send'>, occasions: readonly Telling[]): Promise<Done> {
  if (occasions.length === 0 || (await readMailServer(grant.db)) === null) return { told: 0, resets: 0 };
  const told = await recipientsOf(grant.db, occasions);
  if (told.length === 0) return { told: 0, resets: 0 };
  const names = await namesOf(grant.db, [...new Set(told.flatMap((one) => one.accountIds))]);
  const byId = new Map(occasions.map((one) => [one.id, one]));
  const notices = told.flatMap(({ occasion, userId, address, timeZone, accountIds, count }): Notice[] => {
    const of = byId.get(occasion);
    if (!of) return [];
    const { event, at, by } = of;
    const accounts = accountIds.flatMap((id) => names.get(id) ?? []);
    return [{ event, at, by, accounts, count, to: { userId, address, timeZone } }];
  });
  for (const channel of parts.channels) await channel.tell(grant.db, notices);
  return { told: notices.length, resets: 0 };
}

async function namesOf(
  db: OrganisationDb,
  ids: readonly string[],
): Promise<ReadonlyMap<string, Notice['accounts'][number]>> {
  const { rows } = await sql<{ id: string; name: string; resourceId: string }>`
    select a.id, a.username || ' on ' || r.name as name, r.id as resource_id from account a join resource r on r.id = a.resource_id
    where a.id = any(${[...ids]}::uuid[])`.execute(db);
  return new Map(rows.map((row) => [row.id, row]));
}

/** Tells of every password that has reached its age, once for each time it does. */
async function tellExpiries(parts: NoticeParts, grant: Grant<'notice.send'>): Promise<Done> {
  const now = parts.now();
  const rows = await newlyExpired(grant, now);
  // One occasion for all, so that whoever has many of them gets one mail.
  const occasions = rows.map((id): Telling => ({
    id: 'expired',
    event: 'expires',
    kind: 'account',
    objectId: id,
    at: now,
    by: null,
  }));
  const { told } = await tellOf(parts, grant, occasions);
  const how = { title: 'Reset because passwords expired', source: 'expiry', reason: 'the password expired' } as const;
  return { told, resets: await resetWanted(grant, occasions, how) };
}

/** Tells once a day of the passwords that break their policy or are out of sync. */
async function tellDaily(parts: NoticeParts, grant: Grant<'notice.send'>, organisationId: string): Promise<Done> {
  const at = parts.now();
  if (at.getUTCHours() < dailyHour) return { told: 0, resets: 0 };
  const day = at.toISOString().slice(0, 10);
  const done = await grant.db.selectFrom('noticeDay').select('event').where('day', '>=', day).execute();
  let told = 0;
  for (const [event, kind] of [
    ['violated', 'violating'],
    ['out-of-sync', 'rejected'],
  ] as const) {
    if (done.some((one) => one.event === event)) continue;
    const { rows } =
      await sql`insert into notice_day (organisation_id, event, day) values (${organisationId}, ${event}, ${day})
      on conflict (organisation_id, event) do update set day = excluded.day where notice_day.day < excluded.day returning day`.execute(
        grant.db,
      );
    if (rows.length === 0) continue;
    told += (await tellOf(parts, grant, [{ id: event, event, kind, objectId: null, at, by: null }])).told;
  }
  return { told, resets: 0 };
}
