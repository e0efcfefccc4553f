import { Tabs } from '@mantine/core';
import { IconCalendarPlus, IconClock, IconId, IconKey, IconNetwork, IconUserCheck } from '@tabler/icons-react';
import { readUser, type User, type UserId } from '@strongroom/contract';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { lazy, Suspense, useState } from 'react';
import { ask } from '../../lib/client.ts';
import { ago, date, exact } from '../../lib/format.ts';
import { users } from '../../lib/messages/users.ts';
import { keys } from '../../lib/query.ts';
import { useMe } from '../../lib/session.tsx';
import { Avatar } from '../../ui/Avatar.tsx';
import { Bones } from '../../ui/Bones.tsx';
import { ErrorBox } from '../../ui/ErrorBox.tsx';
import { Facts, type Fact } from '../../ui/Facts.tsx';
import { PageHeader } from '../../ui/PageHeader.tsx';
import { AdminFrame } from '../settings/AdminFrame.tsx';
import admin from '../settings/admin.module.css';
import { Crumbs } from './Crumbs.tsx';
import { TokenEnd } from './TokenEnd.tsx';
import { UserActions } from './UserActions.tsx';
import { UserForm } from './UserForm.tsx';
import { isLockedOut, roleOf, StatePill } from './words.tsx';
import css from './users.module.css';

// What is looked at seldom comes when it is asked for.
const OwnsTab = lazy(() => import('./OwnsTab.tsx').then((part) => ({ default: part.OwnsTab })));
const UserGroupsTab = lazy(() => import('./UserGroupsTab.tsx').then((part) => ({ default: part.UserGroupsTab })));
// For programs only.
const Credentials = lazy(() => import('./Credentials.tsx').then((part) => ({ default: part.Credentials })));
const TransferDialog = lazy(() => import('./TransferDialog.tsx').then((part) => ({ default: part.TransferDialog })));

const tabs = ['profile', 'groups', 'owns'] as const;
type Tab = (typeof tabs)[number];
const tabOf = (text: string | undefined): Tab => tabs.find((tab) => tab === text) ?? 'profile';

function factsOf(user: User): readonly Fact[] {
  const state: Fact = {
    icon: IconUserCheck,
    name: users('user.facts.state'),
    value:
      isLockedOut(user) && user.lockedUntil && user.state !== 'disabled' && user.state !== 'locked' ? (
        users('user.lockedUntil', { when: exact(user.lockedUntil) })
      ) : (
        <StatePill user={user} closely />
      ),
    ...(isLockedOut(user) ? { tone: 'bad' as const } : {}),
  };
  const role: Fact = { icon: IconId, name: users('user.facts.role'), value: roleOf(user) };
  const used = user.lastSignInAt ? <span title={exact(user.lastSignInAt)}>{ago(user.lastSignInAt)}</span> : null;
  return user.kind === 'person'
    ? [
        state,
        role,
        { icon: IconClock, name: users('user.facts.lastSignIn'), value: used ?? users('never.signedIn') },
        { icon: IconCalendarPlus, name: users('user.facts.since'), value: date(user.createdAt) },
      ]
    : [
        state,
        role,
        { icon: IconKey, name: users('user.facts.token'), value: <TokenEnd user={user} /> },
        {
          icon: IconNetwork,
          name: users('user.facts.host'),
          value: user.host ? <bdi className="mono">{user.host}</bdi> : users('host.any'),
        },
      ];
}

/** One user, person or API user: how they stand, what they may, and what can be done about them. */
export default function UserPage() {
  const me = useMe();
  const params = useParams({ strict: false });
  const { userId } = params;
  const navigate = useNavigate();
  const found = useQuery({
    queryKey: keys.user(userId ?? ''),
    queryFn: ({ signal }) => ask(readUser, { userId: (userId ?? '') as UserId }, { signal }),
  });
  const user = found.data;
  const tab = tabOf(params.tab);
  const [transferring, setTransferring] = useState(false);
  return (
    <AdminFrame {...(user?.kind === 'api' ? { under: '/admin/api-users' } : {})}>
      <div className={admin.form} data-wide>
        {user ? (
          <>
            <Crumbs kind={user.kind} here={user.fullName} />
            <PageHeader
              title={user.fullName}
              stack
              icon={<Avatar name={user.fullName} size={44} />}
              sub={
                <span className={css.sub}>
                  <bdi className="mono">{user.username}</bdi>
                  <span>· {users('user.number', { n: user.number })}</span>
                  {user.kind === 'api' && <span>· {users('user.api')}</span>}
                  {me.can.includes('access.who') && (
                    <Link to="/admin/access/reach" search={{ user: user.id }} className="link">
                      {users('user.reach')}
                    </Link>
                  )}
                  {me.can.includes('audit.list') && (
                    <Link to="/audit/users" search={{ actor: user.id }} className="link">
                      {users('user.audit')}
                    </Link>
                  )}
                </span>
              }
            >
              <UserActions user={user} transfer={() => setTransferring(true)} />
            </PageHeader>
            <Facts facts={factsOf(user)} />
            <Tabs
              value={tab}
              onChange={(value) =>
                void navigate({ to: `/admin/users/${user.id}/${tabOf(value ?? undefined)}`, resetScroll: false })
              }
              keepMounted={false}
            >
              <Tabs.List className={css.tabs} aria-label={users('tab.label')}>
                <Tabs.Tab value="profile">{users('tab.profile')}</Tabs.Tab>
                <Tabs.Tab value="groups" rightSection={<span className={css.badge}>{user.groupCount}</span>}>
                  {users('tab.groups')}
                </Tabs.Tab>
                <Tabs.Tab
                  value="owns"
                  rightSection={<span className={css.badge}>{user.owns.resources + user.owns.resourceGroups}</span>}
                >
                  {users('tab.owns')}
                </Tabs.Tab>
              </Tabs.List>
              <Tabs.Panel value="profile" className={`${css.panel} ${css.cards}`}>
                {user.kind === 'api' && (
                  <Suspense fallback={null}>
                    <Credentials user={user} />
                  </Suspense>
                )}
                <UserForm key={user.id} user={user} />
              </Tabs.Panel>
              <Tabs.Panel value="groups" className={css.panel}>
                <Suspense fallback={<Bones />}>
                  <UserGroupsTab user={user} />
                </Suspense>
              </Tabs.Panel>
              <Tabs.Panel value="owns" className={css.panel}>
                <Suspense fallback={<Bones />}>
                  <OwnsTab user={user} transfer={() => setTransferring(true)} />
                </Suspense>
              </Tabs.Panel>
            </Tabs>
            {transferring && (
              <Suspense fallback={null}>
                <TransferDialog user={user} close={() => setTransferring(false)} />
              </Suspense>
            )}
          </>
        ) : found.isError ? (
          <>
            <PageHeader title={users('user.gone')} />
            <ErrorBox error={found.error} retry={() => void found.refetch()} />
          </>
        ) : (
          <Bones />
        )}
      </div>
    </AdminFrame>
  );
}
