import { createRole, deleteRole, listRoles, updateRole, type RoleItem } from '@strongroom/contract';
import { sql } from 'kysely';
import type { z } from 'zod';
import {
  abilities,
  builtInRoles,
  endpoint,
  permissions,
  permits,
  permitsOf,
  permitsOfRole,
  type Endpoint,
  type Facts,
  type Grant,
  type Permit,
} from '../authorise/index.ts';
import { breaksReference, isDuplicate, type OrganisationDb } from '../platform/db.ts';
import { Problem } from '../platform/problem.ts';
import { newId } from '../platform/random.ts';
import { covers, roleGiven } from './rank.ts';

type Item = z.input<typeof RoleItem>;
interface Row {
  id: string;
  name: string;
  description: string;
  permissions: string[];
  version: number;
}

const columns = ['id', 'name', 'description', 'permissions', 'version'] as const;
const onRole = ['role.update', 'role.delete'] as const;
/** Whoever may not need them learns neither the organisation's own roles nor how many users have which. */
const needsAll: readonly Permit[] = ['manage-users', 'manage-roles', 'read-access'];

const replyOf = (row: Row, facts: Facts, users: number | null): Item => {
  const given = { role: 'custom', permits: permitsOfRole('custom', row.permissions) } as const;
  const { permissions: _, ...shown } = row;
  return {
    ...shown,
    builtIn: false,
    permissions: [...given.permits],
    users,
    mayGive: facts.permits.includes('manage-users') && covers(facts, given),
    can: covers(facts, given) ? abilities(onRole, { ...facts, relation: 'view' }) : [],
  };
};

/** How many users have each role, by a built-in one's name or an own one's id. */
const usersByRole = async (db: OrganisationDb): Promise<Map<string, number>> => {
  const { rows } = await sql<{ key: string; users: number }>`
    select coalesce(custom_role_id::text, role) as key, count(*)::int as users from app_user group by 1`.execute(db);
  return new Map(rows.map((row) => [row.key, row.users]));
};

const notThatName = (error: unknown): never => {
  if (isDuplicate(error)) throw new Problem('name-taken', { errors: [{ path: 'name', message: 'is in use already' }] });
  throw error;
};

/** Nobody makes or changes a role beyond what they may themselves: with one hand into another's role they would climb. */
function requireWithin(facts: Facts, wanted: readonly Permit[]): void {
  if (!covers(facts, { role: 'custom', permits: wanted }))
    throw new Problem('not-your-role', { detail: 'Nobody makes a role that may more than their own.' });
}

const ordered = (given: readonly Permit[]): Permit[] => permits.filter((permit) => given.includes(permit));

async function change(
  grant: Grant<'role.update'>,
  facts: Facts,
  input: z.output<(typeof updateRole)['input']>,
): Promise<Row> {
  const before = await grant.db
    .selectFrom('customRole')
    .select(columns)
    .where('id', '=', grant.objectId)
    .forUpdate()
    .executeTakeFirst();
  if (!before) throw new Problem('not-found');
  if (input.version !== undefined && input.version !== before.version) throw new Problem('changed-meanwhile');
  const had = ordered(permitsOfRole('custom', before.permissions));
  requireWithin(facts, had);
  const wanted = input.permissions === undefined ? had : ordered(input.permissions);
  const otherPermits = had.join() !== wanted.join();
  if (otherPermits) {
    requireWithin(facts, wanted);
    const own = await grant.db
      .selectFrom('appUser')
      .select('id')
      .where('id', '=', grant.actor.userId ?? '')
      .where('customRoleId', '=', grant.objectId)
      .executeTakeFirst();
    if (own) throw new Problem('not-yourself');
  }
  const [name, description] = [input.name ?? before.name, input.description ?? before.description];
  if (name === before.name && description === before.description && !otherPermits) return before;
  const after = await grant.db
    .updateTable('customRole')
    .set((eb) => ({ name, description, permissions: [...wanted], version: eb('version', '+', 1) }))
    .where('id', '=', grant.objectId)
    .returning(columns)
    .executeTakeFirstOrThrow()
    .catch(notThatName);
  if (name !== before.name) grant.note({ 'name was': before.name, 'name is': name });
  if (description !== before.description) grant.note({ description: 'changed' });
  if (otherPermits) grant.note({ 'permissions were': had.join(' '), 'permissions are': wanted.join(' ') });
  return after;
}

/** The organisation's roles: the built-in ones as they are, and those it makes of them. */
export const roleEndpoints = (): Endpoint[] => [
  endpoint(listRoles, {
    async run({ db, actor }, _input, facts) {
      const all = needsAll.some((permit) => facts.permits.includes(permit));
      const counts = all ? await usersByRole(db) : undefined;
      const own = await db
        .selectFrom('customRole')
        .select(columns)
        .$if(!all, (query) =>
          query.where(sql<boolean>`id in (select u.custom_role_id from app_user u where u.id = ${actor.userId})`),
        )
        .orderBy('name')
        .execute();
      return {
        items: [
          ...builtInRoles.map((role): Item => ({
            id: role,
            name: role,
            description: '',
            builtIn: true,
            permissions: [...permitsOf[role]],
            users: counts ? (counts.get(role) ?? 0) : null,
            mayGive: facts.permits.includes('manage-users') && covers(facts, { role, permits: permitsOf[role] }),
            version: null,
            can: [],
          })),
          ...own.map((row) => replyOf(row, facts, counts ? (counts.get(row.id) ?? 0) : null)),
        ],
        permissions: permits.map((name) => ({ name, says: permissions[name] })),
      };
    },
  }),
  endpoint(createRole, {
    async run(grant, input, facts) {
      const base = await roleGiven(grant.db, input.basedOn);
      const wanted = ordered(input.permissions ?? base.permits);
      requireWithin(facts, wanted);
      const row = await grant.db
        .insertInto('customRole')
        .values({
          id: newId(),
          organisationId: grant.actor.organisationId,
          name: input.name,
          description: input.description,
          permissions: wanted,
        })
        .returning(columns)
        .executeTakeFirstOrThrow()
        .catch(notThatName);
      grant.about({ kind: 'role', id: row.id, name: row.name });
      grant.note({ 'based on': base.name, permissions: wanted.join(' ') });
      return replyOf(row, facts, 0);
    },
  }),
  endpoint(updateRole, {
    object: (input) => input.roleId,
    async run(grant, input, facts) {
      const row = await change(grant, facts, input);
      return replyOf(row, facts, (await usersByRole(grant.db)).get(row.id) ?? 0);
    },
  }),
  endpoint(deleteRole, {
    object: (input) => input.roleId,
    async run(grant, _input, facts) {
      const row = await grant.db
        .selectFrom('customRole')
        .select(columns)
        .where('id', '=', grant.objectId)
        .forUpdate()
        .executeTakeFirst();
      if (!row) throw new Problem('not-found');
      requireWithin(facts, permitsOfRole('custom', row.permissions));
      const user = await grant.db
        .selectFrom('appUser')
        .select('id')
        .where('customRoleId', '=', row.id)
        .limit(1)
        .executeTakeFirst();
      if (user) throw new Problem('role-in-use');
      try {
        await grant.db.deleteFrom('customRole').where('id', '=', row.id).execute();
      } catch (error) {
        // Somebody was given it at this very moment.
        if (breaksReference(error)) throw new Problem('role-in-use');
        throw error;
      }
      grant.note({ permissions: row.permissions.join(' ') });
      return {};
    },
  }),
];
