import type { Criterion, Match } from '@strongroom/contract';
import { sql, type RawBuilder } from 'kysely';
import type { Grant } from '../authorise/index.ts';
import type { OrganisationDb } from '../platform/db.ts';
import { Problem } from '../platform/problem.ts';

/** Throws `input-invalid` for a field of one's own that is not the organisation's, or whose values cannot be asked for. */
export async function requireFields(db: OrganisationDb, criteria: readonly Criterion[]): Promise<void> {
  const ids = criteria.flatMap(({ fieldId }) => (fieldId === null ? [] : [fieldId]));
  if (ids.length === 0) return;
  const fields = await db
    .selectFrom('customField')
    .select(['id', 'belongsTo', 'kind'])
    .where('id', 'in', ids)
    .execute();
  criteria.forEach(({ field, fieldId }, index) => {
    if (fieldId === null) return;
    const path = `criteria.${index}.fieldId`;
    const known = fields.find((one) => one.id === fieldId);
    if (`${known?.belongsTo ?? ''}-field` !== field)
      throw new Problem('input-invalid', { errors: [{ path, message: 'is no such field of the organisation' }] });
    // What is sealed or a file cannot be held against anything.
    if (known?.kind === 'password' || known?.kind === 'file')
      throw new Problem('input-invalid', { errors: [{ path, message: 'is a field whose values are kept sealed' }] });
  });
}

/** Replaces the criteria of a group and gathers its members anew. Check the fields first. */
export async function writeCriteria(
  grant: Grant<'resource-group.create' | 'resource-group.change-criteria'>,
  groupId: string,
  criteria: readonly Criterion[],
): Promise<void> {
  const { organisationId } = grant.actor;
  await grant.db.deleteFrom('resourceCriterion').where('groupId', '=', groupId).execute();
  await grant.db
    .insertInto('resourceCriterion')
    .values(criteria.map((criterion, n) => ({ organisationId, groupId, n, ...criterion })))
    .execute();
  await sql`select strongroom.gather_groups(${organisationId}::uuid, array[${groupId}::uuid])`.execute(grant.db);
}

/** A criterion as the row that the database's own judgement takes; nothing is stored for it. */
const asRow = ({ field, fieldId, operator, value }: Criterion, n: number): RawBuilder<unknown> =>
  sql`row(null, null, ${n}, ${field}, ${fieldId}, ${operator}, ${value}, lower(${value}))::strongroom.resource_criterion`;

/**
 * How many resources the criteria fit now, and the first fifty by name: among those of `ownerId`, or among all where
 * that is null. The same function of the database judges that gathers the members.
 */
export async function previewOf(
  db: OrganisationDb,
  asked: { match: Match; criteria: readonly Criterion[] },
  ownerId: string | null,
): Promise<{ total: number; items: { id: string; name: string; type: string; dnsName: string }[] }> {
  const all = sql.join(
    asked.criteria.map((criterion, n) => sql`strongroom.criterion_holds(${asRow(criterion, n)}, r)`),
    asked.match === 'all' ? sql` and ` : sql` or `,
  );
  const { rows } = await sql<{ id: string; name: string; type: string; dnsName: string; total: number }>`
    select r.id, r.name, r.type, r.dns_name, count(*) over ()::int as total from resource r
    where ${ownerId === null ? sql`true` : sql`r.owner_id = ${ownerId}`} and (${all})
    order by lower(r.name), r.id limit 50`.execute(db);
  return {
    total: rows[0]?.total ?? 0,
    items: rows.map(({ id, name, type, dnsName }) => ({ id, name, type, dnsName })),
  };
}
