import type { ExplorerStep } from '@strongroom/contract';
import { sql } from 'kysely';
import { requireAlso, type Grant } from '../authorise/index.ts';
import { readSettings } from '../identity/index.ts';
import type { OrganisationDb } from '../platform/db.ts';
import { Problem } from '../platform/problem.ts';
import { newId } from '../platform/random.ts';
import { arrange, difference, TreeFault, type Node, type Step } from './tree.ts';

/** States of the past that are kept. */
const statesKept = 1000;

/** The version of the organisation's tree; 0 before its first change. */
export async function treeVersion(db: OrganisationDb): Promise<number> {
  const row = await db
    .selectFrom('explorerChange')
    .select((eb) => eb.fn.max('version').as('version'))
    .executeTakeFirst();
  return row?.version ?? 0;
}

export const readNodes = (db: OrganisationDb): Promise<Node[]> =>
  db.selectFrom('explorerNode').select(['id', 'parentId', 'name', 'groupId', 'position']).execute();

/** Makes the change that `work` thinks of, if nobody made another since `version`, and keeps the new state. */
async function change(
  grant: Grant<'explorer.change' | 'explorer.revert'>,
  version: number,
  work: (now: readonly Node[]) => Promise<{ nodes: readonly Node[]; what: string }>,
): Promise<void> {
  const { db, actor } = grant;
  const { organisationId } = actor;
  await sql`select pg_advisory_xact_lock(hashtextextended(${`strongroom explorer ${organisationId}`}, 0))`.execute(db);
  if (!(await readSettings(db)).globalExplorerTree)
    throw new Problem('not-that-state', { detail: 'The organisation has no common tree: a setting decides.' });
  const stands = await treeVersion(db);
  if (stands !== version) throw new Problem('changed-meanwhile');
  const before = await readNodes(db);
  const { nodes, what } = await work(before);
  const { gone, written } = difference(before, nodes);
  if (gone.length > 0) await sql`delete from explorer_node where id = any(${[...gone]}::uuid[])`.execute(db);
  if (written.length > 0)
    await sql`insert into explorer_node (organisation_id, id, parent_id, name, group_id, position)
      select ${organisationId}::uuid, x.id, x.parent_id, x.name, x.group_id, x.position
      from jsonb_to_recordset(${JSON.stringify(written.map(asKept))}::jsonb)
        as x(id uuid, parent_id uuid, name text, group_id uuid, position int)
      on conflict (id) do update set parent_id = excluded.parent_id, name = excluded.name, group_id = excluded.group_id, position = excluded.position`.execute(
      db,
    );
  await db
    .insertInto('explorerChange')
    .values({
      organisationId,
      version: stands + 1,
      changedById: actor.userId,
      changedBy: grant.actorName,
      what: what.slice(0, 2000),
      nodes: JSON.stringify(nodes.map(asKept)),
    })
    .execute();
  await db
    .deleteFrom('explorerChange')
    .where('version', '<=', stands + 1 - statesKept)
    .execute();
  grant.note({ version: stands + 1, what: what.slice(0, 1000) });
}

interface Kept {
  readonly id: string;
  readonly parent_id: string | null;
  readonly name: string;
  readonly group_id: string | null;
  readonly position: number;
}
const asKept = ({ id, parentId, name, groupId, position }: Node): Kept => ({
  id,
  parent_id: parentId,
  name,
  group_id: groupId,
  position,
});
const asNode = (kept: Kept): Node => ({
  id: kept.id,
  parentId: kept.parent_id,
  name: kept.name,
  groupId: kept.group_id,
  position: kept.position,
});

/** Arranges the organisation's tree. Throws `changed-meanwhile`, `not-that-state`, and `input-invalid` for a step that cannot be done. */
export async function changeExplorer(
  grant: Grant<'explorer.change'>,
  version: number,
  steps: readonly ExplorerStep[],
): Promise<void> {
  const prepared: Step[] = [];
  for (const step of steps) {
    if (step.op === 'place') {
      // Whoever stands a group where everybody sees its name must be one who manages it.
      const { objectName } = await requireAlso(grant, 'resource-group.update', step.groupId);
      const { parentId, position, groupId } = step;
      prepared.push({ op: 'add', id: newId(), groupId, name: step.name ?? objectName ?? '', parentId, position });
    } else if (step.op === 'create') {
      const { parentId, position, name } = step;
      prepared.push({ op: 'add', id: newId(), groupId: null, name, parentId, position });
    } else prepared.push(step);
  }
  await change(grant, version, (now) => {
    try {
      const { nodes, words } = arrange(now, prepared);
      return Promise.resolve({ nodes, what: words.join('; ') });
    } catch (error) {
      if (!(error instanceof TreeFault)) throw error;
      throw new Problem('input-invalid', { errors: [{ path: `steps.${error.step}`, message: error.message }] });
    }
  });
}

/** Brings back a former state, as a new change. A group deleted since leaves its node, which stands for none then. */
export async function revertExplorer(grant: Grant<'explorer.revert'>, version: number, to: number): Promise<void> {
  await change(grant, version, async () => {
    if (to === 0) return { nodes: [], what: 'brought back the empty tree' };
    const row = await grant.db
      .selectFrom('explorerChange')
      .select(['nodes'])
      .where('version', '=', to)
      .executeTakeFirst();
    if (!row) throw new Problem('not-found', { detail: 'This state is not kept.' });
    const nodes = (row.nodes as Kept[]).map(asNode);
    const ids = nodes.flatMap(({ groupId }) => (groupId === null ? [] : [groupId]));
    const there = new Set(
      ids.length === 0
        ? []
        : (await grant.db.selectFrom('resourceGroup').select('id').where('id', 'in', ids).execute()).map(
            ({ id }) => id,
          ),
    );
    return {
      nodes: nodes.map((node) =>
        node.groupId !== null && !there.has(node.groupId) ? { ...node, groupId: null } : node,
      ),
      what: `brought back version ${to}`,
    };
  });
}

/** Names the root of the actor's own tree; empty for what it was called at first. */
export async function renameRoot(grant: Grant<'explorer.rename-root'>, name: string): Promise<void> {
  const { organisationId, userId } = grant.actor;
  if (name === '')
    await grant.db
      .deleteFrom('explorerRoot')
      .where('ownerId', '=', userId ?? '')
      .execute();
  else
    await sql`insert into explorer_root (organisation_id, owner_id, name) values (${organisationId}, ${userId}, ${name})
      on conflict (owner_id) do update set name = excluded.name`.execute(grant.db);
  grant.note({ 'root is': name === '' ? 'as at first' : name });
}
