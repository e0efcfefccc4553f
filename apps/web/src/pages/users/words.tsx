import { listRoles, type RoleItem, type User } from '@strongroom/contract';
import { IconBan, IconKey, IconLock, IconMailForward } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { ask } from '../../lib/client.ts';
import { users } from '../../lib/messages/users.ts';
import { keys } from '../../lib/query.ts';
import { Pill } from '../../ui/Pill.tsx';

/** The roles there are, and every permission in words. */
export const useRoles = () =>
  useQuery({ queryKey: keys.roles, queryFn: ({ signal }) => ask(listRoles, {}, { signal }) });

/** A role in words: a built-in one's name in the console's language, or what the organisation calls its own. */
export function roleName(role: string, name: string): string {
  const key = `role.${role}`;
  return users.has(key) ? users(key) : name;
}

/** A user's role in words. */
export const roleOf = (user: Pick<User, 'role' | 'roleName'>): string => roleName(user.role, user.roleName);

/** The roles with their names, for selects. */
export const roleChoices = (roles: readonly RoleItem[]) =>
  roles.map((role) => ({ value: role.id, label: roleName(role.id, role.name) }));

/** Roles that super administration can be added to. */
export const maySeeAll = (role: string): boolean =>
  role === 'administrator' || role === 'privileged-administrator' || role === 'password-administrator';

/** Whether sign-in is refused for now after too many wrong passwords. */
export const isLockedOut = (user: Pick<User, 'lockedUntil'>, now: number = Date.now()): boolean =>
  user.lockedUntil !== null && Date.parse(user.lockedUntil) > now;

/** A user's state. Who is simply active is plain text: the eye shall find the exceptions. `closely` also says that a new password is due. */
export function StatePill({
  user,
  closely = false,
}: {
  readonly user: Pick<User, 'state'> & Partial<Pick<User, 'lockedUntil' | 'mustChangePassword'>>;
  readonly closely?: boolean;
}) {
  if (user.state === 'disabled')
    return (
      <Pill tone="neutral" icon={IconBan}>
        {users('state.disabled')}
      </Pill>
    );
  if (user.state === 'locked')
    return (
      <Pill tone="bad" icon={IconLock}>
        {users('state.locked')}
      </Pill>
    );
  if (isLockedOut({ lockedUntil: user.lockedUntil ?? null }))
    return (
      <Pill tone="bad" icon={IconLock}>
        {users('state.lockedOut')}
      </Pill>
    );
  if (user.state === 'invited')
    return (
      <Pill tone="info" icon={IconMailForward}>
        {users('state.invited')}
      </Pill>
    );
  if (closely && user.mustChangePassword)
    return (
      <Pill tone="info" icon={IconKey}>
        {users('user.forced')}
      </Pill>
    );
  return <span className="dim">{users('state.active')}</span>;
}
