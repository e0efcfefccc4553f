import { sql } from 'kysely';
import { permitsOf, type Permit } from '../authorise/index.ts';
import type { OrganisationDb } from '../platform/db.ts';

/** The e-mail addresses of people who are active and have a permit by their role, but for `except` (ids of users); a hundred at most. */
export async function permittedAddresses(
  db: OrganisationDb,
  permit: Permit,
  except: readonly string[],
): Promise<string[]> {
  const roles = Object.entries(permitsOf).flatMap(([role, permits]) => (permits.includes(permit) ? [role] : []));
  const { rows } = await sql<{ email: string }>`
    select distinct u.email from app_user u left join custom_role c on c.id = u.custom_role_id
    where u.state = 'active' and u.kind = 'person' and u.email <> '' and u.id <> all(${[...except]}::uuid[])
      and case u.role when 'custom' then ${permit} = any(c.permissions) else u.role = any(${roles}::text[]) end
    order by u.email limit 100`.execute(db);
  return rows.map(({ email }) => email);
}
