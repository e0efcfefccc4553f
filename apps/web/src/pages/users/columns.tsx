import type { User } from '@strongroom/contract';
import { IconEye } from '@tabler/icons-react';
import { ago, exact } from '../../lib/format.ts';
import { users } from '../../lib/messages/users.ts';
import { Avatar } from '../../ui/Avatar.tsx';
import type { Column } from '../../ui/Grid.tsx';
import { Pill } from '../../ui/Pill.tsx';
import { TokenEnd } from './TokenEnd.tsx';
import { isLockedOut, roleOf, StatePill } from './words.tsx';
import css from './users.module.css';

const name: Column<User> = {
  id: 'fullName',
  title: users('column.fullName'),
  width: 'minmax(140px, 1.3fr)',
  sort: 'fullName',
  always: true,
  cell: (user) => (
    <span className={css.name}>
      <Avatar name={user.fullName} size={24} />
      <b className="trunc">{user.fullName}</b>
    </span>
  ),
};
const username: Column<User> = {
  id: 'username',
  title: users('column.username'),
  width: 'minmax(96px, 1fr)',
  sort: 'username',
  cell: (user) => <bdi className="mono">{user.username}</bdi>,
};
const role: Column<User> = {
  id: 'role',
  title: users('column.role'),
  width: 'minmax(150px, 1fr)',
  sort: 'role',
  cell: (user) => <span className="trunc">{roleOf(user)}</span>,
};
const scope: Column<User> = {
  id: 'scope',
  title: users('column.scope'),
  width: '162px',
  cell: (user) =>
    user.superAdministrator ? (
      <Pill tone="warn" icon={IconEye}>
        {users('super.pill')}
      </Pill>
    ) : (
      <span className="dim trunc">{users('scope.own')}</span>
    ),
};
/** The groups of a user in a line: two names, and how many there are beyond. */
function groupLine(user: Pick<User, 'groups' | 'groupCount'>): string {
  const names = user.groups.slice(0, 2).map((group) => group.name);
  return user.groupCount > names.length
    ? users('groups.more', { names: names.join(', '), n: user.groupCount - names.length })
    : names.join(', ');
}
const groups: Column<User> = {
  id: 'groups',
  title: users('column.groups'),
  width: 'minmax(100px, 1fr)',
  cell: (user) =>
    user.groupCount > 0 ? (
      <span className="trunc" title={user.groups.map((group) => group.name).join(', ')}>
        {groupLine(user)}
      </span>
    ) : (
      <span className="dim">{users('groups.none')}</span>
    ),
};
const state: Column<User> = {
  id: 'state',
  title: users('column.state'),
  width: '106px',
  sort: 'state',
  cell: (user) => <StatePill user={user} />,
};
const last = (title: string, never: string): Column<User> => ({
  id: 'lastSignInAt',
  title,
  width: '92px',
  sort: 'lastSignInAt',
  cell: (user) =>
    user.lastSignInAt ? (
      <span className="num" title={exact(user.lastSignInAt)}>
        {ago(user.lastSignInAt)}
      </span>
    ) : (
      <span className="dim">{never}</span>
    ),
});

/** The columns of the list of people. */
export const peopleColumns: readonly Column<User>[] = [
  name,
  username,
  role,
  scope,
  groups,
  last(users('column.lastSignIn'), users('never.signedIn')),
  state,
];

/** The columns of the list of API users. */
export const apiColumns: readonly Column<User>[] = [
  name,
  username,
  {
    id: 'host',
    title: users('column.host'),
    width: 'minmax(110px, 1fr)',
    cell: (user) =>
      user.host ? <bdi className="mono">{user.host}</bdi> : <span className="dim">{users('host.any')}</span>,
  },
  role,
  scope,
  { id: 'token', title: users('column.tokenEnds'), width: '120px', cell: (user) => <TokenEnd user={user} /> },
  state,
  last(users('column.lastUse'), users('never.used')),
];

/** One user on a phone. */
export function UserCard({ user, open }: { readonly user: User; readonly open: (user: User) => void }) {
  return (
    <button type="button" className={css.card} onClick={() => open(user)}>
      <Avatar name={user.fullName} size={32} />
      <span className={css.cardText}>
        <b className="trunc">{user.fullName}</b>
        <span className="dim trunc">
          <bdi className="mono">{user.username}</bdi> · {roleOf(user)}
        </span>
      </span>
      {(user.state !== 'active' || isLockedOut(user)) && <StatePill user={user} />}
    </button>
  );
}
