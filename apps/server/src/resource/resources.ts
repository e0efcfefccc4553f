import { sql } from 'kysely';
import { leaseHolds, requireAlso, type Grant } from '../authorise/index.ts';
import { takeNumbers } from '../identity/index.ts';
import { isDuplicate, type OrganisationDb } from '../platform/db.ts';
import { Problem } from '../platform/problem.ts';
import { newId } from '../platform/random.ts';
import type { Vault } from '../vault/index.ts';
import { addAccounts, type NewAccount } from './accounts.ts';
import {
  changedFields,
  changesOfFields,
  fieldReader,
  secretValuesOf,
  startingFields,
  storeSecretValues,
  withValues,
} from './fields.ts';
import { parseReset, requireAdmin } from './reset.ts';
import { giveTags } from './tags.ts';
import { typeNamed, type DriverCatalogue } from './types.ts';
import { requireUrl } from './url.ts';

interface Details {
  readonly name: string;
  readonly type: string;
  readonly dnsName: string;
  readonly description: string;
  readonly department: string;
  readonly location: string;
  readonly domain: string;
  readonly url: string;
  readonly policyId: string | null;
}
export interface NewResource extends Details {
  /** Made once the resource is in its groups: their policies count for first passwords. */
  accounts(id: string): Promise<readonly NewAccount[]>;
  readonly reset: {
    readonly settings: Record<string, unknown>;
    readonly adminUsername: string | null;
    readonly elevationUsername: string | null;
  } | null;
  readonly fields: Readonly<Record<string, string | number | null>>;
  readonly tags: readonly string[];
  readonly groupIds: readonly string[];
}

const taken = (): Problem =>
  new Problem('name-taken', { errors: [{ path: 'name', message: 'is in use by another resource' }] });

/** Throws `input-invalid` for a policy that is not the organisation's. */
export async function requirePolicy(db: OrganisationDb, policyId: string | null | undefined): Promise<void> {
  if (policyId === null || policyId === undefined) return;
  const found = await db.selectFrom('passwordPolicy').select('id').where('id', '=', policyId).executeTakeFirst();
  if (!found)
    throw new Problem('input-invalid', {
      errors: [{ path: 'policyId', message: 'is not a policy of the organisation' }],
    });
}

/** Adds a resource with its accounts and reset settings, all or nothing. The actor owns it. */
export async function addResource(
  grant: Grant<'resource.create'>,
  vault: Vault,
  catalogue: DriverCatalogue,
  input: NewResource,
): Promise<string> {
  const { organisationId, userId } = grant.actor;
  const { accounts: ready, reset, fields: given, tags, groupIds, ...details } = input;
  const type = await typeNamed(grant.db, details.type);
  requireUrl(details.url);
  const values = (await fieldReader(grant.db, 'resource'))(given, { path: 'fields', creating: true });
  await requirePolicy(grant.db, details.policyId);
  const settings = reset === null ? null : parseReset(catalogue, type.driver, reset.settings);
  const id = newId();
  const number = await takeNumbers(grant.db, organisationId, 'resource');
  try {
    await grant.db
      .insertInto('resource')
      .values({
        id,
        organisationId,
        number,
        ...details,
        type: type.name,
        ownerId: userId ?? '',
        fields: JSON.stringify(startingFields(values)),
        reset: settings === null ? null : JSON.stringify(settings),
      })
      .execute();
  } catch (error) {
    if (isDuplicate(error, 'resource_name')) throw taken();
    throw error;
  }
  await storeSecretValues(grant, vault, 'resource', secretValuesOf(id, values));
  await giveTags(grant, [id], tags);
  await joinGroups(grant, id, groupIds);
  const accounts = await ready(id);
  const ids = await addAccounts(grant, vault, id, accounts);
  const named = (username: string | null, path: string): string | null => {
    if (username === null) return null;
    const index = accounts.findIndex((account) => account.username === username);
    if (index < 0)
      throw new Problem('settings-invalid', { errors: [{ path, message: 'names no account of this resource' }] });
    return ids[index] ?? null;
  };
  if (reset) {
    requireAdmin(settings, reset.adminUsername);
    await grant.db
      .updateTable('resource')
      .set({
        adminAccountId: named(reset.adminUsername, 'reset.adminUsername'),
        elevationAccountId: named(reset.elevationUsername, 'reset.elevationUsername'),
      })
      .where('id', '=', id)
      .execute();
  }
  grant.about({ kind: 'resource', id, name: details.name });
  grant.note({ type: type.name, accounts: ids.length });
  return id;
}

/** Puts a new resource into static groups. Throws `not-found` for one that the actor does not manage, `by-criteria` for one that gathers by itself. */
async function joinGroups(
  grant: Grant<'resource.create'>,
  resourceId: string,
  groupIds: readonly string[],
): Promise<void> {
  const wanted = [...new Set(groupIds)];
  for (const groupId of wanted) {
    const group = await requireAlso(grant, 'resource-group.change-members', groupId);
    grant.each({ kind: 'resource-group', id: groupId, name: group.objectName ?? '' }, { joined: resourceId });
  }
  if (wanted.length > 0)
    await grant.db
      .insertInto('resourceGroupMember')
      .values(wanted.map((groupId) => ({ organisationId: grant.actor.organisationId, groupId, resourceId })))
      .execute();
}

/** Changes a resource. Throws `name-taken`, `changed-meanwhile`. */
export async function changeResource(
  grant: Grant<'resource.update'>,
  vault: Vault,
  changes: { [K in keyof Details]?: Details[K] | undefined } & {
    version?: number | undefined;
    fields?: Readonly<Record<string, string | number | null>> | undefined;
  },
  mayOpen: boolean,
): Promise<void> {
  const before = await grant.db
    .selectFrom('resource')
    .selectAll()
    .where('id', '=', grant.objectId)
    .forNoKeyUpdate()
    .executeTakeFirstOrThrow();
  const { version, fields, ...rest } = changes;
  if (version !== undefined && version !== before.version) throw new Problem('changed-meanwhile');
  const given: Record<string, string | null> = {};
  for (const [name, value] of Object.entries(rest)) {
    if (value !== undefined && value !== before[name as keyof typeof before]) given[name] = value;
  }
  const values = await changesOfFields(grant.db, 'resource', fields);
  const changed = changedFields(before.fields as Record<string, string>, values);
  if (Object.keys(given).length + changed.length === 0) return;
  await requirePolicy(grant.db, changes.policyId);
  if ('url' in given) requireUrl(given['url'] ?? '');
  requireOpener({ ...before, ...given }, given, mayOpen);
  if (given['type'] !== undefined) {
    const [type, former] = [await typeNamed(grant.db, given['type'] ?? ''), await typeNamed(grant.db, before.type)];
    given['type'] = type.name;
    if (type.holdsFiles !== former.holdsFiles) await requireNoAccounts(grant);
    // Settings of another driver mean nothing to the new one.
    if (type.driver !== former.driver) given['reset'] = null;
  }
  try {
    await grant.db
      .updateTable('resource')
      .set((eb) => ({ ...given, fields: withValues(values), updatedAt: new Date(), version: eb('version', '+', 1) }))
      .where('id', '=', grant.objectId)
      .execute();
  } catch (error) {
    if (isDuplicate(error, 'resource_name')) throw taken();
    throw error;
  }
  await storeSecretValues(grant, vault, 'resource', secretValuesOf(grant.objectId, values));
  // Another machine behind the same name: its key and what was proven of the old one are not known.
  if ('dnsName' in given) {
    await grant.db.deleteFrom('hostKey').where('resourceId', '=', grant.objectId).execute();
    await grant.db
      .updateTable('account')
      .set({ provenAt: null, provenBy: null, checkedAt: null, checkResult: null, checkWhy: null })
      .where('resourceId', '=', grant.objectId)
      .execute();
    grant.note({ 'dnsName was': before.dnsName, 'dnsName is': changes.dnsName ?? '', hostKeys: 'forgotten' });
  }
  grant.note({ changed: Object.keys(given).join(' '), ...(changed.length > 0 ? { fields: changed.join(' ') } : {}) });
}

/**
 * Where a URL carries the password, whoever says where it leads says who gets the password: only they may who may open it
 * themselves. Throws `not-your-role`.
 */
function requireOpener(after: { url: string }, given: Readonly<Record<string, unknown>>, mayOpen: boolean): void {
  const leads = 'url' in given || 'dnsName' in given || 'name' in given;
  if (leads && !mayOpen && after.url.includes('%PASSWORD%'))
    throw new Problem('not-your-role', {
      detail: 'The URL sends the password along, and your role may not open passwords.',
    });
}

/** What is a file cannot become a password, nor the other way round. Throws `not-that-state`. */
async function requireNoAccounts(grant: Grant<'resource.update'>): Promise<void> {
  const one = await grant.db
    .selectFrom('account')
    .select('id')
    .where('resourceId', '=', grant.objectId)
    .limit(1)
    .executeTakeFirst();
  if (one)
    throw new Problem('not-that-state', {
      detail: 'It has accounts already, and accounts of the one type hold files, of the other passwords.',
    });
}

/** Deletes a resource with its accounts and histories. Throws `in-use` while one of them is being rotated. */
export async function deleteResource(grant: Grant<'resource.delete'>): Promise<void> {
  const open = await grant.db
    .selectFrom('rotationAttempt as t')
    .innerJoin('account as a', 'a.id', 't.accountId')
    .select('t.id')
    .where('a.resourceId', '=', grant.objectId)
    .where('t.state', 'not in', ['promoted', 'rolled-back', 'needs-person'])
    .executeTakeFirst();
  if (open) throw new Problem('in-use');
  const { rows: out } = await sql`select 1 from lease l join account a on a.id = l.account_id
    where a.resource_id = ${grant.objectId} and l.user_id is distinct from ${grant.actor.userId}::uuid and ${leaseHolds} limit 1`.execute(
    grant.db,
  );
  if (out.length > 0) throw new Problem('checked-out');
  const counted = await grant.db
    .selectFrom('account')
    .select((eb) => eb.fn.countAll<number>().as('n'))
    .where('resourceId', '=', grant.objectId)
    .executeTakeFirst();
  grant.note({ accounts: counted?.n ?? 0 });
  await grant.db.deleteFrom('resource').where('id', '=', grant.objectId).execute();
}
