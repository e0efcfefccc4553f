import type { Policy } from '@strongroom/contract';
import { builtInPolicies } from '@strongroom/password-policy';
import type { z } from 'zod';
import type { Grant } from '../authorise/index.ts';
import type { OrganisationDb } from '../platform/db.ts';
import { newId } from '../platform/random.ts';

/** A policy as it is stored. */
export type PolicyRow = Omit<z.output<typeof Policy>, 'id'> & { id: string };

/** The fixed policies, for a new organisation. */
export async function addBuiltInPolicies(grant: Grant<'setup.complete'>): Promise<void> {
  const { organisationId } = grant.actor;
  await grant.db
    .insertInto('passwordPolicy')
    .values(builtInPolicies.map((policy) => ({ id: newId(), organisationId, builtIn: true, ...policy })))
    .execute();
}

export const policyColumns = [
  'id',
  'name',
  'description',
  'builtIn',
  'isDefault',
  'kind',
  'minLength',
  'maxLength',
  'mixedCase',
  'digits',
  'specials',
  'specialCharacters',
  'startsWithLetter',
  'loginNameAllowed',
  'dictionaryWordsAllowed',
  'words',
  'historyDepth',
  'maxAgeDays',
  'version',
] as const;

/** Every policy of the organisation, the built-in ones first, each kind from the shortest on. */
export async function readPolicies(db: OrganisationDb): Promise<PolicyRow[]> {
  const rows = await db
    .selectFrom('passwordPolicy')
    .select(policyColumns)
    .orderBy('builtIn', 'desc')
    .orderBy('minLength')
    .orderBy('name')
    .execute();
  return rows.map(asPolicy);
}

/** A row with its kind as the word it is: the column holds no other. */
export const asPolicy = <T extends { kind: string }>(row: T): T & { kind: PolicyRow['kind'] } => ({
  ...row,
  kind: row.kind === 'passphrase' ? 'passphrase' : 'password',
});

/** The one that applies where no other does. Throws when there is none, which the database does not let be. */
export function defaultOf(policies: readonly PolicyRow[]): PolicyRow {
  const policy = policies.find((one) => one.isDefault);
  if (!policy) throw new Error('the organisation has no default policy');
  return policy;
}
