import { sql } from 'kysely';
import { factsOfRow, reachOf, refusal, type Facts } from '../authorise/index.ts';
import { readSettings } from '../identity/index.ts';
import { readPolicies } from '../policies/index.ts';
import type { OrganisationDb } from '../platform/db.ts';
import { fieldReader, readFields, readTypes } from '../resource/index.ts';

/** A resource that is there, as an import must know it. */
export interface ResourceThere {
  readonly id: string;
  readonly name: string;
  readonly type: string;
  readonly values: Readonly<Record<string, string | null>>;
  readonly fields: Readonly<Record<string, string>>;
  /** How it is logged in to; null when that is off. */
  readonly reset: Readonly<Record<string, unknown>> | null;
  readonly adminAccountId: string | null;
  readonly elevationAccountId: string | null;
  /** What its groups ask of passwords, where it has no policy of its own. */
  readonly policyOfGroups: string | null;
  /** The importer manages it. */
  readonly managed: boolean;
}
export interface AccountThere {
  readonly id: string;
  readonly notes: string;
  readonly policyId: string | null;
  readonly fields: Readonly<Record<string, string>>;
  readonly managed: boolean;
}

interface ResourceRow {
  asked: string;
  key: string;
  id: string | null;
  name: string;
  type: string;
  dnsName: string;
  description: string;
  department: string;
  location: string;
  domain: string;
  url: string;
  policyId: string | null;
  fields: Record<string, string>;
  reset: Record<string, unknown> | null;
  adminAccountId: string | null;
  elevationAccountId: string | null;
  ownerId: string;
  policyOfGroups: string | null;
}

/** The resources of these names, in any case, with what the importer has on them: two statements, however many. */
export async function resourcesNamed(
  db: OrganisationDb,
  facts: Facts,
  userId: string,
  names: readonly string[],
): Promise<{ key(name: string): string; there(name: string): ResourceThere | undefined }> {
  const { rows } = await sql<ResourceRow>`
    select x.n as asked, lower(x.n) as key, r.id, r.name, r.type, r.dns_name, r.description, r.department, r.location, r.domain, r.url,
      r.policy_id, r.fields, r.owner_id, r.reset, r.admin_account_id, r.elevation_account_id,
      case when r.policy_id is null then strongroom.policy_of_groups(r.id) end as policy_of_groups
    from unnest(${[...new Set(names)]}::text[]) as x(n) left join resource r on lower(r.name) = lower(x.n)`.execute(db);
  const ids = rows.flatMap((row) => row.id ?? []);
  const reached = await reachOf(db, facts, userId, 'resource', ids);
  const keys = new Map(rows.map((row) => [row.asked, row.key]));
  const there = new Map<string, ResourceThere>();
  for (const row of rows) {
    if (row.id === null) continue;
    const { id, name, type, fields, ownerId, policyOfGroups, asked: _, key, ...rest } = row;
    const { reset, adminAccountId, elevationAccountId, ...values } = rest;
    const about = factsOfRow(facts, { owned: ownerId === userId, ...reached(id) });
    there.set(key, {
      id,
      name,
      type,
      fields,
      values,
      reset,
      adminAccountId,
      elevationAccountId,
      policyOfGroups,
      managed: refusal('resource.update', about) === undefined,
    });
  }
  const keyOf = (name: string): string => keys.get(name) ?? name;
  return { key: keyOf, there: (name) => there.get(keyOf(name)) };
}

/** The accounts of these resources that have one of these log-in names, by `accountKey`: two statements. */
export async function accountsOn(
  db: OrganisationDb,
  facts: Facts,
  userId: string,
  resourceIds: readonly string[],
  usernames: readonly string[],
): Promise<Map<string, AccountThere>> {
  if (resourceIds.length === 0) return new Map();
  const { rows } = await sql<Omit<AccountThere, 'managed'> & { resourceId: string; username: string; ownerId: string }>`
    select a.id, a.resource_id, a.username, a.notes, a.policy_id, a.fields, r.owner_id
    from account a join resource r on r.id = a.resource_id
    where a.resource_id = any(${[...new Set(resourceIds)]}::uuid[]) and a.username = any(${[...new Set(usernames)]}::text[])`.execute(
    db,
  );
  const reached = await reachOf(
    db,
    facts,
    userId,
    'account',
    rows.map((row) => row.id),
  );
  return new Map(
    rows.map(({ resourceId, username, ownerId, ...row }) => {
      const about = factsOfRow(facts, { owned: ownerId === userId, edges: reached(row.id).edges });
      return [
        accountKey(resourceId, username),
        { ...row, managed: refusal('account.update', about) === undefined },
      ] as const;
    }),
  );
}

export const accountKey = (resourceId: string, username: string): string => `${resourceId} ${username}`;

/** What the organisation has that a line may name. */
export async function readTerms(db: OrganisationDb, userId: string) {
  const [types, policies, ofResource, ofAccount, fields, tags, groups, settings] = await Promise.all([
    readTypes(db),
    readPolicies(db),
    fieldReader(db, 'resource'),
    fieldReader(db, 'account'),
    readFields(db),
    sql<{
      key: string;
      id: string;
    }>`select lower(t.name || '=' || v.value) as key, v.id from tag_value v join tag t on t.id = v.tag_id`.execute(db),
    sql<{
      key: string;
      id: string;
      kind: string;
      policyId: string | null;
    }>`select lower(g.name) as key, g.id, g.kind, g.policy_id from resource_group g where g.owner_id = ${userId}`.execute(
      db,
    ),
    readSettings(db),
  ]);
  const byName = new Map(policies.map((policy) => [policy.name.toLowerCase(), policy]));
  const tagIds = new Map(tags.rows.map((row) => [row.key, row.id]));
  const groupIds = new Map(groups.rows.map((row) => [row.key, row]));
  return {
    types,
    policies,
    policyNamed: (name: string) => byName.get(name.toLowerCase()),
    /** Checks values of its own fields. Throws `input-invalid`. */
    readers: { resource: ofResource, account: ofAccount },
    secretFields: new Set(fields.filter((field) => field.kind === 'password').map((field) => field.id)),
    tag: (text: string) => tagIds.get(text.toLowerCase()),
    group: (name: string) => groupIds.get(name.toLowerCase()),
    policyOnCreation: settings.policyOnCreation,
  };
}
export type Terms = Awaited<ReturnType<typeof readTerms>>;
