import type { OrganisationDb } from '../platform/db.ts';
import { Problem } from '../platform/problem.ts';
import { readTypes } from './types.ts';

/**
 * Throws `not-that-state` unless accounts on all these resources hold the same kind of secret, passwords or files: an
 * account that goes from one to another keeps what it has.
 */
export async function requireSameKind(db: OrganisationDb, resourceIds: readonly string[]): Promise<void> {
  const rows = await db
    .selectFrom('resource')
    .select('type')
    .distinct()
    .where('id', 'in', [...resourceIds])
    .execute();
  const types = await readTypes(db);
  if (new Set(rows.map((row) => types(row.type)?.holdsFiles ?? false)).size > 1)
    throw new Problem('not-that-state', {
      detail: 'Accounts that hold files go to file, key and licence stores only, and others do not go there.',
    });
}
