import type { User, UserDetail } from '@strongroom/contract';
import { sql } from 'kysely';
import type { z } from 'zod';
import { abilities, type BuiltInRole, type Facts } from '../authorise/index.ts';
import type { OrganisationDb } from '../platform/db.ts';
import { reaches, type Reaching } from './rank.ts';
import { readUserRow, type UserRow } from './user.queries.ts';
import { credentialsOf } from './credentials.ts';
import { certificateFacts, sshFingerprint } from './user-keys.ts';

/** What may be done to a user, and how far into them it goes. */
const onUser = {
  'user.update': 'touch',
  'user.disable': 'touch',
  'user.enable': 'touch',
  'user.lock': 'touch',
  'user.sign-out': 'touch',
  'user.force-password-change': 'touch',
  'user.transfer': 'touch',
  'user.delete': 'touch',
  'user.invite': 'way-in',
  'user.regenerate-token': 'way-in',
} as const satisfies Record<string, Reaching>;
type OnUser = keyof typeof onUser;
const onUserNames = Object.keys(onUser) as OnUser[];
/** What is for one kind of user only. */
const kindOf: Readonly<Partial<Record<OnUser, UserRow['kind']>>> = {
  'user.invite': 'person',
  'user.force-password-change': 'person',
  'user.regenerate-token': 'api',
};

/** A row as the contract shows it, with what the asker may do to it. */
export function userReply(row: UserRow, actor: { facts: Facts; userId: string | null }): z.input<typeof User> {
  const { facts, userId } = actor;
  const can = abilities(onUserNames, { ...facts, relation: 'view', self: row.id === userId }).filter(
    (action) => (kindOf[action] ?? row.kind) === row.kind && reaches(facts, userId, row, onUser[action]),
  );
  const iso = (date: Date | null): string | null => date?.toISOString() ?? null;
  const { customRoleId, customRoleName, customPermissions: _, role, ...shown } = row;
  return {
    ...shown,
    role: customRoleId ?? (role as BuiltInRole),
    roleName: customRoleName ?? role,
    lockedUntil: iso(row.lockedUntil),
    tokenExpiresAt: iso(row.tokenExpiresAt),
    firstExpiryAt: iso(row.firstExpiryAt),
    lastSignInAt: iso(row.lastSignInAt),
    createdAt: row.createdAt.toISOString(),
    can: [...can],
  };
}

/** One user with what takes a closer look. Throws when there is none. */
export async function userDetail(
  db: OrganisationDb,
  userId: string,
  actor: { facts: Facts; userId: string | null },
): Promise<z.input<typeof UserDetail>> {
  const row = await readUserRow(db, userId);
  const { rows } = await sql<{ resources: number; resourceGroups: number; sessions: number; tokens: number }>`select
    (select count(*)::int from resource r where r.owner_id = ${userId}) as resources,
    (select count(*)::int from resource_group g where g.owner_id = ${userId}) as resource_groups,
    (select count(*)::int from session s where s.user_id = ${userId}) as sessions,
    (select count(*)::int from api_token t where t.user_id = ${userId} and t.revoked_at is null and (t.expires_at is null or t.expires_at > now())) as tokens`.execute(
    db,
  );
  const { resources = 0, resourceGroups = 0, sessions = 0, tokens = 0 } = rows[0] ?? {};
  return {
    ...userReply(row, actor),
    credentials: row.kind === 'api' ? await credentialsOf(db, userId) : [],
    sshKeyFingerprint: sshFingerprint(row.sshKey),
    certificateFacts: certificateFacts(row.certificate),
    owns: { resources, resourceGroups },
    holds: { sessions, tokens },
  };
}
