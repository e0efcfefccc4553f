import { sql } from 'kysely';
import type { FieldFile, FieldId } from '@strongroom/contract';
import type { Grant } from '../authorise/index.ts';
import { Problem } from '../platform/problem.ts';
import { Secret } from '../platform/secret.ts';
import { fieldPlace } from '../resource/index.ts';
import type { Vault } from '../vault/index.ts';
import { dropFile } from './keep.ts';
import type { Stored } from './store.ts';

type Uploading = Grant<'resource.upload-file'> | Grant<'account.upload-field'>;
type Removing = Grant<'resource.remove-file'> | Grant<'account.remove-field'>;
type Downloading = Grant<'resource.download-file'> | Grant<'account.download-field'>;
const belongsTo = (grant: Grant): 'resource' | 'account' =>
  grant.action.startsWith('resource.') ? 'resource' : 'account';

/** The name of a file field of the grant's object. Throws `not-found` for a field of another kind, and for one that the type has not. */
async function fieldName(grant: Grant, fieldId: string): Promise<string> {
  const { rows } = await sql<{ name: string }>`
    select f.name from custom_field f, resource r
    where f.id = ${fieldId} and f.kind = 'file' and f.belongs_to = ${belongsTo(grant)} and lower(r.type) in (select lower(t) from unnest(f.types) t)
      and r.id = ${belongsTo(grant) === 'resource' ? sql`${grant.objectId}::uuid` : sql`(select a.resource_id from account a where a.id = ${grant.objectId})`}`.execute(
    grant.db,
  );
  if (!rows[0]) throw new Problem('not-found', { detail: 'There is no such file field on this type of resource.' });
  return rows[0].name;
}

/** Throws `not-found` unless the grant's object has this file field. */
export async function requireFileField(grant: Uploading, fieldId: string): Promise<void> {
  await fieldName(grant, fieldId);
}

/** The file that the field holds, locked; null for none. */
async function fileIn(grant: Grant, fieldId: string): Promise<string | null> {
  const { rows } = await sql<{
    fileId: string | null;
  }>`select file_id from field_value where object_id = ${grant.objectId} and field_id = ${fieldId} for update`.execute(
    grant.db,
  );
  return rows[0]?.fileId ?? null;
}

/** Puts a file in a field of the grant's object; the one that was there is gone. */
export async function keepFieldFile(
  grant: Uploading,
  vault: Vault,
  fieldId: FieldId,
  file: Stored,
): Promise<FieldFile> {
  const name = await fieldName(grant, fieldId);
  const { organisationId } = grant.actor;
  const former = await fileIn(grant, fieldId);
  // The sealed value names the file, as an account's secret does: see account-file.ts.
  const sealed = await vault.seal(grant, new Secret(file.id), fieldPlace(grant.objectId, fieldId));
  const on = belongsTo(grant);
  await grant.db
    .insertInto('fieldValue')
    .values({
      organisationId,
      resourceId: on === 'resource' ? grant.objectId : null,
      accountId: on === 'account' ? grant.objectId : null,
      fieldId,
      sealed,
      fileId: file.id,
    })
    .onConflict((conflict) =>
      conflict.columns(['objectId', 'fieldId']).doUpdateSet({ sealed, fileId: file.id, changedAt: new Date() }),
    )
    .execute();
  if (former !== null) await dropFile(grant, former);
  grant.note({ field: name });
  return { fieldId, name: file.name, size: file.size, storedAt: file.storedAt.toISOString() };
}

/** Takes the file of a field away, with its content. Does nothing when there is none. Throws `not-found` for no such field. */
export async function removeFieldFile(grant: Removing, fieldId: string): Promise<void> {
  grant.note({ field: await fieldName(grant, fieldId) });
  const former = await fileIn(grant, fieldId);
  if (former === null) return;
  await sql`delete from field_value where object_id = ${grant.objectId} and field_id = ${fieldId}`.execute(grant.db);
  await dropFile(grant, former);
}

/** The file in a field of the grant's object. Throws `not-found` when there is none. */
export async function fieldFile(grant: Downloading, vault: Vault, fieldId: string): Promise<string> {
  const { rows } = await sql<{ name: string; sealed: Buffer; fileId: string }>`
    select f.name, v.sealed, v.file_id from field_value v join custom_field f on f.id = v.field_id
    where v.object_id = ${grant.objectId} and v.field_id = ${fieldId} and v.file_id is not null
      and f.kind = 'file' and f.belongs_to = ${belongsTo(grant)}`.execute(grant.db);
  const row = rows[0];
  if (!row) throw new Problem('not-found', { detail: 'There is no file in this field.' });
  const named = await vault.open(grant, row.sealed, fieldPlace(grant.objectId, fieldId));
  if (!named.equals(new Secret(row.fileId))) throw new Error('the field names another file than its row');
  grant.note({ field: row.name });
  return row.fileId;
}
