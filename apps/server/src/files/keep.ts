import { sql, type RawBuilder } from 'kysely';
import type { Grant } from '../authorise/index.ts';
import type { Database } from '../platform/db.ts';

/** True for a file, of the table named by `f`, that nothing has. */
const ofNobody: RawBuilder<boolean> = sql`not exists (select from secret s where s.file_id = f.id)
  and not exists (select from field_value v where v.file_id = f.id) and not exists (select from import_run i where i.file_id = f.id)`;

/** Takes a file away with its key, unless something still has it. For whoever has just let go of it. */
export async function dropFile(grant: Grant, fileId: string): Promise<void> {
  await sql`delete from stored_file f where f.id = ${fileId} and ${ofNobody}`.execute(grant.db);
}

/**
 * Takes away uploads that never ended, a day after they began, and files whose account, field or import is gone. A file
 * becomes ready in the transaction that gives it to somebody: one that is ready and nobody's will not be used again.
 */
export async function sweepFiles(database: Database, organisationId: string): Promise<void> {
  await database.asOrganisation(organisationId, async (db) => {
    await sql`delete from stored_file f where f.state = 'uploading' and f.created_at < now() - interval '1 day'`.execute(
      db,
    );
    await sql`delete from stored_file f where f.state = 'ready' and ${ofNobody}`.execute(db);
  });
}
