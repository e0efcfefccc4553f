import { Recipients } from '@strongroom/contract';
import { sql } from 'kysely';
import type { z } from 'zod';
import { requireAlso, seesAccount, type Facts, type Grant } from '../authorise/index.ts';
import type { OrganisationDb } from '../platform/db.ts';
import { Problem } from '../platform/problem.ts';

/** Throws `not-found` for users and groups that the actor may not look up, and for what is none of the organisation's. */
export async function requireRecipients(grant: Grant, ...all: readonly Recipients[]): Promise<void> {
  const users = [...new Set(all.flatMap((one) => one.users))];
  const groups = [...new Set(all.flatMap((one) => one.userGroups))];
  if (users.length + groups.length === 0) return;
  await requireAlso(grant, 'principal.list', grant.actor.organisationId);
  const { rows } = await sql<{ id: string }>`select id from app_user where id = any(${users}::uuid[])
    union all select id from user_group where id = any(${groups}::uuid[])`.execute(grant.db);
  if (rows.length !== users.length + groups.length) throw new Problem('not-found');
}

/** As they lie in the database. Throws for what this release did not write. */
export const recipientsIn = (stored: unknown): Recipients => Recipients.parse(stored);

/** The names of everybody in some lists of recipients; whoever is gone has none. */
export async function namesOfRecipients(
  db: OrganisationDb,
  lists: readonly Recipients[],
): Promise<(list: Recipients) => Named> {
  const users = lists.flatMap((list) => list.users);
  const groups = lists.flatMap((list) => list.userGroups);
  const { rows } = await sql<{ id: string; name: string }>`
    select id, full_name || ' (' || username || ')' as name from app_user where id = any(${users}::uuid[])
    union all select id, name from user_group where id = any(${groups}::uuid[])`.execute(db);
  const names = new Map(rows.map((row) => [row.id, row.name]));
  const named = <I extends string>(ids: readonly I[]): { id: I; name: string }[] =>
    ids.flatMap((id) => {
      const name = names.get(id);
      return name === undefined ? [] : [{ id, name }];
    });
  return (list) => ({
    withAccess: list.withAccess,
    users: named(list.users),
    userGroups: named(list.userGroups),
    addresses: list.addresses,
  });
}
type Named = Omit<z.output<typeof Recipients>, 'users' | 'userGroups'> & {
  users: { id: Recipients['users'][number]; name: string }[];
  userGroups: { id: Recipients['userGroups'][number]; name: string }[];
};

/** Somebody to be told: a person, or a bare address. */
export interface Reader {
  readonly email: string;
  /** Told even where none of the accounts is theirs to see, as a bare address is. */
  readonly always: boolean;
  /** The user of whose accounts they are told; null for somebody who sees all. */
  readonly seesAs: string | null;
  readonly timeZone: string | null;
}

/** The most people with access that one message is mailed to. */
const withAccessMost = 1000;

interface Person {
  id: string;
  email: string;
  timeZone: string;
  all: boolean;
}
const personColumns = sql`u.id, u.email, u.time_zone, u.super_administrator as all`;

/**
 * Everybody who is told, each address once; of which accounts, `toldOf` says for each. People are told of what they see, however they were
 * named. A bare address is told of what that user sees whose rights the schedule has, who may know what they pass on. Only
 * active people have an address here.
 */
export async function readersOf(db: OrganisationDb, groupId: string, list: Recipients): Promise<Reader[]> {
  const person = sql`u.state = 'active' and u.kind = 'person' and u.email <> ''`;
  const { rows: people } =
    await sql<Person>`select ${personColumns} from app_user u where ${person} and (u.id = any(${list.users}::uuid[])
      or u.id in (select m.user_id from user_group_member m where m.user_group_id = any(${list.userGroups}::uuid[])))
    order by lower(u.username)`.execute(db);
  if (list.withAccess) {
    const { rows } = await sql<Person>`
      with within as (select m.resource_id from resource_group_member m where m.group_id = ${groupId}),
        targets as (select w.resource_id as id from within w union select a.id from account a join within w on w.resource_id = a.resource_id
          union select m.group_id from resource_group_member m join within w on w.resource_id = m.resource_id),
        reached as (select distinct s.to_id as id from share s join targets t on t.id = s.target_id
          where (s.valid_from is null or s.valid_from <= now()) and (s.valid_until is null or s.valid_until > now()))
      select ${personColumns} from app_user u where ${person} and (
        u.id in (select r.owner_id from resource r join within w on w.resource_id = r.id) or u.id in (select id from reached)
        or u.id in (select m.user_id from user_group_member m join reached on reached.id = m.user_group_id))
      order by lower(u.username) limit ${withAccessMost}`.execute(db);
    people.push(...rows);
  }
  const readers = new Map<string, Reader>();
  for (const { id, email, timeZone, all } of people) {
    const key = email.toLowerCase();
    if (!readers.has(key)) readers.set(key, { email, always: false, seesAs: all ? null : id, timeZone });
  }
  if (list.addresses.length === 0) return [...readers.values()];
  const { rows } = await sql<{
    id: string;
    all: boolean;
  }>`select u.id, u.super_administrator as all from reset_schedule s
    join resource_group g on g.id = s.group_id join app_user u on u.id = coalesce(s.owner_id, g.owner_id) where s.group_id = ${groupId}`.execute(
    db,
  );
  const [whose] = rows;
  if (!whose) throw new Error('the group has no schedule');
  const seesAs = whose.all ? null : whose.id;
  for (const address of list.addresses) {
    const { email, timeZone } = readers.get(address.toLowerCase()) ?? { email: address, timeZone: null };
    readers.set(address.toLowerCase(), { email, always: true, seesAs, timeZone });
  }
  return [...readers.values()];
}

/** The accounts, of the table named by `a`, that somebody is told of. `facts` must be the product's own, which sees nothing by rank. */
export const toldOf = (facts: Facts, reader: Reader) =>
  reader.seesAs === null ? sql<boolean>`true` : seesAccount(facts, reader.seesAs, 'a');
