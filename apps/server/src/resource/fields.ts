import type { FieldBelongsTo, FieldId, FieldKind } from '@strongroom/contract';
import { sql, type RawBuilder } from 'kysely';
import type { Action, Grant } from '../authorise/index.ts';
import type { OrganisationDb } from '../platform/db.ts';
import { Problem } from '../platform/problem.ts';
import { Secret } from '../platform/secret.ts';
import type { Place, Vault } from '../vault/index.ts';
import { canonical } from './field-values.ts';

export interface FieldRow {
  readonly id: string;
  readonly belongsTo: FieldBelongsTo;
  readonly slot: number;
  readonly name: string;
  readonly kind: FieldKind;
  readonly description: string;
  readonly options: string[];
  readonly required: boolean;
  readonly types: string[];
  readonly version: number;
}

/** The organisation's own fields in their order, of one kind of object or of both; `held` until the transaction ends. */
export async function readFields(
  db: OrganisationDb,
  belongsTo?: FieldBelongsTo,
  { held = false } = {},
): Promise<FieldRow[]> {
  const { rows } =
    await sql<FieldRow>`select f.id, f.belongs_to, f.slot, f.name, f.kind, f.description, f.options, f.required, f.types, f.version
      from custom_field f where ${belongsTo ?? null}::text is null or f.belongs_to = ${belongsTo ?? null} order by f.belongs_to desc, f.slot ${held ? sql`for share of f` : sql``}`.execute(
      db,
    );
  return rows;
}

type Given = Readonly<Record<string, string | number | null>>;

/** Values that were checked: those that lie open, as text, and those to be sealed. Null clears. */
export interface Values {
  readonly plain: Readonly<Record<string, string | null>>;
  readonly secret: ReadonlyMap<string, Secret | null>;
}
const none: Values = { plain: {}, secret: new Map() };

/**
 * Checks values given for fields, for many objects with one read of what fields there are. `path` leads the faults;
 * `creating` asks for what is required. Throws `input-invalid` with a line for each fault, which names the field.
 */
export async function fieldReader(
  db: OrganisationDb,
  belongsTo: FieldBelongsTo,
): Promise<(given: Given, how: { path: string; creating: boolean }) => Values> {
  // Held until the transaction ends, so that no value is stored of a field that is deleted meanwhile.
  const fields = await readFields(db, belongsTo, { held: true });
  if (fields.length === 0) {
    return (given, { path }) => {
      const errors = Object.keys(given).map((id) => ({ path: `${path}.${id}`, message: 'is no such field' }));
      if (errors.length > 0) throw new Problem('input-invalid', { errors });
      return none;
    };
  }
  const byId = new Map(fields.map((field) => [field.id, field]));
  return (given, { path, creating }) => {
    const errors: { path: string; message: string }[] = [];
    const plain: Record<string, string | null> = {};
    const secret = new Map<string, Secret | null>();
    for (const [id, value] of Object.entries(given)) {
      const field = byId.get(id);
      const wrong = (message: string): void => void errors.push({ path: `${path}.${id}`, message });
      if (!field) {
        wrong('is no such field');
        continue;
      }
      if (value === null || value === '') {
        if (field.required && !creating) wrong(`‘${field.name}’ is required`);
        else if (field.kind === 'password') secret.set(id, null);
        else if (field.kind === 'file') wrong(`‘${field.name}’ is a file: it is uploaded and removed by itself`);
        else plain[id] = null;
        continue;
      }
      if (field.kind === 'password') {
        secret.set(id, new Secret(String(value)));
        continue;
      }
      const read = canonical(field, value);
      if ('fault' in read) wrong(`‘${field.name}’ ${read.fault}`);
      else plain[id] = read.text;
    }
    if (creating)
      for (const field of fields)
        if (field.required && field.kind !== 'file' && (given[field.id] ?? '') === '')
          errors.push({ path: `${path}.${field.id}`, message: `‘${field.name}’ is required` });
    if (errors.length > 0) throw new Problem('input-invalid', { errors });
    return { plain, secret };
  };
}

/** Checks values that change an object; nothing is read where none are given. Throws as `fieldReader` does. */
export const changesOfFields = async (
  db: OrganisationDb,
  belongsTo: FieldBelongsTo,
  given: Given | undefined,
): Promise<Values> =>
  given === undefined || Object.keys(given).length === 0
    ? none
    : (await fieldReader(db, belongsTo))(given, { path: 'fields', creating: false });

/** Open values without those that are cleared: what a new object starts with. */
export const startingFields = (values: Values): Record<string, string> =>
  Object.fromEntries(Object.entries(values.plain).filter((entry): entry is [string, string] => entry[1] !== null));

/** The column `fields` with these values put in and those that are null taken out. */
export const withValues = (values: Values): RawBuilder<never> =>
  sql`(fields || ${JSON.stringify(startingFields(values))}::jsonb) - ${Object.keys(values.plain).filter((id) => values.plain[id] === null)}::text[]`;

/** The ids of the fields that values change: of open ones those that differ, of sealed ones all. */
export const changedFields = (before: Readonly<Record<string, string>>, values: Values): string[] => [
  ...Object.keys(values.plain).filter((id) => (before[id] ?? null) !== values.plain[id]),
  ...values.secret.keys(),
];

/** Where the value of a field of an object is sealed: for neither another object nor another field. */
export const fieldPlace = (objectId: string, fieldId: string): Place => ({
  column: 'field_value.sealed',
  rowId: `${objectId} ${fieldId}`,
  version: 1,
});

/** The value of a password field to be stored for one object. */
export interface SecretValue {
  readonly objectId: string;
  readonly fieldId: string;
  readonly value: Secret | null;
  /** The file that the value is the id of, in a file field. */
  readonly fileId?: string | null;
}

/** Seals and stores the values of password fields of many objects of a kind, and of file fields; null removes. */
export async function storeSecretValues<A extends Action>(
  grant: Grant<A>,
  vault: Vault,
  belongsTo: FieldBelongsTo,
  values: readonly SecretValue[],
): Promise<void> {
  const { organisationId } = grant.actor;
  const rows = [];
  for (const { objectId, fieldId, value, fileId = null } of values) {
    if (value === null) {
      await sql`delete from field_value where object_id = ${objectId} and field_id = ${fieldId}`.execute(grant.db);
      continue;
    }
    rows.push({
      organisationId,
      resourceId: belongsTo === 'resource' ? objectId : null,
      accountId: belongsTo === 'account' ? objectId : null,
      fieldId,
      fileId,
      sealed: await vault.seal(grant, value, fieldPlace(objectId, fieldId)),
    });
  }
  // A statement carries at most 65,535 values.
  for (let i = 0; i < rows.length; i += 5000)
    await grant.db
      .insertInto('fieldValue')
      .values(rows.slice(i, i + 5000))
      .onConflict((on) =>
        on.columns(['objectId', 'fieldId']).doUpdateSet((eb) => ({
          sealed: eb.ref('excluded.sealed'),
          fileId: eb.ref('excluded.fileId'),
          changedAt: new Date(),
        })),
      )
      .execute();
}

/** The secret values of `values`, as they are stored for an object. */
export const secretValuesOf = (objectId: string, values: Values): SecretValue[] =>
  [...values.secret].map(([fieldId, value]) => ({ objectId, fieldId, value }));

/** The password fields that hold something, of each object of a page: one statement for all. */
export async function secretFieldsOf(db: OrganisationDb, ids: readonly string[]): Promise<(id: string) => FieldId[]> {
  if (ids.length === 0) return () => [];
  const { rows } = await sql<{
    objectId: string;
    fieldIds: FieldId[];
  }>`select v.object_id, array_agg(v.field_id order by f.slot) as field_ids from field_value v join custom_field f on f.id = v.field_id and f.kind = 'password'
    where v.object_id = any(${[...ids]}::uuid[]) group by v.object_id`.execute(db);
  const found = new Map(rows.map((row) => [row.objectId, row.fieldIds]));
  return (id) => found.get(id) ?? [];
}

/** Opens the value of a password field of the grant's object. Throws `not-found` when there is none. */
export async function revealField(
  grant: Grant<'resource.reveal-field' | 'account.reveal-field'>,
  vault: Vault,
  fieldId: string,
  purpose: string,
): Promise<Secret> {
  const belongsTo = grant.action === 'resource.reveal-field' ? 'resource' : 'account';
  const { rows } = await sql<{
    name: string;
    sealed: Buffer;
  }>`select f.name, v.sealed from field_value v join custom_field f on f.id = v.field_id
    where v.object_id = ${grant.objectId} and v.field_id = ${fieldId} and f.kind = 'password' and f.belongs_to = ${belongsTo}`.execute(
    grant.db,
  );
  const row = rows[0];
  if (!row) throw new Problem('not-found');
  grant.note({ purpose, field: row.name });
  return vault.open(grant, row.sealed, fieldPlace(grant.objectId, fieldId));
}

/** Seals the values of password fields of each first object anew for each second. */
export async function copyFieldSecrets(
  grant: Grant<'resource.copy' | 'account.copy'>,
  vault: Vault,
  belongsTo: FieldBelongsTo,
  pairs: readonly (readonly [string, string])[],
): Promise<void> {
  const from = [...new Set(pairs.map(([one]) => one))];
  if (from.length === 0) return;
  const { rows } = await sql<{ objectId: string; fieldId: string; sealed: Buffer; fileId: string | null }>`
    select v.object_id, v.field_id, v.sealed, v.file_id from field_value v join custom_field f on f.id = v.field_id and f.kind in ('password', 'file')
    where v.object_id = any(${from}::uuid[])`.execute(grant.db);
  const opened = new Map<string, { fieldId: string; value: Secret; fileId: string | null }[]>();
  for (const row of rows) {
    const value = await vault.open(grant, row.sealed, fieldPlace(row.objectId, row.fieldId));
    opened.set(row.objectId, [
      ...(opened.get(row.objectId) ?? []),
      { fieldId: row.fieldId, value, fileId: row.fileId },
    ]);
  }
  await storeSecretValues(
    grant,
    vault,
    belongsTo,
    pairs.flatMap(([one, other]) => (opened.get(one) ?? []).map((found) => ({ objectId: other, ...found }))),
  );
}
