// Changing passwords on the machines: attempts that survive any crash, and the proof that a stored password works.
// It owns attempts, their verdict, host-key pins, and its outpost is the only process that runs drivers.
// It decides by evidence from the target, never by what a command claimed.
import { sql } from 'kysely';
import { system } from '../authorise/index.ts';
import type { Database } from '../platform/db.ts';
import { enqueue } from '../platform/jobs.ts';

export { renewLease } from './attempt.ts';
export { driverCatalogue } from './catalogue.ts';
export { createOutpost } from './outpost.ts';
export { rotationEndpoints } from './rotation.endpoints.ts';
export { runAttempt, type WorkerParts } from './worker.ts';

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
