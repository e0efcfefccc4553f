import type { FieldFile, FieldId } from '@strongroom/contract';
import { sql } from 'kysely';
import type { OrganisationDb } from '../platform/db.ts';

/** The files in file fields of each object of a page, in the fields' order: one statement for all. */
export async function fieldFilesOf(db: OrganisationDb, ids: readonly string[]): Promise<(id: string) => FieldFile[]> {
  if (ids.length === 0) return () => [];
  const { rows } = await sql<{ objectId: string; fieldId: FieldId; name: string; size: number; storedAt: Date }>`
    select v.object_id, v.field_id, s.name, s.size, s.created_at as stored_at
    from field_value v join custom_field f on f.id = v.field_id and f.kind = 'file' join stored_file s on s.id = v.file_id
    where v.object_id = any(${[...ids]}::uuid[]) order by f.slot`.execute(db);
  const found = new Map<string, FieldFile[]>();
  for (const { objectId, storedAt, ...file } of rows) {
    const files = found.get(objectId) ?? [];
    files.push({ ...file, storedAt: storedAt.toISOString() });
    found.set(objectId, files);
  }
  return (id) => found.get(id) ?? [];
}
