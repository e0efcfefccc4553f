import { listAccounts, listResources, listUsers, bulkLimit, type BulkList, type Selection } from '@strongroom/contract';
import { sql } from 'kysely';
import { seesAccount, seesResource, type Actor, type Door, type Facts, type Perform } from '../authorise/index.ts';
import type { OrganisationDb } from '../platform/db.ts';
import { Problem } from '../platform/problem.ts';
import type { FindEndpoint } from './parts.ts';

/** One thing a task is for. The name is empty where the asker may not see it. */
export interface Item {
  readonly id: string;
  readonly name: string;
}

const pageSize = 500;
const lists = { resources: listResources, accounts: listAccounts, users: listUsers } as const;
const noDoor: Door = { startSession: () => undefined, endSession: () => undefined };

/**
 * What a list shows its asker with these filters at this moment, page by page through the list's own call: the selection
 * can hold nothing that the list would not show. Throws `input-invalid` for more than a task may have, and what the list throws.
 */
export async function itemsOfList(
  find: FindEndpoint,
  perform: Perform,
  actor: Actor,
  { list, filter, except }: Extract<Selection, { list: BulkList }>,
): Promise<Item[]> {
  const endpoint = find(lists[list].name);
  const left = new Set(except);
  const items: Item[] = [];
  for (let cursor: string | null | undefined; cursor !== null;) {
    const { limit: _, offset: __, cursor: ___, ...filters } = filter;
    const input = { ...filters, limit: pageSize, ...(cursor === undefined ? {} : { cursor }) };
    const page = lists[list].reply.parse(await endpoint.handle(perform, actor, input, noDoor));
    for (const row of page.items) if (!left.has(row.id)) items.push({ id: row.id, name: nameOf(row) });
    if (items.length > bulkLimit) throw tooMany();
    cursor = page.nextCursor;
  }
  if (items.length === 0)
    throw new Problem('input-invalid', {
      errors: [{ path: 'selection', message: 'shows nothing: change the filters' }],
    });
  return items;
}

const tooMany = (): Problem =>
  new Problem('input-invalid', {
    errors: [{ path: 'selection', message: `is more than ${bulkLimit} things: narrow the filters` }],
  });

function nameOf(row: object): string {
  if ('resourceName' in row && 'username' in row) return `${String(row.username)} on ${String(row.resourceName)}`;
  return String('name' in row ? row.name : 'username' in row ? row.username : '');
}

/** The ids that were asked for, once each, with the names of those that the asker may see. */
export async function itemsOfIds(
  db: OrganisationDb,
  facts: Facts,
  userId: string,
  list: BulkList,
  ids: readonly string[],
): Promise<Item[]> {
  const wanted = [...new Set(ids)];
  const seen = await namesOf(db, facts, userId, list, wanted);
  const names = new Map(seen.map((row) => [row.id, row.name]));
  return wanted.map((id) => ({ id, name: names.get(id) ?? '' }));
}

async function namesOf(
  db: OrganisationDb,
  facts: Facts,
  userId: string,
  list: BulkList,
  ids: readonly string[],
): Promise<Item[]> {
  if (list === 'resources') {
    const found = await sql<Item>`select r.id, r.name from resource r
      where r.id = any(${ids}::uuid[]) and ${seesResource(facts, userId, 'r')}`.execute(db);
    return found.rows;
  }
  if (list === 'accounts') {
    const found =
      await sql<Item>`select a.id, a.username || ' on ' || r.name as name from account a join resource r on r.id = a.resource_id
      where a.id = any(${ids}::uuid[]) and ${seesAccount(facts, userId, 'a')}`.execute(db);
    return found.rows;
  }
  if (!facts.permits.includes('manage-users')) return [];
  return (await sql<Item>`select u.id, u.username as name from app_user u where u.id = any(${ids}::uuid[])`.execute(db))
    .rows;
}
