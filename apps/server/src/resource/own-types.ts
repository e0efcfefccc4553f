import type { Attribute, Script } from '@strongroom/contract';
import { scriptFaults } from '@strongroom/driver-kit';
import { sql } from 'kysely';
import type { Grant } from '../authorise/index.ts';
import { isDuplicate } from '../platform/db.ts';
import { Problem } from '../platform/problem.ts';
import { newId } from '../platform/random.ts';
import { builtInType, driverOf } from './types.ts';

export interface TypeDetails {
  readonly name: string;
  readonly attributes: readonly Attribute[];
  readonly accountLabel: string;
  readonly resetsLike: string | null;
  readonly script: Script | null;
  readonly holdsFiles: boolean;
  /** The fields of kind file that resources and accounts of the type have. */
  readonly fileFieldIds: readonly string[];
}

const nameTaken = (): Problem =>
  new Problem('name-taken', { errors: [{ path: 'name', message: 'is the name of another resource type' }] });

/** The built-in type that is meant, spelt as it is. Throws `input-invalid` for one that is none, or that cannot be reset. */
function requireResettable(name: string | null, holdsFiles: boolean): string | null {
  if (name === null) return null;
  const type = builtInType(name);
  const wrong = (message: string): Problem =>
    new Problem('input-invalid', { errors: [{ path: 'resetsLike', message }] });
  if (!type) throw wrong('is not a built-in resource type');
  if (type.driver === null) throw wrong('is a type whose passwords the product cannot reset');
  if (holdsFiles) throw wrong('makes no sense where accounts hold files');
  return type.name;
}

/** Throws `input-invalid` for a dialogue that cannot do what it is for, or beside another way of resetting. */
function requireScript(script: Script | null, resetsLike: string | null, holdsFiles: boolean): string | null {
  if (script === null) return null;
  const wrong = (path: string, message: string): Problem =>
    new Problem('input-invalid', { errors: [{ path, message }] });
  if (resetsLike !== null) throw wrong('script', 'either a dialogue or the way of a built-in type');
  if (holdsFiles) throw wrong('script', 'makes no sense where accounts hold files');
  const faults = scriptFaults(script);
  if (faults.length > 0)
    throw new Problem('input-invalid', {
      errors: faults.map(({ path, message }) => ({ path: `script.${path}`, message })),
    });
  return JSON.stringify(script);
}

/** Adds a type of the organisation's own. Throws `name-taken`. */
export async function addType(grant: Grant<'resource-type.create'>, details: TypeDetails): Promise<string> {
  const { fileFieldIds, ...row } = details;
  const resetsLike = requireResettable(row.resetsLike, row.holdsFiles);
  if (builtInType(row.name)) throw nameTaken();
  const script = requireScript(row.script, resetsLike, row.holdsFiles);
  const id = newId();
  try {
    await grant.db
      .insertInto('resourceType')
      .values({
        id,
        organisationId: grant.actor.organisationId,
        ...row,
        attributes: [...new Set(row.attributes)],
        resetsLike,
        script,
      })
      .execute();
  } catch (error) {
    if (isDuplicate(error)) throw nameTaken();
    throw error;
  }
  await setFileFields(grant, row.name, fileFieldIds);
  grant.about({ kind: 'resource-type', id, name: row.name });
  if (script !== null) grant.note({ dialogue: 'its own' });
  return id;
}

/**
 * Changes a type and what its resources show of it. A new way of resetting switches their reset settings off: they were
 * another driver's. Throws `name-taken`, `changed-meanwhile`, `type-in-use`.
 */
export async function changeType(
  grant: Grant<'resource-type.update'>,
  changes: { [K in keyof TypeDetails]?: TypeDetails[K] | undefined } & { version?: number | undefined },
): Promise<void> {
  const before = await grant.db
    .selectFrom('resourceType')
    .selectAll()
    .where('id', '=', grant.objectId)
    .forUpdate()
    .executeTakeFirstOrThrow();
  const { version, fileFieldIds, ...given } = changes;
  if (version !== undefined && version !== before.version) throw new Problem('changed-meanwhile');
  const name = given.name ?? before.name;
  const holdsFiles = given.holdsFiles ?? before.holdsFiles;
  const resetsLike = requireResettable(
    given.resetsLike === undefined ? before.resetsLike : given.resetsLike,
    holdsFiles,
  );
  const script = given.script === undefined ? (before.script as Script | null) : given.script;
  const dialogue = requireScript(script, resetsLike, holdsFiles);
  if (builtInType(name)) throw nameTaken();
  if (holdsFiles !== before.holdsFiles) await requireUnused(grant, before.name);
  try {
    await grant.db
      .updateTable('resourceType')
      .set((eb) => ({
        name,
        attributes: [...new Set(given.attributes ?? before.attributes)],
        accountLabel: given.accountLabel ?? before.accountLabel,
        resetsLike,
        script: dialogue,
        holdsFiles,
        version: eb('version', '+', 1),
      }))
      .where('id', '=', grant.objectId)
      .execute();
  } catch (error) {
    if (isDuplicate(error)) throw nameTaken();
    throw error;
  }
  if (name !== before.name) {
    await grant.db.updateTable('resource').set({ type: name }).where('type', '=', before.name).execute();
    await sql`update custom_field set types = array_replace(types, ${before.name}, ${name}) where ${before.name} = any(types)`.execute(
      grant.db,
    );
    grant.note({ 'name was': before.name, 'name is': name });
  }
  // A dialogue decides what is sent to a device, passwords among it. Whoever manages the resource agrees to it by setting the reset up:
  // who may only write types gets no password of resources that are not theirs.
  const { rows } = await sql<{ same: boolean }>`select ${dialogue}::jsonb is not distinct from ${
    before.script === null ? null : JSON.stringify(before.script)
  }::jsonb as same`.execute(grant.db);
  const another = rows[0]?.same !== true;
  if (another) grant.note({ dialogue: script === null ? 'taken away' : 'changed' });
  if (another || driverOf(resetsLike, script) !== driverOf(before.resetsLike, before.script)) {
    const done = await grant.db
      .updateTable('resource')
      .set((eb) => ({ reset: null, updatedAt: new Date(), version: eb('version', '+', 1) }))
      .where('type', '=', name)
      .where('reset', 'is not', null)
      .executeTakeFirst();
    grant.note({ 'resets like': resetsLike ?? 'none', 'reset settings switched off': Number(done.numUpdatedRows) });
  }
  if (fileFieldIds !== undefined) await setFileFields(grant, name, fileFieldIds);
}

/** Deletes a type of the organisation's own. Throws `type-in-use`. */
export async function deleteType(grant: Grant<'resource-type.delete'>): Promise<void> {
  const type = await grant.db
    .selectFrom('resourceType')
    .select('name')
    .where('id', '=', grant.objectId)
    .forUpdate()
    .executeTakeFirstOrThrow();
  await requireUnused(grant, type.name);
  await sql`update custom_field set types = array_remove(types, ${type.name}) where ${type.name} = any(types)`.execute(
    grant.db,
  );
  await grant.db.deleteFrom('resourceType').where('id', '=', grant.objectId).execute();
}

async function requireUnused(
  grant: Grant<'resource-type.update' | 'resource-type.delete'>,
  name: string,
): Promise<void> {
  const one = await grant.db.selectFrom('resource').select('id').where('type', '=', name).limit(1).executeTakeFirst();
  if (one) throw new Problem('type-in-use');
}

/** Makes the type have exactly these file fields. Throws `input-invalid` for one that is none. */
async function setFileFields(
  grant: Grant<'resource-type.create' | 'resource-type.update'>,
  name: string,
  fieldIds: readonly string[],
): Promise<void> {
  const wanted = [...new Set(fieldIds)];
  const there = await grant.db
    .selectFrom('customField')
    .select('id')
    .where('kind', '=', 'file')
    .where('id', 'in', wanted.length > 0 ? wanted : [grant.actor.organisationId])
    .forUpdate()
    .execute();
  if (there.length < wanted.length)
    throw new Problem('input-invalid', { errors: [{ path: 'fileFieldIds', message: 'names no field for files' }] });
  await sql`update custom_field set types = case when id = any(${wanted}::uuid[]) then types || ${name}::text else array_remove(types, ${name}) end
    where kind = 'file' and (id = any(${wanted}::uuid[])) <> (${name} = any(types))`.execute(grant.db);
}
