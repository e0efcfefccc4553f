import { sql } from 'kysely';
import type { OrganisationDb } from '../platform/db.ts';

/**
 * Does something for real, reads what came of it, and undoes it: so what is foreseen is what would happen, triggers and all.
 * Nothing of it is seen outside the transaction, and no lock it took outlives it. What `work` throws undoes it as well.
 */
export async function andUndo<T>(db: OrganisationDb, work: () => Promise<T>): Promise<T> {
  await sql`savepoint supposed`.execute(db);
  try {
    return await work();
  } finally {
    await sql`rollback to savepoint supposed`.execute(db);
    await sql`release savepoint supposed`.execute(db);
  }
}
