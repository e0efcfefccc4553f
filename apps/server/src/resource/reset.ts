import type { Grant } from '../authorise/index.ts';
import { Problem } from '../platform/problem.ts';
import { typeNamed, type DriverCatalogue } from './types.ts';

/** The settings in full, by the type's driver. Throws `settings-invalid`. */
export function parseReset(
  catalogue: DriverCatalogue,
  driver: string | null,
  settings: Record<string, unknown>,
): Record<string, unknown> {
  if (driver === null)
    throw new Problem('settings-invalid', { detail: 'The product cannot reset passwords of this resource type yet.' });
  return catalogue.parse(driver, settings);
}

/** Throws `settings-invalid` where the settings say that another account logs in and none is named. */
export function requireAdmin(settings: Record<string, unknown> | null, admin: string | null): void {
  if (settings?.['loginWith'] !== 'another account' || admin !== null) return;
  throw new Problem('settings-invalid', {
    errors: [{ path: 'adminAccountId', message: 'name the account that logs in' }],
  });
}

/** The account of this log-in name on the grant's resource. Throws `settings-invalid` where there is none. */
async function accountNamed(
  grant: Grant<'resource.configure-reset'>,
  username: string | null,
  path: string,
): Promise<string | null> {
  if (username === null) return null;
  const found = await grant.db
    .selectFrom('account')
    .select('id')
    .where('resourceId', '=', grant.objectId)
    .where('username', '=', username)
    .executeTakeFirst();
  if (!found) {
    const which = path === 'adminUsername' ? 'logs in' : 'su or enable asks for';
    throw new Problem('settings-invalid', {
      detail: `The resource has no account with the log-in name of the one that ${which}.`,
      errors: [{ path, message: 'must be an account of this resource' }],
    });
  }
  return found.id;
}

/** Sets how the product logs in to a resource; null switches it off. */
export async function configureReset(
  grant: Grant<'resource.configure-reset'>,
  catalogue: DriverCatalogue,
  given: {
    settings: Record<string, unknown>;
    adminAccountId: string | null;
    elevationAccountId: string | null;
    adminUsername: string | null;
    elevationUsername: string | null;
  } | null,
): Promise<void> {
  const reset = given && {
    settings: given.settings,
    adminAccountId: given.adminAccountId ?? (await accountNamed(grant, given.adminUsername, 'adminUsername')),
    elevationAccountId:
      given.elevationAccountId ?? (await accountNamed(grant, given.elevationUsername, 'elevationUsername')),
  };
  const resource = await grant.db
    .selectFrom('resource')
    .select(['type'])
    .where('id', '=', grant.objectId)
    .forUpdate()
    .executeTakeFirstOrThrow();
  const settings =
    reset === null ? null : parseReset(catalogue, (await typeNamed(grant.db, resource.type)).driver, reset.settings);
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
