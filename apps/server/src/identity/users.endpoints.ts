import {
  createApiUser,
  createUser,
  deleteUser as deleteUserCall,
  disableUser,
  enableUser,
  forcePasswordChange,
  inviteUser,
  listUsers,
  lockUser,
  readUser,
  regenerateApiToken,
  signOutUser,
  updateUser,
  type Scope,
} from '@strongroom/contract';
import { sql } from 'kysely';
import {
  endpoint,
  foresee,
  longEndpoint,
  requireAlso,
  type Endpoint,
  type Facts,
  type Grant,
} from '../authorise/index.ts';
import type { Database } from '../platform/db.ts';
import { containing, readPage } from '../platform/paging.ts';
import { Problem } from '../platform/problem.ts';
import { Secret } from '../platform/secret.ts';
import { firstPassword, invitations, type UserParts } from './invitations.ts';
import { checkLoginPassword, readLoginRules } from './login-password.ts';
import { requireReach } from './rank.ts';
import { giveCredential } from './credentials.ts';
import { replaceRestToken } from './tokens.ts';
import { deleteUser, disable, enable, forceChange, lock, signOut } from './user-states.ts';
import { userColumns, type UserRow } from './user.queries.ts';
import { userDetail, userReply } from './user.reply.ts';
import { addUser, changeUser } from './users.ts';
import { certificateGiven, sshKeyGiven } from './user-keys.ts';

const userOf = (input: { userId: string }): string => input.userId;
const detail = (grant: Grant, facts: Facts, userId: string = grant.objectId) =>
  userDetail(grant.db, userId, { facts, userId: grant.actor.userId });

/** What administrators do about users and API users. */
export const userEndpoints = (database: Database, parts: UserParts): Endpoint[] => {
  const inviting = invitations(parts);
  return [
    endpoint(listUsers, {
      async run(grant, input, facts) {
        const { kind, state, role, superAdministrator, userGroupId, search, username, number } = input;
        if (userGroupId !== undefined) await requireAlso(grant, 'user-group.members', userGroupId);
        const page = await readPage<UserRow>(grant.db, input, {
          select: userColumns,
          from: sql`from app_user u left join last_use l on l.subject_id = u.id where true
            ${kind ? sql`and u.kind = ${kind}` : sql``} ${state ? sql`and u.state = ${state}` : sql``}
            ${role ? sql`and coalesce(u.custom_role_id::text, u.role) = ${role}` : sql``}
            ${superAdministrator === undefined ? sql`` : sql`and u.super_administrator = ${superAdministrator}`}
            ${userGroupId ? sql`and u.id in (select m.user_id from user_group_member m where m.user_group_id = ${userGroupId})` : sql``}
            ${username === undefined ? sql`` : sql`and lower(u.username) = lower(${username})`}
            ${number === undefined ? sql`` : sql`and u.number = ${number}`}
            ${search ? sql`and u.search_text like ${containing(search)}` : sql``}`,
          id: sql`u.id`,
          first: 'username',
          orders: {
            username: { by: sql`lower(u.username)`, type: 'text' },
            fullName: { by: sql`lower(u.full_name)`, type: 'text' },
            role: {
              by: sql`coalesce((select lower(c.name) from custom_role c where c.id = u.custom_role_id), u.role)`,
              type: 'text',
            },
            state: { by: sql`u.state`, type: 'text' },
            lastSignInAt: { by: sql`coalesce(l.used_at, '-infinity')`, type: 'timestamptz' },
            createdAt: { by: sql`u.created_at`, type: 'timestamptz' },
          },
        });
        return { ...page, items: page.rows.map((row) => userReply(row, { facts, userId: grant.actor.userId })) };
      },
    }),
    endpoint(readUser, { object: userOf, run: (grant, _input, facts) => detail(grant, facts) }),
    longEndpoint(createUser, async (perform, actor, input) => {
      const { password, ...user } = input;
      const ask = { actor, action: 'user.create', objectId: actor.organisationId } as const;
      // Whoever may not add users learns nothing of a password's worth, and does not take the slow hash's time.
      const foreseen = await foresee(database, ask);
      const given = password === undefined ? undefined : new Secret(password);
      const drawn =
        foreseen === undefined && !given
          ? await firstPassword(database, actor.organisationId, input.username)
          : undefined;
      const first = foreseen === undefined ? (given ?? drawn) : undefined;
      if (first)
        checkLoginPassword(first, input.username, await database.asOrganisation(actor.organisationId, readLoginRules));
      const passwordHash = first ? await parts.hasher.hash(first) : null;
      const made = await perform(ask, async (grant, facts) => {
        const more = {
          state: first ? 'active' : 'invited',
          passwordHash,
          mustChangePassword: first !== undefined,
        } as const;
        const id = await addUser(grant, { ...user, ...more, kind: 'person' }, facts);
        if (drawn) grant.note({ 'first password': 'mailed' });
        return {
          user: await detail(grant, facts, id),
          link: first ? null : await inviting.link(grant, id),
          mail: drawn ? await inviting.password(grant, id, input.username, drawn.expose()) : null,
        };
      });
      if (made.link) return { user: made.user, invitation: await inviting.sendLink(actor, made.link) };
      if (!drawn) return { user: made.user, invitation: null };
      const sent = await inviting.sendPassword(actor, made.mail);
      return { user: made.user, invitation: sent ?? (await inviting.invite(perform, actor, made.user.id)) };
    }),
    endpoint(createApiUser, {
      async run(grant, { scopes, expiresAt, sshKey, certificate, ...user }, facts) {
        const id = await addUser(grant, { ...user, kind: 'api', state: 'active' }, facts);
        const token = await replaceRestToken(grant, { userId: id, scopes, expiresAt });
        await giveCredential(grant, id, 'ssh-key', { publicText: sshKeyGiven(sshKey), scopes, expiresAt });
        await giveCredential(grant, id, 'certificate', {
          publicText: certificateGiven(certificate),
          scopes,
          expiresAt,
        });
        return { user: await detail(grant, facts, id), token };
      },
    }),
    endpoint(regenerateApiToken, {
      object: userOf,
      async run(grant, input, facts) {
        const user = await requireReach(grant, facts, grant.objectId, 'way-in');
        if (user.kind !== 'api' || user.state !== 'active')
          throw new Problem('not-that-state', { detail: 'Only an active API user has a REST token.' });
        const former = await grant.db
          .selectFrom('apiToken')
          .select('scopes')
          .where('userId', '=', grant.objectId)
          .orderBy('createdAt', 'desc')
          .executeTakeFirst();
        const scopes = input.scopes ?? ((former?.scopes ?? ['read', 'passwords', 'manage', 'administer']) as Scope[]);
        return { token: await replaceRestToken(grant, { userId: grant.objectId, scopes, expiresAt: input.expiresAt }) };
      },
    }),
    endpoint(updateUser, {
      object: userOf,
      async run(grant, { userId: _, ...changes }, facts) {
        const given = Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined));
        await changeUser(grant, given, facts);
        return detail(grant, facts);
      },
    }),
    endpoint(disableUser, {
      object: userOf,
      async run(grant, _input, facts) {
        await disable(grant, facts);
        return detail(grant, facts);
      },
    }),
    endpoint(enableUser, {
      object: userOf,
      async run(grant, _input, facts) {
        await enable(grant, facts);
        return detail(grant, facts);
      },
    }),
    endpoint(lockUser, {
      object: userOf,
      async run(grant, _input, facts) {
        await lock(grant, facts);
        return detail(grant, facts);
      },
    }),
    endpoint(signOutUser, {
      object: userOf,
      run: async (grant, _input, facts) => ({ ended: await signOut(grant, facts) }),
    }),
    endpoint(forcePasswordChange, {
      object: userOf,
      async run(grant, _input, facts) {
        await forceChange(grant, facts);
        return detail(grant, facts);
      },
    }),
    endpoint(deleteUserCall, {
      object: userOf,
      async run(grant, _input, facts) {
        await deleteUser(grant, facts);
        return {};
      },
    }),
    longEndpoint(inviteUser, async (perform, actor, input) => ({
      invitation: await inviting.invite(perform, actor, input.userId),
    })),
  ];
};
