import { permitsOf, permitsOfRole, type BuiltInRole, type Facts, type Grant, type Permit } from '../authorise/index.ts';
import type { OrganisationDb } from '../platform/db.ts';
import { Problem } from '../platform/problem.ts';
import { readUserRow, type UserRow } from './user.queries.ts';

/** A role as it is given: how it is stored, and what it allows. */
export interface GivenRole {
  readonly role: BuiltInRole | 'custom';
  readonly customRoleId: string | null;
  /** A built-in role's name, or what the organisation calls its own. */
  readonly name: string;
  readonly permits: readonly Permit[];
}

const isBuiltIn = (role: string): role is BuiltInRole => Object.hasOwn(permitsOf, role);

/** Finds a role by the name of a built-in one or the id of the organisation's own, which then cannot go meanwhile. Throws `not-found`. */
export async function roleGiven(db: OrganisationDb, role: string): Promise<GivenRole> {
  if (isBuiltIn(role)) return { role, customRoleId: null, name: role, permits: permitsOf[role] };
  const own = await db
    .selectFrom('customRole')
    .select(['name', 'permissions'])
    .where('id', '=', role)
    .forKeyShare()
    .executeTakeFirst();
  if (!own) throw new Problem('not-found', { errors: [{ path: 'role', message: 'is no role of the organisation' }] });
  return { role: 'custom', customRoleId: role, name: own.name, permits: permitsOfRole('custom', own.permissions) };
}

/**
 * Whether an actor has every permission of a role: only then may they give it, and do anything to whoever has it.
 * The one exception: ‘manage-security’ of the built-in privileged administrator, which any full administrator may hand out.
 */
export const covers = (actor: Pick<Facts, 'permits'>, role: Pick<GivenRole, 'role' | 'permits'>): boolean =>
  role.permits.every(
    (permit) =>
      actor.permits.includes(permit) || (permit === 'manage-security' && role.role === 'privileged-administrator'),
  );

const mayBeSuper: readonly string[] = ['administrator', 'privileged-administrator', 'password-administrator'];

/**
 * Throws unless the actor may give this role, and super administration with it: `not-your-role` for a role that may more than
 * they, or for a super administrator where only super administrators make new ones; `input-invalid` for a role that cannot be one.
 * `had`: the user is a super administrator already.
 */
export async function requireGiveable(
  db: OrganisationDb,
  actor: Facts,
  given: GivenRole,
  superAdministrator: boolean,
  had = false,
): Promise<void> {
  requireMayBeSuper(given, superAdministrator);
  if (!covers(actor, given))
    throw new Problem('not-your-role', { detail: 'Nobody gives a role that may more than their own.' });
  if (superAdministrator && !had && !actor.superAdministrator && (await superAdministratorsDenied(db)))
    throw new Problem('not-your-role', { detail: 'Only a super administrator makes another one here.' });
}

/** Throws `input-invalid` for a super administrator whose role cannot be one. */
export function requireMayBeSuper(given: GivenRole, superAdministrator: boolean): void {
  if (superAdministrator && !mayBeSuper.includes(given.role))
    throw new Problem('input-invalid', {
      errors: [
        {
          path: 'superAdministrator',
          message: 'only administrators and password administrators can have all passwords in the system',
        },
      ],
    });
}

/** Whether administrators are kept from making super administrators. */
export async function superAdministratorsDenied(db: OrganisationDb): Promise<boolean> {
  const row = await db
    .selectFrom('setting')
    .select('value')
    .where('name', '=', 'denySuperAdministrators')
    .executeTakeFirst();
  return row?.value === true;
}

/**
 * `touch`: change, stop, delete or take from. `way-in`: anything by which one could become that user, such as a link, a token,
 * a key, the host it works from, or the mail address that links go to.
 */
export type Reaching = 'touch' | 'way-in';

/** Whether an actor may do such a thing to this user, beside what the policy says. Oneself is never above oneself. */
export const reaches = (
  actor: Facts,
  actorId: string | null,
  user: Pick<UserRow, 'id' | 'role' | 'customPermissions' | 'superAdministrator'>,
  how: Reaching,
): boolean =>
  user.id === actorId ||
  (covers(actor, { role: user.role, permits: permitsOfRole(user.role, user.customPermissions) }) &&
    (how === 'touch' || !user.superAdministrator || actor.superAdministrator));

/** Reads the user, and throws `not-your-role` when they may more than the actor. The one rule for whatever is done to a user. */
export async function requireReach(grant: Grant, actor: Facts, userId: string, how: Reaching): Promise<UserRow> {
  const user = await readUserRow(grant.db, userId);
  if (!reaches(actor, grant.actor.userId, user, how))
    throw new Problem('not-your-role', {
      detail:
        how === 'way-in' && user.superAdministrator && !actor.superAdministrator
          ? 'Only a super administrator changes how another one gets in.'
          : 'This user’s role may more than yours.',
    });
  return user;
}
