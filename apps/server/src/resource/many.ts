import type { Grant } from '../authorise/index.ts';
import { takeNumbers } from '../identity/index.ts';
import { verdictsOn } from '../policies/index.ts';
import { statement } from '../platform/db.ts';
import type { Secret } from '../platform/secret.ts';
import type { Vault } from '../vault/index.ts';
import { secretValuesOf, startingFields, storeSecretValues, type Values } from './fields.ts';

/** A resource that was checked, with the id it shall have. The grant's actor will own it. */
export interface ResourceToMake {
  readonly id: string;
  readonly name: string;
  readonly type: string;
  readonly dnsName: string;
  readonly description: string;
  readonly department: string;
  readonly location: string;
  readonly domain: string;
  readonly url: string;
  readonly policyId: string | null;
  readonly fields: Values;
}

/** An account that was checked, with the id it shall have. */
export interface AccountToMake {
  readonly id: string;
  readonly resourceId: string;
  readonly username: string;
  readonly notes: string;
  readonly policyId: string | null;
  readonly fields: Values;
  readonly password: Secret;
}

/** How a new resource is logged in to: settings in full, as its type's driver gave them, and the accounts by their log-in names. */
export interface ResetToSet {
  readonly resourceId: string;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly adminUsername: string | null;
  readonly elevationUsername: string | null;
}

// Rows travel as JSON, so that the text of the statement is the same for any number of them.
const insertResources = statement<never>(`insert into resource
    (id, organisation_id, number, name, type, dns_name, description, department, location, domain, url, policy_id, owner_id, fields)
  select id, organisation_id, number, name, type, dns_name, description, department, location, domain, url, policy_id, owner_id, fields
  from jsonb_populate_recordset(null::resource, $1::jsonb)`);
const insertAccounts =
  statement<never>(`insert into account (id, organisation_id, number, resource_id, username, notes, policy_id, fields, compliance, compliance_why, expires_at, changed_at)
  select id, organisation_id, number, resource_id, username, notes, policy_id, fields, compliance, compliance_why, expires_at, changed_at from jsonb_populate_recordset(null::account, $1::jsonb)`);
const insertSecrets =
  statement<never>(`insert into secret (organisation_id, account_id, version, state, sealed, origin, changed_by, changed_from)
  select organisation_id, account_id, version, state, sealed, origin, changed_by, changed_from from jsonb_populate_recordset(null::secret, $1::jsonb)`);

/** Makes many resources with one statement. All or none: throws the database's error for a name that is taken. */
export async function addResources(
  grant: Grant<'import.apply'>,
  vault: Vault,
  resources: readonly ResourceToMake[],
): Promise<void> {
  if (resources.length === 0) return;
  const { organisationId, userId } = grant.actor;
  const first = await takeNumbers(grant.db, organisationId, 'resource', resources.length);
  const rows = resources.map((one, i) => ({
    id: one.id,
    organisation_id: organisationId,
    number: first + i,
    name: one.name,
    type: one.type,
    dns_name: one.dnsName,
    description: one.description,
    department: one.department,
    location: one.location,
    domain: one.domain,
    url: one.url,
    policy_id: one.policyId,
    owner_id: userId,
    fields: startingFields(one.fields),
  }));
  await insertResources.run(grant.db, [JSON.stringify(rows)]);
  await storeSecretValues(
    grant,
    vault,
    'resource',
    resources.flatMap((one) => secretValuesOf(one.id, one.fields)),
  );
}

const updateResets =
  statement<never>(`update resource r set reset = x.settings, admin_account_id = a.id, elevation_account_id = e.id
  from jsonb_to_recordset($1::jsonb) as x("resourceId" uuid, settings jsonb, "adminUsername" text, "elevationUsername" text)
    left join account a on a.resource_id = x."resourceId" and a.username = x."adminUsername"
    left join account e on e.resource_id = x."resourceId" and e.username = x."elevationUsername"
  where r.id = x."resourceId"`);

/** Gives reset settings to resources that the same import made, with one statement. The accounts they name are there already. */
export async function setResets(grant: Grant<'import.apply'>, resets: readonly ResetToSet[]): Promise<void> {
  if (resets.length > 0) await updateResets.run(grant.db, [JSON.stringify(resets)]);
}

/** Makes many accounts with their first passwords, with two statements. All or none, as `addResources`. */
export async function addManyAccounts(
  grant: Grant<'import.apply'>,
  vault: Vault,
  accounts: readonly AccountToMake[],
): Promise<void> {
  if (accounts.length === 0) return;
  const { organisationId, origin } = grant.actor;
  const first = await takeNumbers(grant.db, organisationId, 'account', accounts.length);
  const verdicts = await verdictsOn(grant.db, accounts);
  const rows = accounts.map((one, i) => ({
    id: one.id,
    organisation_id: organisationId,
    number: first + i,
    resource_id: one.resourceId,
    username: one.username,
    notes: one.notes,
    policy_id: one.policyId,
    fields: startingFields(one.fields),
    compliance: verdicts[i]?.compliance,
    compliance_why: verdicts[i]?.complianceWhy,
    expires_at: verdicts[i]?.expiresAt,
    changed_at: verdicts[i]?.changedAt,
  }));
  await insertAccounts.run(grant.db, [JSON.stringify(rows)]);
  const secrets = [];
  for (const one of accounts) {
    const sealed = await vault.seal(grant, one.password, { column: 'secret.sealed', rowId: one.id, version: 1 });
    secrets.push({
      organisation_id: organisationId,
      account_id: one.id,
      version: 1,
      state: 'current',
      sealed: `\\x${sealed.toString('hex')}`,
      origin: 'created',
      changed_by: grant.actorName,
      changed_from: origin.address,
    });
  }
  await insertSecrets.run(grant.db, [JSON.stringify(secrets)]);
  await storeSecretValues(
    grant,
    vault,
    'account',
    accounts.flatMap((one) => secretValuesOf(one.id, one.fields)),
  );
}
