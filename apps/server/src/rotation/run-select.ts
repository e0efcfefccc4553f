import { listAccounts, listResources, runLimit, type RunSelection } from '@strongroom/contract';
import { sql, type RawBuilder } from 'kysely';
import { seesAccount, type Facts } from '../authorise/index.ts';
import type { OrganisationDb } from '../platform/db.ts';
import { Problem } from '../platform/problem.ts';
import { findAccounts, findResources } from '../resource/index.ts';

/**
 * The accounts of a selection, in the order of their numbers, of those that the asker sees; ids that were named one by one stay as they are, so
 * that each has a result. `sign-in` takes of each resource the account that signs in for the others, or any where none does.
 * Throws `input-invalid` for none and for too many.
 */
export async function accountsOf(
  db: OrganisationDb,
  facts: Facts,
  userId: string | null,
  selection: RunSelection,
): Promise<string[]> {
  if ('accountIds' in selection) return [...new Set(selection.accountIds)];
  const from = await rowsOf(db, facts, userId, selection);
  const one = selection.accounts === 'sign-in';
  const { rows } = await sql<{ id: string }>`select x.id from (
      select ${one ? sql`distinct on (a.resource_id)` : sql``} a.id, a.number ${from} and ${seesAccount(facts, userId, 'a')}
      ${one ? sql`order by a.resource_id, (a.id = r.admin_account_id) desc nulls last, a.number` : sql``}) x
    order by x.number limit ${runLimit + 1}`.execute(db);
  if (rows.length === 0) throw invalid('has no account that you can see');
  if (rows.length > runLimit) throw invalid(`is more than ${runLimit} accounts: narrow it down`);
  return rows.map((row) => row.id);
}

const invalid = (message: string): Problem =>
  new Problem('input-invalid', { errors: [{ path: 'selection', message }] });

/** Everything from `from` to the end of `where`, over accounts `a` and resources `r`. */
async function rowsOf(
  db: OrganisationDb,
  facts: Facts,
  userId: string | null,
  selection: Exclude<RunSelection, { accountIds: unknown }>,
): Promise<RawBuilder<unknown>> {
  if ('resourceIds' in selection)
    return sql`from account a join resource r on r.id = a.resource_id where r.id = any(${[...selection.resourceIds]}::uuid[])`;
  if ('groupId' in selection)
    return sql`from account a join resource r on r.id = a.resource_id
      where r.id in (select m.resource_id from resource_group_member m where m.group_id = ${selection.groupId})`;
  const { limit: _, offset: __, cursor: ___, sort: ____, ...filters } = selection.filter;
  const left = [...selection.except];
  if (selection.list === 'accounts') {
    const found = await findAccounts(db, facts, userId, parsed(listAccounts.input, filters));
    return sql`from account a join resource r on r.id = a.resource_id
      where a.id in (select a.id ${found.from}) and a.id <> all(${left}::uuid[])`;
  }
  const found = await findResources(db, facts, userId, parsed(listResources.input, filters));
  return sql`from account a join resource r on r.id = a.resource_id
    where r.id in (select r.id ${found.from}) and r.id <> all(${left}::uuid[])`;
}

function parsed<T>(
  schema: { safeParse(value: unknown): { success: true; data: T } | { success: false } },
  filters: unknown,
): T {
  const result = schema.safeParse(filters);
  if (!result.success) throw invalid('has filters that the list does not take');
  return result.data;
}
