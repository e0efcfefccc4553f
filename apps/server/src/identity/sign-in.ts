import { signIn, signOut } from '@strongroom/contract';
import { sql } from 'kysely';
import { longEndpoint, type Endpoint } from '../authorise/index.ts';
import type { Database } from '../platform/db.ts';
import { Problem } from '../platform/problem.ts';
import { Secret } from '../platform/secret.ts';
import { ageLoginPassword } from './login-password.ts';
import { describeMe } from './me.ts';
import type { PasswordHasher } from './password-hash.ts';
import { endSession, startSession } from './sessions.ts';
import { noteFailure, secondsToWait, throttleKey } from './throttle.ts';

/**
 * Sign-in with name and password, and sign-out. An unknown name, a wrong password, a disabled user and an API user get
 * the same words in the same time. The slow hash runs with no transaction open, in a line of its own.
 */
export const signInEndpoints = (database: Database, hasher: PasswordHasher): Endpoint[] => [
  longEndpoint(signIn, async (perform, actor, input, door) => {
    const address = actor.origin.address ?? '';
    const ask = { actor, action: 'identity.sign-in', objectId: actor.organisationId } as const;
    const user = await database.asOrganisation(actor.organisationId, (db) =>
      db
        .selectFrom('appUser')
        .select(['id', 'username', 'passwordHash', 'state', 'kind'])
        // The database folds both: JavaScript folds some letters, such as a final sigma, in another way.
        .where(sql`lower(username)`, '=', sql<string>`lower(${input.username})`)
        .executeTakeFirst(),
    );
    // A name that nobody has may be a password typed into the wrong field: the trail does not keep it.
    const named = user
      ? { kind: 'user', id: user.id, name: user.username }
      : { kind: 'user', name: 'an unknown user name' };
    const wait = await secondsToWait(database, actor.organisationId, input.username, address);
    if (wait > 0) {
      return perform(ask, (grant) => {
        grant.about(named);
        throw new Problem('locked-out', { retryAfter: wait });
      });
    }
    const right = await hasher.verify(user?.passwordHash ?? null, new Secret(input.password));
    // Asked again: of many guesses sent at once, those past the limit learn nothing, right or wrong.
    const lateWait = await secondsToWait(database, actor.organisationId, input.username, address);
    if (lateWait === 0 && (!right || user?.state !== 'active' || user.kind !== 'person'))
      await noteFailure(database, actor.organisationId, input.username, address);
    return perform(ask, async (grant) => {
      grant.about(named);
      if (lateWait > 0) throw new Problem('locked-out', { retryAfter: lateWait });
      // Read again: the user may have been disabled, or given another password, while the hash ran.
      const now =
        user &&
        (await grant.db
          .selectFrom('appUser')
          .select(['state', 'passwordHash'])
          .where('id', '=', user.id)
          .executeTakeFirst());
      if (
        !right ||
        !user ||
        user.kind !== 'person' ||
        now?.state !== 'active' ||
        now.passwordHash !== user.passwordHash
      )
        throw new Problem('sign-in-failed');
      grant.identify({ id: user.id, name: user.username });
      grant.about({ id: user.id, name: user.username });
      await grant.db
        .deleteFrom('signInThrottle')
        .where('username', '=', throttleKey(user.username))
        .where('address', '=', address)
        .execute();
      // The session that came along is replaced, whoever's it was: a planted cookie gains nothing.
      if (actor.sessionId !== undefined) await endSession(grant);
      if (await ageLoginPassword(grant.db, user.id)) grant.note({ 'log-in password': 'too old' });
      const { token, session } = await startSession(grant, user.id);
      const me = await describeMe(grant.db, session);
      door.startSession(token);
      return me;
    });
  }),
  longEndpoint(signOut, async (perform, actor, _input, door) => {
    await perform({ actor, action: 'identity.sign-out', objectId: actor.userId ?? actor.organisationId }, endSession);
    door.endSession();
    return {};
  }),
];
