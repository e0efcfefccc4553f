// Changing passwords on the machines: attempts that survive any crash, and the proof that a stored password works.
// It owns attempts, their verdict, host-key pins, and its outpost is the only process that runs drivers.
// It decides by evidence from the target, never by what a command claimed.
import { sql } from 'kysely';
import { system } from '../authorise/index.ts';
import type { Database } from '../platform/db.ts';
import { enqueue } from '../platform/jobs.ts';
import { enqueuePumps } from './run-start.ts';

export { renewLease } from './attempt.ts';
export { raiseAlarm, routeOf } from './contact.ts';
export type { MadeKey } from './outpost.ts';
export { readReach, shownAs, type ReachFacts } from './reach.ts';
export { driverCatalogue, traitsOf } from './catalogue.ts';
export { createOutpost, type Outpost } from './outpost.ts';
export { rotationEndpoints } from './rotation.endpoints.ts';
export { planNightly, planNightlyOfAll, runNightly } from './nightly.ts';
export { runExport } from './run-export.ts';
export { runEndpoints } from './run.endpoints.ts';
export { scriptEndpoints } from './try-script.ts';
export { startRun } from './run-start.ts';
export { runPump } from './run-work.ts';
export { runAttempt } from './worker.ts';
export type { WorkerParts } from './worker-parts.ts';

/** Puts every unfinished attempt in line again. Call it at start: a stopped server may have left some in the middle, and nobody should have to ask. */
export async function recover(database: Database): Promise<number> {
  const { rows } = await sql<{
    id: string;
    organisationId: string;
  }>`select id, organisation_id from strongroom.unfinished_attempts()`.execute(database.anyone);
  for (const attempt of rows) {
    const { organisationId } = system(attempt.organisationId);
    await database.asOrganisation(organisationId, (db) =>
      enqueue(db, 'rotate', { organisationId, attemptId: attempt.id }, { key: `attempt:${attempt.id}` }),
    );
  }
  return rows.length;
}

/** Puts every run in line again that a stopped server left in the middle. */
export async function recoverRuns(database: Database): Promise<number> {
  const { rows } = await sql<{
    id: string;
    organisationId: string;
  }>`select id, organisation_id from strongroom.unfinished_runs()`.execute(database.anyone);
  for (const { id, organisationId } of rows)
    await database.asOrganisation(organisationId, async (db) => {
      const run = await db.selectFrom('resetRun').select('total').where('id', '=', id).executeTakeFirst();
      await enqueuePumps(db, organisationId, id, run?.total ?? 1);
    });
  return rows.length;
}
