import type { Policy } from '@strongroom/contract';
import { builtInPolicies, faults, generate, type Limits } from '@strongroom/password-policy';
import type { z } from 'zod';
import type { Grant } from '../authorise/index.ts';
import { policyOfGroups } from '../group/index.ts';
import type { OrganisationDb } from '../platform/db.ts';
import { Problem } from '../platform/problem.ts';
import { newId } from '../platform/random.ts';
import { Secret } from '../platform/secret.ts';

type PolicyRow = Omit<z.output<typeof Policy>, 'id'> & { id: string };

/** The three fixed policies, for a new organisation. */
export async function addBuiltInPolicies(grant: Grant<'setup.complete'>): Promise<void> {
  const { organisationId } = grant.actor;
  await grant.db
    .insertInto('passwordPolicy')
    .values(builtInPolicies.map((policy) => ({ id: newId(), organisationId, builtIn: true, ...policy })))
    .execute();
}

const columns = [
  'id',
  'name',
  'builtIn',
  'isDefault',
  'minLength',
  'maxLength',
  'mixedCase',
  'digits',
  'specials',
  'specialCharacters',
  'startsWithLetter',
  'loginNameAllowed',
  'historyDepth',
  'maxAgeDays',
] as const;

export const readPolicies = (db: OrganisationDb): Promise<PolicyRow[]> =>
  db.selectFrom('passwordPolicy').select(columns).orderBy('minLength').execute();

/**
 * The policy that applies: the first that is set of the account's, the resource's, the strictest of the groups that the
 * resource is in, and the default. `resourceId` is null where there is no resource to ask for its groups.
 */
export async function policyFor(
  db: OrganisationDb,
  policyIds: readonly (string | null)[],
  resourceId: string | null,
): Promise<PolicyRow> {
  const policies = await readPolicies(db);
  const chosen = policyIds.find((id) => id !== null);
  const wanted = chosen ?? (resourceId === null ? null : await policyOfGroups(db, resourceId));
  const policy = policies.find((p) => p.id === wanted) ?? policies.find((p) => p.isDefault);
  if (!policy) throw new Error('the organisation has no default policy');
  return policy;
}

/** Draws a password that keeps the policy and what the target can carry. Throws `password-weak` when nothing keeps both. */
export function draw(policy: PolicyRow, username: string, limits: Limits | undefined, length?: number): Secret {
  try {
    return new Secret(generate(policy, { username, limits, length }));
  } catch (error) {
    throw new Problem('password-weak', {
      detail: `No password keeps both the policy ‘${policy.name}’ and what the target can carry.`,
      cause: error,
    });
  }
}

/** Throws `password-weak`, with every fault, for a password that does not keep the policy or that the target cannot carry. */
export function requirePolicyKept(
  policy: PolicyRow,
  password: Secret,
  username: string,
  limits: Limits | undefined,
): void {
  const found = faults(policy, password.expose(), username);
  if (limits && [...password.expose()].some((c) => limits.forbidden.includes(c)))
    found.push('It has a character that the target cannot carry.');
  if (limits && password.expose().length > limits.maxLength)
    found.push(`The target takes at most ${limits.maxLength} characters.`);
  if (found.length > 0)
    throw new Problem('password-weak', {
      detail: `Policy ‘${policy.name}’.`,
      errors: found.map((message) => ({ path: 'password', message })),
    });
}
