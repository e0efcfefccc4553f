import { sql } from 'kysely';
import { stranger, type Origin, type Perform } from '../authorise/index.ts';
import { Problem } from '../platform/problem.ts';

/** Somebody who came to a door for programs with a key or certificate that signs nobody in. */
export interface Refused {
  readonly organisationId: string;
  /** The name they gave; left out where it says nothing about this organisation's users. */
  readonly username?: string | undefined;
  readonly origin: Origin;
}

/** Writes into the trail that somebody was not signed in: under the user's name where the name is one, for a name that nobody has may be anything. */
export async function recordRefused(perform: Perform, refused: Refused): Promise<void> {
  const { organisationId, username, origin } = refused;
  const ask = {
    actor: stranger(organisationId, origin),
    action: 'identity.sign-in',
    objectId: organisationId,
  } as const;
  await perform(ask, async (grant) => {
    const users =
      username === undefined || username === ''
        ? []
        : await grant.db
            .selectFrom('appUser')
            .select(['id', 'username'])
            // The database folds both, as at sign-in. An API user shows itself as `name` or `name@host`.
            .where(
              sql<boolean>`lower(username) = lower(${username}) or (kind = 'api' and left(lower(username), length(${username}) + 1) = lower(${username}) || '@')`,
            )
            .limit(2)
            .execute();
    const [user] = users.length === 1 ? users : [];
    grant.about(
      user ? { kind: 'user', id: user.id, name: user.username } : { kind: 'user', name: 'an unknown user name' },
    );
    throw new Problem('sign-in-failed');
  }).catch((error: unknown) => {
    if (!(error instanceof Problem) || error.code !== 'sign-in-failed') throw error;
  });
}
