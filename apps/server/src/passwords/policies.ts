import { faults, NothingKeeps, drawPassphrase, drawPassword, type Limits } from '@strongroom/password-policy';
import { policyOfGroups } from '../group/index.ts';
import type { OrganisationDb } from '../platform/db.ts';
import { Problem } from '../platform/problem.ts';
import { Secret } from '../platform/secret.ts';
import { defaultOf, readPolicies, startJudging, type PolicyRow } from '../policies/index.ts';

/**
 * The policy that applies: the first that is set of the account's, the resource's, the strictest of the groups that the
 * resource is in, and the default. `resourceId` is null where there is no resource to ask for its groups. It stays the one
 * to judge by until the end of the transaction: what changes it meanwhile has the password judged anew afterwards.
 */
export async function policyFor(
  db: OrganisationDb,
  policyIds: readonly (string | null)[],
  resourceId: string | null,
): Promise<PolicyRow> {
  await startJudging(db);
  const policies = await readPolicies(db);
  const chosen = policyIds.find((id) => id !== null);
  const wanted = chosen ?? (resourceId === null ? null : await policyOfGroups(db, resourceId));
  return policies.find((p) => p.id === wanted) ?? defaultOf(policies);
}

/** What is wished for beside the policy; see the generator. */
export interface DrawWish {
  readonly length?: number | undefined;
  readonly passphrase?: boolean | undefined;
  readonly words?: number | undefined;
}

/**
 * Draws a password that keeps the policy and what the target can carry, with how many bits a guesser must find. Throws
 * `password-weak` when nothing keeps both.
 */
export function drawWith(
  policy: PolicyRow,
  username: string,
  limits: Limits | undefined,
  { passphrase = false, ...wish }: DrawWish = {},
): { password: Secret; bits: number } {
  try {
    const words = passphrase || policy.kind === 'passphrase';
    const { password, bits } = (words ? drawPassphrase : drawPassword)(policy, { username, limits, ...wish });
    return { password: new Secret(password), bits };
  } catch (error) {
    if (!(error instanceof NothingKeeps)) throw error;
    throw new Problem('password-weak', {
      detail: `No ${passphrase ? 'passphrase' : 'password'} keeps both the policy ‘${policy.name}’ and what the target can carry.`,
      cause: error,
    });
  }
}

/** The password of `drawWith` alone. */
export const draw = (policy: PolicyRow, username: string, limits: Limits | undefined): Secret =>
  drawWith(policy, username, limits).password;

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
