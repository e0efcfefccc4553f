import { Role, type User } from '@strongroom/contract';
import { IconBan, IconLock, IconMailForward } from '@tabler/icons-react';
import { users } from '../../lib/messages/users.ts';
import { Pill } from '../../ui/Pill.tsx';

/** The roles with their names, for selects. */
export const roleChoices = () => Role.options.map((role) => ({ value: role, label: users(`role.${role}`) }));

/** Roles that super administration can be added to. */
export const maySeeAll = (role: Role): boolean => role !== 'password-user' && role !== 'password-auditor';

/** Whether sign-in is refused for now after too many wrong passwords. */
export const isLocked = (user: Pick<User, 'lockedUntil'>, now: number = Date.now()): boolean =>
  user.lockedUntil !== null && Date.parse(user.lockedUntil) > now;

/** A user's state. Who is simply active is plain text: the eye shall find the exceptions. */
export function StatePill({ user }: { readonly user: User }) {
  if (user.state === 'disabled') {
    return (
      <Pill tone="neutral" icon={IconBan}>
        {users('state.disabled')}
      </Pill>
    );
  }
  if (isLocked(user)) {
    return (
      <Pill tone="bad" icon={IconLock}>
        {users('state.locked')}
      </Pill>
    );
  }
  if (user.state === 'invited') {
    return (
      <Pill tone="info" icon={IconMailForward}>
        {users('state.invited')}
      </Pill>
    );
  }
  return <span className="dim">{users('state.active')}</span>;
}
