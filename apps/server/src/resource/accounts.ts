import type { AccountId } from '@strongroom/contract';
import { sql } from 'kysely';
import type { Grant } from '../authorise/index.ts';
import { takeNumbers } from '../identity/index.ts';
import { verdictsOn } from '../policies/index.ts';
import { isDuplicate, type OrganisationDb } from '../platform/db.ts';
import { Problem } from '../platform/problem.ts';
import { newId } from '../platform/random.ts';
import { Secret } from '../platform/secret.ts';
import type { Vault } from '../vault/index.ts';
import {
  changedFields,
  changesOfFields,
  secretValuesOf,
  startingFields,
  storeSecretValues,
  withValues,
  type Values,
} from './fields.ts';

export interface NewAccount {
  readonly username: string;
  /** Null for an account that holds a file instead: it has none at first. */
  readonly password: Secret | null;
  /** The file that the password names, for a copy of one that has a file. */
  readonly fileId?: string | null;
  readonly notes: string;
  readonly policyId: string | null;
  readonly origin?: 'created' | 'copied';
  /** Values of its own fields, checked. */
  readonly fields?: Values;
}

/** The id of the account with a number, and of a resource with one where that is given, whoever sees it: for work that has the decision still before it. */
export async function accountNumbered(
  db: OrganisationDb,
  number: number,
  resourceNumber?: number,
): Promise<string | undefined> {
  const row = await db
    .selectFrom('account')
    .innerJoin('resource', 'resource.id', 'account.resourceId')
    .select('account.id')
    .where('account.number', '=', number)
    .$if(resourceNumber !== undefined, (query) => query.where('resource.number', '=', resourceNumber ?? 0))
    .executeTakeFirst();
  return row?.id;
}

type Adding = 'account.create' | 'resource.create' | 'account.copy' | 'resource.copy';

/** Adds accounts with their first passwords. Throws `name-taken`, naming the account, and adds none. */
export async function addAccounts(
  grant: Grant<Adding>,
  vault: Vault,
  resourceId: string,
  accounts: readonly NewAccount[],
): Promise<string[]> {
  const { organisationId, origin } = grant.actor;
  if (accounts.length === 0) return [];
  // Asked before, because behind row-level security the database does not say which name it was.
  const names = accounts.map((account) => account.username);
  const there = await grant.db
    .selectFrom('account')
    .select('username')
    .where('resourceId', '=', resourceId)
    .where('username', 'in', names)
    .execute();
  const twice = there[0]?.username ?? names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw new Problem('name-taken', { detail: `The resource has an account ${twice} already.` });
  const verdicts = await verdictsOn(
    grant.db,
    accounts.map(({ username, policyId, password, fileId }) => ({
      resourceId,
      policyId,
      username,
      password: fileId ? null : password,
    })),
  );
  const first = await takeNumbers(grant.db, organisationId, 'account', accounts.length);
  const rows = accounts.map((account, i) => ({
    id: newId(),
    organisationId,
    number: first + i,
    resourceId,
    username: account.username,
    notes: account.notes,
    policyId: account.policyId,
    fields: JSON.stringify(account.fields ? startingFields(account.fields) : {}),
    ...verdicts[i],
  }));
  try {
    await grant.db.insertInto('account').values(rows).execute();
  } catch (error) {
    if (isDuplicate(error)) throw new Problem('name-taken');
    throw error;
  }
  const secrets = [];
  for (const [i, account] of accounts.entries()) {
    if (account.password === null) continue;
    const accountId = rows[i]?.id ?? '';
    secrets.push({
      organisationId,
      accountId,
      version: 1,
      state: 'current',
      fileId: account.fileId ?? null,
      origin: account.origin ?? 'created',
      changedBy: grant.actorName,
      changedFrom: origin.address,
      sealed: await vault.seal(grant, account.password, { column: 'secret.sealed', rowId: accountId, version: 1 }),
    });
  }
  if (secrets.length > 0) await grant.db.insertInto('secret').values(secrets).execute();
  await storeSecretValues(
    grant,
    vault,
    'account',
    accounts.flatMap(({ fields }, i) => (fields ? secretValuesOf(rows[i]?.id ?? '', fields) : [])),
  );
  return rows.map((row) => row.id);
}

/** Changes an account’s name, notes or policy. Throws `name-taken`, `changed-meanwhile`. */
export async function changeAccount(
  grant: Grant<'account.update'>,
  vault: Vault,
  changes: {
    fields?: Readonly<Record<string, string | number | null>> | undefined;
    version?: number | undefined;
    username?: string | undefined;
    notes?: string | undefined;
    policyId?: string | null | undefined;
  },
): Promise<void> {
  await lockResources(grant.db, grant.objectId);
  const before = await grant.db
    .selectFrom('account')
    .select(['version', 'username', 'notes', 'policyId', 'fields'])
    .where('id', '=', grant.objectId)
    .forUpdate()
    .executeTakeFirstOrThrow();
  const { version, fields, ...rest } = changes;
  if (version !== undefined && version !== before.version) throw new Problem('changed-meanwhile');
  const given = Object.fromEntries(
    Object.entries(rest).filter(
      ([name, value]) => value !== undefined && value !== before[name as keyof typeof before],
    ),
  );
  const values = await changesOfFields(grant.db, 'account', fields);
  const changed = changedFields(before.fields as Record<string, string>, values);
  if (Object.keys(given).length + changed.length === 0) return;
  // Another log-in name is another account to the target: what was proven of the old one says nothing of the new.
  const unproven =
    'username' in given ? { provenAt: null, provenBy: null, checkedAt: null, checkResult: null, checkWhy: null } : {};
  try {
    await grant.db
      .updateTable('account')
      .set((eb) => ({ ...given, ...unproven, fields: withValues(values), version: eb('version', '+', 1) }))
      .where('id', '=', grant.objectId)
      .execute();
  } catch (error) {
    if (isDuplicate(error))
      throw new Problem('name-taken', {
        errors: [{ path: 'username', message: 'is in use on this resource already' }],
      });
    throw error;
  }
  await storeSecretValues(grant, vault, 'account', secretValuesOf(grant.objectId, values));
  grant.note({ changed: Object.keys(given).join(' '), ...(changed.length > 0 ? { fields: changed.join(' ') } : {}) });
  if (changes.username !== undefined && changes.username !== before.username)
    grant.note({ 'username was': before.username, 'username is': changes.username });
}

/** Throws `in-use` while a rotation of the account is unfinished. Lock the account first: then none can begin before the work ends. */
export async function requireNoAttempt(db: OrganisationDb, accountId: string): Promise<void> {
  const open = await db
    .selectFrom('rotationAttempt')
    .select('id')
    .where('accountId', '=', accountId)
    .where('state', 'not in', ['promoted', 'rolled-back'])
    .executeTakeFirst();
  if (open) throw new Problem('in-use');
}

/**
 * Locks the resource of an account, and another one. Whoever changes an account takes its resource first: a change of the
 * resource writes the search text of its accounts, and in the other order two would wait for each other.
 */
async function lockResources(db: OrganisationDb, accountId: string, other: string | null = null): Promise<void> {
  await sql`select r.id from resource r where r.id in (select a.resource_id from account a where a.id = ${accountId} union select ${other}::uuid)
    order by r.id for no key update`.execute(db);
}

/** Locks the account against a rotation that would begin meanwhile. Throws `in-use`, and `not-found` when it is gone. */
export async function lockAtRest(
  grant: Grant<'account.delete' | 'account.move'>,
  to: string | null = null,
): Promise<{ resourceId: string }> {
  await lockResources(grant.db, grant.objectId, to);
  const account = await grant.db
    .selectFrom('account')
    .select('resourceId')
    .where('id', '=', grant.objectId)
    .forUpdate()
    .executeTakeFirst();
  if (!account) throw new Problem('not-found');
  await requireNoAttempt(grant.db, grant.objectId);
  return account;
}

/** Deletes an account with its history. A resource that logged in with it loses that setting. */
export async function deleteAccount(grant: Grant<'account.delete'>): Promise<void> {
  await lockAtRest(grant);
  await grant.db
    .updateTable('resource')
    .set({ adminAccountId: null })
    .where('adminAccountId', '=', grant.objectId)
    .execute();
  await grant.db
    .updateTable('resource')
    .set({ elevationAccountId: null })
    .where('elevationAccountId', '=', grant.objectId)
    .execute();
  await grant.db.deleteFrom('account').where('id', '=', grant.objectId).execute();
}

/** Marks or unmarks an account as the actor’s favourite. */
export async function setFavourite(
  db: OrganisationDb,
  organisationId: string,
  userId: string,
  accountId: AccountId,
  favourite: boolean,
): Promise<void> {
  if (favourite) {
    await sql`insert into favourite (organisation_id, user_id, account_id) values (${organisationId}, ${userId}, ${accountId}) on conflict do nothing`.execute(
      db,
    );
  } else {
    await db.deleteFrom('favourite').where('userId', '=', userId).where('accountId', '=', accountId).execute();
  }
}
