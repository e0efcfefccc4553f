import {
  changeMyPassword,
  createMyToken,
  listMySessions,
  listMyTokens,
  readMe,
  renewMyToken,
  revokeMySession,
  revokeMyToken,
  updateMe,
  type Scope,
} from '@strongroom/contract';
import { endpoint, foresee, longEndpoint, type Actor, type Endpoint } from '../authorise/index.ts';
import type { Database } from '../platform/db.ts';
import { Problem } from '../platform/problem.ts';
import { Secret } from '../platform/secret.ts';
import { checkLoginPassword, checkNotReused, hashesToAvoid, readLoginRules, storeLoginHash } from './login-password.ts';
import { describeMe } from './me.ts';
import type { PasswordHasher } from './password-hash.ts';
import { endSessionsOf, revokeSession } from './sessions.ts';
import { noteFailure, secondsToWait } from './throttle.ts';
import { createPersonalToken, renewToken, revokeToken } from './tokens.ts';
import { readUserRow } from './user.queries.ts';
import { certificateGiven } from './user-keys.ts';
import { userReply } from './user.reply.ts';

const oneself = (_input: unknown, actor: Actor): string => actor.userId ?? actor.organisationId;

/** What people do about themselves. */
export const meEndpoints = (database: Database, hasher: PasswordHasher): Endpoint[] => [
  endpoint(readMe, {
    object: oneself,
    async run(grant) {
      const session = await grant.db
        .selectFrom('session')
        .select(['id', 'userId', 'organisationId', 'csrfToken'])
        .where('id', '=', grant.actor.sessionId ?? '')
        .executeTakeFirstOrThrow();
      return describeMe(grant.db, session);
    },
  }),
  endpoint(updateMe, {
    object: oneself,
    async run(grant, input, facts) {
      const { certificate, ...plain } = input;
      const read = certificate === undefined ? plain : { ...plain, certificate: certificateGiven(certificate) };
      const given = Object.fromEntries(Object.entries(read).filter(([, value]) => value !== undefined));
      if (Object.keys(given).length > 0) {
        await grant.db
          .updateTable('appUser')
          .set((eb) => ({ ...given, version: eb('version', '+', 1) }))
          .where('id', '=', grant.objectId)
          .execute();
        grant.note({ changed: Object.keys(given).join(' ') });
      }
      return userReply(await readUserRow(grant.db, grant.objectId), { facts, userId: grant.actor.userId });
    },
  }),
  longEndpoint(changeMyPassword, async (perform, actor, input) => {
    const userId = actor.userId ?? actor.organisationId;
    const ask = { actor, action: 'me.change-password', objectId: userId } as const;
    const [current, next] = [new Secret(input.current), new Secret(input.next)];
    const user = await database.asOrganisation(actor.organisationId, async (db) => {
      const row = await db
        .selectFrom('appUser')
        .select(['username', 'passwordHash'])
        .where('id', '=', userId)
        .executeTakeFirst();
      return row && { ...row, avoid: await hashesToAvoid(db, userId), rules: await readLoginRules(db) };
    });
    // Whoever is refused anyway does not take the slow hash's time, and guesses here count as they do at sign-in.
    const allowed = (await foresee(database, ask)) === undefined;
    const address = actor.origin.address ?? '';
    const wait = user ? await secondsToWait(database, actor.organisationId, user.username, address) : 0;
    const right = allowed && wait === 0 && (await hasher.verify(user?.passwordHash ?? null, current));
    if (allowed && wait === 0 && !right && user)
      await noteFailure(database, actor.organisationId, user.username, address);
    let hash: string | undefined;
    let refused: unknown;
    if (right && user) {
      try {
        checkLoginPassword(next, user.username, user.rules);
        await checkNotReused(hasher, user.avoid, next);
        hash = await hasher.hash(next);
      } catch (error) {
        refused = error;
      }
    }
    return perform(ask, async (grant) => {
      if (wait > 0) throw new Problem('locked-out', { retryAfter: wait });
      if (!right) throw new Problem('sign-in-failed', { detail: 'The present password is wrong.' });
      if (hash === undefined) throw refused;
      const now = await grant.db
        .selectFrom('appUser')
        .select('passwordHash')
        .where('id', '=', userId)
        .executeTakeFirst();
      if (now?.passwordHash !== user?.passwordHash) throw new Problem('changed-meanwhile');
      await storeLoginHash(grant.db, actor.organisationId, userId, hash, false);
      await endSessionsOf(grant.db, userId, actor.sessionId);
      return {};
    });
  }),
  endpoint(listMySessions, {
    object: oneself,
    async run(grant) {
      const rows = await grant.db
        .selectFrom('session')
        .select(['id', 'startedAt', 'lastSeenAt', 'address', 'client'])
        .where('userId', '=', grant.objectId)
        .orderBy('lastSeenAt', 'desc')
        .execute();
      return {
        items: rows.map((row) => ({
          ...row,
          startedAt: row.startedAt.toISOString(),
          lastSeenAt: row.lastSeenAt.toISOString(),
          current: row.id === grant.actor.sessionId,
        })),
      };
    },
  }),
  endpoint(revokeMySession, {
    object: oneself,
    async run(grant, input) {
      await revokeSession(grant, input.sessionId);
      return {};
    },
  }),
  endpoint(listMyTokens, {
    object: oneself,
    async run(grant) {
      const rows = await grant.db
        .selectFrom('apiToken as t')
        .leftJoin('lastUse as l', 'l.subjectId', 't.id')
        .select(['t.id', 't.name', 't.scopes', 't.hint', 't.createdAt', 't.expiresAt', 'l.usedAt'])
        .where('t.userId', '=', grant.objectId)
        .where('t.revokedAt', 'is', null)
        .orderBy('t.createdAt', 'desc')
        .execute();
      return {
        items: rows.map((row) => ({
          id: row.id,
          name: row.name,
          scopes: row.scopes as Scope[],
          hint: row.hint,
          createdAt: row.createdAt.toISOString(),
          expiresAt: row.expiresAt?.toISOString() ?? null,
          lastUsedAt: row.usedAt?.toISOString() ?? null,
        })),
      };
    },
  }),
  endpoint(createMyToken, {
    object: oneself,
    async run(grant, input) {
      const made = await createPersonalToken(grant, input);
      return {
        token: made.text,
        item: {
          id: made.id,
          name: input.name,
          scopes: input.scopes,
          hint: made.text.slice(-4),
          createdAt: made.createdAt.toISOString(),
          expiresAt: input.expiresAt,
          lastUsedAt: null,
        },
      };
    },
  }),
  endpoint(renewMyToken, {
    object: oneself,
    async run(grant) {
      const { text, expiresAt } = await renewToken(grant);
      return { token: text, expiresAt: expiresAt?.toISOString() ?? null };
    },
  }),
  endpoint(revokeMyToken, {
    object: oneself,
    async run(grant, input) {
      await revokeToken(grant, input.tokenId);
      return {};
    },
  }),
];
