import { listAccounts, listResources } from '@strongroom/contract';
import { sql } from 'kysely';
import { endpoint, type Endpoint } from '../authorise/index.ts';
import { readPage, type Order } from '../platform/paging.ts';
import { accountReplies, readAccountRows } from './account.queries.ts';
import { findAccounts, findResources } from './find.ts';
import { readResourceRows, resourceItems } from './resource.queries.ts';

/** The orders a list of resources comes in, each with an index of its own. */
const resourceOrders: Record<string, Order> = {
  name: { by: sql`lower(r.name)`, type: 'text' },
  type: { by: sql`lower(r.type)`, type: 'text' },
  dnsName: { by: sql`lower(r.dns_name)`, type: 'text' },
  updatedAt: { by: sql`r.updated_at`, type: 'timestamptz' },
  number: { by: sql`r.number`, type: 'int' },
};
const accountOrders: Record<string, Order> = {
  username: { by: sql`lower(a.username)`, type: 'text' },
  resourceName: { by: sql`lower(r.name)`, type: 'text' },
  changedAt: { by: sql`a.changed_at`, type: 'timestamptz' },
  checkedAt: { by: sql`coalesce(a.checked_at, '-infinity')`, type: 'timestamptz' },
  expiresAt: { by: sql`coalesce(a.expires_at, 'infinity')`, type: 'timestamptz' },
  number: { by: sql`a.number`, type: 'int' },
};

/** Rows in the order of their ids; what went meanwhile is left out. */
function inOrder<T extends { id: string }>(ids: readonly { id: string }[], rows: readonly T[]): T[] {
  const byId = new Map(rows.map((row) => [row.id, row]));
  return ids.flatMap(({ id }) => byId.get(id) ?? []);
}

// Which rows a page has is found first, by what its order needs; what the rows show is read for those alone.
export const listEndpoints: Endpoint[] = [
  endpoint(listResources, {
    async run(grant, input, facts) {
      const { userId } = grant.actor;
      const page = await readPage<{ id: string }>(grant.db, input, {
        select: sql`r.id`,
        ...(await findResources(grant.db, facts, userId, input)),
        id: sql`r.id`,
        first: 'name',
        orders: resourceOrders,
      });
      const rows = await readResourceRows(
        grant.db,
        page.rows.map((row) => row.id),
      );
      return { ...page, items: await resourceItems(grant.db, inOrder(page.rows, rows), facts, userId) };
    },
  }),
  endpoint(listAccounts, {
    async run(grant, input, facts) {
      const { userId } = grant.actor;
      const recent = input.view === 'recent';
      const found = await findAccounts(grant.db, facts, userId, input);
      const page = await readPage<{ id: string }>(grant.db, input, {
        select: sql`a.id`,
        ...found,
        id: sql`a.id`,
        first: recent ? '-lastUsed' : 'resourceName',
        orders: {
          ...accountOrders,
          ...(found.name ? { resourceName: { by: found.name, type: 'text' } } : {}),
          ...(recent ? { lastUsed: { by: sql`c.last_event`, type: 'text' } } : {}),
        },
      });
      const rows = await readAccountRows(
        grant.db,
        page.rows.map((row) => row.id),
        userId,
      );
      return { ...page, items: await accountReplies(grant.db, inOrder(page.rows, rows), facts, userId) };
    },
  }),
];
