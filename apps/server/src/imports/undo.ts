import { sql } from 'kysely';
import type { Door, Facts, Grant, Perform } from '../authorise/index.ts';
import { factsOfRow, reachOf, refusal } from '../authorise/index.ts';
import { isUnavailable, type OrganisationDb } from '../platform/db.ts';
import { Problem } from '../platform/problem.ts';
import { countDone, settle, type Running } from '../tasks/index.ts';
import { inWords } from './line.ts';
import { lockImport, type ImportParts } from './parts.ts';
import type { UndoCall } from './report.ts';
import { carryOn } from './carry-on.ts';

const noDoor: Door = { startSession: () => undefined, endSession: () => undefined };
const changesAtOnce = 500;

interface ChangeRow {
  n: number;
  kind: string;
  objectId: string;
  before: UndoCall | null;
}
interface Left {
  readonly id: string;
  readonly name: string;
  readonly code: string;
  readonly detail: string;
}

/** Another run of the same undoing was there first. */
class Overtaken extends Error {}

/**
 * The task that takes an import back, from its last change to its first. What it made goes, unless somebody changed it since;
 * what it changed gets its former values by the contract's calls. What is left is listed as the task's items.
 * A change that was dealt with is struck off in the transaction that did it: taken up again, the rest is done.
 */
export async function undoImport(
  parts: ImportParts,
  task: Running,
  signal: AbortSignal,
): Promise<string | null | undefined> {
  const importId = String(task.input['importId']);
  try {
    for (;;) {
      if (signal.aborted) return null;
      const next = await settle(parts.perform, task.organisationId, (db) => lastChanges(db, importId));
      const [first] = next;
      if (!first) break;
      if (first.before) await takeBack(parts, task, importId, first, first.before);
      else if (first.kind === 'user') await dismiss(parts, task, importId, first);
      else {
        // A row of changes of one kind, none of which is a call.
        const end = next.findIndex((change) => change.kind !== first.kind || change.before !== null);
        await remove(parts, task, importId, first.kind, end < 0 ? next : next.slice(0, end));
      }
    }
    await settle(parts.perform, task.organisationId, (db) =>
      db.updateTable('importRun').set({ state: 'undone', undoneAt: new Date() }).where('id', '=', importId).execute(),
    );
    return undefined;
  } catch (error) {
    if (error instanceof Overtaken) return null;
    if (!(error instanceof Problem)) throw error;
    return inWords(error);
  }
}

async function lastChanges(db: OrganisationDb, importId: string): Promise<ChangeRow[]> {
  const { rows } = await sql<ChangeRow>`select c.n, c.kind, c.object_id, c.before from import_change c
    join import_run i on i.id = c.import_id and i.state = 'undoing' where c.import_id = ${importId} order by c.n desc limit ${changesAtOnce}`.execute(
    db,
  );
  return rows;
}

/** Strikes changes off, with what was left of them. Throws `Overtaken` when they are struck off already. */
async function settleChanges(
  db: OrganisationDb,
  task: Running,
  importId: string,
  changes: readonly Pick<ChangeRow, 'n'>[],
  left: readonly Left[],
): Promise<void> {
  const gone = await db
    .deleteFrom('importChange')
    .where('importId', '=', importId)
    .where(
      'n',
      'in',
      changes.map((change) => change.n),
    )
    .executeTakeFirst();
  if (Number(gone.numDeletedRows) !== changes.length) throw new Overtaken();
  if (left.length > 0)
    await sql`insert into task_item (organisation_id, task_id, n, object_id, name, state, code, detail)
      select ${task.organisationId}::uuid, ${task.id}::uuid, (coalesce((select max(i.n) from task_item i where i.task_id = ${task.id}), -1) + x.n)::int,
        x.id, x.name, 'failed', x.code, x.detail
      from unnest(${left.map((one) => one.id)}::uuid[], ${left.map((one) => one.name)}::text[], ${left.map((one) => one.code)}::text[],
        ${left.map((one) => one.detail)}::text[]) with ordinality as x(id, name, code, detail, n)`.execute(db);
  await countDone(db, task.id, changes.length - left.length, left.length);
}

/** A call that takes another back. The versions it names make it fail on what was changed since. */
async function takeBack(
  parts: ImportParts,
  task: Running,
  importId: string,
  change: ChangeRow,
  undo: UndoCall,
): Promise<void> {
  const striking: Perform = (ask, work) =>
    parts.perform(ask, async (grant, facts, also) => {
      if (undo.secretVersion !== undefined) await requireCurrent(grant.db, change.objectId, undo.secretVersion);
      if (undo.version !== undefined) await requireVersion(grant.db, change.objectId, undo.version);
      const result = await work(grant, facts, also);
      await carryOn(grant.db, importId, change, undo);
      await settleChanges(grant.db, task, importId, [change], []);
      return result;
    });
  const reason = undo.secretVersion === undefined ? {} : { reason: 'an import is taken back' };
  await orLeave(parts, task, importId, change, async () => {
    await parts.find(undo.call).handle(striking, task.actor, { ...undo.input, ...reason }, noDoor);
  });
}

async function requireCurrent(db: OrganisationDb, accountId: string, version: number): Promise<void> {
  const row = await db
    .selectFrom('account')
    .select('secretVersion')
    .where('id', '=', accountId)
    .forUpdate()
    .executeTakeFirst();
  if (row?.secretVersion !== version) throw new Problem('changed-meanwhile');
}

async function requireVersion(db: OrganisationDb, resourceId: string, version: number): Promise<void> {
  const row = await db
    .selectFrom('resource')
    .select('version')
    .where('id', '=', resourceId)
    .forUpdate()
    .executeTakeFirst();
  if (row?.version !== version) throw new Problem('changed-meanwhile');
}

/** A user who has not come yet is deleted again, by the contract's own call. */
async function dismiss(parts: ImportParts, task: Running, importId: string, change: ChangeRow): Promise<void> {
  const striking: Perform = (ask, work) =>
    parts.perform(ask, async (grant, facts, also) => {
      const user = await grant.db
        .selectFrom('appUser')
        .select(['state', 'version'])
        .where('id', '=', change.objectId)
        .forUpdate()
        .executeTakeFirst();
      if (user && (user.state !== 'invited' || user.version !== 1)) throw new Problem('changed-meanwhile');
      const result = await work(grant, facts, also);
      await settleChanges(grant.db, task, importId, [change], []);
      return result;
    });
  await orLeave(parts, task, importId, change, async () => {
    await parts.find('user.delete').handle(striking, task.actor, { userId: change.objectId }, noDoor);
  });
}

/** Lists a change as left when the call refuses it. One whose object is gone is simply struck off. */
async function orLeave(
  parts: ImportParts,
  task: Running,
  importId: string,
  change: ChangeRow,
  call: () => Promise<void>,
): Promise<void> {
  try {
    await call();
  } catch (error) {
    if (error instanceof Overtaken || isUnavailable(error)) throw error;
    const problem = error instanceof Problem ? error : new Problem('internal', { cause: error });
    await settle(parts.perform, task.organisationId, async (db) => {
      const running = await db
        .selectFrom('task')
        .select('id')
        .where('id', '=', task.id)
        .where('state', '=', 'running')
        .executeTakeFirst();
      if (!running) throw new Overtaken();
      const name = await nameOf(db, change.objectId);
      const left =
        name === undefined ? [] : [{ id: change.objectId, name, code: problem.code, detail: inWords(problem) }];
      await settleChanges(db, task, importId, [change], left);
    });
  }
}

async function nameOf(db: OrganisationDb, id: string): Promise<string | undefined> {
  const { rows } = await sql<{ name: string }>`
    select r.name from resource r where r.id = ${id}::uuid
    union all select a.username || ' on ' || r.name from account a join resource r on r.id = a.resource_id where a.id = ${id}::uuid
    union all select u.username from app_user u where u.id = ${id}::uuid`.execute(db);
  return rows[0]?.name;
}

interface Removable {
  id: string;
  name: string;
  ownerId: string;
  changed: boolean;
}

/** Takes away what the import made, a kind at a time: what is as it was made and the user still manages. The rest is listed. */
async function remove(
  parts: ImportParts,
  task: Running,
  importId: string,
  kind: string,
  changes: readonly ChangeRow[],
): Promise<void> {
  await parts.perform({ actor: task.actor, action: 'import.undo', objectId: importId }, async (grant, facts) => {
    await lockImport(grant.db, importId);
    const ids = changes.map((change) => change.objectId);
    const found = await removable(grant.db, kind, ids);
    const managed = await managedBy(grant, facts, kind, found);
    const gone = found.filter((one) => !one.changed && managed(one));
    await deleteAll(
      grant.db,
      kind,
      gone.map((one) => one.id),
    );
    for (const one of gone) grant.each({ kind, id: one.id, name: one.name });
    const left = found
      .filter((one) => !gone.includes(one))
      .map(({ id, name, changed }) => ({
        id,
        name,
        code: changed ? 'changed-meanwhile' : 'not-found',
        detail: changed ? 'It was changed since the import, or something was added to it.' : 'You manage it no more.',
      }));
    await settleChanges(grant.db, task, importId, changes, left);
    grant.about({ kind: 'import', id: importId });
    grant.note({ removed: gone.length, left: left.length, kind });
  });
}

async function removable(db: OrganisationDb, kind: string, ids: readonly string[]): Promise<Removable[]> {
  const wanted = sql`any(${[...ids]}::uuid[])`;
  // Locked, and in one order: nobody begins a rotation or an edit of what is about to go.
  if (kind === 'account')
    return (
      await sql<Removable>`select a.id, a.username || ' on ' || r.name as name, r.owner_id,
          a.version <> 1 or a.secret_version <> 1 or exists (select from secret s where s.account_id = a.id and s.version > 1) as changed
        from account a join resource r on r.id = a.resource_id where a.id = ${wanted} order by a.id for update of a`.execute(
        db,
      )
    ).rows;
  if (kind === 'resource')
    return (
      await sql<Removable>`select r.id, r.name, r.owner_id, r.version <> 1 or exists (select from account a where a.resource_id = r.id) as changed
        from resource r where r.id = ${wanted} order by r.id for update`.execute(db)
    ).rows;
  return (
    await sql<Removable>`select g.id, g.name, g.owner_id, g.version <> 1 or exists (select from resource_group_member m where m.group_id = g.id)
        or exists (select from share s where s.group_id = g.id) as changed
      from resource_group g where g.id = ${wanted} order by g.id for update`.execute(db)
  ).rows;
}

async function managedBy(
  grant: Grant<'import.undo'>,
  facts: Facts,
  kind: string,
  found: readonly Removable[],
): Promise<(one: Removable) => boolean> {
  const { userId } = grant.actor;
  const of = kind === 'account' ? 'account' : kind === 'resource' ? 'resource' : 'resource-group';
  const action = `${of}.delete` as const;
  const reached = await reachOf(
    grant.db,
    facts,
    userId,
    of,
    found.map((one) => one.id),
  );
  return (one) =>
    refusal(action, factsOfRow(facts, { owned: one.ownerId === userId, edges: reached(one.id).edges })) === undefined;
}

async function deleteAll(db: OrganisationDb, kind: string, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  const wanted = sql`any(${[...ids]}::uuid[])`;
  if (kind === 'account') {
    await sql`update resource set admin_account_id = null where admin_account_id = ${wanted}`.execute(db);
    await sql`update resource set elevation_account_id = null where elevation_account_id = ${wanted}`.execute(db);
    await sql`delete from account where id = ${wanted}`.execute(db);
  } else if (kind === 'resource') await sql`delete from resource where id = ${wanted}`.execute(db);
  else await sql`delete from resource_group where id = ${wanted}`.execute(db);
}
