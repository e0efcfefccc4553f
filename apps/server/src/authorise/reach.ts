import { sql, type RawBuilder } from 'kysely';
import { statement, type OrganisationDb } from '../platform/db.ts';
import { inForce } from './facts.ts';
import { parseEdges, type Edge } from './hold.ts';
import type { Facts } from './policy.ts';
import { force } from './sight.ts';

const nobody = '00000000-0000-0000-0000-000000000000';

/** The user and every user group they are in. */
const mine = (userId: string | null): RawBuilder<unknown> =>
  sql`select ${userId ?? nobody}::uuid union all select m.user_group_id from user_group_member m where m.user_id = ${userId ?? nobody}::uuid`;

/** Ids of the resources that reach a user whole: owned, shared, or in a group that is shared. */
const heldResources = (userId: string | null): RawBuilder<unknown> => sql`
  select r.id from resource r where r.owner_id = ${userId ?? nobody}::uuid
  union select s.resource_id from share s where s.resource_id is not null and s.to_id in (${mine(userId)}) and ${force}
  union select m.resource_id from share s join resource_group_member m on m.group_id = s.group_id where s.to_id in (${mine(userId)}) and ${force}`;

/** Ids of the accounts that are shared with a user by themselves. */
export const heldAccounts = (userId: string | null): RawBuilder<unknown> =>
  sql`select s.account_id from share s where s.account_id is not null and s.to_id in (${mine(userId)}) and ${force}`;

/** The resources, of the table named by `r`, of which the actor may see something: the list's side of `relation`. */
export const seesResource = (facts: Facts, userId: string | null, r: string): RawBuilder<boolean> =>
  facts.superAdministrator
    ? sql<boolean>`true`
    : sql<boolean>`${sql.ref(`${r}.id`)} in (${heldResources(userId)} union select a.resource_id from account a where a.id in (${heldAccounts(userId)}))`;

/** The accounts, of the table named by `a`, that the actor may see. */
export const seesAccount = (facts: Facts, userId: string | null, a: string): RawBuilder<boolean> =>
  facts.superAdministrator
    ? sql<boolean>`true`
    : sql<boolean>`(${sql.ref(`${a}.resourceId`)} in (${heldResources(userId)}) or ${sql.ref(`${a}.id`)} in (${heldAccounts(userId)}))`;

/** The resource groups, of the table named by `g`, that the actor may see. */
export const seesGroup = (facts: Facts, userId: string | null, g: string): RawBuilder<boolean> =>
  facts.superAdministrator
    ? sql<boolean>`true`
    : sql<boolean>`(${sql.ref(`${g}.ownerId`)} = ${userId ?? nobody}::uuid or ${sql.ref(`${g}.id`)} in (
        select s.group_id from share s where s.group_id is not null and s.to_id in (${mine(userId)}) and ${force}))`;

/** What reaches a user on a row of a list, beside owning it. */
export interface Reached {
  readonly edges: readonly Edge[];
  readonly partly: boolean;
}
const nothing: Reached = { edges: [], partly: false };

interface ReachedRow {
  id: string;
  edges: string[] | null;
  partly: boolean;
}
const me = `(select $2::uuid as id union all select m.user_group_id from user_group_member m where m.user_id = $2::uuid)`;
const edgeOf = (
  account: string,
  resource: string,
): string => `array_agg(case s.target_id when ${account} then 'account' when ${resource} then 'resource' else 'group' end
    || case s.to_id when $2::uuid then '-user:' else '-user-group:' end || s.permission)`;
const statements = {
  account: statement<ReachedRow>(`select a.id, false as partly, (
      select ${edgeOf('a.id', 'a.resource_id')}
      from (select a.id as id union all select a.resource_id union all select m.group_id from resource_group_member m where m.resource_id = a.resource_id) t
        join share s on s.target_id = t.id join ${me} me on me.id = s.to_id where ${inForce}) as edges
    from account a where a.id = any($1::uuid[])`),
  resource: statement<ReachedRow>(`select r.id, (
      select ${edgeOf('null', 'r.id')}
      from (select r.id as id union all select m.group_id from resource_group_member m where m.resource_id = r.id) t
        join share s on s.target_id = t.id join ${me} me on me.id = s.to_id where ${inForce}) as edges,
      exists (select 1 from account a join share s on s.target_id = a.id join ${me} me on me.id = s.to_id where a.resource_id = r.id and ${inForce}) as partly
    from resource r where r.id = any($1::uuid[])`),
  'resource-group': statement<ReachedRow>(`select g.id, false as partly, (
      select ${edgeOf('null', 'null')} from share s join ${me} me on me.id = s.to_id where s.target_id = g.id and ${inForce}) as edges
    from resource_group g where g.id = any($1::uuid[])`),
};

/** What reaches a user on each of a page's rows. A super administrator needs no share: nothing is read then. */
export async function reachOf(
  db: OrganisationDb,
  facts: Facts,
  userId: string | null,
  kind: keyof typeof statements,
  ids: readonly string[],
): Promise<(id: string) => Reached> {
  if (facts.superAdministrator || userId === null || ids.length === 0) return () => nothing;
  const rows = await statements[kind].run(db, [[...ids], userId]);
  const found = new Map(rows.map((row) => [row.id, { edges: parseEdges(row.edges), partly: row.partly }]));
  return (id) => found.get(id) ?? nothing;
}
