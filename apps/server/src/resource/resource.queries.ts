import type { Health, Resource } from '@strongroom/contract';
import { sql, type RawBuilder } from 'kysely';
import type { z } from 'zod';
import { abilities, factsOfRow, ladder, reachOf, type Facts, type Reached } from '../authorise/index.ts';
import type { OrganisationDb } from '../platform/db.ts';
import { healthOf, healthOrder } from './account.queries.ts';

export interface ResourceRow {
  id: string;
  number: number;
  name: string;
  type: string;
  dnsName: string;
  description: string;
  department: string;
  location: string;
  domain: string;
  url: string;
  policyId: string | null;
  ownerId: string;
  ownerName: string;
  accounts: number;
  health: Health | null;
  reset: Record<string, unknown> | null;
  adminAccountId: string | null;
  elevationAccountId: string | null;
  createdAt: Date;
  updatedAt: Date;
  version: number;
}

export const resourceColumns: RawBuilder<unknown> = sql`
  r.id, r.number, r.name, r.type, r.dns_name, r.description, r.department, r.location, r.domain, r.url, r.policy_id, r.owner_id, o.username as owner_name,
  (select count(*)::int from account a where a.resource_id = r.id) as accounts,
  (select (array_agg(h.health order by array_position(${[...healthOrder]}::text[], h.health)))[1] from (select ${healthOf} as health from account a where a.resource_id = r.id) h) as health,
  r.reset, r.admin_account_id, r.elevation_account_id, r.created_at, r.updated_at, r.version`;

export const resourceTables = sql`resource r join app_user o on o.id = r.owner_id`;

/** Reads one resource. Throws when there is none: ask after the policy has found it. */
async function readResourceRow(db: OrganisationDb, id: string): Promise<ResourceRow> {
  const { rows } = await sql<ResourceRow>`select ${resourceColumns} from ${resourceTables} where r.id = ${id}`.execute(
    db,
  );
  const row = rows[0];
  if (!row) throw new Error('no such resource');
  return row;
}

const onResource = [
  'resource.update',
  'resource.delete',
  'resource.configure-reset',
  'resource.trust-host-key',
  'account.create',
] as const;

/** Rows of a list as the contract shows them, in their order, each with what the asker may do to it. */
export async function resourceItems(
  db: OrganisationDb,
  rows: readonly ResourceRow[],
  facts: Facts,
  userId: string | null,
): Promise<Omit<z.input<typeof Resource>, 'reset' | 'hostKeys'>[]> {
  const reached = await reachOf(
    db,
    facts,
    userId,
    'resource',
    rows.map((row) => row.id),
  );
  return rows.map((row) => resourceItem(row, rowFacts(row, facts, userId, reached(row.id))));
}

const rowFacts = (row: ResourceRow, facts: Facts, userId: string | null, reached: Reached): Facts =>
  factsOfRow(facts, { owned: row.ownerId === userId, ...reached });

function resourceItem(row: ResourceRow, facts: Facts): Omit<z.input<typeof Resource>, 'reset' | 'hostKeys'> {
  const { reset: _, adminAccountId: _a, elevationAccountId: _e, ...shown } = row;
  return {
    ...shown,
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
    hold: facts.relation === 'none' ? 'part' : facts.relation,
    can: abilities(onResource, facts),
  };
}

/** One resource in full. */
export async function resourceReply(
  db: OrganisationDb,
  id: string,
  facts: Facts,
  userId: string | null,
): Promise<z.input<typeof Resource>> {
  const row = await readResourceRow(db, id);
  const keys = await db
    .selectFrom('hostKey')
    .select(['algorithm', 'fingerprint', 'state', 'seenAt'])
    .where('resourceId', '=', id)
    .orderBy('seenAt', 'desc')
    .execute();
  const reached = await reachOf(db, facts, userId, 'resource', [id]);
  const own = rowFacts(row, facts, userId, reached(id));
  // How the product logs in is the affair of those who manage the resource.
  const manages = ladder.indexOf(own.relation) >= ladder.indexOf('manage');
  return {
    ...resourceItem(row, own),
    reset:
      !manages || row.reset === null
        ? null
        : {
            settings: row.reset,
            adminAccountId: row.adminAccountId,
            elevationAccountId: row.elevationAccountId,
          },
    hostKeys: keys.map((key) => ({
      algorithm: key.algorithm,
      fingerprint: key.fingerprint,
      state: key.state as 'pinned' | 'offered',
      seenAt: key.seenAt.toISOString(),
    })),
  };
}
