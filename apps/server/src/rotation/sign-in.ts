import { sql } from 'kysely';
import type { Grant } from '../authorise/index.ts';
import { shownAs, type ReachFacts } from './reach.ts';

/** For people: the account that signs in for others was turned away. */
export const refusedSignIn = (reach: ReachFacts): string =>
  `${shownAs(reach)} refused ${reach.admin?.username ?? 'the account'}, which signs in for others. Nothing was changed.`;

/** Writes down that an account's target refused the account that signs in for it, unless that has another password by now. */
export async function markSignInRefused(grant: Grant, accountId: string, version: number | undefined): Promise<void> {
  if (version === undefined) return;
  await sql`update account a set checked_at = now(), check_result = 'rejected', check_why = 'The target refused it when it signed in for another account.'
    from account of join resource r on r.id = of.resource_id
    where of.id = ${accountId} and a.id = r.admin_account_id and a.secret_version = ${version}`.execute(grant.db);
  grant.note({ 'signs in for others': 'refused' });
}
