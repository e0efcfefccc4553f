import { sql } from 'kysely';
import { Problem } from '../platform/problem.ts';
import { factsOfRow, readFacts } from './facts.ts';
import type { Grant } from './grant.ts';
import { lineOf, obliging, refusal, type Action } from './policy.ts';
import { reachOf } from './reach.ts';

/**
 * `requireAlso` for many resources at once: the actor's facts, the rows and what reaches them are three statements, however
 * many there are. Answers the name of each. Throws the first refusal, in the order given; an id that is not the
 * organisation's is refused as one that is not shared. `action` must be one on a resource.
 */
export async function requireAlsoAll(
  grant: Grant,
  action: Action,
  ids: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  if (lineOf(action).on !== 'resource') throw new TypeError(`${action} is not done to a resource`);
  const wanted = [...new Set(ids)];
  const [first] = wanted;
  if (first === undefined) return new Map();
  const { db, actor } = grant;
  const [{ facts }, { rows }] = await Promise.all([
    readFacts(db, { actor, action, objectId: first }),
    sql<{ id: string; name: string; ownerId: string }>`select id, name, owner_id from resource
      where id = any(${wanted}::uuid[])`.execute(db),
  ]);
  const reached = await reachOf(db, facts, actor.userId, 'resource', wanted);
  const found = new Map(rows.map((row) => [row.id, row]));
  for (const id of wanted) {
    const row = found.get(id);
    const ofRow = row ? factsOfRow(facts, { owned: row.ownerId === actor.userId, ...reached(id) }) : undefined;
    const refused = refusal(action, obliging(ofRow ?? { ...facts, relation: 'none' }));
    if (refused) throw new Problem(refused);
  }
  return new Map(rows.map((row) => [row.id, row.name]));
}
