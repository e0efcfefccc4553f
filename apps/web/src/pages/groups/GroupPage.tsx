import { ActionIcon, Button, Menu, Tabs } from '@mantine/core';
import {
  deleteResourceGroup,
  readResourceGroup,
  type ResourceGroup,
  type ResourceGroupId,
  type RunKind,
} from '@strongroom/contract';
import {
  IconCalendarRepeat,
  IconDots,
  IconFilter,
  IconKey,
  IconMail,
  IconRotateClockwise,
  IconServer,
  IconSettings,
  IconShare,
  IconShieldCheck,
  IconShieldLock,
  IconTransfer,
  IconTrash,
  IconUserQuestion,
  IconUsers,
} from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { lazy, Suspense, useEffect, useState } from 'react';
import { ask, ProblemError } from '../../lib/client.ts';
import { access } from '../../lib/messages/access.ts';
import { groups } from '../../lib/messages/groups.ts';
import { notices } from '../../lib/messages/notices.ts';
import { runs } from '../../lib/messages/runs.ts';
import { keys, queries } from '../../lib/query.ts';
import { useCan } from '../../lib/session.tsx';
import { usePolicies } from '../../parts/accounts/use-lists.ts';
import { refreshGroups } from '../../parts/groups/use-explorer.ts';
import { NotFound } from '../../parts/NotFound.tsx';
import { PageSkeleton } from '../../parts/PageSkeleton.tsx';
import { Bones } from '../../ui/Bones.tsx';
import { ConfirmByName } from '../../ui/ConfirmByName.tsx';
import { ErrorBox } from '../../ui/ErrorBox.tsx';
import { Facts, type Fact } from '../../ui/Facts.tsx';
import { toast } from '../../ui/toast.tsx';
import css from '../resource/resource.module.css';
import { GroupIcon } from './columns.tsx';
import { GroupCrumbs } from './GroupCrumbs.tsx';

const MembersTab = lazy(() => import('./MembersTab.tsx'));
const NoticesTab = lazy(() => import('./NoticesTab.tsx'));
const RotationTab = lazy(() => import('./RotationTab.tsx'));
const SettingsTab = lazy(() => import('./SettingsTab.tsx'));
const SharesTab = lazy(() => import('../../parts/shares/SharesTab.tsx'));
const RunDialog = lazy(async () => ({ default: (await import('../../parts/runs/RunDialog.tsx')).RunDialog }));
const GiveAwayDialog = lazy(() => import('../../parts/shares/GiveAwayDialog.tsx'));

const tabs = ['members', 'shares', 'rotation', 'notices', 'settings'] as const;
type Tab = (typeof tabs)[number];
const tabOf = (text: unknown): Tab =>
  tabs.find((tab) => tab === text || (tab === 'notices' && text === 'notifications')) ?? 'members';

function View({ group, tab }: { readonly group: ResourceGroup; readonly tab: Tab }) {
  const navigate = useNavigate();
  const policies = usePolicies();
  const [deleting, setDeleting] = useState(false);
  const [giving, setGiving] = useState(false);
  const [running, setRunning] = useState<RunKind | null>(null);
  const mayAsk = useCan('access.who');
  const may = (action: string) => group.can.includes(action);
  useEffect(() => {
    document.title = `${group.name} · Strongroom`;
  }, [group.name]);
  const shared = { kind: 'resource-group', id: group.id, name: group.name, owner: group.ownerName } as const;
  const mayGive = may('resource-group.transfer');
  const facts: readonly Fact[] = [
    { icon: IconServer, name: groups('factMembers'), value: groups('factMembersValue', { count: group.members }) },
    {
      icon: IconFilter,
      name: groups('factKind'),
      value: groups(group.kind === 'criteria' ? 'kindCriteria' : 'kindStatic'),
    },
    {
      icon: IconShieldLock,
      name: groups('factPolicy'),
      value: policies.find(({ id }) => id === group.policyId)?.name ?? groups('policyNone'),
    },
    {
      icon: IconUsers,
      name: groups('factShared'),
      value: group.shares === null ? groups('factSharedHidden') : groups('sharedCount', { count: group.shares }),
    },
  ];
  return (
    <div className={css.page}>
      <div className={css.wrap}>
        <GroupCrumbs here={group.name} />
        <header className={css.head}>
          <span className={css.tile}>
            <GroupIcon kind={group.kind} size={22} />
          </span>
          <div className={css.headText}>
            <h1 tabIndex={-1}>
              <bdi>{group.name}</bdi>
            </h1>
            <p className="dim">
              <span>{groups('number', { n: group.number })}</span>
              <span>{groups('ownedBy', { name: group.ownerName })}</span>
              {group.description && <span>{group.description}</span>}
            </p>
          </div>
          <div className={css.headActions}>
            <Button
              renderRoot={(root) => <Link {...root} to="/home" search={{ node: group.id }} />}
              variant="default"
              leftSection={<IconKey size={15} />}
            >
              {groups('showPasswords')}
            </Button>
            <Button
              variant="default"
              leftSection={<IconShieldCheck size={15} />}
              onClick={() => setRunning('verify')}
              disabled={group.members === 0}
            >
              {runs('verify')}
            </Button>
            <Button
              leftSection={<IconRotateClockwise size={15} />}
              onClick={() => setRunning('reset')}
              disabled={group.members === 0}
            >
              {runs('reset')}
            </Button>
            {(may('resource-group.delete') || mayGive || mayAsk) && (
              <Menu width={220}>
                <Menu.Target>
                  <ActionIcon size={32} variant="default" aria-label={groups('moreFor', { name: group.name })}>
                    <IconDots size={17} />
                  </ActionIcon>
                </Menu.Target>
                <Menu.Dropdown>
                  {mayGive && (
                    <Menu.Item leftSection={<IconTransfer size={15} />} onClick={() => setGiving(true)}>
                      {access('transfer')}
                    </Menu.Item>
                  )}
                  {mayAsk && (
                    <Menu.Item
                      leftSection={<IconUserQuestion size={15} />}
                      onClick={() =>
                        void navigate({ to: '/admin/access/who', search: { kind: shared.kind, object: group.id } })
                      }
                    >
                      {access('tabWho')}
                    </Menu.Item>
                  )}
                  {may('resource-group.delete') && (
                    <Menu.Item leftSection={<IconTrash size={15} />} data-danger onClick={() => setDeleting(true)}>
                      {groups('delete')}
                    </Menu.Item>
                  )}
                </Menu.Dropdown>
              </Menu>
            )}
          </div>
        </header>
        <Facts facts={facts} />
        <Tabs
          value={tab}
          onChange={(value) =>
            void navigate({ to: `/resources/groups/${group.id}/${tabOf(value)}`, resetScroll: false })
          }
          keepMounted={false}
        >
          <Tabs.List className={css.tabs}>
            <Tabs.Tab
              value="members"
              leftSection={<IconServer size={15} stroke={1.7} />}
              rightSection={<span className={css.badge}>{group.members}</span>}
            >
              {groups('tabMembers')}
            </Tabs.Tab>
            {may('resource-group.share') && (
              <Tabs.Tab value="shares" leftSection={<IconShare size={15} stroke={1.7} />}>
                {access('tab')}
              </Tabs.Tab>
            )}
            {may('resource-group.update') && (
              <Tabs.Tab value="rotation" leftSection={<IconCalendarRepeat size={15} stroke={1.7} />}>
                {groups('tabRotation')}
              </Tabs.Tab>
            )}
            {may('resource-group.update') && (
              <Tabs.Tab value="notices" leftSection={<IconMail size={15} stroke={1.7} />}>
                {notices('tab')}
              </Tabs.Tab>
            )}
            <Tabs.Tab value="settings" leftSection={<IconSettings size={15} stroke={1.7} />}>
              {groups('tabSettings')}
            </Tabs.Tab>
          </Tabs.List>
          <Tabs.Panel value="members" className={css.panel}>
            <Suspense fallback={<Bones />}>
              <MembersTab group={group} />
            </Suspense>
          </Tabs.Panel>
          <Tabs.Panel value="shares" className={css.panel}>
            {may('resource-group.share') ? (
              <Suspense fallback={<Bones />}>
                <SharesTab of={shared} />
              </Suspense>
            ) : (
              <p className="dim">{access('only', { owner: group.ownerName })}</p>
            )}
          </Tabs.Panel>
          <Tabs.Panel value="rotation" className={css.panel}>
            <Suspense fallback={<Bones />}>
              <RotationTab group={group} />
            </Suspense>
          </Tabs.Panel>
          <Tabs.Panel value="notices" className={css.panel}>
            {may('resource-group.update') ? (
              <Suspense fallback={<Bones />}>
                <NoticesTab group={group} />
              </Suspense>
            ) : (
              <p className="dim">{notices('only', { owner: group.ownerName })}</p>
            )}
          </Tabs.Panel>
          <Tabs.Panel value="settings" className={css.panel}>
            <Suspense fallback={<Bones />}>
              <SettingsTab key={group.version} group={group} />
            </Suspense>
          </Tabs.Panel>
        </Tabs>
      </div>
      {giving && (
        <Suspense fallback={null}>
          <GiveAwayDialog
            of={shared}
            close={() => setGiving(false)}
            done={() => navigate({ to: '/resources/groups' })}
          />
        </Suspense>
      )}
      {running && (
        <Suspense fallback={null}>
          <RunDialog
            kind={running}
            selection={{ groupId: group.id, accounts: 'all' }}
            title={runs(running === 'reset' ? 'resetGroup' : 'verifyGroup')}
            help={runs(running === 'reset' ? 'resetHelp' : 'verifyHelp')}
            go={runs(running === 'reset' ? 'resetGo' : 'verifyGo')}
            close={() => setRunning(null)}
          />
        </Suspense>
      )}
      {deleting && (
        <ConfirmByName
          open
          close={() => setDeleting(false)}
          title={groups('deleteTitle', { name: group.name })}
          name={group.name}
          keep={groups('deleteKeep')}
          go={groups('delete')}
          does={async () => {
            await ask(deleteResourceGroup, { groupId: group.id });
            queries.removeQueries({ queryKey: keys.group(group.id) });
            await navigate({ to: '/resources/groups' });
            await refreshGroups();
            toast({ message: groups('deleted', { name: group.name }) });
          }}
        >
          <p>{groups('deleteText')}</p>
        </ConfirmByName>
      )}
    </div>
  );
}

/** One resource group: who is in it, to whom it is shared, and how it is set. */
export default function GroupPage() {
  const { groupId, tab } = useParams({ strict: false });
  const query = useQuery({
    queryKey: keys.group(groupId ?? ''),
    queryFn: ({ signal }) => ask(readResourceGroup, { groupId: (groupId ?? '') as ResourceGroupId }, { signal }),
  });
  if (query.data) return <View group={query.data} tab={tabOf(tab)} />;
  if (query.isPending) return <PageSkeleton />;
  if (query.error instanceof ProblemError && (query.error.status === 404 || query.error.status === 400))
    return <NotFound />;
  return (
    <div className={css.wrap}>
      <ErrorBox error={query.error} retry={() => void query.refetch()} />
    </div>
  );
}
