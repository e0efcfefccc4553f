import { faults, loginRules } from '@strongroom/password-policy';
import type { OrganisationDb } from '../platform/db.ts';
import { Problem } from '../platform/problem.ts';
import type { Secret } from '../platform/secret.ts';
import type { PasswordHasher } from './password-hash.ts';

/** How many former log-in passwords may not come back. */
const historyDepth = 5;

/** Throws `password-weak`, with every fault, for a log-in password that does not meet the rules. */
export function checkLoginPassword(password: Secret, username: string): void {
  const found = faults(loginRules, password.expose(), username);
  if (found.length > 0)
    throw new Problem('password-weak', { errors: found.map((message) => ({ path: 'password', message })) });
}

/**
 * The hashes that a new log-in password is compared with: the present one and the former ones that still count.
 * Comparing takes one slow hash each, so read them in one transaction and compare outside of it.
 */
export async function hashesToAvoid(db: OrganisationDb, userId: string): Promise<string[]> {
  const user = await db.selectFrom('appUser').select('passwordHash').where('id', '=', userId).executeTakeFirst();
  const former = await db
    .selectFrom('formerPasswordHash')
    .select('hash')
    .where('userId', '=', userId)
    .orderBy('changedAt', 'desc')
    .limit(historyDepth - 1)
    .execute();
  return [user?.passwordHash ?? null, ...former.map((row) => row.hash)].filter((hash) => hash !== null);
}

/** Throws `password-reused` when the password is one of the last five. Slow: one hash each. */
export async function checkNotReused(
  hasher: PasswordHasher,
  hashes: readonly string[],
  password: Secret,
): Promise<void> {
  for (const hash of hashes) {
    if (await hasher.verify(hash, password))
      throw new Problem('password-reused', { detail: `The last ${historyDepth} passwords may not come back.` });
  }
}

/** Stores a new hash and keeps the former one for comparison. */
export async function storeLoginHash(
  db: OrganisationDb,
  organisationId: string,
  userId: string,
  hash: string,
  mustChange: boolean,
): Promise<void> {
  const former = await db.selectFrom('appUser').select('passwordHash').where('id', '=', userId).executeTakeFirst();
  if (former?.passwordHash)
    await db.insertInto('formerPasswordHash').values({ organisationId, userId, hash: former.passwordHash }).execute();
  await db
    .updateTable('appUser')
    .set({ passwordHash: hash, mustChangePassword: mustChange })
    .where('id', '=', userId)
    .execute();
}
