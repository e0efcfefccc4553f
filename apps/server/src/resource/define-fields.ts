import type { FieldBelongsTo, FieldKind } from '@strongroom/contract';
import { fieldsAtMost } from '@strongroom/contract';
import { sql } from 'kysely';
import type { Grant } from '../authorise/index.ts';
import { isDuplicate, type OrganisationDb } from '../platform/db.ts';
import { Problem } from '../platform/problem.ts';
import { newId } from '../platform/random.ts';
import { readTypes } from './types.ts';

export interface FieldDetails {
  readonly name: string;
  readonly description: string;
  readonly options: readonly string[];
  readonly required: boolean;
  readonly types: readonly string[];
}

const wrong = (path: string, message: string): Problem => new Problem('input-invalid', { errors: [{ path, message }] });
const nameTaken = (): Problem =>
  new Problem('name-taken', { errors: [{ path: 'name', message: 'is the name of another field' }] });

/** The details as they are stored. Throws `input-invalid` for what the kind does not have. */
async function fitted(db: OrganisationDb, kind: FieldKind, details: FieldDetails): Promise<FieldDetails> {
  if (kind !== 'text' && details.options.length > 0) throw wrong('options', 'are for text only');
  if (kind !== 'file' && details.types.length > 0) throw wrong('types', 'are for files only');
  if (kind === 'file' && details.required)
    throw wrong('required', 'cannot be: a file is uploaded when the rest is there');
  const known = await readTypes(db);
  const types = details.types.map((name) => {
    const type = known(name);
    if (!type) throw wrong('types', 'has a name that is no resource type');
    return type.name;
  });
  return { ...details, options: [...new Set(details.options)], types: [...new Set(types)] };
}

/** Adds a field in the first free place. Throws `name-taken`, and `too-many-fields` beyond twenty. */
export async function addField(
  grant: Grant<'field.create'>,
  belongsTo: FieldBelongsTo,
  kind: FieldKind,
  details: FieldDetails,
): Promise<string> {
  const row = await fitted(grant.db, kind, details);
  const { organisationId } = grant.actor;
  // Two that add a field at once take places one after the other.
  await sql`select pg_advisory_xact_lock(hashtextextended('strongroom fields ' || ${organisationId}::text, 0))`.execute(
    grant.db,
  );
  const taken = new Set(
    (await grant.db.selectFrom('customField').select('slot').where('belongsTo', '=', belongsTo).execute()).map(
      (field) => field.slot,
    ),
  );
  const slot = Array.from({ length: fieldsAtMost }, (_, i) => i + 1).find((n) => !taken.has(n));
  if (slot === undefined) throw new Problem('too-many-fields');
  const id = newId();
  try {
    await grant.db
      .insertInto('customField')
      .values({ id, organisationId, belongsTo, slot, kind, ...row, options: [...row.options], types: [...row.types] })
      .execute();
  } catch (error) {
    if (isDuplicate(error, 'custom_field_name')) throw nameTaken();
    throw error;
  }
  grant.about({ kind: 'field', id, name: row.name });
  grant.note({ belongsTo, kind });
  return id;
}

/** Changes a field. Values that are stored already stay as they are. Throws `name-taken`, `changed-meanwhile`. */
export async function changeField(
  grant: Grant<'field.update'>,
  changes: { [K in keyof FieldDetails]?: FieldDetails[K] | undefined } & { version?: number | undefined },
): Promise<void> {
  const before = await grant.db
    .selectFrom('customField')
    .selectAll()
    .where('id', '=', grant.objectId)
    .forUpdate()
    .executeTakeFirstOrThrow();
  if (changes.version !== undefined && changes.version !== before.version) throw new Problem('changed-meanwhile');
  const row = await fitted(grant.db, before.kind as FieldKind, {
    name: changes.name ?? before.name,
    description: changes.description ?? before.description,
    options: changes.options ?? before.options,
    required: changes.required ?? before.required,
    types: changes.types ?? before.types,
  });
  try {
    await grant.db
      .updateTable('customField')
      .set((eb) => ({
        ...row,
        options: [...row.options],
        types: [...row.types],
        version: eb('version', '+', 1),
      }))
      .where('id', '=', grant.objectId)
      .execute();
  } catch (error) {
    if (isDuplicate(error, 'custom_field_name')) throw nameTaken();
    throw error;
  }
  if (row.name !== before.name) grant.note({ 'name was': before.name, 'name is': row.name });
}

/** Deletes a field with every value of it. Returns how many those were. Throws `field-in-use` while a group gathers by it. */
export async function deleteField(grant: Grant<'field.delete'>): Promise<number> {
  const field = await grant.db
    .selectFrom('customField')
    .select(['belongsTo', 'kind'])
    .where('id', '=', grant.objectId)
    .forUpdate()
    .executeTakeFirstOrThrow();
  const asked = await grant.db
    .selectFrom('resourceCriterion')
    .select('groupId')
    .where('fieldId', '=', grant.objectId)
    .limit(1)
    .executeTakeFirst();
  if (asked) throw new Problem('field-in-use');
  const sealed = await grant.db
    .selectFrom('fieldValue')
    .select((eb) => eb.fn.countAll<number>().as('n'))
    .where('fieldId', '=', grant.objectId)
    .executeTakeFirstOrThrow();
  const table = sql.table(field.belongsTo === 'account' ? 'account' : 'resource');
  const open =
    await sql`update ${table} set fields = fields - ${grant.objectId}::text where fields ? ${grant.objectId}::text`.execute(
      grant.db,
    );
  await grant.db.deleteFrom('customField').where('id', '=', grant.objectId).execute();
  const values = sealed.n + Number(open.numAffectedRows ?? 0);
  grant.note({ values });
  return values;
}

/** How many values of each field are stored. */
export async function countValues(db: OrganisationDb): Promise<ReadonlyMap<string, number>> {
  const { rows } = await sql<{ id: string; n: number }>`
    select k as id, count(*)::int as n from (
      select jsonb_object_keys(fields) as k from resource where fields <> '{}'
      union all select jsonb_object_keys(fields) from account where fields <> '{}'
      union all select field_id::text from field_value) x group by k`.execute(db);
  return new Map(rows.map((row) => [row.id, row.n]));
}
