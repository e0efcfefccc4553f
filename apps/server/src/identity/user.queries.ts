import type { User } from '@strongroom/contract';
import { sql, type RawBuilder } from 'kysely';
import type { z } from 'zod';
import { abilities, type BuiltInRole, type Facts, type Role } from '../authorise/index.ts';
import type { OrganisationDb } from '../platform/db.ts';

export interface UserRow {
  id: string;
  number: number;
  kind: 'person' | 'api';
  username: string;
  fullName: string;
  email: string;
  department: string;
  location: string;
  phone: string;
  mobile: string;
  language: string;
  timeZone: string;
  role: Role;
  customRoleId: string | null;
  customRoleName: string | null;
  customPermissions: string[] | null;
  superAdministrator: boolean;
  state: 'active' | 'invited' | 'locked' | 'disabled';
  sshKey: string;
  certificate: string;
  host: string;
  version: number;
  createdAt: Date;
  lockedUntil: Date | null;
  tokenExpiresAt: Date | null;
  lastSignInAt: Date | null;
}

export const userColumns: RawBuilder<unknown> = sql`
  u.id, u.number, u.kind, u.username, u.full_name, u.email, u.department, u.location, u.phone, u.mobile, u.language, u.time_zone, u.role,
  u.custom_role_id, (select c.name from custom_role c where c.id = u.custom_role_id) as custom_role_name,
  (select c.permissions from custom_role c where c.id = u.custom_role_id) as custom_permissions, u.ssh_key, u.certificate,
  u.super_administrator, u.state, u.host, u.version, u.created_at,
  (select max(t.locked_until) from sign_in_throttle t where t.username = encode(sha256(convert_to(lower(u.username), 'UTF8')), 'hex') and t.locked_until > now()) as locked_until,
  (select max(k.expires_at) from api_token k where k.user_id = u.id and k.revoked_at is null) as token_expires_at,
  (select l.used_at from last_use l where l.subject_id = u.id) as last_sign_in_at`;

/** Reads one user by id. Throws when there is none: ask after the policy has found it. */
export async function readUserRow(db: OrganisationDb, userId: string): Promise<UserRow> {
  const { rows } = await sql<UserRow>`select ${userColumns} from app_user u where u.id = ${userId}`.execute(db);
  const row = rows[0];
  if (!row) throw new Error('no such user');
  return row;
}

const onUser = ['user.update', 'user.disable', 'user.enable', 'user.invite', 'user.regenerate-token'] as const;

/** A row as the contract shows it, with what the asker may do to it. */
export function userReply(row: UserRow, actor: { facts: Facts; userId: string | null }): z.input<typeof User> {
  const can = abilities(onUser, { ...actor.facts, relation: 'view', self: row.id === actor.userId }).filter((action) =>
    action === 'user.regenerate-token' ? row.kind === 'api' : action === 'user.invite' ? row.kind === 'person' : true,
  );
  const iso = (date: Date | null): string | null => date?.toISOString() ?? null;
  const { customRoleId, customRoleName, customPermissions: _, role, ...shown } = row;
  return {
    ...shown,
    role: customRoleId ?? (role as BuiltInRole),
    roleName: customRoleName ?? role,
    lockedUntil: iso(row.lockedUntil),
    tokenExpiresAt: iso(row.tokenExpiresAt),
    lastSignInAt: iso(row.lastSignInAt),
    createdAt: row.createdAt.toISOString(),
    can: [...can],
  };
}
