import { sql, type RawBuilder } from 'kysely';
import { permitsOf, type Permit } from '../authorise/index.ts';

const permit: Permit = 'manage-passwords';
const roles = Object.entries(permitsOf).flatMap(([role, permits]) => (permits.includes(permit) ? [role] : []));

/** Whether the user of the table named by `u` can approve at this moment: active, and of a role that may ‘manage-passwords’. */
export const canApprove = (u: string): RawBuilder<boolean> => {
  const column = (name: string): RawBuilder<unknown> => sql.ref(`${u}.${name}`);
  return sql<boolean>`(${column('state')} = 'active' and case ${column('role')}
    when 'custom' then exists (select from custom_role cr where cr.id = ${column('customRoleId')} and ${permit} = any(cr.permissions))
    else ${column('role')} = any(${roles}::text[]) end)`;
};
