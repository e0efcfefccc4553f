import { PolicyRules } from '@strongroom/contract';
import { sql } from 'kysely';
import type { Grant } from '../authorise/index.ts';
import { isDuplicate, type OrganisationDb } from '../platform/db.ts';
import { Problem } from '../platform/problem.ts';
import { newId } from '../platform/random.ts';
import { asPolicy, policyColumns, type PolicyRow } from './rows.ts';

/** So many things may have a policy of their own that is put in place of another at once; more are moved with a task first. */
const mostReplaced = 10_000;

const nameTaken = (): Problem =>
  new Problem('name-taken', { errors: [{ path: 'name', message: 'is in use already' }] });

/** What may be given of a policy. */
export type PolicyDetails = Omit<PolicyRow, 'id' | 'builtIn' | 'isDefault' | 'version'>;

async function locked(db: OrganisationDb, id: string): Promise<PolicyRow> {
  const row = await db
    .selectFrom('passwordPolicy')
    .select(policyColumns)
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst();
  if (!row) throw new Problem('not-found');
  return asPolicy(row);
}

/** Reads one policy. Throws when there is none: ask after the policy table has found it. */
export async function readPolicy(db: OrganisationDb, id: string): Promise<PolicyRow> {
  return asPolicy(
    await db.selectFrom('passwordPolicy').select(policyColumns).where('id', '=', id).executeTakeFirstOrThrow(),
  );
}

const requireOwn = (policy: PolicyRow): void => {
  if (policy.builtIn)
    throw new Problem('not-that-state', {
      detail: `‘${policy.name}’ comes with the product and stays as it is. Copy it, and change the copy.`,
    });
};

/** Adds a policy. Throws `name-taken`. */
export async function addPolicy(
  grant: Grant<'policy.create' | 'policy.copy'>,
  details: PolicyDetails,
): Promise<string> {
  const id = newId();
  try {
    await grant.db
      .insertInto('passwordPolicy')
      .values({ id, organisationId: grant.actor.organisationId, ...details })
      .execute();
  } catch (error) {
    if (isDuplicate(error)) throw nameTaken();
    throw error;
  }
  grant.about({ kind: 'policy', id, name: details.name });
  return id;
}

/** Copies the grant's policy under another name. Throws `name-taken`. */
export async function copyPolicy(grant: Grant<'policy.copy'>, name: string): Promise<string> {
  const { id: _, builtIn: __, isDefault: ___, version: ____, ...details } = await readPolicy(grant.db, grant.objectId);
  grant.note({ 'copy of': details.name });
  return addPolicy(grant, { ...details, name });
}

type Changes = { [K in keyof PolicyDetails]?: PolicyDetails[K] | undefined };

/** Changes a policy of the organisation's own; the database asks for its accounts to be judged anew. Throws `name-taken`, `changed-meanwhile`, `input-invalid`. */
export async function changePolicy(
  grant: Grant<'policy.update'>,
  { version, ...changes }: Changes & { version?: number | undefined },
): Promise<void> {
  const before = await locked(grant.db, grant.objectId);
  requireOwn(before);
  if (version !== undefined && version !== before.version) throw new Problem('changed-meanwhile');
  const given = Object.entries(changes).filter(
    ([name, value]) => value !== undefined && value !== before[name as keyof PolicyDetails],
  );
  if (given.length === 0) return;
  // Together they must make sense, which only the whole can tell.
  const whole = PolicyRules.safeParse({ ...before, ...Object.fromEntries(given) });
  if (!whole.success)
    throw new Problem('input-invalid', {
      errors: whole.error.issues.map((issue) => ({ path: issue.path.join('.'), message: issue.message })),
    });
  try {
    await grant.db
      .updateTable('passwordPolicy')
      .set((eb) => ({ ...Object.fromEntries(given), version: eb('version', '+', 1) }))
      .where('id', '=', grant.objectId)
      .execute();
  } catch (error) {
    if (isDuplicate(error)) throw nameTaken();
    throw error;
  }
  for (const [name, value] of given)
    grant.note({ [`${name} was`]: before[name as keyof PolicyDetails], [`${name} is`]: value as string });
}

/** Two that change which is the default come after each other: all policies are locked, in one order. */
const lockAll = (db: OrganisationDb): Promise<unknown> =>
  db.selectFrom('passwordPolicy').select('id').orderBy('id').forNoKeyUpdate().execute();

/** Makes the grant's policy the default, in place of the one that was. */
export async function makeDefault(grant: Grant<'policy.set-default' | 'policy.delete'>, id: string): Promise<void> {
  await lockAll(grant.db);
  const was = await grant.db
    .updateTable('passwordPolicy')
    .set({ isDefault: false })
    .where('isDefault', '=', true)
    .where('id', '<>', id)
    .returning('name')
    .executeTakeFirst();
  await grant.db.updateTable('passwordPolicy').set({ isDefault: true }).where('id', '=', id).execute();
  if (was) grant.note({ 'default was': was.name });
}

/** On how many accounts, resources and groups each policy is set. */
export async function usageOf(
  db: OrganisationDb,
): Promise<{ policyId: string; accounts: number; resources: number; groups: number }[]> {
  const { rows } = await sql<{ policyId: string; accounts: number; resources: number; groups: number }>`
    select p.id as policy_id, (select count(*)::int from account a where a.policy_id = p.id) as accounts,
      (select count(*)::int from resource r where r.policy_id = p.id) as resources,
      (select count(*)::int from resource_group g where g.policy_id = p.id) as groups from password_policy p`.execute(
    db,
  );
  return rows;
}

/**
 * Deletes the grant's policy. Where it is set, or the default, `replacementId` takes its place.
 * Throws `policy-in-use` without one, and where it is set on more than can be changed at once.
 */
export async function deletePolicy(grant: Grant<'policy.delete'>, replacementId: string | undefined): Promise<void> {
  const { db, objectId } = grant;
  await lockAll(db);
  const policy = await locked(db, objectId);
  requireOwn(policy);
  const usage = (await usageOf(db)).find((one) => one.policyId === objectId);
  const uses = (usage?.accounts ?? 0) + (usage?.resources ?? 0) + (usage?.groups ?? 0);
  if (uses > 0 || policy.isDefault) {
    if (replacementId === undefined)
      throw new Problem('policy-in-use', {
        detail: policy.isDefault
          ? 'It is the default. Name another to take its place.'
          : `It is set on ${uses} accounts, resources and groups.`,
      });
    if (uses > mostReplaced)
      throw new Problem('policy-in-use', {
        detail: `It is set on ${uses} accounts, resources and groups; at most ${mostReplaced} are changed at once. Give them another policy with a task first.`,
      });
    const replacement = replacementId === objectId ? undefined : await locked(db, replacementId).catch(() => undefined);
    if (!replacement)
      throw new Problem('input-invalid', { errors: [{ path: 'replacementId', message: 'is no other policy' }] });
    // Resources before accounts: whoever changes both locks them in this order.
    for (const table of ['resourceGroup', 'resource', 'account'] as const)
      await db.updateTable(table).set({ policyId: replacementId }).where('policyId', '=', objectId).execute();
    if (policy.isDefault) await makeDefault(grant, replacement.id);
    grant.note({ 'in its place': replacement.name, uses });
  }
  await db.deleteFrom('passwordPolicy').where('id', '=', objectId).execute();
}
