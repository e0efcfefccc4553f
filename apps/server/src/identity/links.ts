import { acceptLink, readLink } from '@strongroom/contract';
import { sql } from 'kysely';
import { longEndpoint, type Endpoint, type Grant } from '../authorise/index.ts';
import type { Database } from '../platform/db.ts';
import { Problem } from '../platform/problem.ts';
import { hashToken, newId, newToken } from '../platform/random.ts';
import { Secret } from '../platform/secret.ts';
import { checkLoginPassword, checkNotReused, hashesToAvoid, readLoginRules, storeLoginHash } from './login-password.ts';
import type { PasswordHasher } from './password-hash.ts';
import { endSessionsOf } from './sessions.ts';

const validHours = 72;

/** Makes a one-time link for a user to set a log-in password; former ones end. The token belongs behind a `#`: browsers do not send that part. */
export async function createLink(
  grant: Grant<'user.create' | 'user.invite'>,
  userId: string,
): Promise<{ token: string; expiresAt: Date }> {
  const token = newToken();
  const expiresAt = new Date(Date.now() + validHours * 3_600_000);
  await grant.db.deleteFrom('userLink').where('userId', '=', userId).execute();
  await grant.db
    .insertInto('userLink')
    .values({ id: newId(), organisationId: grant.actor.organisationId, userId, hash: hashToken(token), expiresAt })
    .execute();
  return { token, expiresAt };
}

interface Found {
  id: string;
  organisationId: string;
  userId: string;
}
async function findLink(database: Database, token: string): Promise<Found> {
  const { rows } =
    await sql<Found>`select id, organisation_id, user_id from strongroom.find_link(${hashToken(token)})`.execute(
      database.anyone,
    );
  if (!rows[0]) throw new Problem('link-invalid');
  return rows[0];
}

/** Looking at a one-time link, and setting the log-in password with it. */
export const linkEndpoints = (database: Database, hasher: PasswordHasher): Endpoint[] => [
  longEndpoint(readLink, async (_perform, _actor, input) => {
    const link = await findLink(database, input.token);
    return database.asOrganisation(link.organisationId, async (db) => {
      const user = await db
        .selectFrom('appUser')
        .select(['username', 'fullName'])
        .where('id', '=', link.userId)
        .executeTakeFirstOrThrow();
      const organisation = await db.selectFrom('organisation').select('name').executeTakeFirstOrThrow();
      const { minLength, mixedCase } = await readLoginRules(db);
      return { ...user, organisation: organisation.name, rules: { minLength, mixed: mixedCase } };
    });
  }),
  longEndpoint(acceptLink, async (perform, actor, input) => {
    const link = await findLink(database, input.token);
    const password = new Secret(input.password);
    const user = await database.asOrganisation(link.organisationId, async (db) => ({
      ...(await db.selectFrom('appUser').select(['username']).where('id', '=', link.userId).executeTakeFirstOrThrow()),
      avoid: await hashesToAvoid(db, link.userId),
      rules: await readLoginRules(db),
    }));
    checkLoginPassword(password, user.username, user.rules);
    await checkNotReused(hasher, user.avoid, password);
    const hash = await hasher.hash(password);
    const ask = {
      actor: { ...actor, organisationId: link.organisationId },
      action: 'identity.accept-link',
      objectId: link.organisationId,
    } as const;
    return perform(ask, async (grant) => {
      grant.about({ kind: 'user', id: link.userId, name: user.username });
      // Used in the statement that asks whether it is unused: of two that come at once, one wins.
      const used = await grant.db
        .updateTable('userLink')
        .set({ usedAt: new Date() })
        .where('id', '=', link.id)
        .where('usedAt', 'is', null)
        .where('expiresAt', '>', new Date())
        .executeTakeFirst();
      if (used.numUpdatedRows !== 1n) throw new Problem('link-invalid');
      const row = await grant.db
        .selectFrom('appUser')
        .select('state')
        .where('id', '=', link.userId)
        .executeTakeFirstOrThrow();
      if (row.state === 'disabled' || row.state === 'locked') throw new Problem('link-invalid');
      grant.identify({ id: link.userId, name: user.username });
      await storeLoginHash(grant.db, link.organisationId, link.userId, hash, false);
      await grant.db.updateTable('appUser').set({ state: 'active' }).where('id', '=', link.userId).execute();
      await endSessionsOf(grant.db, link.userId);
      return { username: user.username };
    });
  }),
];
