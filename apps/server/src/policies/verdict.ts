import { faults } from '@strongroom/password-policy';
import { sql } from 'kysely';
import type { OrganisationDb } from '../platform/db.ts';
import type { Secret } from '../platform/secret.ts';
import { defaultOf, readPolicies, type PolicyRow } from './rows.ts';

/** What is stored of an account beside its password: columns of `account`. */
export interface Verdict {
  /** Null for an account that holds a file. */
  readonly compliance: 'compliant' | 'violating' | 'unknown' | null;
  /** One sentence each, without any part of the password. */
  readonly complianceWhy: string[];
  readonly expiresAt: Date | null;
}

/** A verdict with the moment at which the password became current, which its expiry counts from: to be stored together. */
export interface Judged extends Verdict {
  readonly changedAt: Date;
}

/**
 * Holds off whoever goes through accounts after a change of policies, until the end of the transaction. Call it before
 * the policy is read that a password is judged by: see `judging_lock` in the database.
 */
export async function startJudging(db: OrganisationDb): Promise<void> {
  await sql`select pg_advisory_xact_lock_shared(strongroom.judging_lock(strongroom.current_organisation()))`.execute(
    db,
  );
}

/** When a password that became current at this moment reaches its policy's age; null for never. */
export const expiryOf = (policy: Pick<PolicyRow, 'maxAgeDays'>, changedAt: Date): Date | null =>
  policy.maxAgeDays === 0 ? null : new Date(changedAt.getTime() + policy.maxAgeDays * 86_400_000);

/** Judges one password that is current since `changedAt` by a policy. */
export function judge(policy: PolicyRow, password: Secret | null, username: string, changedAt: Date): Verdict {
  if (password === null) return { compliance: null, complianceWhy: [], expiresAt: null };
  const complianceWhy = faults(policy, password.expose(), username);
  return {
    compliance: complianceWhy.length === 0 ? 'compliant' : 'violating',
    complianceWhy,
    expiresAt: expiryOf(policy, changedAt),
  };
}

/** A password that is to become an account's, now. Null for one that holds a file. */
export interface ToJudge {
  readonly resourceId: string;
  /** The account's own policy. */
  readonly policyId: string | null;
  readonly username: string;
  readonly password: Secret | null;
}

/** The verdicts on passwords of accounts that are about to be added, in their order: by the policy that applies to each. Three statements, however many. */
export async function verdictsOn(db: OrganisationDb, passwords: readonly ToJudge[]): Promise<Judged[]> {
  if (passwords.length === 0) return [];
  await startJudging(db);
  const policies = await readPolicies(db);
  const resourceIds = [...new Set(passwords.map((one) => one.resourceId))];
  const { rows } = await sql<{ id: string; policyId: string | null }>`
    select r.id, coalesce(r.policy_id, strongroom.policy_of_groups(r.id)) as policy_id from resource r where r.id = any(${resourceIds}::uuid[])`.execute(
    db,
  );
  const ofResource = new Map(rows.map((row) => [row.id, row.policyId]));
  const byId = new Map(policies.map((policy) => [policy.id, policy]));
  const changedAt = new Date();
  return passwords.map(({ resourceId, policyId, username, password }) => {
    const policy = byId.get(policyId ?? ofResource.get(resourceId) ?? '') ?? defaultOf(policies);
    return { ...judge(policy, password, username, changedAt), changedAt };
  });
}

/** The verdict on a password that becomes the current one of an account. Lock the account first. */
export async function verdictOn(db: OrganisationDb, accountId: string, password: Secret | null): Promise<Judged> {
  const account = await db
    .selectFrom('account')
    .select(['resourceId', 'policyId', 'username'])
    .where('id', '=', accountId)
    .executeTakeFirstOrThrow();
  const [verdict] = await verdictsOn(db, [{ ...account, password }]);
  if (!verdict) throw new Error('no verdict');
  return verdict;
}

/** A transaction is shorter than this: what was written in one that began earlier was seen by whoever began after it. */
const longestTransaction = '10 minutes';

/**
 * The verdict on a candidate that becomes current. It kept its policy when it was stored, and is not opened again: where anything that decides over it changed
 * since, it is unknown, and looked at in the background.
 */
export async function verdictOnCandidate(db: OrganisationDb, accountId: string, storedAt: Date): Promise<Judged> {
  await startJudging(db);
  const { rows } = await sql<{ organisationId: string; maxAgeDays: number; touched: boolean }>`
    select a.organisation_id, p.max_age_days, exists (select 1 from policy_sweep s where s.created_at > ${storedAt}::timestamptz - ${longestTransaction}::interval
        and s.opens and (s.ids is null or a.id = any(s.ids) or a.resource_id = any(s.ids))) as touched
    from account a join resource r on r.id = a.resource_id
      join password_policy p on p.id = strongroom.policy_that_applies(a.policy_id, r.id, r.policy_id) where a.id = ${accountId}`.execute(
    db,
  );
  const [row] = rows;
  if (!row) throw new Error('no such account');
  if (row.touched)
    await sql`select strongroom.sweep_policies(${row.organisationId}, 'accounts', null, null, ${[accountId]}::uuid[], true)`.execute(
      db,
    );
  const changedAt = new Date();
  return {
    compliance: row.touched ? 'unknown' : 'compliant',
    complianceWhy: [],
    expiresAt: expiryOf(row, changedAt),
    changedAt,
  };
}
