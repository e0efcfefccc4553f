import type { Restrictions, UserGroup } from '@strongroom/contract';
import { sql, type RawBuilder } from 'kysely';
import type { z } from 'zod';
import { abilities, type Facts, type Grant } from '../authorise/index.ts';
import { isDuplicate, type OrganisationDb } from '../platform/db.ts';
import { Problem } from '../platform/problem.ts';
import { newId } from '../platform/random.ts';
import { takeNumbers } from './numbers.ts';
import { ungrouped } from './restrictions.ts';

export interface GroupRow extends Restrictions {
  id: string;
  number: number;
  name: string;
  description: string;
  members: number;
  createdAt: Date;
  version: number;
}

export const memberCount: RawBuilder<unknown> = sql`(select count(*)::int from user_group_member m where m.user_group_id = g.id)`;
export const groupColumns: RawBuilder<unknown> = sql`g.id, g.number, g.name, g.description, g.export_passwords, g.personal_passwords,
  g.export_personal, g.manage_criteria_shares, g.ticket_exempt, g.export_plain, g.export_offline, g.created_at, g.version, ${memberCount} as members`;

const onGroup = [
  'user-group.read',
  'user-group.members',
  'user-group.update',
  'user-group.change-members',
  'user-group.delete',
] as const;

/** A row as the contract shows it, with what the asker may do to it. */
export const groupReply = (row: GroupRow, facts: Facts): z.input<typeof UserGroup> => ({
  ...row,
  createdAt: row.createdAt.toISOString(),
  can: abilities(onGroup, { ...facts, relation: 'view' }),
});

/** Reads one group. Throws `not-found`. */
export async function readGroup(db: OrganisationDb, groupId: string): Promise<GroupRow> {
  const { rows } = await sql<GroupRow>`select ${groupColumns} from user_group g where g.id = ${groupId}`.execute(db);
  if (!rows[0]) throw new Problem('not-found');
  return rows[0];
}

const settingNames = Object.keys(ungrouped) as (keyof Restrictions)[];
type About = { name?: string | undefined; description?: string | undefined } & {
  [K in keyof Restrictions]?: boolean | undefined;
};

const notThatName = (error: unknown): never => {
  if (isDuplicate(error)) throw new Problem('name-taken', { errors: [{ path: 'name', message: 'is in use already' }] });
  throw error;
};

/** Makes a group without members. Throws `name-taken`. */
export async function addGroup(grant: Grant<'user-group.create'>, about: About & { name: string }): Promise<string> {
  const { organisationId } = grant.actor;
  const id = newId();
  const number = await takeNumbers(grant.db, organisationId, 'user-group');
  const settings = Object.fromEntries(settingNames.map((name) => [name, about[name] ?? ungrouped[name]]));
  await grant.db
    .insertInto('userGroup')
    .values({ id, organisationId, number, name: about.name, description: about.description ?? '', ...settings })
    .execute()
    .catch(notThatName);
  grant.about({ kind: 'user-group', id, name: about.name });
  for (const name of settingNames)
    if (settings[name] !== ungrouped[name]) grant.note({ [name]: settings[name] === true });
  return id;
}

/** Changes a group's name, description or settings. Throws `changed-meanwhile`, `name-taken`. */
export async function changeGroup(
  grant: Grant<'user-group.update'>,
  { version, ...changes }: About & { version?: number | undefined },
): Promise<void> {
  const locked = await sql`select 1 from user_group where id = ${grant.objectId} for update`.execute(grant.db);
  if (locked.rows.length === 0) throw new Problem('not-found');
  const before = await readGroup(grant.db, grant.objectId);
  if (version !== undefined && version !== before.version) throw new Problem('changed-meanwhile');
  const given = Object.fromEntries(
    Object.entries(changes).filter(([name, value]) => value !== undefined && value !== before[name as keyof About]),
  );
  if (Object.keys(given).length === 0) return;
  await grant.db
    .updateTable('userGroup')
    .set((eb) => ({ ...given, version: eb('version', '+', 1) }))
    .where('id', '=', grant.objectId)
    .execute()
    .catch(notThatName);
  for (const [name, value] of Object.entries(given))
    grant.note(
      name === 'description'
        ? { description: 'changed' }
        : { [`${name} was`]: String(before[name as keyof About]), [`${name} is`]: String(value) },
    );
}

interface Moved {
  id: string;
  username: string;
}

/**
 * Takes users in and out, each kind in one statement, and records one event for each. Those who are in already, or out, are passed over.
 * Throws `not-found` when one of them is not the organisation's: being of it is all that is asked of a member.
 */
export async function changeMembers(
  grant: Grant<'user-group.change-members'>,
  change: { readonly add: readonly string[]; readonly remove: readonly string[] },
): Promise<{ added: number; removed: number }> {
  const { organisationId } = grant.actor;
  const locked = await sql<{
    name: string;
  }>`select name from user_group where id = ${grant.objectId} for update`.execute(grant.db);
  if (locked.rows.length === 0) throw new Problem('not-found');
  const named = [...new Set([...change.add, ...change.remove])];
  const known = await sql<{
    id: string;
  }>`select id from app_user where id = any(${named}::uuid[]) order by id for key share`.execute(grant.db);
  if (known.rows.length !== named.length) throw new Problem('not-found');
  if (change.add.some((id) => change.remove.includes(id)))
    throw new Problem('input-invalid', { errors: [{ path: 'remove', message: 'names somebody who is added too' }] });
  const removed = await sql<Moved>`with gone as (
      delete from user_group_member where user_group_id = ${grant.objectId} and user_id = any(${[...change.remove]}::uuid[]) returning user_id)
    select u.id, u.username from gone join app_user u on u.id = gone.user_id`.execute(grant.db);
  const added = await sql<Moved>`with come as (
      insert into user_group_member (organisation_id, user_group_id, user_id)
      select ${organisationId}::uuid, ${grant.objectId}::uuid, id from unnest(${[...change.add]}::uuid[]) id
      on conflict do nothing returning user_id)
    select u.id, u.username from come join app_user u on u.id = come.user_id`.execute(grant.db);
  const group = locked.rows[0]?.name ?? '';
  for (const { id, username } of added.rows) grant.each({ kind: 'user', id, name: username }, { 'added to': group });
  for (const { id, username } of removed.rows)
    grant.each({ kind: 'user', id, name: username }, { 'removed from': group });
  grant.note({ added: added.rows.length, removed: removed.rows.length });
  return { added: added.rows.length, removed: removed.rows.length };
}

/** Deletes a group; what was shared with it goes with it. */
export async function deleteGroup(grant: Grant<'user-group.delete'>): Promise<void> {
  const { members } = await readGroup(grant.db, grant.objectId);
  const shares = await sql<{
    n: number;
  }>`select count(*)::int as n from share where user_group_id = ${grant.objectId}`.execute(grant.db);
  await grant.db.deleteFrom('userGroup').where('id', '=', grant.objectId).execute();
  grant.note({ members, shares: shares.rows[0]?.n ?? 0 });
}
