import { holdOf, ladder, reachOf, readFacts, type Actor, type Grant } from '../authorise/index.ts';
import { startRun } from '../rotation/index.ts';
import { wantedResets, type Occasion, type Wanted } from './recipients.ts';

/**
 * Has the passwords reset that the rules want reset: one run for each occasion. A rule acts by the rights of whoever set it, as they are
 * now: what that person could not change by themselves is left alone. Gives how many accounts are in the runs.
 */
export async function resetWanted(
  grant: Grant<'notice.send'>,
  occasions: readonly Occasion[],
  how: { readonly title: string; readonly source: 'share-removed' | 'expiry'; readonly reason: string },
): Promise<number> {
  const wanted = await wantedResets(grant.db, occasions);
  const perPerson = Map.groupBy(wanted, ({ resetById }) => resetById);
  const allowed = new Map<string, Set<string>>();
  for (const [userId, theirs] of perPerson)
    for (const { occasion, accountId } of await mayReset(grant, userId, theirs)) {
      const accounts = allowed.get(occasion) ?? new Set<string>();
      allowed.set(occasion, accounts.add(accountId));
    }
  let n = 0;
  for (const accounts of allowed.values()) {
    await startRun(grant, { kind: 'reset', ...how, accountIds: [...accounts] });
    n += accounts.size;
  }
  return n;
}

/** Those of the wanted resets that a user could order: an active one who manages the group and may change the password. */
async function mayReset(grant: Grant<'notice.send'>, userId: string, wanted: readonly Wanted[]): Promise<Wanted[]> {
  const { db } = grant;
  const user = await db.selectFrom('appUser').select('state').where('id', '=', userId).executeTakeFirst();
  if (user?.state !== 'active') return [];
  const { organisationId, origin } = grant.actor;
  const actor: Actor = { kind: 'user', organisationId, userId, origin };
  const groups = new Set<string>();
  for (const groupId of new Set(wanted.map((one) => one.groupId))) {
    const { facts } = await readFacts(db, { actor, action: 'resource-group.set-notices', objectId: groupId });
    if (atLeast(facts.relation, 'manage') && facts.permits.includes('manage-resources')) groups.add(groupId);
  }
  const within = wanted.filter((one) => groups.has(one.groupId));
  const [first] = within;
  if (!first) return [];
  const { facts } = await readFacts(db, { actor, action: 'account.read', objectId: first.accountId });
  const reached = await reachOf(
    db,
    facts,
    userId,
    'account',
    within.map((one) => one.accountId),
  );
  return within.filter((one) =>
    atLeast(
      holdOf(
        { owner: one.ownerId === userId, superAdministrator: facts.superAdministrator },
        reached(one.accountId).edges,
      ),
      'modify',
    ),
  );
}

const atLeast = (relation: (typeof ladder)[number], needed: (typeof ladder)[number]): boolean =>
  ladder.indexOf(relation) >= ladder.indexOf(needed);
