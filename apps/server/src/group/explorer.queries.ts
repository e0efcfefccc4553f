import type { Explorer, ExplorerNode, GroupKind } from '@strongroom/contract';
import { sql } from 'kysely';
import type { z } from 'zod';
import { abilities, seesGroup, type Facts } from '../authorise/index.ts';
import { readSettings } from '../identity/index.ts';
import type { OrganisationDb } from '../platform/db.ts';
import { readNodes, treeVersion } from './explorer.ts';
import { holdsOf, memberCounts } from './group.queries.ts';
import { pruned, unfolded } from './tree.ts';

interface SeenGroup {
  id: string;
  parentId: string | null;
  ownerId: string;
  name: string;
  kind: GroupKind;
}
type Reply = z.input<typeof Explorer>;
type NodeReply = z.input<typeof ExplorerNode>;

/** The trees the asker sees, with the nodes of one: of `ownerId`, left out their own. */
export async function readExplorer(
  db: OrganisationDb,
  facts: Facts,
  userId: string | null,
  ownerId: string | undefined,
): Promise<Reply> {
  const { globalExplorerTree, staticGroupsOffered } = await readSettings(db);
  const tree = globalExplorerTree
    ? await ofOrganisation(db, facts, userId)
    : await ofOwners(db, facts, userId, ownerId ?? userId ?? '');
  return { ...tree, staticGroupsOffered };
}

async function ofOwners(
  db: OrganisationDb,
  facts: Facts,
  userId: string | null,
  ownerId: string,
): Promise<Omit<Reply, 'staticGroupsOffered'>> {
  const { rows: roots } = await sql<{
    ownerId: string;
    ownerName: string;
    username: string;
    name: string | null;
    groups: number;
  }>`
    select u.id as owner_id, u.full_name as owner_name, u.username, r.name, coalesce(x.n, 0) as groups
    from app_user u left join explorer_root r on r.owner_id = u.id
      left join (select g.owner_id, count(*)::int as n from resource_group g where ${seesGroup(facts, userId, 'g')} group by g.owner_id) x
        on x.owner_id = u.id
    where x.n > 0 or u.id = ${userId} order by lower(u.username)`.execute(db);
  const mayOwn = abilities(['resource-group.create'], facts).length > 0;
  const shown = roots.filter((root) => root.groups > 0 || mayOwn);
  const { rows } = await sql<SeenGroup & { seen: boolean }>`
    select g.id, g.parent_id, g.owner_id, g.name, g.kind, ${seesGroup(facts, userId, 'g')} as seen
    from resource_group g where g.owner_id = ${ownerId}`.execute(db);
  const visible = pruned(rows, new Set(rows.filter((row) => row.seen).map((row) => row.id)));
  const replies = await nodeReplies(db, facts, userId, visible);
  return {
    mode: 'owners',
    version: 0,
    mayArrange: mayOwn,
    roots: shown
      .map((root) => ({
        ownerId: root.ownerId,
        ownerName: root.ownerName,
        name: root.name ?? `${root.username}’s Group`,
        own: root.ownerId === userId,
        groups: root.groups,
      }))
      .sort((a, b) => Number(b.own) - Number(a.own)),
    ownerId,
    nodes: unfolded(
      visible.map((row) => ({ ...replies(row), id: row.id, parentId: row.parentId })),
      (a, b) =>
        a.name.localeCompare(b.name, undefined, { numeric: true, sensitivity: 'base' }) || (a.id < b.id ? -1 : 1),
    ),
  };
}

async function ofOrganisation(
  db: OrganisationDb,
  facts: Facts,
  userId: string | null,
): Promise<Omit<Reply, 'staticGroupsOffered'>> {
  const nodes = await readNodes(db);
  const { rows } = await sql<SeenGroup>`
    select g.id, g.parent_id, g.owner_id, g.name, g.kind from resource_group g join explorer_node n on n.group_id = g.id
    where ${seesGroup(facts, userId, 'g')}`.execute(db);
  const replies = await nodeReplies(db, facts, userId, rows);
  const seen = new Map(rows.map((row) => [row.id, replies(row)]));
  const organisation = await db.selectFrom('organisation').select('name').executeTakeFirstOrThrow();
  return {
    mode: 'organisation',
    version: await treeVersion(db),
    mayArrange: abilities(['explorer.change'], facts).length > 0,
    roots: [{ ownerId: null, ownerName: '', name: organisation.name, own: true, groups: nodes.length }],
    ownerId: null,
    nodes: unfolded(nodes, (a, b) => a.position - b.position || (a.id < b.id ? -1 : 1)).map((node): NodeReply => {
      const group = node.groupId === null ? undefined : seen.get(node.groupId);
      // A group that is not shared shows as its node alone: by its own name, and nothing of what it stands for.
      const shown = group ?? { groupId: null, kind: null, members: 0, empty: true, can: [] };
      return { ...shown, id: node.id as never, parentId: node.parentId as never, name: node.name };
    }),
  };
}

/** Groups that are seen, as nodes show them. */
async function nodeReplies(
  db: OrganisationDb,
  facts: Facts,
  userId: string | null,
  rows: readonly SeenGroup[],
): Promise<(row: SeenGroup) => NodeReply> {
  const members = await memberCounts(
    db,
    facts,
    userId,
    rows.map((row) => row.id),
  );
  const held = await holdsOf(db, facts, userId, rows);
  return (row) => ({
    id: row.id as never,
    parentId: null,
    name: row.name,
    groupId: row.id as never,
    kind: row.kind,
    members: members(row.id),
    empty: members(row.id) === 0,
    can: held(row).can,
  });
}
