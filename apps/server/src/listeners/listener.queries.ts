import type { Approval, Listener, ListenerRunState, ListenerVersionState } from '@strongroom/contract';
import { sql, type RawBuilder } from 'kysely';
import type { z } from 'zod';
import { scopesOf, type Actor } from '../authorise/index.ts';
import type { OrganisationDb } from '../platform/db.ts';
import { containing, readPage, type PageAsk } from '../platform/paging.ts';
import { Problem } from '../platform/problem.ts';

type Reply = z.input<typeof Listener>;
interface Row {
  id: string;
  name: string;
  isOn: boolean;
  runs: number | null;
  newest: number;
  createdBy: string;
  kind: Reply['kind'];
  resourceTypes: string[];
  state: ListenerVersionState;
  author: string;
  changedAt: Date;
  approvedBy: string | null;
  lastState: ListenerRunState | null;
  lastAt: Date | null;
  mayDecide: boolean;
}

/** Whether the actor may decide about what waits: a person who wrote none of it. */
const mayDecide = (actor: Actor): RawBuilder<boolean> =>
  scopesOf(actor) !== null || actor.task
    ? sql<boolean>`false`
    : sql<boolean>`(v.state = 'waiting' and not exists (select 1 from listener_version a
        where a.listener_id = l.id and a.version > coalesce(l.runs, 0) and a.author_id = ${actor.userId}::uuid))`;
const from = sql`from listener l join listener_version v on v.listener_id = l.id and v.version = l.newest`;
const columns = (actor: Actor): RawBuilder<unknown> => sql`l.id, l.name, l.is_on, l.runs, l.newest, l.created_by,
  v.spec ->> 'kind' as kind, array(select jsonb_array_elements_text(v.spec -> 'resourceTypes')) as resource_types, v.state, v.author,
  v.created_at as changed_at, ${mayDecide(actor)} as may_decide,
  (select o.decided_by from listener_version o where o.listener_id = l.id and o.version = l.runs) as approved_by,
  (select x.state from listener_run x where x.listener_id = l.id order by x.created_at desc, x.id desc limit 1) as last_state,
  (select x.created_at from listener_run x where x.listener_id = l.id order by x.created_at desc, x.id desc limit 1) as last_at`;

const reply = (row: Row): Reply => ({
  id: row.id as Reply['id'],
  name: row.name,
  kind: row.kind,
  resourceTypes: row.resourceTypes,
  on: row.isOn,
  runs: row.runs,
  newest: row.newest,
  newestState: row.state,
  mayDecide: row.mayDecide,
  createdBy: row.createdBy,
  changedBy: row.author,
  changedAt: row.changedAt.toISOString(),
  approvedBy: row.approvedBy,
  lastRun: row.lastState && row.lastAt ? { state: row.lastState, at: row.lastAt.toISOString() } : null,
});

/** One page of the listeners, as this actor is shown them. */
export async function listenerPage(
  db: OrganisationDb,
  actor: Actor,
  ask: PageAsk & { search?: string | undefined },
): Promise<{ items: Reply[]; total: number; totalIs: 'exact' | 'at-least'; nextCursor: string | null }> {
  const { rows, ...page } = await readPage<Row>(db, ask, {
    select: columns(actor),
    from: sql`${from} where true ${ask.search ? sql`and lower(l.name) like ${containing(ask.search)}` : sql``}`,
    id: sql`l.id`,
    first: 'name',
    orders: {
      name: { by: sql`lower(l.name)`, type: 'text' },
      changedAt: { by: sql`v.created_at`, type: 'timestamptz' },
    },
  });
  return { ...page, items: rows.map(reply) };
}

/** One listener. Throws `not-found`. */
export async function oneListener(db: OrganisationDb, actor: Actor, id: string): Promise<Reply> {
  const { rows } = await sql<Row>`select ${columns(actor)} ${from} where l.id = ${id}`.execute(db);
  if (!rows[0]) throw new Problem('not-found');
  return reply(rows[0]);
}

/** What waits for a second administrator, oldest first; a hundred at most. */
export async function approvals(db: OrganisationDb, actor: Actor): Promise<z.input<typeof Approval>[]> {
  const { rows } = await sql<Row>`select ${columns(actor)} ${from} where v.state = 'waiting'
    order by v.created_at, l.id limit 100`.execute(db);
  return rows.map((row) => ({
    kind: 'listener',
    id: row.id as Reply['id'],
    name: row.name,
    version: row.newest,
    edit: row.runs !== null,
    author: row.author,
    at: row.changedAt.toISOString(),
    mayDecide: row.mayDecide,
  }));
}
