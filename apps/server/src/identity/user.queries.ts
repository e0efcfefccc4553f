import { sql, type RawBuilder } from 'kysely';
import type { Role } from '../authorise/index.ts';
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
  mustChangePassword: boolean;
  groups: { id: string; name: string }[];
  groupCount: number;
  host: string;
  version: number;
  createdAt: Date;
  lockedUntil: Date | null;
  tokenExpiresAt: Date | null;
  firstExpiryAt: Date | null;
  lastSignInAt: Date | null;
}

export const userColumns: RawBuilder<unknown> = sql`
  u.id, u.number, u.kind, u.username, u.full_name, u.email, u.department, u.location, u.phone, u.mobile, u.language, u.time_zone, u.role,
  u.custom_role_id, (select c.name from custom_role c where c.id = u.custom_role_id) as custom_role_name,
  (select c.permissions from custom_role c where c.id = u.custom_role_id) as custom_permissions,
  coalesce((select k.public_text from api_credential k where k.user_id = u.id and k.kind = 'ssh-key' and k.revoked_at is null), '') as ssh_key,
  coalesce((select k.public_text from api_credential k where k.user_id = u.id and k.kind = 'certificate' and k.revoked_at is null), u.certificate) as certificate,
  u.super_administrator, u.state, u.must_change_password, u.host, u.version, u.created_at,
  (select coalesce(jsonb_agg(jsonb_build_object('id', f.id, 'name', f.name)), '[]') from (
     select g.id, g.name from user_group_member m join user_group g on g.id = m.user_group_id where m.user_id = u.id order by lower(g.name), g.id limit 5) f) as groups,
  (select count(*)::int from user_group_member m where m.user_id = u.id) as group_count,
  (select max(t.locked_until) from sign_in_throttle t where t.username = encode(sha256(convert_to(lower(u.username), 'UTF8')), 'hex') and t.locked_until > now()) as locked_until,
  (select max(k.expires_at) from api_token k where k.user_id = u.id and k.revoked_at is null) as token_expires_at,
  least((select min(k.expires_at) from api_credential k where k.user_id = u.id and k.revoked_at is null),
    (select min(k.expires_at) from api_token k where k.user_id = u.id and k.revoked_at is null and u.kind = 'api')) as first_expiry_at,
  (select l.used_at from last_use l where l.subject_id = u.id) as last_sign_in_at`;

/** Reads one user by id. Throws when there is none: ask after the policy has found it. */
export async function readUserRow(db: OrganisationDb, userId: string): Promise<UserRow> {
  const { rows } = await sql<UserRow>`select ${userColumns} from app_user u where u.id = ${userId}`.execute(db);
  const row = rows[0];
  if (!row) throw new Error('no such user');
  return row;
}
