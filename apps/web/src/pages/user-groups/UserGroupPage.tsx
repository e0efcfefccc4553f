import { Button, Tabs } from '@mantine/core';
import { IconChevronRight, IconTrash, IconUserPlus, IconUsersGroup } from '@tabler/icons-react';
import { deleteUserGroup, readUserGroup, type UserGroupId } from '@strongroom/contract';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { lazy, Suspense, useState } from 'react';
import { ask } from '../../lib/client.ts';
import { people } from '../../lib/messages/people.ts';
import { administration } from '../../lib/messages/administration.ts';
import { keys, queries } from '../../lib/query.ts';
import { Bones } from '../../ui/Bones.tsx';
import { ConfirmByName } from '../../ui/ConfirmByName.tsx';
import { ErrorBox } from '../../ui/ErrorBox.tsx';
import { PageHeader } from '../../ui/PageHeader.tsx';
import { toast } from '../../ui/toast.tsx';
import { AdminFrame } from '../settings/AdminFrame.tsx';
import users from '../users/users.module.css';
import css from './groups.module.css';

const AddMembers = lazy(() => import('./AddMembers.tsx').then((part) => ({ default: part.AddMembers })));
const MembersTab = lazy(() => import('./MembersTab.tsx').then((part) => ({ default: part.MembersTab })));
const SettingsTab = lazy(() => import('./SettingsTab.tsx').then((part) => ({ default: part.SettingsTab })));

const tabs = ['members', 'settings'] as const;
type Tab = (typeof tabs)[number];
const tabOf = (text: string | null | undefined): Tab => tabs.find((tab) => tab === text) ?? 'members';

/** One user group: who is in it, and what its members may. */
export default function UserGroupPage() {
  const params = useParams({ strict: false });
  const id = params.userGroupId ?? '';
  const tab = tabOf(params.tab);
  const navigate = useNavigate();
  const [adding, setAdding] = useState(false);
  const [deleting, setDeleting] = useState(false);
  const found = useQuery({
    queryKey: keys.userGroup(id),
    queryFn: ({ signal }) => ask(readUserGroup, { userGroupId: id as UserGroupId }, { signal }),
  });
  const group = found.data;
  if (!group)
    return (
      <AdminFrame>
        <div className={css.page}>
          {found.isError ? (
            <>
              <PageHeader title={people('group.gone')} />
              <ErrorBox error={found.error} retry={() => void found.refetch()} />
            </>
          ) : (
            <Bones />
          )}
        </div>
      </AdminFrame>
    );
  return (
    <AdminFrame table={tab === 'members'}>
      <div className={css.page} data-fill={tab === 'members' || undefined}>
        <nav aria-label={administration('nav.crumbs')} className={users.crumbs}>
          <Link to="/admin/user-groups" className="lnk">
            {people('groups.title')}
          </Link>
          <IconChevronRight size={14} aria-hidden />
          <b className="trunc" aria-current="page">
            {group.name}
          </b>
        </nav>
        <PageHeader
          title={group.name}
          stack
          icon={<IconUsersGroup size={28} stroke={1.5} aria-hidden />}
          sub={[
            people('group.members', { n: group.members }),
            group.description,
            people('group.number', { n: group.number }),
          ]
            .filter(Boolean)
            .join(' · ')}
        >
          {group.can.includes('user-group.change-members') && (
            <Button leftSection={<IconUserPlus size={15} />} onClick={() => setAdding(true)}>
              {people('group.addMembers')}
            </Button>
          )}
          {group.can.includes('user-group.delete') && (
            <Button variant="default" leftSection={<IconTrash size={15} />} onClick={() => setDeleting(true)}>
              {people('group.delete')}
            </Button>
          )}
        </PageHeader>
        <Tabs
          value={tab}
          onChange={(value) =>
            void navigate({ to: `/admin/user-groups/${group.id}/${tabOf(value)}`, resetScroll: false })
          }
          keepMounted={false}
          className={css.tabRoot}
        >
          <Tabs.List aria-label={people('group.tab.label')} className={users.tabs}>
            <Tabs.Tab value="members" rightSection={<span className={users.badge}>{group.members}</span>}>
              {people('group.tab.members')}
            </Tabs.Tab>
            <Tabs.Tab value="settings">{people('group.tab.settings')}</Tabs.Tab>
          </Tabs.List>
          <Tabs.Panel value="members" className={css.fill}>
            <Suspense fallback={<Bones />}>
              <MembersTab group={group} add={() => setAdding(true)} />
            </Suspense>
          </Tabs.Panel>
          <Tabs.Panel value="settings" className={users.panel}>
            <Suspense fallback={<Bones />}>
              <SettingsTab key={group.id} group={group} />
            </Suspense>
          </Tabs.Panel>
        </Tabs>
      </div>
      {adding && (
        <Suspense fallback={null}>
          <AddMembers group={group} close={() => setAdding(false)} />
        </Suspense>
      )}
      <ConfirmByName
        open={deleting}
        close={() => setDeleting(false)}
        title={people('group.delete.title', { name: group.name })}
        name={group.name}
        keep={people('group.delete.keep')}
        go={people('group.delete')}
        does={async () => {
          await ask(deleteUserGroup, { userGroupId: group.id });
          await navigate({ to: '/admin/user-groups' });
          queries.removeQueries({ queryKey: keys.userGroup(group.id) });
          await Promise.all(
            [keys.userGroups, keys.users, keys.me].map((queryKey) => queries.invalidateQueries({ queryKey })),
          );
          toast({ message: people('group.deleted', { name: group.name }) });
        }}
      >
        <p>{people('group.delete.body', { n: group.members })}</p>
      </ConfirmByName>
    </AdminFrame>
  );
}
