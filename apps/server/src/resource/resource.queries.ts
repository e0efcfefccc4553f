import type { Health, Resource } from '@strongroom/contract';
import { sql, type RawBuilder } from 'kysely';
import type { z } from 'zod';
import { abilities, factsOfRow, heldAccounts, ladder, reachOf, type Facts, type Reached } from '../authorise/index.ts';
import type { OrganisationDb } from '../platform/db.ts';
import { healthOf, healthOrder } from './account.queries.ts';
import { fieldFilesOf } from './field-files.ts';
import { secretFieldsOf } from './fields.ts';
import { tagsOf } from './tags.ts';

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
  groupPolicyId: string | null;
  ownerId: string;
  ownerName: string;
  accounts: number;
  health: Health | null;
  violating: number;
  expiresAt: Date | null;
  fields: Record<string, string>;
  reset: Record<string, unknown> | null;
  adminAccountId: string | null;
  elevationAccountId: string | null;
  createdAt: Date;
  updatedAt: Date;
  version: number;
}

const resourceColumns: RawBuilder<unknown> = sql`
  r.id, r.number, r.name, r.type, r.dns_name, r.description, r.department, r.location, r.domain, r.url, r.policy_id, strongroom.policy_of_groups(r.id) as group_policy_id, r.owner_id, o.username as owner_name,
  (select count(*)::int from account a where a.resource_id = r.id) as accounts,
  (select (array_agg(h.health order by array_position(${[...healthOrder]}::text[], h.health)))[1] from (select ${healthOf} as health from account a where a.resource_id = r.id) h) as health,
  (select count(*)::int from account a where a.resource_id = r.id and a.compliance = 'violating') as violating, (select min(a.expires_at) from account a where a.resource_id = r.id) as expires_at,
  r.fields, r.reset, r.admin_account_id, r.elevation_account_id, r.created_at, r.updated_at, r.version`;

const resourceTables = sql`resource r join app_user o on o.id = r.owner_id`;

/** Reads resources by id, in no order. */
export async function readResourceRows(db: OrganisationDb, ids: readonly string[]): Promise<ResourceRow[]> {
  if (ids.length === 0) return [];
  const { rows } =
    await sql<ResourceRow>`select ${resourceColumns} from ${resourceTables} where r.id = any(${[...ids]}::uuid[])`.execute(
      db,
    );
  return rows;
}

/** Reads one resource. Throws when there is none: ask after the policy has found it. */
async function readResourceRow(db: OrganisationDb, id: string): Promise<ResourceRow> {
  const [row] = await readResourceRows(db, [id]);
  if (!row) throw new Error('no such resource');
  return row;
}

const onResource = [
  'resource.update',
  'resource.delete',
  'resource.copy',
  'resource.tag',
  'resource.share',
  'resource.transfer',
  'resource.reveal-field',
  'resource.download-file',
  'resource.upload-file',
  'resource.configure-reset',
  'resource.trust-host-key',
  'resource.control-access',
  'account.create',
] as const;

/** Rows of a list as the contract shows them, in their order, each with what the asker may do to it. */
export async function resourceItems(
  db: OrganisationDb,
  rows: readonly ResourceRow[],
  facts: Facts,
  userId: string | null,
): Promise<Omit<z.input<typeof Resource>, 'reset' | 'hostKeys'>[]> {
  const ids = rows.map((row) => row.id);
  const [reached, more] = await Promise.all([reachOf(db, facts, userId, 'resource', ids), ownPartsOf(db, ids)]);
  const known = rows.map((row) => ({ row, facts: rowFacts(row, facts, userId, reached(row.id)) }));
  const shown = await partsOf(db, userId, known);
  return known.map(({ row, facts: own }) => resourceItem({ ...row, ...shown(row.id) }, own, more(row.id)));
}

type Counted = Pick<ResourceRow, 'accounts' | 'health' | 'violating' | 'expiresAt'>;
const nothing: Counted = { accounts: 0, health: null, violating: 0, expiresAt: null };
/** Of a resource of which only accounts are shared, how many those are and their worst health: one statement for all, where there is one. */
async function partsOf(
  db: OrganisationDb,
  userId: string | null,
  rows: readonly { row: ResourceRow; facts: Facts }[],
): Promise<(id: string) => Counted | undefined> {
  const ids = rows
    .filter(({ facts }) => facts.relation === 'part' || facts.relation === 'none')
    .map(({ row }) => row.id);
  if (ids.length === 0) return () => undefined;
  const { rows: counted } = await sql<Counted & { id: string }>`
    select h.resource_id as id, count(*)::int as accounts, (array_agg(h.health order by array_position(${[...healthOrder]}::text[], h.health)))[1] as health,
      count(*) filter (where h.compliance = 'violating')::int as violating, min(h.expires_at) as expires_at
    from (select a.resource_id, ${healthOf} as health, a.compliance, a.expires_at from account a
      where a.resource_id = any(${ids}::uuid[]) and a.id in (${heldAccounts(userId)})) h group by h.resource_id`.execute(
    db,
  );
  const byId = new Map(counted.map(({ id, ...parts }) => [id, parts]));
  return (id) => (ids.includes(id) ? (byId.get(id) ?? nothing) : undefined);
}

const rowFacts = (row: ResourceRow, facts: Facts, userId: string | null, reached: Reached): Facts =>
  factsOfRow(facts, { owned: row.ownerId === userId, ...reached });

type OwnParts = Pick<z.input<typeof Resource>, 'secretFields' | 'files' | 'tags'>;
/** The password and file fields that hold something, and the tags, of each resource of a page: three statements for all. */
async function ownPartsOf(db: OrganisationDb, ids: readonly string[]): Promise<(id: string) => OwnParts> {
  const [secret, files, tags] = await Promise.all([secretFieldsOf(db, ids), fieldFilesOf(db, ids), tagsOf(db, ids)]);
  return (id) => ({ secretFields: secret(id), files: files(id), tags: tags(id) });
}

function resourceItem(
  row: ResourceRow,
  facts: Facts,
  more: OwnParts,
): Omit<z.input<typeof Resource>, 'reset' | 'hostKeys'> {
  const { reset: _, adminAccountId: _a, elevationAccountId: _e, ...shown } = row;
  return {
    ...shown,
    ...more,
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
    expiresAt: row.expiresAt?.toISOString() ?? null,
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
  const shown = await partsOf(db, userId, [{ row, facts: own }]);
  return {
    ...resourceItem({ ...row, ...shown(id) }, own, (await ownPartsOf(db, [id]))(id)),
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
