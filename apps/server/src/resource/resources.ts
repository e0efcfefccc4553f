import type { Grant } from '../authorise/index.ts';
import { takeNumbers } from '../identity/index.ts';
import { isDuplicate, type OrganisationDb } from '../platform/db.ts';
import { Problem } from '../platform/problem.ts';
import { newId } from '../platform/random.ts';
import type { Vault } from '../vault/index.ts';
import { addAccounts, type NewAccount } from './accounts.ts';
import { typeNamed, type DriverCatalogue } from './types.ts';

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
  readonly accounts: readonly NewAccount[];
  readonly reset: {
    readonly settings: Record<string, unknown>;
    readonly adminUsername: string | null;
    readonly elevationUsername: string | null;
  } | null;
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
  const { accounts, reset, ...details } = input;
  const type = typeNamed(details.type);
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
        reset: settings === null ? null : JSON.stringify(settings),
      })
      .execute();
  } catch (error) {
    if (isDuplicate(error, 'resource_name')) throw taken();
    throw error;
  }
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

function parseReset(
  catalogue: DriverCatalogue,
  driver: string | null,
  settings: Record<string, unknown>,
): Record<string, unknown> {
  if (driver === null)
    throw new Problem('settings-invalid', { detail: 'The product cannot reset passwords of this resource type yet.' });
  return catalogue.parse(driver, settings);
}

function requireAdmin(settings: Record<string, unknown> | null, admin: string | null): void {
  if (settings?.['loginWith'] !== 'another account' || admin !== null) return;
  throw new Problem('settings-invalid', {
    errors: [{ path: 'adminAccountId', message: 'name the account that logs in' }],
  });
}

/** Changes a resource. Throws `name-taken`, `changed-meanwhile`. */
export async function changeResource(
  grant: Grant<'resource.update'>,
  changes: { [K in keyof Details]?: Details[K] | undefined } & { version?: number | undefined },
): Promise<void> {
  const before = await grant.db
    .selectFrom('resource')
    .selectAll()
    .where('id', '=', grant.objectId)
    .forUpdate()
    .executeTakeFirstOrThrow();
  const { version, ...rest } = changes;
  if (version !== undefined && version !== before.version) throw new Problem('changed-meanwhile');
  const given: Record<string, string | null> = {};
  for (const [name, value] of Object.entries(rest)) {
    if (value !== undefined && value !== before[name as keyof typeof before]) given[name] = value;
  }
  if (Object.keys(given).length === 0) return;
  await requirePolicy(grant.db, changes.policyId);
  if (changes.type !== undefined) {
    const type = typeNamed(changes.type);
    given['type'] = type.name;
    // Settings of another driver mean nothing to the new one.
    if (type.driver !== typeNamed(before.type).driver) given['reset'] = null;
  }
  try {
    await grant.db
      .updateTable('resource')
      .set((eb) => ({ ...given, updatedAt: new Date(), version: eb('version', '+', 1) }))
      .where('id', '=', grant.objectId)
      .execute();
  } catch (error) {
    if (isDuplicate(error, 'resource_name')) throw taken();
    throw error;
  }
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
  grant.note({ changed: Object.keys(given).join(' ') });
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
  const counted = await grant.db
    .selectFrom('account')
    .select((eb) => eb.fn.countAll<number>().as('n'))
    .where('resourceId', '=', grant.objectId)
    .executeTakeFirst();
  grant.note({ accounts: counted?.n ?? 0 });
  await grant.db.deleteFrom('resource').where('id', '=', grant.objectId).execute();
}

/** Sets how the product logs in to a resource; null switches it off. */
export async function configureReset(
  grant: Grant<'resource.configure-reset'>,
  catalogue: DriverCatalogue,
  reset: { settings: Record<string, unknown>; adminAccountId: string | null; elevationAccountId: string | null } | null,
): Promise<void> {
  const resource = await grant.db
    .selectFrom('resource')
    .select(['type'])
    .where('id', '=', grant.objectId)
    .forUpdate()
    .executeTakeFirstOrThrow();
  const settings = reset === null ? null : parseReset(catalogue, typeNamed(resource.type).driver, reset.settings);
  for (const [path, accountId] of [
    ['adminAccountId', reset?.adminAccountId],
    ['elevationAccountId', reset?.elevationAccountId],
  ] as const) {
    if (!accountId) continue;
    const found = await grant.db
      .selectFrom('account')
      .select('id')
      .where('id', '=', accountId)
      .where('resourceId', '=', grant.objectId)
      .executeTakeFirst();
    if (!found)
      throw new Problem('settings-invalid', { errors: [{ path, message: 'must be an account of this resource' }] });
  }
  requireAdmin(settings, reset?.adminAccountId ?? null);
  await grant.db
    .updateTable('resource')
    .set((eb) => ({
      reset: settings === null ? null : JSON.stringify(settings),
      adminAccountId: reset?.adminAccountId ?? null,
      elevationAccountId: reset?.elevationAccountId ?? null,
      updatedAt: new Date(),
      version: eb('version', '+', 1),
    }))
    .where('id', '=', grant.objectId)
    .execute();
  grant.note({ reset: settings === null ? 'off' : JSON.stringify(settings).slice(0, 1000) });
}

/** Trusts the key a host now offers, after a person compared it, and drops the former pins. Throws `not-found` for a key the host did not offer. */
export async function trustHostKey(grant: Grant<'resource.trust-host-key'>, fingerprint: string): Promise<void> {
  const former = await grant.db
    .selectFrom('hostKey')
    .select(['fingerprint', 'state'])
    .where('resourceId', '=', grant.objectId)
    .execute();
  if (!former.some((key) => key.fingerprint === fingerprint)) throw new Problem('not-found');
  await grant.db
    .deleteFrom('hostKey')
    .where('resourceId', '=', grant.objectId)
    .where('fingerprint', '!=', fingerprint)
    .execute();
  await grant.db.updateTable('hostKey').set({ state: 'pinned' }).where('resourceId', '=', grant.objectId).execute();
  await grant.db
    .updateTable('account')
    .set({ checkResult: null, checkWhy: null })
    .where('resourceId', '=', grant.objectId)
    .where('checkResult', '=', 'untrusted')
    .execute();
  grant.note({
    trusted: fingerprint,
    dropped: former
      .filter((key) => key.fingerprint !== fingerprint)
      .map((key) => key.fingerprint)
      .join(' '),
  });
}
