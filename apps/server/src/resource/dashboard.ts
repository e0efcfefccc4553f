import { readDashboard } from '@strongroom/contract';
import { sql } from 'kysely';
import type { z } from 'zod';
import { endpoint, seesAccount, seesResource, type Endpoint, type Facts } from '../authorise/index.ts';
import type { OrganisationDb } from '../platform/db.ts';
import { accountTables, healthOf } from './account.queries.ts';
import { builtInTypes } from './built-in-types.ts';
import { findAccounts } from './find.ts';

type Figures = z.input<(typeof readDashboard)['reply']>;

/** So many accounts are counted anew for each who asks; of more, the figures are a minute old at most. */
const countedAnew = 20_000;
const keptFor = 60_000;
const keptAtMost = 1_000;

/**
 * The figures of everything somebody may see. To count a million accounts takes a second of the database, so those of a large estate are kept for a minute, in
 * this process, for the one user they were counted for. They are figures: what anybody may do is decided anew each time.
 */
export function dashboardEndpoint(now: () => number = Date.now): Endpoint {
  const kept = new Map<string, { at: number; figures: Promise<Figures> }>();
  return endpoint(readDashboard, {
    async run(grant, _input, facts) {
      const userId = grant.actor.userId ?? '';
      if (!(await isLarge(grant.db, facts, userId))) return count(grant.db, facts, userId);
      const known = kept.get(userId);
      if (known && known.at + keptFor > now()) return known.figures;
      const figures = count(grant.db, facts, userId);
      kept.delete(userId);
      kept.set(userId, { at: now(), figures });
      figures.catch(() => kept.delete(userId));
      for (const oldest of kept.keys()) {
        if (kept.size <= keptAtMost) break;
        kept.delete(oldest);
      }
      return figures;
    },
  });
}

/** What expires within so many days is worth a look. */
const soonDays = 14;

async function isLarge(db: OrganisationDb, facts: Facts, userId: string): Promise<boolean> {
  const { counting } = await findAccounts(db, facts, userId, {});
  const { rows } = await sql<{
    n: number;
  }>`select count(*)::int as n from (select 1 ${counting} limit ${countedAnew + 1}) x`.execute(db);
  return (rows[0]?.n ?? 0) > countedAnew;
}

const builtInFileTypes = builtInTypes.filter(({ holdsFiles }) => holdsFiles).map(({ name }) => name);
/** What accounts on these types hold is a file: no log-in proves it, so it counts neither for nor against what is proven. */
const fileTypes = sql`array(select name from resource_type where holds_files union all select unnest(${builtInFileTypes}::text[]))`;

async function count(db: OrganisationDb, facts: Facts, userId: string): Promise<Figures> {
  const { rows } = await sql<Record<string, number>>`
    select count(*)::int as accounts, count(*) filter (where health = 'proven')::int as proven, count(*) filter (where health = 'stale')::int as stale,
      count(*) filter (where health = 'unproven')::int as unproven, count(*) filter (where health = 'out-of-sync')::int as out_of_sync,
      count(*) filter (where health = 'unreachable')::int as unreachable, count(*) filter (where health = 'untrusted')::int as untrusted,
      count(*) filter (where health = 'unprovable')::int as unprovable,
      count(*) filter (where health = 'proven' and proven_at > now() - interval '1 day')::int as proven_within_day,
      count(*) filter (where health = 'proven' and proven_at > now() - interval '7 days')::int as proven_within_week,
      count(*) filter (where health = 'excluded')::int as excluded, count(*) filter (where state = 'needs-person')::int as needs_person,
      count(*) filter (where health = 'file')::int as files,
      count(*) filter (where compliance = 'violating')::int as violating, count(*) filter (where compliance = 'unknown')::int as unjudged,
      count(*) filter (where expires_at <= now())::int as expired,
      count(*) filter (where expires_at > now() and expires_at <= now() + make_interval(days => ${soonDays}))::int as expiring_soon,
      (select count(*)::int from resource r where ${seesResource(facts, userId, 'r')}) as resources,
      coalesce((select (value #>> '{}')::int from setting where name = 'proofMaxAgeDays'), 30) as proof_max_age_days
    from (select case when r.type = any(${fileTypes}) then 'file' else ${healthOf} end as health, t.state, a.proven_at, a.compliance, a.expires_at from ${accountTables} where ${seesAccount(facts, userId, 'a')}) x`.execute(
    db,
  );
  const n = (name: string): number => rows[0]?.[name] ?? 0;
  const counted = n('accounts') - n('excluded') - n('files');
  return {
    accounts: n('accounts'),
    resources: n('resources'),
    proven: n('proven'),
    stale: n('stale'),
    unproven: n('unproven'),
    outOfSync: n('outOfSync'),
    unreachable: n('unreachable'),
    untrusted: n('untrusted'),
    unprovable: n('unprovable'),
    provenWithinDay: n('provenWithinDay'),
    provenWithinWeek: n('provenWithinWeek'),
    excluded: n('excluded'),
    files: n('files'),
    needsPerson: n('needsPerson'),
    provenShare: counted > 0 ? n('proven') / counted : null,
    proofMaxAgeDays: n('proofMaxAgeDays'),
    violating: n('violating'),
    unjudged: n('unjudged'),
    expired: n('expired'),
    expiringSoon: n('expiringSoon'),
  };
}
