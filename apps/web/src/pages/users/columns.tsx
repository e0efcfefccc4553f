import type { User } from '@strongroom/contract';
import { IconEye } from '@tabler/icons-react';
import { ago, date, exact } from '../../lib/format.ts';
import { users } from '../../lib/messages/users.ts';
import { Avatar } from '../../ui/Avatar.tsx';
import type { Column } from '../../ui/Grid.tsx';
import { Pill } from '../../ui/Pill.tsx';
import { isLocked, StatePill } from './words.tsx';
import css from './users.module.css';

const name: Column<User> = {
  id: 'fullName',
  title: users('column.fullName'),
  width: 'minmax(150px, 1.3fr)',
  sort: 'fullName',
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
  width: 'minmax(110px, 1fr)',
  sort: 'username',
  cell: (user) => <bdi className="mono">{user.username}</bdi>,
};
const role: Column<User> = {
  id: 'role',
  title: users('column.role'),
  width: 'minmax(150px, 1.2fr)',
  sort: 'role',
  cell: (user) => (
    <span className={css.role}>
      <span className="trunc">{users(`role.${user.role}`)}</span>
      {user.superAdministrator && (
        <Pill tone="warn" icon={IconEye}>
          {users('super.pill')}
        </Pill>
      )}
    </span>
  ),
};
const state: Column<User> = {
  id: 'state',
  title: users('column.state'),
  width: '110px',
  sort: 'state',
  cell: (user) => <StatePill user={user} />,
};
const last = (title: string, never: string): Column<User> => ({
  id: 'lastSignInAt',
  title,
  width: '130px',
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
  state,
  last(users('column.lastSignIn'), users('never.signedIn')),
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
  { id: 'token', title: users('column.tokenEnds'), width: '120px', cell: (user) => <TokenEnd user={user} /> },
  state,
  last(users('column.lastUse'), users('never.used')),
];

/** When an API user's token ends; said in a warning colour once it has, or will within two weeks. */
export function TokenEnd({ user }: { readonly user: User }) {
  if (!user.tokenExpiresAt) return <span className="dim">{users('never.ends')}</span>;
  const left = Date.parse(user.tokenExpiresAt) - Date.now();
  return left < 14 * 86_400_000 ? (
    <Pill tone={left < 0 ? 'bad' : 'warn'} title={exact(user.tokenExpiresAt)}>
      {date(user.tokenExpiresAt)}
    </Pill>
  ) : (
    <span className="num" title={exact(user.tokenExpiresAt)}>
      {date(user.tokenExpiresAt)}
    </span>
  );
}

/** One user on a phone. */
export function UserCard({ user, open }: { readonly user: User; readonly open: (user: User) => void }) {
  return (
    <button type="button" className={css.card} onClick={() => open(user)}>
      <Avatar name={user.fullName} size={32} />
      <span className={css.cardText}>
        <b className="trunc">{user.fullName}</b>
        <span className="dim trunc">
          <bdi className="mono">{user.username}</bdi> · {users(`role.${user.role}`)}
        </span>
      </span>
      {(user.state !== 'active' || isLocked(user)) && <StatePill user={user} />}
    </button>
  );
}
