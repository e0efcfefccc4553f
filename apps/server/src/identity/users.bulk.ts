import { sql } from 'kysely';
import type { Facts, Grant } from '../authorise/index.ts';
import { Problem, type ProblemCode } from '../platform/problem.ts';
import { newId } from '../platform/random.ts';
import { takeNumbers } from './numbers.ts';
import { requireGiveable, roleGiven, type GivenRole } from './rank.ts';
import { rowOf, type NewUser } from './users.ts';

/** What became of one row: the new user's id, or why there is none. */
export type Added = { readonly id: string } | { readonly code: ProblemCode; readonly detail: string };

/** Rows of one statement: far below the driver's limit of parameters, since they travel as one document. */
const rowsAtOnce = 1000;

const why = (error: unknown): Added => {
  if (!(error instanceof Problem)) throw error;
  const first = error.errors?.[0];
  return { code: error.code, detail: first ? `${first.path}: ${first.message}` : (error.detail ?? error.message) };
};

/**
 * Adds many users at once, each by the rules of one; a row that breaks them is told why and the others are added. Ten thousand take a
 * few seconds. Outcomes come in the order of the rows. Nobody is sent a link: that is an invitation of its own.
 * Throws `not-your-role` as a whole for whoever does not manage users.
 */
export async function addUsers(
  grant: Grant<'user.import' | 'import.apply'>,
  users: readonly NewUser[],
  actor: Facts,
): Promise<Added[]> {
  if (!actor.permits.includes('manage-users')) throw new Problem('not-your-role');
  const { organisationId } = grant.actor;
  const roles = new Map<string, GivenRole>();
  const judged = new Set<string>();
  const outcomes: Added[] = [];
  const good: { n: number; row: Record<string, unknown> & { id: string; username: string } }[] = [];
  for (const [n, user] of users.entries()) {
    try {
      const given = roles.get(user.role) ?? (await roleGiven(grant.db, user.role));
      roles.set(user.role, given);
      const asked = `${user.role} ${String(user.superAdministrator)}`;
      if (!judged.has(asked)) await requireGiveable(grant.db, actor, given, user.superAdministrator);
      judged.add(asked);
      const row = { ...rowOf(user), id: newId(), role: given.role, customRoleId: given.customRoleId };
      good.push({ n, row });
    } catch (error) {
      outcomes[n] = why(error);
    }
  }
  for (let i = 0; i < good.length; i += rowsAtOnce) {
    const chunk = good.slice(i, i + rowsAtOnce);
    const first = await takeNumbers(grant.db, organisationId, 'user', chunk.length);
    const { rows } = await insert(
      grant,
      chunk.map(({ row }, k) => ({ ...row, number: first + k })),
    );
    const added = new Set(rows.map((row) => row.id));
    for (const { n, row } of chunk)
      outcomes[n] = added.has(row.id) ? { id: row.id } : { code: 'name-taken', detail: 'username: is in use already' };
    for (const { row } of chunk)
      if (added.has(row.id))
        grant.each(
          { kind: 'user', id: row.id, name: row.username },
          { role: roles.get(String(row['role']))?.name ?? String(row['role']) },
        );
  }
  return outcomes;
}

/** Inserts rows, passing over names that are taken, by a user or by a row before. */
const insert = (grant: Grant, rows: readonly Record<string, unknown>[]) =>
  sql<{
    id: string;
  }>`insert into app_user (id, organisation_id, number, kind, username, full_name, email, department, location, phone, mobile,
      language, time_zone, role, custom_role_id, super_administrator, state, host, ssh_key, certificate, password_hash, must_change_password)
    select r.id, ${grant.actor.organisationId}::uuid, r.number, r.kind, r.username, r."fullName", coalesce(r.email, ''), coalesce(r.department, ''),
      coalesce(r.location, ''), coalesce(r.phone, ''), coalesce(r.mobile, ''), coalesce(r.language, 'en'), coalesce(r."timeZone", 'UTC'),
      r.role, r."customRoleId", r."superAdministrator", r.state, coalesce(r.host, ''), coalesce(r."sshKey", ''), coalesce(r.certificate, ''),
      r."passwordHash", coalesce(r."mustChangePassword", false)
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as r (id uuid, number int, kind text, username text, "fullName" text, email text,
      department text, location text, phone text, mobile text, language text, "timeZone" text, role text, "customRoleId" uuid,
      "superAdministrator" boolean, state text, host text, "sshKey" text, certificate text, "passwordHash" text, "mustChangePassword" boolean)
    on conflict do nothing returning id`.execute(grant.db);
