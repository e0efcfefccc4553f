import { faults, generate, loginRules, type Rules } from '@strongroom/password-policy';
import type { OrganisationDb } from '../platform/db.ts';
import { Problem } from '../platform/problem.ts';
import { Secret } from '../platform/secret.ts';
import type { PasswordHasher } from './password-hash.ts';
import { readSettings } from './settings.ts';

/** How many former log-in passwords may not come back. */
const historyDepth = 5;

/** What people's log-in passwords must be: rules of their own, whatever policies say of stored ones. */
export interface LoginRules extends Rules {
  /** In small letters. */
  readonly blocked: readonly string[];
}

/** Shorter words would forbid much by chance. */
const shortestBlocked = 3;

/** The rules that the organisation has for log-in passwords. */
export async function readLoginRules(db: OrganisationDb): Promise<LoginRules> {
  const { loginMinLength, loginMixed, loginBlockedWords } = await readSettings(db);
  const blocked = loginBlockedWords.toLowerCase().split(/\s+/u);
  return {
    ...loginRules,
    minLength: loginMinLength,
    mixedCase: loginMixed,
    digits: loginMixed ? 1 : 0,
    blocked: blocked.filter((word) => word.length >= shortestBlocked),
  };
}

const hasBlocked = (rules: LoginRules, password: string): boolean =>
  rules.blocked.some((word) => password.toLowerCase().includes(word));

/** Draws a log-in password that meets the rules: the first one of a person, to be changed at once. */
export function drawLoginPassword(rules: LoginRules, username: string): Secret {
  for (;;) {
    const drawn = generate(rules, { username, length: Math.max(20, rules.minLength) });
    // So many blocked words that none is left cannot be: they fill two thousand characters at most.
    if (!hasBlocked(rules, drawn)) return new Secret(drawn);
  }
}

/**
 * Throws `password-weak`, with every fault, for a log-in password that does not meet the rules. Without rules of an organisation, as
 * for its first administrator, what every product starts with.
 */
export function checkLoginPassword(
  password: Secret,
  username: string,
  rules: LoginRules = { ...loginRules, blocked: [] },
): void {
  const found = faults(rules, password.expose(), username);
  if (hasBlocked(rules, password.expose())) found.push('Leave out the words that your organisation blocks.');
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
    .set({ passwordHash: hash, mustChangePassword: mustChange, passwordSetAt: new Date() })
    .where('id', '=', userId)
    .execute();
}

/**
 * Asks somebody who signs in to choose a new log-in password first, where the organisation lets them age and theirs is too old. Only what
 * was chosen here ages: none at all by default.
 */
export async function ageLoginPassword(db: OrganisationDb, userId: string): Promise<boolean> {
  const { loginMaxAgeDays } = await readSettings(db);
  if (loginMaxAgeDays === 0) return false;
  const aged = await db
    .updateTable('appUser')
    .set({ mustChangePassword: true })
    .where('id', '=', userId)
    .where('mustChangePassword', '=', false)
    .where('passwordSetAt', '<', new Date(Date.now() - loginMaxAgeDays * 86_400_000))
    .executeTakeFirst();
  return aged.numUpdatedRows === 1n;
}
