import { runLimit } from '@strongroom/contract';
import { Cron } from 'croner';
import { sql } from 'kysely';
import { system, type Perform } from '../authorise/index.ts';
import type { Database, OrganisationDb } from '../platform/db.ts';
import { enqueue } from '../platform/jobs.ts';
import { titleOf } from './run.endpoints.ts';
import { startRun } from './run-start.ts';

/** When the check of every password runs: `HH:MM`, in the organisation's time zone. */
interface When {
  readonly on: boolean;
  readonly at: string;
  readonly timeZone: string;
}

async function readWhen(db: OrganisationDb): Promise<When> {
  const { rows } = await sql<When>`select
    coalesce((select (value #>> '{}')::boolean from setting where name = 'nightlyCheck'), true) as on,
    coalesce((select value #>> '{}' from setting where name = 'nightlyCheckAt'), '01:00') as at,
    coalesce((select value #>> '{}' from setting where name = 'timeZone'), 'UTC') as time_zone`.execute(db);
  return rows[0] ?? { on: true, at: '01:00', timeZone: 'UTC' };
}

/** The next time after `now` that a clock in this zone shows `at`. A night whose hour is left out has it at the next that there is. */
export function nextAt({ at, timeZone }: Pick<When, 'at' | 'timeZone'>, now: Date): Date {
  const [hour, minute] = at.split(':').map(Number);
  const next = new Cron(`0 ${String(minute)} ${String(hour)} * * *`, { timezone: timeZone }).nextRun(now);
  // A daily time always has a next one.
  return next ?? new Date(now.getTime() + 24 * 3_600_000);
}

/** Puts the next nightly check in line; one that is in line for another time is moved there. Call it at start and when a setting changes. */
export async function planNightly(db: OrganisationDb, organisationId: string, now = new Date()): Promise<void> {
  await enqueue(
    db,
    'nightly',
    { organisationId },
    { key: `nightly:${organisationId}`, runAt: nextAt(await readWhen(db), now) },
  );
}

/** Plans the nightly check of every organisation. */
export async function planNightlyOfAll(database: Database, organisationIds: readonly string[]): Promise<void> {
  for (const id of organisationIds) await database.asOrganisation(id, (db) => planNightly(db, id));
}

/**
 * The job: starts a verification of every account that can be asked, unless the setting says no or the last one still runs, and plans the next night.
 * Accounts that are excluded from proof are left alone. Runs have a most: a larger estate is checked in several.
 */
export async function runNightly(perform: Perform, { organisationId }: { organisationId: string }): Promise<void> {
  const ask = { actor: system(organisationId), action: 'run.start-nightly', objectId: organisationId } as const;
  await perform(ask, async (grant) => {
    // First, so that the next night is planned whatever becomes of this one.
    await planNightly(grant.db, organisationId);
    const { on } = await readWhen(grant.db);
    const running = await sql`select 1 from reset_run where source = 'nightly' and state = 'running' limit 1`.execute(
      grant.db,
    );
    const ids = on && running.rows.length === 0 ? await askable(grant.db) : [];
    if (ids.length === 0) {
      grant.nothingDone();
      return;
    }
    for (let i = 0; i < ids.length; i += runLimit) {
      const accountIds = ids.slice(i, i + runLimit);
      await startRun(grant, {
        kind: 'verify',
        title: `Nightly check: ${titleOf('verify', accountIds.length).toLowerCase()}`,
        source: 'nightly',
        accountIds,
      });
    }
  });
}

/** Accounts on resources that are set up, whose secret is no file, which are not excluded, and whose rotation is not under way. */
async function askable(db: OrganisationDb): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`select a.id from account a join resource r on r.id = a.resource_id
    join secret s on s.account_id = a.id and s.state = 'current' and s.file_id is null
    where r.reset is not null and (a.exclusion_until is null or a.exclusion_until <= now())
      and a.check_result is distinct from 'unprovable'
      and not exists (select 1 from rotation_attempt t where t.account_id = a.id and t.state not in ('promoted', 'rolled-back'))
    order by r.number, a.number`.execute(db);
  return rows.map((row) => row.id);
}
