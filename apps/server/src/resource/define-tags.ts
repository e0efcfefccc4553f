import type { Tag, TagScope } from '@strongroom/contract';
import { sql } from 'kysely';
import type { z } from 'zod';
import type { Grant } from '../authorise/index.ts';
import { isDuplicate, type OrganisationDb } from '../platform/db.ts';
import { Problem } from '../platform/problem.ts';
import { newId } from '../platform/random.ts';

type TagReply = z.input<typeof Tag>;
const mostValues = 2000;

const nameTaken = (path: string): Problem =>
  new Problem('name-taken', { errors: [{ path, message: 'is in use already' }] });

/** Every tag with its values, or the one of this id; `counts` adds on how many resources each value is. */
export async function readTags(
  db: OrganisationDb,
  { counts, id }: { counts: boolean; id?: string },
): Promise<TagReply[]> {
  const { rows } = await sql<Omit<TagReply, 'values'> & { values: TagReply['values'] | null }>`
    select t.id, t.scope, t.name, t.description, t.version, (
      select jsonb_agg(jsonb_build_object('id', v.id, 'value', v.value, 'description', v.description,
        'resources', ${counts ? sql`(select count(*) from resource_tag x where x.tag_value_id = v.id)` : sql`null::int`}) order by lower(v.value), v.id)
      from tag_value v where v.tag_id = t.id) as values
    from tag t where ${id ?? null}::uuid is null or t.id = ${id ?? null} order by lower(t.name)`.execute(db);
  return rows.map((row) => ({ ...row, values: row.values ?? [] }));
}

export async function readTag(db: OrganisationDb, id: string): Promise<TagReply> {
  const [tag] = await readTags(db, { counts: true, id });
  if (!tag) throw new Error('no such tag');
  return tag;
}

interface NewValue {
  readonly value: string;
  readonly description: string;
}

/** Adds a tag, with values if given. Throws `name-taken`. */
export async function addTag(
  grant: Grant<'tag.create'>,
  tag: { scope: TagScope; name: string; description: string; values: readonly NewValue[] },
): Promise<string> {
  const { values, ...row } = tag;
  const id = newId();
  try {
    await grant.db
      .insertInto('tag')
      .values({ id, organisationId: grant.actor.organisationId, ...row })
      .execute();
  } catch (error) {
    if (isDuplicate(error)) throw nameTaken('name');
    throw error;
  }
  await insertValues(grant, id, values);
  grant.about({ kind: 'tag', id, name: tag.name });
  return id;
}

/** Adds a value to the grant's tag. Throws `name-taken`. */
export async function addTagValue(grant: Grant<'tag.create-value'>, value: NewValue): Promise<void> {
  const there = await grant.db
    .selectFrom('tagValue')
    .select((eb) => eb.fn.countAll<number>().as('n'))
    .where('tagId', '=', grant.objectId)
    .executeTakeFirstOrThrow();
  if (there.n >= mostValues)
    throw new Problem('input-invalid', { errors: [{ path: 'value', message: `a tag has at most ${mostValues}` }] });
  await insertValues(grant, grant.objectId, [value]);
  grant.note({ value: value.value });
}

async function insertValues(
  grant: Grant<'tag.create' | 'tag.create-value'>,
  tagId: string,
  values: readonly NewValue[],
): Promise<void> {
  if (values.length === 0) return;
  const { organisationId } = grant.actor;
  try {
    await grant.db
      .insertInto('tagValue')
      .values(values.map((value) => ({ id: newId(), organisationId, tagId, ...value })))
      .execute();
  } catch (error) {
    if (isDuplicate(error)) throw nameTaken('value');
    throw error;
  }
}

/** Changes the grant's tag. The database tells the resources that have it. Throws `name-taken`, `changed-meanwhile`. */
export async function changeTag(
  grant: Grant<'tag.update'>,
  changes: {
    version?: number | undefined;
    scope?: TagScope | undefined;
    name?: string | undefined;
    description?: string | undefined;
  },
): Promise<void> {
  const before = await grant.db
    .selectFrom('tag')
    .selectAll()
    .where('id', '=', grant.objectId)
    .forUpdate()
    .executeTakeFirstOrThrow();
  const { version, ...given } = changes;
  if (version !== undefined && version !== before.version) throw new Problem('changed-meanwhile');
  try {
    await grant.db
      .updateTable('tag')
      .set((eb) => ({
        name: given.name ?? before.name,
        scope: given.scope ?? before.scope,
        description: given.description ?? before.description,
        version: eb('version', '+', 1),
      }))
      .where('id', '=', grant.objectId)
      .execute();
  } catch (error) {
    if (isDuplicate(error)) throw nameTaken('name');
    throw error;
  }
  if (given.name !== undefined && given.name !== before.name) {
    grant.note({ 'name was': before.name, 'name is': given.name });
  }
}

/** Changes the grant's value; the database tells the resources that have it. Returns the id of its tag. Throws `name-taken`. */
export async function changeTagValue(
  grant: Grant<'tag.update-value'>,
  changes: { value?: string | undefined; description?: string | undefined },
): Promise<string> {
  const before = await grant.db
    .selectFrom('tagValue')
    .selectAll()
    .where('id', '=', grant.objectId)
    .forUpdate()
    .executeTakeFirstOrThrow();
  try {
    await grant.db
      .updateTable('tagValue')
      .set({ value: changes.value ?? before.value, description: changes.description ?? before.description })
      .where('id', '=', grant.objectId)
      .execute();
  } catch (error) {
    if (isDuplicate(error)) throw nameTaken('value');
    throw error;
  }
  if (changes.value !== undefined && changes.value !== before.value) {
    grant.note({ 'value was': before.value, 'value is': changes.value });
  }
  return before.tagId;
}

/** Deletes the grant's tag or value, and takes it from every resource. Returns from how many. */
export async function deleteTagOrValue(grant: Grant<'tag.delete' | 'tag.delete-value'>): Promise<number> {
  const whole = grant.action === 'tag.delete';
  const { rows } = await sql<{ n: number }>`select count(distinct x.resource_id)::int as n
    from resource_tag x join tag_value v on v.id = x.tag_value_id
    where ${whole ? sql`v.tag_id` : sql`v.id`} = ${grant.objectId}`.execute(grant.db);
  await grant.db
    .deleteFrom(whole ? 'tag' : 'tagValue')
    .where('id', '=', grant.objectId)
    .execute();
  const resources = rows[0]?.n ?? 0;
  grant.note({ resources });
  return resources;
}
