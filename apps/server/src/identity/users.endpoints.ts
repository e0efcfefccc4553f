import {
  createApiUser,
  createUser,
  disableUser,
  enableUser,
  inviteUser,
  listUsers,
  readSettings as readSettingsCall,
  readUser,
  regenerateApiToken,
  updateSettings,
  updateUser,
} from '@strongroom/contract';
import { sql } from 'kysely';
import { endpoint, foresee, longEndpoint, type Endpoint, type Grant } from '../authorise/index.ts';
import type { Database } from '../platform/db.ts';
import { containing, readPage } from '../platform/paging.ts';
import { Problem } from '../platform/problem.ts';
import { Secret } from '../platform/secret.ts';
import type { Vault } from '../vault/index.ts';
import { createLink } from './links.ts';
import { checkLoginPassword } from './login-password.ts';
import type { Mailer } from './mail.ts';
import type { PasswordHasher } from './password-hash.ts';
import { openMailServer, readSettings, writeSettings } from './settings.ts';
import { replaceRestToken } from './tokens.ts';
import { readUserRow, userColumns, userReply, type UserRow } from './user.queries.ts';
import { addUser, changeUser, disable, enable } from './users.ts';

export interface UserParts {
  readonly vault: Vault;
  readonly hasher: PasswordHasher;
  readonly mailer: Mailer;
  /** Where the console is reached, without a slash at the end. */
  publicUrl(): string;
  /** Told when a mail could not be sent. */
  onMailFailure(error: unknown): void;
}

const userOf = (input: { userId: string }): string => input.userId;

/** What administrators do about users, API users and settings. */
export const userEndpoints = (database: Database, parts: UserParts): Endpoint[] => {
  /** Made inside the transaction; sent, if it can be, after it. */
  type Draft = {
    link: string;
    expiresAt: Date;
    to: string;
    fullName: string;
    server: Awaited<ReturnType<typeof openMailServer>>;
  };
  const draft = async (grant: Grant<'user.create' | 'user.invite'>, userId: string): Promise<Draft> => {
    const { token, expiresAt } = await createLink(grant, userId);
    const user = await readUserRow(grant.db, userId);
    return {
      link: `${parts.publicUrl()}/link#${token}`,
      expiresAt,
      to: user.email,
      fullName: user.fullName,
      server: await openMailServer(grant, parts.vault),
    };
  };
  const send = async ({
    link,
    expiresAt,
    to,
    fullName,
    server,
  }: Draft): Promise<{ mailed: boolean; link: string | null; expiresAt: string }> => {
    let mailed = false;
    if (server && to !== '') {
      try {
        await parts.mailer.send(server, {
          to,
          subject: 'Your access to Strongroom',
          text: `${fullName},\n\nset your password for Strongroom here. The link works once, until ${expiresAt.toUTCString()}:\n\n${link}\n`,
        });
        mailed = true;
      } catch (error) {
        parts.onMailFailure(error);
      }
    }
    // Without a mail the administrator passes the link on; with one nobody else sees it.
    return { mailed, link: mailed ? null : link, expiresAt: expiresAt.toISOString() };
  };

  return [
    endpoint(listUsers, {
      async run(grant, input, facts) {
        const page = await readPage<UserRow>(grant.db, input, {
          select: userColumns,
          from: sql`from app_user u left join last_use l on l.subject_id = u.id where true
            ${input.kind ? sql`and u.kind = ${input.kind}` : sql``} ${input.state ? sql`and u.state = ${input.state}` : sql``} ${input.role ? sql`and u.role = ${input.role}` : sql``}
            ${input.search ? sql`and lower(u.username || ' ' || u.full_name || ' ' || u.email || ' ' || u.department) like ${containing(input.search)}` : sql``}`,
          id: sql`u.id`,
          first: 'username',
          orders: {
            username: { by: sql`lower(u.username)`, type: 'text' },
            fullName: { by: sql`lower(u.full_name)`, type: 'text' },
            role: { by: sql`u.role`, type: 'text' },
            state: { by: sql`u.state`, type: 'text' },
            lastSignInAt: { by: sql`coalesce(l.used_at, '-infinity')`, type: 'timestamptz' },
            createdAt: { by: sql`u.created_at`, type: 'timestamptz' },
          },
        });
        return { ...page, items: page.rows.map((row) => userReply(row, { facts, userId: grant.actor.userId })) };
      },
    }),
    endpoint(readUser, {
      object: userOf,
      run: async (grant, _input, facts) =>
        userReply(await readUserRow(grant.db, grant.objectId), { facts, userId: grant.actor.userId }),
    }),
    longEndpoint(createUser, async (perform, actor, input) => {
      const { password, ...user } = input;
      const ask = { actor, action: 'user.create', objectId: actor.organisationId } as const;
      // Whoever may not add users learns nothing of a password's worth, and does not take the slow hash's time.
      const first =
        password !== undefined && (await foresee(database, ask)) === undefined ? new Secret(password) : undefined;
      if (first) checkLoginPassword(first, input.username);
      const passwordHash = first ? await parts.hasher.hash(first) : null;
      const made = await perform(ask, async (grant, facts) => {
        const id = await addUser(grant, {
          ...user,
          kind: 'person',
          state: passwordHash === null ? 'invited' : 'active',
          passwordHash,
          mustChangePassword: passwordHash !== null,
        });
        return {
          user: userReply(await readUserRow(grant.db, id), { facts, userId: actor.userId }),
          draft: passwordHash === null ? await draft(grant, id) : null,
        };
      });
      return { user: made.user, invitation: made.draft && (await send(made.draft)) };
    }),
    endpoint(createApiUser, {
      async run(grant, { scopes, expiresAt, ...user }, facts) {
        const id = await addUser(grant, { ...user, kind: 'api', state: 'active' });
        const token = await replaceRestToken(grant, { userId: id, scopes, expiresAt });
        return { user: userReply(await readUserRow(grant.db, id), { facts, userId: grant.actor.userId }), token };
      },
    }),
    endpoint(regenerateApiToken, {
      object: userOf,
      async run(grant, input) {
        const user = await readUserRow(grant.db, grant.objectId);
        if (user.kind !== 'api' || user.state !== 'active')
          throw new Problem('not-that-state', { detail: 'Only an active API user has a REST token.' });
        const former = await grant.db
          .selectFrom('apiToken')
          .select('scopes')
          .where('userId', '=', grant.objectId)
          .orderBy('createdAt', 'desc')
          .executeTakeFirst();
        const scopes = (former?.scopes ?? ['read', 'passwords', 'manage', 'administer']) as (
          'read' | 'passwords' | 'manage' | 'administer'
        )[];
        return { token: await replaceRestToken(grant, { userId: grant.objectId, scopes, expiresAt: input.expiresAt }) };
      },
    }),
    endpoint(updateUser, {
      object: userOf,
      async run(grant, { userId: _, ...changes }, facts) {
        await changeUser(grant, Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined)));
        return userReply(await readUserRow(grant.db, grant.objectId), { facts, userId: grant.actor.userId });
      },
    }),
    endpoint(disableUser, {
      object: userOf,
      async run(grant, _input, facts) {
        await disable(grant);
        return userReply(await readUserRow(grant.db, grant.objectId), { facts, userId: grant.actor.userId });
      },
    }),
    endpoint(enableUser, {
      object: userOf,
      async run(grant, _input, facts) {
        await enable(grant);
        return userReply(await readUserRow(grant.db, grant.objectId), { facts, userId: grant.actor.userId });
      },
    }),
    longEndpoint(inviteUser, async (perform, actor, input) => {
      const made = await perform({ actor, action: 'user.invite', objectId: input.userId }, async (grant, facts) => {
        const user = await readUserRow(grant.db, grant.objectId);
        // Whoever holds the link becomes that user: nobody climbs to all passwords that way.
        if (user.superAdministrator && !facts.superAdministrator)
          throw new Problem('not-your-role', { detail: 'Only a super administrator makes a link for one.' });
        if (user.kind !== 'person' || user.state === 'disabled')
          throw new Problem('not-that-state', { detail: 'Only people who are not disabled get a link.' });
        return draft(grant, grant.objectId);
      });
      return { invitation: await send(made) };
    }),
    endpoint(readSettingsCall, { run: (grant) => readSettings(grant.db) }),
    endpoint(updateSettings, { run: (grant, input) => writeSettings(grant, parts.vault, input) }),
  ];
};
