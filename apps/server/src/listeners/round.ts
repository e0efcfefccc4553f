import { sql } from 'kysely';
import { system, type Grant, type Perform } from '../authorise/index.ts';
import type { OrganisationDb } from '../platform/db.ts';
import { newId } from '../platform/random.ts';
import { openLanes } from './lanes.ts';
import { readOn, type NewPassword } from './trail.ts';

/** Runs are kept for so long. */
const keptDays = 90;

/**
 * One round: what the trail says is new becomes runs of the listeners that follow it; runs whose server died are in doubt; for those
 * that are due, lanes are put in line. All in one transaction, so that nothing is followed twice or left out. Of several nodes one is at it.
 */
export function listenerRound(perform: Perform, organisationId: string): Promise<{ planned: number; more: boolean }> {
  const ask = { actor: system(organisationId), action: 'listener.plan', objectId: organisationId } as const;
  return perform(ask, async (grant) => {
    const { rows } = await sql<{ held: boolean }>`
      select pg_try_advisory_xact_lock(7272008, hashtext(${organisationId})) as held`.execute(grant.db);
    if (rows[0]?.held !== true) {
      grant.nothingDone();
      return { planned: 0, more: false };
    }
    const { changed, more } = await readOn(grant.db, organisationId);
    const planned = await plan(grant, changed);
    const lost = await lookAfter(grant);
    await openLanes(grant);
    if (planned + lost === 0) grant.nothingDone();
    else grant.note({ runs: planned, inDoubt: lost });
    return { planned, more };
  });
}

/** Makes the runs, in the order of the trail. What was new before anything was approved is not followed. */
async function plan(grant: Grant<'listener.plan'>, changed: readonly NewPassword[]): Promise<number> {
  if (changed.length === 0) return 0;
  const { rows: listeners } = await sql<{ id: string; resourceTypes: string[]; since: Date }>`
    select l.id, (select min(f.decided_at) from listener_version f where f.listener_id = l.id and f.state = 'approved') as since, array(select jsonb_array_elements_text(v.spec -> 'resourceTypes')) as resource_types
    from listener l join listener_version v on v.listener_id = l.id and v.version = l.runs where l.is_on order by l.id`.execute(
    grant.db,
  );
  const runs = changed.flatMap((one) =>
    listeners
      .filter(
        ({ resourceTypes, since }) =>
          since <= one.at && (resourceTypes.length === 0 || resourceTypes.includes(one.resourceType)),
      )
      .map(({ id }) => ({
        ...{
          id: newId(),
          listener_id: id,
          event_id: one.eventId,
          account_id: one.accountId,
          account_name: one.accountName,
        },
        ...{ old_version: one.oldVersion, new_version: one.newVersion },
      })),
  );
  if (runs.length === 0) return 0;
  const { organisationId } = grant.actor;
  const { rows } = await sql<{ id: string }>`
    insert into listener_run (id, organisation_id, listener_id, event_id, account_id, account_name, old_version, new_version)
    select x.id, ${organisationId}, x.listener_id, x.event_id, x.account_id, x.account_name, x.old_version, x.new_version
    from jsonb_to_recordset(${JSON.stringify(runs)}::jsonb) as x(id uuid, listener_id uuid, event_id uuid, account_id uuid, account_name text, old_version int, new_version int)
    on conflict (listener_id, event_id) do nothing returning id`.execute(grant.db);
  return rows.length;
}

/** Ends what a dead server left. Gives how many are in doubt. */
async function lookAfter(grant: Grant<'listener.plan'>): Promise<number> {
  const { numAffectedRows = 0n } = await sql`
    update listener_run set state = 'in-doubt', ended_at = now(), leased_until = null,
      why = 'The server stopped while it ran. Whether it did its work is not known; it is not run again by itself.'
    where state = 'running' and leased_until < now()`.execute(grant.db);
  return Number(numAffectedRows);
}

/** Takes away runs that ended long ago. */
export async function tidyListenerRuns(
  database: { asOrganisation<T>(id: string, work: (db: OrganisationDb) => Promise<T>): Promise<T> },
  organisationId: string,
): Promise<void> {
  await database.asOrganisation(organisationId, (db) =>
    sql`delete from listener_run where ended_at < now() - make_interval(days => ${keptDays}::int)`.execute(db),
  );
}

/** How much longer than usual the next round waits after failed ones, at most. */
const longestPauseMs = 300_000;

/** Goes through every organisation in rounds until stopped. A round that fails is reported and repeated, later and later. */
export function startListeners(parts: {
  readonly perform: Perform;
  readonly everyMs: number;
  organisationIds(): Promise<readonly string[]>;
  onError(error: unknown): void;
}): { stop(): Promise<void> } {
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  let pauseMs = parts.everyMs;
  let round: Promise<void> = Promise.resolve();
  const all = async (): Promise<void> => {
    for (const id of await parts.organisationIds()) {
      let more = true;
      while (more && !stopped) ({ more } = await listenerRound(parts.perform, id));
    }
    pauseMs = parts.everyMs;
  };
  const next = (): void => {
    timer = setTimeout(() => {
      round = all()
        .catch((error: unknown) => {
          pauseMs = Math.min(pauseMs * 2, longestPauseMs);
          parts.onError(error);
        })
        .finally(() => {
          if (!stopped) next();
        });
    }, pauseMs);
  };
  next();
  return {
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await round;
    },
  };
}
