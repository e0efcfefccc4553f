import type { Criterion, GroupKind, Match, ResourceGroup } from '@strongroom/contract';
import { sql, type RawBuilder } from 'kysely';
import type { z } from 'zod';
import { abilities, factsOfRow, reachOf, seesGroup, seesResource, type Facts } from '../authorise/index.ts';
import type { OrganisationDb } from '../platform/db.ts';

export interface GroupRow {
  id: string;
  number: number;
  name: string;
  description: string;
  kind: GroupKind;
  match: Match;
  policyId: string | null;
  ownerId: string;
  ownerName: string;
  parentId: string | null;
  createdAt: Date;
  updatedAt: Date;
  version: number;
}

export const groupTables = sql`resource_group g join app_user u on u.id = g.owner_id`;
/** The columns of `GroupRow`. A parent that the asker may not see is left out. */
export const groupColumns = (facts: Facts, userId: string | null): RawBuilder<unknown> => sql`
  g.id, g.number, g.name, g.description, g.kind, g.match, g.policy_id, g.owner_id, u.full_name as owner_name,
  (select p.id from resource_group p where p.id = g.parent_id and ${seesGroup(facts, userId, 'p')}) as parent_id,
  g.created_at, g.updated_at, g.version`;

const onGroup = [
  'resource-group.update',
  'resource-group.change-criteria',
  'resource-group.change-members',
  'resource-group.move',
  'resource-group.delete',
  'resource-group.list-shares',
  'resource-group.share',
  'resource-group.transfer',
] as const;

/**
 * How many resources of each group the asker may see. Whoever a group is shared with sees all that is in it; whoever owns one need
 * not hold what is in it any more, so of theirs each is asked about.
 */
export async function memberCounts(
  db: OrganisationDb,
  facts: Facts,
  userId: string | null,
  ids: readonly string[],
): Promise<(id: string) => number> {
  if (ids.length === 0) return () => 0;
  // Whoever sees every resource needs none of them looked at.
  const seen = facts.superAdministrator
    ? sql`true`
    : sql`g.owner_id <> ${userId}::uuid or m.resource_id in (select r.id from resource r where ${seesResource(facts, userId, 'r')})`;
  const { rows } = await sql<{ groupId: string; n: number }>`
    select m.group_id, count(*)::int as n from resource_group_member m join resource_group g on g.id = m.group_id
    where m.group_id = any(${[...ids]}::uuid[]) and (${seen}) group by m.group_id`.execute(db);
  const counts = new Map(rows.map((row) => [row.groupId, row.n]));
  return (id) => counts.get(id) ?? 0;
}

/** What the asker holds of each group and may do to it. */
export async function holdsOf(
  db: OrganisationDb,
  facts: Facts,
  userId: string | null,
  rows: readonly { id: string; ownerId: string; kind: GroupKind }[],
): Promise<(row: { id: string; ownerId: string; kind: GroupKind }) => { hold: Facts['relation']; can: string[] }> {
  const reached = await reachOf(
    db,
    facts,
    userId,
    'resource-group',
    rows.map((row) => row.id),
  );
  return (row) => {
    const byCriteria = row.kind === 'criteria';
    const ofRow = factsOfRow(facts, { owned: row.ownerId === userId, byCriteria, edges: reached(row.id).edges });
    const can = abilities(onGroup, ofRow).filter((action) => byCriteria || action !== 'resource-group.change-criteria');
    return { hold: ofRow.relation, can };
  };
}

/** Rows as the contract shows them, in their order: a constant number of statements, however many there are. */
export async function groupReplies(
  db: OrganisationDb,
  rows: readonly GroupRow[],
  facts: Facts,
  userId: string | null,
): Promise<z.input<typeof ResourceGroup>[]> {
  const held = await holdsOf(db, facts, userId, rows);
  const members = await memberCounts(
    db,
    facts,
    userId,
    rows.map((row) => row.id),
  );
  const managed = rows.filter((row) => held(row).hold === 'manage' || held(row).hold === 'owner');
  const criteria = await criteriaOf(
    db,
    managed.filter((row) => row.kind === 'criteria').map((row) => row.id),
  );
  const shared = await shareCounts(
    db,
    rows.filter((row) => held(row).can.includes('resource-group.list-shares')).map((row) => row.id),
  );
  return rows.map((row) => {
    const { hold, can } = held(row);
    return {
      ...row,
      hold: hold === 'none' ? 'view' : hold,
      can,
      members: members(row.id),
      criteria: criteria.get(row.id) ?? null,
      shares: shared(row.id),
      createdAt: row.createdAt.toISOString(),
      updatedAt: row.updatedAt.toISOString(),
    };
  });
}

async function criteriaOf(
  db: OrganisationDb,
  ids: readonly string[],
): Promise<Map<string, z.input<typeof Criterion>[]>> {
  const found = new Map<string, z.input<typeof Criterion>[]>();
  if (ids.length === 0) return found;
  const rows = await db
    .selectFrom('resourceCriterion')
    .select(['groupId', 'field', 'fieldId', 'operator', 'value'])
    .where('groupId', 'in', [...ids])
    .orderBy('n')
    .execute();
  for (const { groupId, ...criterion } of rows)
    found.set(groupId, [...(found.get(groupId) ?? []), criterion as z.input<typeof Criterion>]);
  return found;
}

/** To how many each group is shared; null for a group that was not asked for. */
async function shareCounts(db: OrganisationDb, ids: readonly string[]): Promise<(id: string) => number | null> {
  if (ids.length === 0) return () => null;
  const rows = await db
    .selectFrom('share')
    .select(['groupId', (eb) => eb.fn.countAll<number>().as('n')])
    .where('groupId', 'in', [...ids])
    .groupBy('groupId')
    .execute();
  const counts = new Map(rows.map((row) => [row.groupId, row.n]));
  return (id) => (ids.includes(id) ? (counts.get(id) ?? 0) : null);
}

/** One group as it stands now. Throws when there is none: ask after the policy has found it. */
export async function groupReply(
  db: OrganisationDb,
  id: string,
  facts: Facts,
  userId: string | null,
): Promise<z.input<typeof ResourceGroup>> {
  const { rows } =
    await sql<GroupRow>`select ${groupColumns(facts, userId)} from ${groupTables} where g.id = ${id}`.execute(db);
  const [reply] = await groupReplies(db, rows, facts, userId);
  if (!reply) throw new Error('no such group');
  return reply;
}
